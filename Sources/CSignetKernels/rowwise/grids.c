// Operations along the rows of a matrix: what a grid becomes once the axes in question are last.
#include <math.h>

#include "CSignetGridKernels.h"
#include "core/conv_checks.h"
#include "rowwise/row_start.h"

// Sums of many numbers are in double precision, as their order is not that of other runtimes.
static double grid_sum(const float *row, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; i++) sum += row[i];
  return sum;
}

static double grid_sum_of_squares(const float *row, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; i++) sum += (double)row[i] * row[i];
  return sum;
}

static double grid_sum_of_magnitudes(const float *row, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; i++) sum += fabsf(row[i]);
  return sum;
}

static float grid_extreme(const float *row, int64_t count, bool is_maximum) {
  float extreme = row[0];
  for (int64_t i = 1; i < count; i++) {
    if (isnan(row[i])) return NAN;
    if (is_maximum ? row[i] > extreme : row[i] < extreme) extreme = row[i];
  }
  return extreme;
}

static float grid_product(const float *row, int64_t count) {
  double product = 1;
  for (int64_t i = 0; i < count; i++) product *= row[i];
  return (float)product;
}

static float grid_log_sum_exp(const float *row, int64_t count) {
  const float largest = grid_extreme(row, count, true);
  if (!isfinite(largest)) return largest;
  double sum = 0;
  for (int64_t i = 0; i < count; i++) sum += expf(row[i] - largest);
  return largest + (float)log(sum);
}

static float grid_place(const float *row, int64_t count, bool is_maximum, bool takes_last) {
  int64_t place = 0;
  for (int64_t i = 1; i < count; i++) {
    const bool better = is_maximum ? row[i] > row[place] : row[i] < row[place];
    if (better || (takes_last && row[i] == row[place])) place = i;
  }
  return (float)place;
}

static float grid_reduced(signet_reduce_function function, const float *row, int64_t count) {
  switch (function) {
    case SIGNET_REDUCE_SUM: return (float)grid_sum(row, count);
    case SIGNET_REDUCE_MEAN: return (float)(grid_sum(row, count) / (double)count);
    case SIGNET_REDUCE_MAXIMUM: return grid_extreme(row, count, true);
    case SIGNET_REDUCE_MINIMUM: return grid_extreme(row, count, false);
    case SIGNET_REDUCE_PRODUCT: return grid_product(row, count);
    case SIGNET_REDUCE_SUM_OF_SQUARES: return (float)grid_sum_of_squares(row, count);
    case SIGNET_REDUCE_L1: return (float)grid_sum_of_magnitudes(row, count);
    case SIGNET_REDUCE_L2: return (float)sqrt(grid_sum_of_squares(row, count));
    case SIGNET_REDUCE_LOG_SUM: return (float)log(grid_sum(row, count));
    case SIGNET_REDUCE_LOG_SUM_EXP: return grid_log_sum_exp(row, count);
    case SIGNET_ARG_MAXIMUM: return grid_place(row, count, true, false);
    case SIGNET_ARG_MAXIMUM_LAST: return grid_place(row, count, true, true);
    case SIGNET_ARG_MINIMUM: return grid_place(row, count, false, false);
    case SIGNET_ARG_MINIMUM_LAST: return grid_place(row, count, false, true);
  }
  return 0;
}

void signet_reduce_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_reduce *reduce = arguments;
  SIGNET_REQUIRE_ROWS(&reduce->out, images, from, to);
  const int32_t rows = reduce->out.height;
  for (int64_t unit = from; unit < to; unit++) {
    *rowwise_row_start(&reduce->out, unit, rows) = grid_reduced(
        reduce->function, rowwise_row_start(&reduce->in, unit, rows), reduce->in.channels);
  }
}

void signet_normalize_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_normalize *normalize = arguments;
  SIGNET_REQUIRE_ROWS(&normalize->out, images, from, to);
  const int32_t rows = normalize->out.height;
  const int64_t count = normalize->in.channels;
  for (int64_t unit = from; unit < to; unit++) {
    const float *in = rowwise_row_start(&normalize->in, unit, rows);
    float *out = rowwise_row_start(&normalize->out, unit, rows);
    const double mean = grid_sum(in, count) / (double)count;
    double variance = 0;
    for (int64_t i = 0; i < count; i++) variance += (in[i] - mean) * (in[i] - mean);
    const double scale = 1 / sqrt(variance / (double)count + normalize->epsilon);
    for (int64_t i = 0; i < count; i++) out[i] = (float)((in[i] - mean) * scale);
  }
}

void signet_matrix_product_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_matrix_product *product = arguments;
  SIGNET_REQUIRE_ROWS(&product->out, images, from, to);
  const int32_t rows = product->out.height;
  const int64_t inner = product->left.channels, columns = product->out.channels;
  for (int64_t unit = from; unit < to; unit++) {
    const float *left = rowwise_row_start(&product->left, unit, rows);
    const int64_t matrix = unit % rows / product->rows;
    const float *right = product->right.data + unit / rows * product->right.image_stride +
                         matrix * inner * product->right.row_stride;
    float *restrict out = rowwise_row_start(&product->out, unit, rows);
    for (int64_t c = 0; c < columns; c++) out[c] = 0;
    for (int64_t k = 0; k < inner; k++) {
      const float factor = left[k];
      for (int64_t c = 0; c < columns; c++) out[c] += factor * right[c];
      right += product->right.row_stride;
    }
  }
}
