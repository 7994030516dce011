// Geometry that the gathering convolutions share: which output pixels a unit covers and where in
// the input each of them looks. Included by files that define TARGET, the functions' attribute.
#ifndef SIGNET_GEOMETRY_H
#define SIGNET_GEOMETRY_H

#include <string.h>

#include "core/conv_checks.h"

#define SIGNET_INLINE static inline __attribute__((always_inline, unused))

SIGNET_INLINE int64_t signet_min(int64_t a, int64_t b) { return a < b ? a : b; }
SIGNET_INLINE int64_t signet_max(int64_t a, int64_t b) { return a > b ? a : b; }
SIGNET_INLINE int64_t signet_ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
SIGNET_INLINE int64_t signet_round_up(int64_t a, int64_t b) { return signet_ceil_div(a, b) * b; }

// What is not a number stays.
SIGNET_INLINE float signet_held(float value, float low, float high) {
  const float raised = value < low ? low : value;
  return raised > high ? high : raised;
}

// S
SIGNET_INLINE int64_t signet_patch_length(const signet_conv_shape *shape) {
  return (int64_t)(shape->in_channels / shape->groups) * shape->kernel_height * shape->kernel_width;
}

// M
SIGNET_INLINE int64_t signet_pixels(const signet_conv_shape *shape, int64_t images) {
  return images * shape->out_height * shape->out_width;
}

// How M pixels × N filters of each group are cut into units. A unit gathers the patches of one
// pixel block and meets them with some filter blocks.
typedef struct signet_tiling {
  int64_t pixels;        // M
  int64_t block_pixels;  // patches gathered at once
  int64_t pixel_blocks;
  int64_t group_filters;  // N / groups
  int64_t filter_blocks;  // of one group
  int64_t splits;         // parts the filter blocks of one group are dealt into
} signet_tiling;

SIGNET_INLINE signet_tiling signet_tile(
    const signet_conv_shape *shape, int64_t images, int64_t filters_per_block,
    int64_t pixels_per_tile, int64_t most_pixels) {
  signet_tiling tiling;
  tiling.pixels = signet_pixels(shape, images);
  tiling.group_filters = shape->out_channels / shape->groups;
  tiling.filter_blocks = signet_ceil_div(tiling.group_filters, filters_per_block);
  tiling.pixel_blocks = signet_ceil_div(tiling.pixels, most_pixels);
  tiling.splits = 1;
  int64_t threads = shape->threads;
  if (threads > 1) {
    if (tiling.pixels >= 2 * threads * pixels_per_tile) {
      tiling.pixel_blocks = signet_round_up(tiling.pixel_blocks, threads);
    } else {
      tiling.splits = signet_min(threads, tiling.filter_blocks);
    }
  }
  tiling.block_pixels = signet_ceil_div(tiling.pixels, tiling.pixel_blocks);
  tiling.pixel_blocks = signet_ceil_div(tiling.pixels, tiling.block_pixels);
  return tiling;
}

SIGNET_INLINE int64_t signet_tiling_units(const signet_conv *conv, signet_tiling tiling) {
  return tiling.pixel_blocks * conv->shape.groups * tiling.splits;
}

// A position among the output pixels of all images.
typedef struct signet_cursor {
  int64_t image;
  int32_t y, x;
} signet_cursor;

SIGNET_INLINE signet_cursor signet_cursor_at(const signet_conv_shape *shape, int64_t pixel) {
  int64_t area = (int64_t)shape->out_height * shape->out_width;
  int64_t rest = pixel % area;
  return (signet_cursor){
      pixel / area, (int32_t)(rest / shape->out_width), (int32_t)(rest % shape->out_width)};
}

SIGNET_INLINE void signet_cursor_advance(signet_cursor *cursor, const signet_conv_shape *shape) {
  if (++cursor->x < shape->out_width) return;
  cursor->x = 0;
  if (++cursor->y < shape->out_height) return;
  cursor->y = 0;
  cursor->image++;
}

SIGNET_INLINE float *signet_pixel(const signet_view *view, signet_cursor cursor) {
  return view->data + cursor.image * view->image_stride + cursor.y * view->row_stride +
         cursor.x * view->pixel_stride;
}

#endif
