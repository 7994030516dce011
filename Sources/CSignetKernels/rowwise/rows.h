// Kernels that are the same in all sets, one output row of one image at a time; those that are not
// are in rowwise/vector_rows.h and rowwise/reference_rows.h. A template: the including file defines
// TARGET and NAME(x).
//
//   in, out: images × height × width × channels; a unit is a row of `out`
#include "rowwise/pooling_window.h"

SIGNET_INLINE float *NAME(row_start)(const signet_view *view, int64_t unit) {
  return view->data + unit / view->height * view->image_stride +
         unit % view->height * view->row_stride;
}

static TARGET void NAME(max_pool)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_pooling *pooling = arguments;
  SIGNET_REQUIRE_ROWS(&pooling->out, images, from, to);
  const signet_view *in = &pooling->in;
  for (int64_t unit = from; unit < to; unit++) {
    const float *image = in->data + unit / pooling->out.height * in->image_stride;
    NAME(window) rows = NAME(rows_of)(pooling, (int32_t)(unit % pooling->out.height));
    float *out = NAME(row_start)(&pooling->out, unit);
    for (int32_t x = 0; x < pooling->out.width; x++, out += pooling->out.pixel_stride) {
      NAME(window) columns = NAME(columns_of)(pooling, x);
      NAME(max_window)(
          out, image + rows.from * in->row_stride + columns.from * in->pixel_stride, in->row_stride,
          in->pixel_stride, rows.to - rows.from, columns.to - columns.from, pooling->out.channels);
    }
  }
}

SIGNET_INLINE TARGET void NAME(fill)(float *to, int64_t count, float value) {
  for (int64_t i = 0; i < count; i++) to[i] = value;
}

SIGNET_INLINE TARGET void NAME(copy_channels)(
    const float *restrict from, int64_t from_pixel, int64_t step, float *restrict to,
    int64_t to_pixel, int64_t pixels, const int64_t channels) {
  for (int64_t x = 0; x < pixels; x++, from += from_pixel, to += to_pixel) {
    for (int64_t c = 0; c < channels; c++) to[c] = from[c * step];
  }
}

// Copies pixels, of which every step-th channel is taken. Loops over few channels are unrolled.
static TARGET void NAME(copy_pixels)(
    const float *from, int64_t from_pixel, int64_t step, float *to, int64_t to_pixel,
    int64_t pixels, int64_t channels) {
  if (step == 1 && from_pixel == channels && to_pixel == channels) {
    memcpy(to, from, (size_t)(pixels * channels) * sizeof *to);
    return;
  }
  switch (channels) {
    case 1: NAME(copy_channels)(from, from_pixel, step, to, to_pixel, pixels, 1); break;
    case 2: NAME(copy_channels)(from, from_pixel, step, to, to_pixel, pixels, 2); break;
    case 3: NAME(copy_channels)(from, from_pixel, step, to, to_pixel, pixels, 3); break;
    case 4: NAME(copy_channels)(from, from_pixel, step, to, to_pixel, pixels, 4); break;
    default: NAME(copy_channels)(from, from_pixel, step, to, to_pixel, pixels, channels);
  }
}

// The columns first ..< end of a row of the output, which lie beside the input.
SIGNET_INLINE TARGET void NAME(fill_pixels)(
    const signet_view *out, float *row, int64_t first, int64_t end, float value) {
  for (int64_t x = first; x < end; x++) {
    NAME(fill)(row + x * out->pixel_stride, out->channels, value);
  }
}

