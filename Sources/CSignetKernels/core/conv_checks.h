// What must hold of a convolution before a kernel may lay it out or run it.
#ifndef SIGNET_CONV_CHECKS_H
#define SIGNET_CONV_CHECKS_H

#include "CSignetRuntimeKernels.h"
#include "core/layout_bytes.h"
#include "core/require.h"

static inline bool signet_is_extent(int32_t value) {
  return value >= 1 && value < SIGNET_MOST_EXTENT;
}

static inline bool signet_is_padding(int32_t value) {
  return value >= 0 && value < SIGNET_MOST_EXTENT;
}

// Whether a view has the extents it is said to have, and somewhere to be.
static inline bool signet_view_is(
    const signet_view *view, int32_t height, int32_t width, int32_t channels) {
  return view->data && view->height == height && view->width == width && view->channels == channels;
}

// Whether a convolution's views are those of its shape, and the units some of those it has.
static inline bool signet_conv_is_sound(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, int64_t units) {
  const signet_conv_shape *shape = &conv->shape;
  const bool pools = shape->pooling.kernel_height > 0;
  const int32_t height = pools ? shape->pooling.out_height : shape->out_height;
  const int32_t width = pools ? shape->pooling.out_width : shape->out_width;
  return signet_conv_shape_is_sound(shape) && images >= 1 && from >= 0 && from <= to &&
         to <= units && conv->packed && conv->offset && (shape->codes == 1 || conv->scale) &&
         signet_view_is(&conv->in, shape->in_height, shape->in_width, shape->in_channels) &&
         signet_view_is(&conv->out, height, width, shape->out_channels) &&
         (!conv->residual.data ||
          (!pools && signet_view_is(&conv->residual, height, width, shape->out_channels)));
}

// Whether a row kernel may write some rows of a view.
static inline bool signet_rows_are_sound(
    const signet_view *view, int64_t images, int64_t from, int64_t to) {
  return view->data && view->height >= 1 && view->width >= 1 && view->channels >= 1 && from >= 0 &&
         from <= to && to <= images * view->height;
}

#define SIGNET_REQUIRE_ROWS(view, images, from, to) \
  SIGNET_REQUIRE(signet_rows_are_sound(view, images, from, to))

// At the entry of every packing function.
#define SIGNET_REQUIRE_PACKING(shape, rows, packed) \
  SIGNET_REQUIRE(signet_conv_shape_is_sound(shape) && (rows) && (packed))

// At the entry of every convolution kernel; `units` is the kernel's own number of them.
#define SIGNET_REQUIRE_UNITS(conv, images, from, to, units) \
  SIGNET_REQUIRE(signet_conv_is_sound(conv, images, from, to, units))

#endif
