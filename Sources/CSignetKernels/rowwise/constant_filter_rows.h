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

// Places of a row whose windows are summed together, and how far those may reach.
enum { NAME(window_places) = 64, NAME(window_reach) = 320 };

// The sums of the windows of adjacent places of a row over one channel whose pixels have no gaps: the
// rows first, which all places share.
//
//   sums: places
SIGNET_INLINE TARGET void NAME(dense_window_sums)(
    const signet_constant_filters *filters, const float *image, NAME(reach) rows, int64_t first,
    int64_t places, float *sums) {
  const signet_view *view = &filters->sums;
  const int64_t stride = filters->stride_width, gap = filters->dilation_width;
  const int64_t start = first * stride - filters->pad_left;
  const int64_t reach = (places - 1) * stride + (filters->kernel_width - 1) * gap + 1;
  const int64_t from = signet_min(signet_max(start, 0), view->width);
  const int64_t to = signet_max(signet_min(start + reach, view->width), from);
  float columns[NAME(window_reach)];
  for (int64_t x = 0; x < reach; x++) columns[x] = 0;
  for (int64_t i = rows.from; i < rows.to; i++) {
    const float *row = image + (rows.start + i * filters->dilation_height) * view->row_stride;
    for (int64_t x = from; x < to; x++) columns[x - start] += row[x];
  }
  for (int64_t x = 0; x < places; x++) sums[x] = 0;
  for (int64_t j = 0; j < filters->kernel_width; j++) {
    const float *column = columns + j * gap;
    if (stride == 1) {
      for (int64_t x = 0; x < places; x++) sums[x] += column[x];
    } else {
      for (int64_t x = 0; x < places; x++) sums[x] += column[x * stride];
    }
  }
}

SIGNET_INLINE TARGET void NAME(window_sums)(
    const signet_constant_filters *filters, const float *image, NAME(reach) rows, int64_t first,
    int64_t places, float *sums) {
  const int64_t gaps = (int64_t)(filters->kernel_width - 1) * filters->dilation_width;
  if (filters->sums.pixel_stride == 1 &&
      (places - 1) * filters->stride_width + gaps < NAME(window_reach)) {
    NAME(dense_window_sums)(filters, image, rows, first, places, sums);
    return;
  }
  for (int64_t x = 0; x < places; x++) {
    const NAME(reach) columns = NAME(reached_columns)(filters, first + x);
    sums[x] = NAME(window_total)(filters, image, rows, columns);
  }
}

SIGNET_INLINE TARGET void NAME(add_multiple)(
    const float *factors, float sum, const float *residual, float *out, int64_t lanes) {
  NAME(vector) value = NAME(load_lanes)(factors, lanes) * sum;
  if (residual) value += NAME(load_lanes)(residual, lanes);
  NAME(store_lanes)(out, value, lanes);
}

// The last vector overlaps the one before it.
SIGNET_INLINE TARGET void NAME(add_multiples)(
    const float *factors, float sum, const float *residual, float *out, int64_t count) {
  int64_t at = 0;
  for (; at + NAME(width) <= count; at += NAME(width)) {
    NAME(add_multiple)(factors + at, sum, residual ? residual + at : NULL, out + at, NAME(width));
  }
  if (at == count) return;
  const int64_t lanes = signet_min(count, NAME(width));
  at = count - lanes;
  NAME(add_multiple)(factors + at, sum, residual ? residual + at : NULL, out + at, lanes);
}

static TARGET void NAME(constant_filters)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_constant_filters *filters = arguments;
  SIGNET_REQUIRE_ROWS(&filters->out, images, from, to);
  SIGNET_REQUIRE_CONSTANT_FILTERS(filters);
  const signet_view *out = &filters->out, *added = &filters->residual;
  const int64_t groups = filters->sums.channels, count = out->channels / groups;
  float sums[NAME(window_places)];
  for (int64_t unit = from; unit < to; unit++) {
    const NAME(reach) rows = NAME(reached_rows)(filters, unit % out->height);
    const float *image = filters->sums.data + unit / out->height * filters->sums.image_stride;
    float *row = NAME(row_start)(out, unit);
    const float *residual = added->data ? NAME(row_start)(added, unit) : NULL;
    for (int64_t first = 0; first < out->width; first += NAME(window_places)) {
      const int64_t places = signet_min(out->width - first, NAME(window_places));
      for (int64_t group = 0; group < groups; group++) {
        NAME(window_sums)(filters, image + group, rows, first, places, sums);
        const float *factors = filters->factors + group * count;
        for (int64_t x = 0; x < places; x++) {
          const int64_t at = first + x;
          NAME(add_multiples)(
              factors, sums[x],
              residual ? residual + at * added->pixel_stride + group * count : NULL,
              row + at * out->pixel_stride + group * count, count);
        }
      }
    }
  }
}
