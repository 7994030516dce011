// Copies patches. A template: the including file defines TARGET (function attribute), NAME(x) and
// LANES (floats per vector).
#include "core/geometry.h"

typedef float NAME(lanes) __attribute__((ext_vector_type(LANES), aligned(4)));
typedef uint32_t NAME(bits) __attribute__((ext_vector_type(LANES), aligned(4)));

// Copies `count` floats, or zeros where `from` is NULL.
SIGNET_INLINE TARGET void NAME(copy)(float *to, const float *from, int64_t count) {
  int64_t i = 0;
  if (from) {
    for (; i + LANES <= count; i += LANES) *(NAME(lanes) *)(to + i) = *(NAME(lanes) *)(from + i);
    for (; i < count; i++) to[i] = from[i];
  } else {
    NAME(lanes) zero = 0;
    for (; i + LANES <= count; i += LANES) *(NAME(lanes) *)(to + i) = zero;
    for (; i < count; i++) to[i] = 0;
  }
}

// A gathered patch is cut into chunks of `depth` elements that lie `stride` floats apart.
typedef struct NAME(row) {
  float *chunk;
  int64_t filled, depth, stride;
} NAME(row);

SIGNET_INLINE TARGET void NAME(append)(NAME(row) * row, const float *from, int64_t count) {
  while (count > 0) {
    if (row->filled == row->depth) {
      row->chunk += row->stride;
      row->filled = 0;
    }
    int64_t part = signet_min(count, row->depth - row->filled);
    NAME(copy)(row->chunk + row->filled, from, part);
    row->filled += part;
    count -= part;
    if (from) from += part;
  }
}

// The patch of one output pixel of one group, in the order kernel row, kernel column, channel.
SIGNET_INLINE TARGET void NAME(gather)(
    const signet_conv *conv, int64_t group, signet_cursor cursor, float *to, int64_t depth,
    int64_t stride) {
  const signet_conv_shape *shape = &conv->shape;
  int64_t channels = shape->in_channels / shape->groups;
  NAME(row) row = {to, 0, depth, stride};
  int32_t top = cursor.y * shape->stride_height - shape->pad_top;
  int32_t left = cursor.x * shape->stride_width - shape->pad_left;
  const float *image = conv->in.data + cursor.image * conv->in.image_stride + group * channels;
  bool adjacent = shape->dilation_width == 1 && conv->in.pixel_stride == channels;
  for (int32_t ky = 0; ky < shape->kernel_height; ky++) {
    int32_t y = top + ky * shape->dilation_height;
    if (y < 0 || y >= shape->in_height) {
      NAME(append)(&row, NULL, channels * shape->kernel_width);
      continue;
    }
    const float *line = image + y * conv->in.row_stride;
    if (adjacent) {
      // A kernel row is one run of floats, with padding before and behind.
      int64_t from = signet_min(signet_max(-left, 0), shape->kernel_width);
      int64_t to_column = signet_min(signet_max(shape->in_width - left, from), shape->kernel_width);
      NAME(append)(&row, NULL, from * channels);
      NAME(append)(&row, line + (left + from) * channels, (to_column - from) * channels);
      NAME(append)(&row, NULL, (shape->kernel_width - to_column) * channels);
      continue;
    }
    for (int32_t kx = 0; kx < shape->kernel_width; kx++) {
      int32_t x = left + kx * shape->dilation_width;
      bool inside = x >= 0 && x < shape->in_width;
      NAME(append)(&row, inside ? line + x * conv->in.pixel_stride : NULL, channels);
    }
  }
}

// total: block × width += scale · raw, started with zero at the first code.
SIGNET_INLINE TARGET void NAME(add_code)(
    float *total, const float *raw, int64_t pixels, int64_t width, const float *scale,
    int64_t filters, bool first) {
  for (int64_t p = 0; p < pixels; p++) {
    for (int64_t f = 0; f < filters; f++) {
      float value = raw[p * width + f] * scale[f];
      total[p * width + f] = first ? value : total[p * width + f] + value;
    }
  }
}

// Finishes `filters` values of `pixels` pixels: scale, offset, residual, bounds, store.
// raw: pixels × width; scale may be NULL.
SIGNET_INLINE TARGET void NAME(finish)(
    const signet_conv *conv, signet_cursor cursor, const float *raw, int64_t pixels, int64_t width,
    int64_t first_filter, int64_t filters, const float *scale) {
  const float *offset = conv->offset + first_filter;
  const NAME(lanes) low = (NAME(lanes))conv->low, high = (NAME(lanes))conv->high;
  for (int64_t p = 0; p < pixels; p++, raw += width) {
    float *out = signet_pixel(&conv->out, cursor) + first_filter;
    const float *residual =
        conv->residual.data ? signet_pixel(&conv->residual, cursor) + first_filter : NULL;
    int64_t f = 0;
    for (; f + LANES <= filters; f += LANES) {
      NAME(lanes) value = *(const NAME(lanes) *)(raw + f);
      if (scale) value *= *(const NAME(lanes) *)(scale + f);
      value += *(const NAME(lanes) *)(offset + f);
      if (residual) value += *(const NAME(lanes) *)(residual + f);
      value = value < low ? low : value;
      value = value > high ? high : value;
      *(NAME(lanes) *)(out + f) = value;
    }
    for (; f < filters; f++) {
      float value = raw[f];
      if (scale) value *= scale[f];
      value += offset[f];
      if (residual) value += residual[f];
      value = signet_held(value, conv->low, conv->high);
      out[f] = value;
    }
    signet_cursor_advance(&cursor, &conv->shape);
  }
}
