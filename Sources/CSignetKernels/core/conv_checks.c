#include "core/conv_checks.h"

// The product of some extents is a value's number of elements.
#define COUNTABLE(...) (SIGNET_BYTES(__VA_ARGS__) <= (size_t)SIGNET_MOST_ELEMENTS)

// Places of the padded input, along one axis, from the first that some window looks at to the last.
static int64_t reach(int32_t outputs, int32_t stride, int32_t kernel, int32_t dilation) {
  return (int64_t)(outputs - 1) * stride + (int64_t)(kernel - 1) * dilation + 1;
}

static bool pooling_is_sound(const signet_conv_pooling *pooling) {
  return pooling->kernel_height == 0 ||
         (signet_is_extent(pooling->kernel_height) && signet_is_extent(pooling->kernel_width) &&
          signet_is_extent(pooling->stride_height) && signet_is_extent(pooling->stride_width) &&
          signet_is_extent(pooling->out_height) && signet_is_extent(pooling->out_width) &&
          pooling->pad_top >= 0 && pooling->pad_top < pooling->kernel_height &&
          pooling->pad_left >= 0 && pooling->pad_left < pooling->kernel_width &&
          (int64_t)(pooling->out_height - 1) * pooling->stride_height < SIGNET_MOST_EXTENT &&
          (int64_t)(pooling->out_width - 1) * pooling->stride_width < SIGNET_MOST_EXTENT);
}

bool signet_conv_shape_is_sound(const signet_conv_shape *shape) {
  const int32_t extents[] = {
      shape->in_channels,   shape->in_height,    shape->in_width,        shape->out_channels,
      shape->out_height,    shape->out_width,    shape->kernel_height,   shape->kernel_width,
      shape->stride_height, shape->stride_width, shape->dilation_height, shape->dilation_width,
      shape->groups,        shape->codes,        shape->threads,
  };
  for (size_t i = 0; i < sizeof extents / sizeof *extents; i++) {
    if (!signet_is_extent(extents[i])) return false;
  }
  if (!signet_is_padding(shape->pad_top) || !signet_is_padding(shape->pad_left) ||
      shape->in_channels % shape->groups != 0 || shape->out_channels % shape->groups != 0 ||
      !pooling_is_sound(&shape->pooling)) {
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
