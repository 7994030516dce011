// Which layers are pointwise, and which of their pixels lie in a row.
#ifndef SIGNET_POINTWISE_ROWS_H
#define SIGNET_POINTWISE_ROWS_H

#include "core/geometry.h"

// One pixel has nothing to share a vector of weights with.
SIGNET_INLINE bool pointwise_accepts_shape(const signet_conv_shape *shape) {
  return shape->kernel_height == 1 && shape->kernel_width == 1 && shape->groups == 1 &&
         shape->codes == 1 && shape->pad_top == 0 && shape->pad_left == 0 &&
         shape->pooling.kernel_height == 0 &&
         (int64_t)(shape->out_height - 1) * shape->stride_height < shape->in_height &&
         (int64_t)(shape->out_width - 1) * shape->stride_width < shape->in_width &&
         signet_pixels(shape, 1) > 1;
}

// Whether a view's rows follow each other as its pixels do.
SIGNET_INLINE bool pointwise_is_linear(const signet_view *view) {
  return view->height == 1 || view->row_stride == view->width * view->pixel_stride;
}

// How many pixels from one on, up to `end` of an image, are neighbours in all views.
SIGNET_INLINE int64_t pointwise_neighbours(const signet_conv *conv, int64_t pixel, int64_t end) {
  const signet_conv_shape *shape = &conv->shape;
  const bool is_one_row = shape->stride_height == 1 && shape->stride_width == 1 &&
                          pointwise_is_linear(&conv->in) && pointwise_is_linear(&conv->out) &&
                          (!conv->residual.data || pointwise_is_linear(&conv->residual));
  if (is_one_row) return end - pixel;
  return signet_min(end - pixel, shape->out_width - pixel % shape->out_width);
}

SIGNET_INLINE signet_cursor
pointwise_cursor(const signet_conv_shape *shape, int64_t image, int64_t pixel) {
  return (signet_cursor){
      image, (int32_t)(pixel / shape->out_width), (int32_t)(pixel % shape->out_width)};
}

// Where an output pixel looks.
SIGNET_INLINE const float *pointwise_input(const signet_conv *conv, signet_cursor cursor) {
  const signet_conv_shape *shape = &conv->shape;
  const signet_cursor looks = {
      cursor.image, cursor.y * shape->stride_height, cursor.x * shape->stride_width};
  return signet_pixel(&conv->in, looks);
}

#endif
