// What filters of equal weights make of a map, a vector of channels at a time: the map's channels are
// summed once, and the window over the sums is the same for all filters. A template;
// rowwise/lanes.h and rowwise/rows.h come before.
#include "rowwise/filter_window.h"

SIGNET_INLINE TARGET float NAME(sum_of_lanes)(NAME(vector) lanes) {
#if LANES == 16
  const NAME(eight) eight = lanes.lo + lanes.hi;
  const NAME(four) four = eight.lo + eight.hi;
#elif LANES == 8
  const NAME(four) four = lanes.lo + lanes.hi;
#else
  const NAME(four) four = lanes;
#endif
  return four[0] + four[1] + (four[2] + four[3]);
}

SIGNET_INLINE TARGET float NAME(sum_of)(const float *from, int64_t count) {
  NAME(vector) even = 0, odd = 0;
  int64_t at = 0;
  for (; at + 2 * NAME(width) <= count; at += 2 * NAME(width)) {
    even += NAME(load)(from + at);
    odd += NAME(load)(from + at + NAME(width));
  }
  if (at + NAME(width) <= count) {
    even += NAME(load)(from + at);
    at += NAME(width);
  }
  float rest = 0;
  for (; at < count; at++) rest += from[at];
  return NAME(sum_of_lanes)(even + odd) + rest;
}

static TARGET void NAME(channel_sums)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_channel_sums *sums = arguments;
  SIGNET_REQUIRE_ROWS(&sums->out, images, from, to);
  SIGNET_REQUIRE_CHANNEL_SUMS(sums);
  const int64_t channels = sums->in.channels / sums->out.channels;
  for (int64_t unit = from; unit < to; unit++) {
    const float *in = NAME(row_start)(&sums->in, unit);
    float *out = NAME(row_start)(&sums->out, unit);
    for (int32_t x = 0; x < sums->out.width; x++) {
      for (int64_t group = 0; group < sums->out.channels; group++) {
        out[group] = NAME(sum_of)(in + group * channels, channels);
      }
      in += sums->in.pixel_stride;
      out += sums->out.pixel_stride;
    }
  }
}

SIGNET_INLINE TARGET void NAME(add_multiples)(
    const float *factors, float sum, const float *residual, float *out, int64_t count) {
  SIGNET_EACH_VECTOR(at, lanes, count) {
    NAME(vector) value = NAME(load_lanes)(factors + at, lanes) * sum;
    if (residual) value += NAME(load_lanes)(residual + at, lanes);
    NAME(store_lanes)(out + at, value, lanes);
  }
}

static TARGET void NAME(constant_filters)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_constant_filters *filters = arguments;
  SIGNET_REQUIRE_ROWS(&filters->out, images, from, to);
  SIGNET_REQUIRE_CONSTANT_FILTERS(filters);
  const signet_view *out = &filters->out;
  const int64_t groups = filters->sums.channels, count = out->channels / groups;
  for (int64_t unit = from; unit < to; unit++) {
    const NAME(reach) rows = NAME(reached_rows)(filters, unit % out->height);
    const float *image = filters->sums.data + unit / out->height * filters->sums.image_stride;
    const float *residual =
        filters->residual.data ? NAME(row_start)(&filters->residual, unit) : NULL;
    float *pixel = NAME(row_start)(out, unit);
    for (int32_t x = 0; x < out->width; x++, pixel += out->pixel_stride) {
      const NAME(reach) columns = NAME(reached_columns)(filters, x);
      for (int64_t group = 0; group < groups; group++) {
        const float sum = NAME(window_total)(filters, image + group, rows, columns);
        NAME(add_multiples)(
            filters->factors + group * count, sum, residual ? residual + group * count : NULL,
            pixel + group * count, count);
      }
      if (residual) residual += filters->residual.pixel_stride;
    }
  }
}