static TARGET void NAME(place)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_placement *placement = arguments;
  SIGNET_REQUIRE_ROWS(&placement->out, images, from, to);
  SIGNET_REQUIRE(
      placement->channels_before >= 0 && placement->channel_step >= 1 &&
      placement->channels_before + placement->in.channels <= placement->out.channels);
  const signet_view *in = &placement->in;
  const signet_view *out = &placement->out;
  const int64_t before = placement->channels_before, behind = before + in->channels;
  const int64_t left = signet_min(signet_max(placement->left, 0), out->width);
  const int64_t right =
      signet_max(signet_min((int64_t)placement->left + in->width, out->width), left);
  for (int64_t unit = from; unit < to; unit++) {
    float *row = NAME(row_start)(out, unit);
    const int64_t y = unit % out->height - placement->top;
    if (y < 0 || y >= in->height) {
      NAME(fill_pixels)(out, row, 0, out->width, placement->value);
      continue;
    }
    NAME(fill_pixels)(out, row, 0, left, placement->value);
    NAME(fill_pixels)(out, row, right, out->width, placement->value);
    if (in->channels < out->channels) {
      for (int64_t x = left; x < right; x++) {
        float *pixel = row + x * out->pixel_stride;
        NAME(fill)(pixel, before, placement->value);
        NAME(fill)(pixel + behind, out->channels - behind, placement->value);
      }
    }
    const float *source = in->data + unit / out->height * in->image_stride + y * in->row_stride +
                          (left - placement->left) * in->pixel_stride;
    NAME(copy_pixels)(
        source, in->pixel_stride, placement->channel_step, row + left * out->pixel_stride + before,
        out->pixel_stride, right - left, in->channels);
  }
}

typedef int32_t NAME(float_bits) __attribute__((may_alias));
typedef float NAME(eight) __attribute__((ext_vector_type(8)));
typedef float NAME(four) __attribute__((ext_vector_type(4)));

// The sum of the magnitudes of some adjacent floats.
SIGNET_INLINE TARGET float NAME(magnitudes)(const float *from, int64_t count) {
  enum { lanes = 16 };
  NAME(wide) sums = 0;
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    sums += __builtin_elementwise_abs(*(const NAME(wide) *)(from + i));
  }
  float rest = 0;
  for (; i < count; i++) rest += __builtin_fabsf(from[i]);
  const NAME(eight) eight = sums.lo + sums.hi;
  const NAME(four) four = eight.lo + eight.hi;
  return four[0] + four[1] + (four[2] + four[3]) + rest;
}

// The largest sum of magnitudes over each `channels` adjacent ones of a row's pixels, as bits.
SIGNET_INLINE TARGET int32_t
NAME(largest_sum)(const signet_view *in, const float *pixel, int64_t channels) {
  int32_t most = 0;
  for (int64_t x = 0; x < in->width; x++, pixel += in->pixel_stride) {
    for (int64_t first = 0; first < in->channels; first += channels) {
      const float sum = NAME(magnitudes)(pixel + first, signet_min(channels, in->channels - first));
      int32_t bits;
      memcpy(&bits, &sum, sizeof bits);
      most = bits > most ? bits : most;
    }
  }
  return most;
}

static TARGET void NAME(absmax)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_absmax *absmax = arguments;
  SIGNET_REQUIRE_ROWS(&absmax->in, images, from, to);
  const signet_view *in = &absmax->in;
  // Adjacent pixels are one long run.
  const bool adjacent = in->pixel_stride == in->channels;
  const int64_t runs = adjacent ? 1 : in->width;
  const int64_t count = adjacent ? (int64_t)in->width * in->channels : in->channels;
  for (int64_t unit = from; unit < to; unit++) {
    if (absmax->channels > 1) {
      const int32_t most = NAME(largest_sum)(in, NAME(row_start)(in, unit), absmax->channels);
      memcpy(&absmax->absmax[unit], &most, sizeof most);
      continue;
    }
    const float *values = NAME(row_start)(in, unit);
    // The magnitudes of floats are ordered as their bits are, and integers may be compared in any
    // order: the compiler fills its vectors.
    int32_t most = 0;
    for (int64_t run = 0; run < runs; run++, values += in->pixel_stride) {
      const NAME(float_bits) *bits = (const NAME(float_bits) *)values;
      for (int64_t i = 0; i < count; i++) {
        const int32_t magnitude = bits[i] & 0x7fffffff;
        most = magnitude > most ? magnitude : most;
      }
    }
    memcpy(&absmax->absmax[unit], &most, sizeof most);
  }
}

#define SIGNET_ROW_KERNELS .max_pool = NAME(max_pool), .place = NAME(place), .absmax = NAME(absmax)
