// Kernels of operations along the axes of a grid, of resampling, and of functions of several values.
// Plain C for every processor, as in CSignetElementwiseKernels.h.
#ifndef CSIGNET_GRID_KERNELS_H
#define CSIGNET_GRID_KERNELS_H

#include "CSignetRuntimeKernels.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum signet_binary_function {
  SIGNET_ADD,
  SIGNET_SUBTRACT,
  SIGNET_MULTIPLY,
  SIGNET_DIVIDE,
  SIGNET_MINIMUM,
  SIGNET_MAXIMUM,
  SIGNET_POWER_OF,
  SIGNET_REMAINDER,
  SIGNET_EQUAL,
  SIGNET_LESS,
  SIGNET_LESS_OR_EQUAL,
  SIGNET_GREATER,
  SIGNET_GREATER_OR_EQUAL,
  SIGNET_AND,
  SIGNET_OR,
  SIGNET_EXCLUSIVE_OR,
} signet_binary_function;

// y = function(left, right). A view that is broadcast along rows or columns has a stride of 0 there,
// one that is broadcast along channels has a single channel.
typedef struct signet_binary {
  signet_view left, right, out;
  signet_binary_function function;
} signet_binary;

// y = condition ≠ 0 ? left : right, broadcast likewise.
typedef struct signet_select {
  signet_view condition, left, right, out;
} signet_select;

// The same numbers for every image.
typedef struct signet_fill {
  signet_view out;
  // values: rows × columns × channels
  const float *values;
} signet_fill;

// Lays pixels `stride` apart, zeros between.
typedef struct signet_spread {
  signet_view in, out;
  int32_t stride_height, stride_width;
} signet_spread;

// What an element along one axis is made of: `taps` places of the input and their weights.
typedef struct signet_resize_axis {
  int32_t taps;
  // places, weights: elements of the output × taps; the first place is −1 where nothing of the input
  // counts
  const int32_t *places;
  const float *weights;
} signet_resize_axis;

// y = Σ over rows and columns of weight · weight · x; `outside` where an axis has none.
typedef struct signet_resize {
  signet_view in, out;
  signet_resize_axis rows, columns;
  float outside;
} signet_resize;

typedef enum signet_sample_mode {
  SIGNET_SAMPLE_NEAREST,
  SIGNET_SAMPLE_LINEAR,
  SIGNET_SAMPLE_CUBIC,
} signet_sample_mode;

typedef enum signet_sample_padding {
  SIGNET_SAMPLE_ZEROS,
  SIGNET_SAMPLE_BORDER,
  SIGNET_SAMPLE_REFLECTION,
} signet_sample_padding;

// Reads pixels of `in` at places between −1 and 1. `places` has the two numbers of a place, x and y,
// as columns, the places of a row of `out` as rows, and the rows of `out` as channels.
typedef struct signet_grid_sample {
  signet_view in, places, out;
  signet_sample_mode mode;
  signet_sample_padding padding;
  bool aligns_corners;
} signet_grid_sample;

typedef enum signet_reduce_function {
  SIGNET_REDUCE_SUM,
  SIGNET_REDUCE_MEAN,
  SIGNET_REDUCE_MAXIMUM,
  SIGNET_REDUCE_MINIMUM,
  SIGNET_REDUCE_PRODUCT,
  SIGNET_REDUCE_SUM_OF_SQUARES,
  SIGNET_REDUCE_L1,
  SIGNET_REDUCE_L2,
  SIGNET_REDUCE_LOG_SUM,
  SIGNET_REDUCE_LOG_SUM_EXP,
  SIGNET_ARG_MAXIMUM,
  SIGNET_ARG_MAXIMUM_LAST,
  SIGNET_ARG_MINIMUM,
  SIGNET_ARG_MINIMUM_LAST,
} signet_reduce_function;

// Makes one number of each row: `in` has the numbers of a row as channels, `out` has one channel.
typedef struct signet_reduce {
  signet_view in, out;
  signet_reduce_function function;
} signet_reduce;

// Subtracts a row's mean and divides by its deviation.
typedef struct signet_normalize {
  signet_view in, out;
  float epsilon;
} signet_normalize;

// Rows of `out` are rows of `left` times the matrix in `right` they belong to: left has batch · rows
// rows of `inner` channels, right batch · inner rows of `columns` channels.
typedef struct signet_matrix_product {
  signet_view left, right, out;
  // Rows of one matrix of the batch.
  int32_t rows;
} signet_matrix_product;

void signet_binary_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch);
void signet_select_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch);
void signet_fill_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch);
void signet_spread_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch);
void signet_resize_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch);
void signet_grid_sample_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch);
void signet_reduce_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch);
void signet_normalize_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch);
void signet_matrix_product_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch);

#ifdef __cplusplus
}
#endif
#endif
