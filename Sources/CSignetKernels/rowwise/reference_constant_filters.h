// Reference implementations of the kernels in rowwise/constant_filter_rows.h. A template;
// rowwise/rows.h comes before.
#include "rowwise/filter_window.h"

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
    float *restrict out = NAME(row_start)(&sums->out, unit);
    for (int32_t x = 0; x < sums->out.width; x++) {
      for (int64_t group = 0; group < sums->out.channels; group++) {
        float sum = 0;
        for (int64_t c = 0; c < channels; c++) sum += in[group * channels + c];
        out[group] = sum;
      }
      in += sums->in.pixel_stride;
      out += sums->out.pixel_stride;
    }
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
    for (int32_t x = 0; x < out->width; x++) {
      float *restrict pixel = NAME(row_start)(out, unit) + x * out->pixel_stride;
      const NAME(reach) columns = NAME(reached_columns)(filters, x);
      for (int64_t c = 0; c < out->channels; c++) {
        pixel[c] =
            filters->factors[c] * NAME(window_total)(filters, image + c / count, rows, columns);
      }
      if (!filters->residual.data) continue;
      const float *residual =
          NAME(row_start)(&filters->residual, unit) + x * filters->residual.pixel_stride;
      for (int64_t c = 0; c < out->channels; c++) pixel[c] += residual[c];
    }
  }
}
