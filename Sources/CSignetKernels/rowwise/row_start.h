// Where the row of a unit begins.
#ifndef SIGNET_ROWWISE_ROW_START_H
#define SIGNET_ROWWISE_ROW_START_H

#include "CSignetRuntimeKernels.h"

// Units are rows, those of the first image before those of the next.
static inline float *rowwise_row_start(const signet_view *view, int64_t unit, int32_t rows) {
  return view->data + unit / rows * view->image_stride + unit % rows * view->row_stride;
}

#endif
