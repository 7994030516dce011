// The places of a filter's window that lie inside a map, along one axis. A template: the including
// file defines NAME(x).
#include "core/geometry.h"

typedef struct NAME(reach) {
  // The window's first place, which may lie outside, and the taps from which and up to which they
  // lie inside.
  int64_t start, from, to;
} NAME(reach);

SIGNET_INLINE NAME(reach) NAME(reach_at)(
    int64_t output, int64_t stride, int64_t before, int64_t kernel, int64_t dilation,
    int64_t extent) {
  const int64_t start = output * stride - before;
  const int64_t from = start < 0 ? (-start + dilation - 1) / dilation : 0;
  const int64_t to = start < extent ? (extent - start + dilation - 1) / dilation : 0;
  return (NAME(reach)){start, from, signet_min(to, kernel)};
}

SIGNET_INLINE NAME(reach) NAME(reached_rows)(const signet_constant_filters *filters, int64_t y) {
  return NAME(reach_at)(
      y, filters->stride_height, filters->pad_top, filters->kernel_height, filters->dilation_height,
      filters->sums.height);
}

SIGNET_INLINE NAME(reach) NAME(reached_columns)(const signet_constant_filters *filters, int64_t x) {
  return NAME(reach_at)(
      x, filters->stride_width, filters->pad_left, filters->kernel_width, filters->dilation_width,
      filters->sums.width);
}

// The sum over a window of one channel of an image.
SIGNET_INLINE float NAME(window_total)(
    const signet_constant_filters *filters, const float *image, NAME(reach) rows,
    NAME(reach) columns) {
  const signet_view *view = &filters->sums;
  float sum = 0;
  for (int64_t i = rows.from; i < rows.to; i++) {
    const float *row = image + (rows.start + i * filters->dilation_height) * view->row_stride;
    for (int64_t j = columns.from; j < columns.to; j++) {
      sum += row[(columns.start + j * filters->dilation_width) * view->pixel_stride];
    }
  }
  return sum;
}

#define SIGNET_REQUIRE_CONSTANT_FILTERS(filters)                                             \
  SIGNET_REQUIRE(                                                                            \
      (filters)->factors && (filters)->kernel_height >= 1 && (filters)->kernel_width >= 1 && \
      (filters)->stride_height >= 1 && (filters)->stride_width >= 1 &&                       \
      (filters)->dilation_height >= 1 && (filters)->dilation_width >= 1 &&                   \
      (filters)->sums.channels >= 1 && (filters)->out.channels % (filters)->sums.channels == 0)
#define SIGNET_REQUIRE_CHANNEL_SUMS(sums)                                                 \
  SIGNET_REQUIRE(                                                                         \
      (sums)->in.height == (sums)->out.height && (sums)->in.width == (sums)->out.width && \
      (sums)->out.channels >= 1 && (sums)->in.channels % (sums)->out.channels == 0)
