// Windows of poolings. A template: the including file defines TARGET and NAME(x).
#include "core/row_cut.h"

// The part of a pooling window that lies inside the input.
typedef struct NAME(window) {
  int32_t from, to;
  // Extent with padding, as far as the padded input reaches.
  int32_t padded;
} NAME(window);

SIGNET_INLINE NAME(window) NAME(window_at)(
    int32_t output, int32_t stride, int32_t kernel, int32_t before, int32_t after, int32_t extent) {
  int32_t start = output * stride - before;
  int32_t end = (int32_t)signet_min(start + kernel, extent + after);
  return (NAME(window)){
      (int32_t)signet_max(start, 0), (int32_t)signet_min(end, extent), end - start};
}

SIGNET_INLINE NAME(window) NAME(rows_of)(const signet_pooling *pooling, int32_t y) {
  return NAME(window_at)(
      y, pooling->stride_height, pooling->kernel_height, pooling->pad_top, pooling->pad_bottom,
      pooling->in.height);
}

SIGNET_INLINE NAME(window) NAME(columns_of)(const signet_pooling *pooling, int32_t x) {
  return NAME(window_at)(
      x, pooling->stride_width, pooling->kernel_width, pooling->pad_left, pooling->pad_right,
      pooling->in.width);
}

typedef float NAME(wide) __attribute__((ext_vector_type(16), aligned(4)));

// The largest of `height` × `width` pixels, channel by channel.
SIGNET_INLINE TARGET void NAME(max_window)(
    float *restrict out, const float *in, int64_t row_stride, int64_t pixel_stride, int64_t height,
    int64_t width, int64_t channels) {
  enum { lanes = 16 };
  int64_t first = 0;
  for (; first + lanes <= channels; first += lanes) {
    NAME(wide) most = -__builtin_inff();
    for (int64_t y = 0; y < height; y++) {
      const float *pixel = in + y * row_stride + first;
      for (int64_t x = 0; x < width; x++, pixel += pixel_stride) {
        const NAME(wide) value = *(const NAME(wide) *)pixel;
        most = value > most ? value : most;
      }
    }
    *(NAME(wide) *)(out + first) = most;
  }
  for (; first < channels; first++) {
    float most = -__builtin_inff();
    for (int64_t y = 0; y < height; y++) {
      const float *pixel = in + y * row_stride + first;
      for (int64_t x = 0; x < width; x++, pixel += pixel_stride) {
        most = *pixel > most ? *pixel : most;
      }
    }
    out[first] = most;
  }
}

// Pools the rows of a unit. results: rows.count × out_width × `pixel`, of which the first `filters`
// are those from `filter` on
SIGNET_INLINE TARGET void NAME(pool_unit)(
    const signet_conv *conv, int64_t image, const signet_unit_rows *rows, const float *results,
    int64_t pixel, int64_t filter, int64_t filters) {
  const signet_conv_shape *shape = &conv->shape;
  const signet_conv_pooling *pooling = &shape->pooling;
  const int64_t row = pixel * shape->out_width;
  for (int64_t y = rows->first_pooled; y < rows->end_pooled; y++) {
    const NAME(window) high = NAME(window_at)(
        (int32_t)y, pooling->stride_height, pooling->kernel_height, pooling->pad_top, 0,
        shape->out_height);
    const signet_cursor cursor = {image, (int32_t)y, 0};
    float *out = signet_pixel(&conv->out, cursor) + filter;
    for (int32_t x = 0; x < pooling->out_width; x++, out += conv->out.pixel_stride) {
      const NAME(window) wide = NAME(window_at)(
          x, pooling->stride_width, pooling->kernel_width, pooling->pad_left, 0, shape->out_width);
      NAME(max_window)(
          out, results + (high.from - rows->first) * row + wide.from * pixel, row, pixel,
          high.to - high.from, wide.to - wide.from, filters);
    }
  }
}
