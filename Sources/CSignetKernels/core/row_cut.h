// How the output rows of an image are cut into units where a max pooling may follow.
#ifndef SIGNET_ROW_CUT_H
#define SIGNET_ROW_CUT_H

#include "core/geometry.h"

enum {
  // What the result of a unit may take of the second-level cache before a pooling.
  signet_rows_bytes = 640 * 1024,
};

typedef struct signet_row_cut {
  int64_t row_blocks;   // units of an image
  int64_t unit_rows;    // output rows of a unit, before pooling
  int64_t pooled_rows;  // of a unit; 0 without pooling
} signet_row_cut;

// most_rows: output rows of a unit, as far as its input is concerned
// filters: those whose results are held before a pooling
// parts: units of an image, or a multiple of them, where it has as many rows
SIGNET_INLINE signet_row_cut
signet_cut_rows(const signet_conv_shape *shape, int64_t most_rows, int64_t filters, int64_t parts) {
  const signet_conv_pooling *pooling = &shape->pooling;
  const bool pools = pooling->kernel_height > 0;
  int64_t most = most_rows;
  if (pools) {
    const int64_t row = shape->out_width * filters * (int64_t)sizeof(float);
    most = signet_min(most, signet_rows_bytes / row);
    most = signet_max((most - pooling->kernel_height) / pooling->stride_height + 1, 1);
  }
  const int64_t height = pools ? pooling->out_height : shape->out_height;
  const int64_t blocks = signet_round_up(signet_ceil_div(height, most), signet_min(parts, height));
  const int64_t rows = signet_ceil_div(height, blocks);
  return (signet_row_cut){
      .row_blocks = signet_ceil_div(height, rows),
      .unit_rows = pools ? signet_min(
                               (rows - 1) * pooling->stride_height + pooling->kernel_height,
                               shape->out_height)
                         : rows,
      .pooled_rows = pools ? rows : 0};
}

// Bytes of a unit's result before the pooling; 0 without one.
SIGNET_INLINE size_t
signet_unpooled_bytes(const signet_conv_shape *shape, signet_row_cut cut, int64_t filters) {
  if (cut.pooled_rows == 0) return 0;
  return signet_line(SIGNET_BYTES(cut.unit_rows, shape->out_width, filters, sizeof(float)));
}

typedef struct signet_unit_rows {
  // Of the convolution's result.
  int64_t first, count;
  // Of the pooled one, if there is a pooling.
  int64_t first_pooled, end_pooled;
} signet_unit_rows;

// The rows of one unit of an image; none of the convolution's where a pooling looks at padding alone.
SIGNET_INLINE signet_unit_rows
signet_rows_at(const signet_conv_shape *shape, signet_row_cut cut, int64_t unit) {
  const signet_conv_pooling *pooling = &shape->pooling;
  if (cut.pooled_rows == 0) {
    const int64_t first = unit * cut.unit_rows;
    return (signet_unit_rows){first, signet_min(cut.unit_rows, shape->out_height - first), 0, 0};
  }
  const int64_t from = unit * cut.pooled_rows;
  const int64_t end = signet_min(from + cut.pooled_rows, pooling->out_height);
  const int64_t first = signet_max(from * pooling->stride_height - pooling->pad_top, 0);
  const int64_t behind = signet_min(
      (end - 1) * pooling->stride_height - pooling->pad_top + pooling->kernel_height,
      shape->out_height);
  return (signet_unit_rows){first, signet_max(behind - first, 0), from, end};
}

#endif
