// Everything that is not a convolution, one output row of one image at a time. The loops over
// channels are left to the compiler. A template: the including file defines TARGET and NAME(x).
//
//   in, out: images × height × width × channels; a unit is a row of `out`
#include "rowwise/pooling_window.h"

SIGNET_INLINE float *NAME(row_start)(const signet_view *view, int64_t unit) {
  return view->data + unit / view->height * view->image_stride +
         unit % view->height * view->row_stride;
}

SIGNET_INLINE TARGET void NAME(relu_row)(float *values, int64_t count) {
  for (int64_t i = 0; i < count; i++) values[i] = values[i] < 0 ? 0 : values[i];
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

static TARGET void NAME(average_pool)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_pooling *pooling = arguments;
  SIGNET_REQUIRE_ROWS(&pooling->out, images, from, to);
  const int64_t channels = pooling->out.channels;
  for (int64_t unit = from; unit < to; unit++) {
    const float *image = pooling->in.data + unit / pooling->out.height * pooling->in.image_stride;
    NAME(window) rows = NAME(rows_of)(pooling, (int32_t)(unit % pooling->out.height));
    float *restrict out = NAME(row_start)(&pooling->out, unit);
    for (int32_t x = 0; x < pooling->out.width; x++, out += pooling->out.pixel_stride) {
      NAME(window) columns = NAME(columns_of)(pooling, x);
      for (int64_t c = 0; c < channels; c++) out[c] = 0;
      for (int32_t y = rows.from; y < rows.to; y++) {
        for (int32_t column = columns.from; column < columns.to; column++) {
          const float *in = image + y * pooling->in.row_stride + column * pooling->in.pixel_stride;
          for (int64_t c = 0; c < channels; c++) out[c] += in[c];
        }
      }
      int64_t area = pooling->counts_padding
                         ? (int64_t)rows.padded * columns.padded
                         : (int64_t)(rows.to - rows.from) * (columns.to - columns.from);
      float share = 1.0f / (float)area;
      for (int64_t c = 0; c < channels; c++) out[c] *= share;
    }
  }
}

static TARGET void NAME(affine)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_affine *affine = arguments;
  SIGNET_REQUIRE_ROWS(&affine->out, images, from, to);
  const float *restrict scale = affine->scale;
  const float *restrict offset = affine->offset;
  for (int64_t unit = from; unit < to; unit++) {
    const float *in = NAME(row_start)(&affine->in, unit);
    float *restrict out = NAME(row_start)(&affine->out, unit);
    for (int32_t x = 0; x < affine->out.width; x++) {
      for (int64_t c = 0; c < affine->out.channels; c++) out[c] = in[c] * scale[c] + offset[c];
      if (affine->relu) NAME(relu_row)(out, affine->out.channels);
      in += affine->in.pixel_stride;
      out += affine->out.pixel_stride;
    }
  }
}

static TARGET void NAME(sum)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_sum *sum = arguments;
  SIGNET_REQUIRE_ROWS(&sum->out, images, from, to);
  SIGNET_REQUIRE(sum->count >= 1 && sum->inputs);
  for (int64_t unit = from; unit < to; unit++) {
    float *restrict out = NAME(row_start)(&sum->out, unit);
    for (int32_t x = 0; x < sum->out.width; x++, out += sum->out.pixel_stride) {
      for (int32_t input = 0; input < sum->count; input++) {
        const float *in =
            NAME(row_start)(&sum->inputs[input], unit) + x * sum->inputs[input].pixel_stride;
        if (input == 0) {
          for (int64_t c = 0; c < sum->out.channels; c++) out[c] = in[c];
        } else {
          for (int64_t c = 0; c < sum->out.channels; c++) out[c] += in[c];
        }
      }
      if (sum->relu) NAME(relu_row)(out, sum->out.channels);
    }
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
  const float value = placement->value;
  for (int64_t unit = from; unit < to; unit++) {
    float *restrict pixel = NAME(row_start)(out, unit);
    const int32_t y = (int32_t)(unit % out->height) - placement->top;
    for (int32_t x = 0; x < out->width; x++, pixel += out->pixel_stride) {
      const int32_t column = x - placement->left;
      if (y < 0 || y >= in->height || column < 0 || column >= in->width) {
        for (int64_t c = 0; c < out->channels; c++) pixel[c] = value;
        continue;
      }
      const float *from_pixel = in->data + unit / out->height * in->image_stride +
                                y * in->row_stride + column * in->pixel_stride;
      const int64_t before = placement->channels_before;
      for (int64_t c = 0; c < before; c++) pixel[c] = value;
      for (int64_t c = 0; c < in->channels; c++) {
        pixel[before + c] = from_pixel[c * placement->channel_step];
      }
      for (int64_t c = before + in->channels; c < out->channels; c++) pixel[c] = value;
    }
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

static TARGET void NAME(from_planes)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_transfer *transfer = arguments;
  SIGNET_REQUIRE_ROWS(&transfer->view, images, from, to);
  SIGNET_REQUIRE(transfer->planes);
  const signet_view *view = &transfer->view;
  const int64_t plane = (int64_t)view->height * view->width;
  for (int64_t unit = from; unit < to; unit++) {
    const float *in = transfer->planes + unit / view->height * plane * view->channels +
                      unit % view->height * view->width;
    float *restrict out = NAME(row_start)(view, unit);
    if (view->channels == 3 && view->pixel_stride == 3) {
      // Color images: all three at once are whole vectors.
      for (int64_t x = 0; x < view->width; x++) {
        out[3 * x] = in[x];
        out[3 * x + 1] = in[plane + x];
        out[3 * x + 2] = in[2 * plane + x];
      }
      continue;
    }
    for (int64_t c = 0; c < view->channels; c++) {
      for (int64_t x = 0; x < view->width; x++) {
        out[x * view->pixel_stride + c] = in[c * plane + x];
      }
    }
  }
}

static TARGET void NAME(to_planes)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_transfer *transfer = arguments;
  SIGNET_REQUIRE_ROWS(&transfer->view, images, from, to);
  SIGNET_REQUIRE(transfer->planes);
  const signet_view *view = &transfer->view;
  const int64_t plane = (int64_t)view->height * view->width;
  for (int64_t unit = from; unit < to; unit++) {
    float *restrict out = transfer->planes + unit / view->height * plane * view->channels +
                          unit % view->height * view->width;
    const float *in = NAME(row_start)(view, unit);
    for (int64_t c = 0; c < view->channels; c++) {
      for (int64_t x = 0; x < view->width; x++) {
        out[c * plane + x] = in[x * view->pixel_stride + c];
      }
    }
  }
}

#define SIGNET_ROW_KERNELS                                                                \
  .max_pool = NAME(max_pool), .average_pool = NAME(average_pool), .affine = NAME(affine), \
  .sum = NAME(sum), .place = NAME(place), .absmax = NAME(absmax),                         \
  .from_planes = NAME(from_planes), .to_planes = NAME(to_planes)
