// Maps of other extents: resampled, or with zeros laid between their pixels.
#include <string.h>

#include "CSignetGridKernels.h"
#include "core/conv_checks.h"
#include "rowwise/row_start.h"

void signet_fill_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_fill *fill = arguments;
  SIGNET_REQUIRE_ROWS(&fill->out, images, from, to);
  const signet_view *out_view = &fill->out;
  const int64_t channels = out_view->channels;
  for (int64_t unit = from; unit < to; unit++) {
    const float *values = fill->values + unit % out_view->height * out_view->width * channels;
    float *out = rowwise_row_start(out_view, unit, out_view->height);
    for (int32_t x = 0; x < out_view->width; x++) {
      memcpy(out, values, (size_t)channels * sizeof *out);
      values += channels;
      out += out_view->pixel_stride;
    }
  }
}

void signet_spread_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_spread *spread = arguments;
  SIGNET_REQUIRE_ROWS(&spread->out, images, from, to);
  const signet_view *in_view = &spread->in, *out_view = &spread->out;
  const int32_t rows = out_view->height;
  const size_t bytes = (size_t)out_view->channels * sizeof(float);
  for (int64_t unit = from; unit < to; unit++) {
    const int64_t y = unit % rows;
    float *out = rowwise_row_start(out_view, unit, rows);
    const float *in = in_view->data + unit / rows * in_view->image_stride +
                      y / spread->stride_height * in_view->row_stride;
    for (int32_t x = 0; x < out_view->width; x++, out += out_view->pixel_stride) {
      if (y % spread->stride_height != 0 || x % spread->stride_width != 0) {
        memset(out, 0, bytes);
      } else {
        memcpy(out, in + x / spread->stride_width * in_view->pixel_stride, bytes);
      }
    }
  }
}

// out += Σ over the column's places of weight · weight · pixel of one row.
static void resample_pixel(
    const signet_resize *resize, const float *row, float row_weight, int32_t x,
    float *restrict out) {
  const signet_resize_axis *columns = &resize->columns;
  const int64_t channels = resize->out.channels;
  for (int32_t j = 0; j < columns->taps; j++) {
    const float weight = row_weight * columns->weights[(int64_t)x * columns->taps + j];
    if (weight == 0) continue;
    const float *pixel =
        row + columns->places[(int64_t)x * columns->taps + j] * resize->in.pixel_stride;
    for (int64_t c = 0; c < channels; c++) out[c] += weight * pixel[c];
  }
}

void signet_resize_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_resize *resize = arguments;
  SIGNET_REQUIRE_ROWS(&resize->out, images, from, to);
  const signet_view *in = &resize->in, *out_view = &resize->out;
  const signet_resize_axis *rows = &resize->rows, *columns = &resize->columns;
  const int64_t channels = out_view->channels;
  for (int64_t unit = from; unit < to; unit++) {
    const int64_t y = unit % out_view->height;
    const float *image = in->data + unit / out_view->height * in->image_stride;
    const int32_t *row_places = rows->places + y * rows->taps;
    float *out = rowwise_row_start(out_view, unit, out_view->height);
    for (int32_t x = 0; x < out_view->width; x++, out += out_view->pixel_stride) {
      const bool is_outside = row_places[0] < 0 || columns->places[(int64_t)x * columns->taps] < 0;
      for (int64_t c = 0; c < channels; c++) out[c] = is_outside ? resize->outside : 0;
      if (is_outside) continue;
      for (int32_t i = 0; i < rows->taps; i++) {
        const float weight = rows->weights[y * rows->taps + i];
        if (weight == 0) continue;
        resample_pixel(resize, image + row_places[i] * in->row_stride, weight, x, out);
      }
    }
  }
}
