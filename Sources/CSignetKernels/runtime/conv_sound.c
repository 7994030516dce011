#include "conv_sound.h"

// The product of some extents is a value's number of elements.
#define COUNTABLE(...) (SIGNET_BYTES(__VA_ARGS__) <= (size_t)SIGNET_MOST_ELEMENTS)

// Places of the padded input, along one axis, from the first that some window looks at to the last.
static int64_t reach(int32_t outputs, int32_t stride, int32_t kernel, int32_t dilation) {
  return (int64_t)(outputs - 1) * stride + (int64_t)(kernel - 1) * dilation + 1;
}

static bool pool_is_sound(const signet_conv_pool *pool) {
  return pool->kernel_height == 0 ||
         (signet_is_extent(pool->kernel_height) && signet_is_extent(pool->kernel_width) &&
          signet_is_extent(pool->stride_height) && signet_is_extent(pool->stride_width) &&
          signet_is_extent(pool->out_height) && signet_is_extent(pool->out_width) &&
          pool->pad_top >= 0 && pool->pad_top < pool->kernel_height && pool->pad_left >= 0 &&
          pool->pad_left < pool->kernel_width &&
          (int64_t)(pool->out_height - 1) * pool->stride_height < SIGNET_MOST_EXTENT &&
          (int64_t)(pool->out_width - 1) * pool->stride_width < SIGNET_MOST_EXTENT);
}

bool signet_conv_shape_is_sound(const signet_conv_shape *shape) {
  const int32_t extents[] = {
      shape->in_channels,   shape->in_height,     shape->in_width,        shape->out_channels,
      shape->out_height,    shape->out_width,     shape->kernel_height,   shape->kernel_width,
      shape->stride_height, shape->stride_width,  shape->dilation_height, shape->dilation_width,
      shape->groups,        shape->codes,         shape->threads,
  };
  for (size_t i = 0; i < sizeof extents / sizeof *extents; i++) {
    if (!signet_is_extent(extents[i])) return false;
  }
  if (!signet_is_padding(shape->pad_top) || !signet_is_padding(shape->pad_left) ||
      shape->in_channels % shape->groups != 0 || shape->out_channels % shape->groups != 0 ||
      !pool_is_sound(&shape->pool)) {
    return false;
  }
  const int64_t rows =
      reach(shape->out_height, shape->stride_height, shape->kernel_height, shape->dilation_height);
  const int64_t columns =
      reach(shape->out_width, shape->stride_width, shape->kernel_width, shape->dilation_width);
  return rows < SIGNET_MOST_EXTENT && columns < SIGNET_MOST_EXTENT &&
         COUNTABLE(shape->in_channels, shape->in_height, shape->in_width) &&
         COUNTABLE(shape->out_channels, shape->out_height, shape->out_width) &&
         COUNTABLE(shape->in_channels, rows, columns) &&
         COUNTABLE(
             shape->in_channels / shape->groups, shape->kernel_height, shape->kernel_width,
             shape->out_channels) &&
         // A step over more than the windows reach leads nowhere.
         shape->stride_height <= rows && shape->stride_width <= columns;
}
