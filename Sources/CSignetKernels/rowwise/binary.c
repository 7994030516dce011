// Functions of two and three values, element by element.
#include <math.h>

#include "CSignetGridKernels.h"
#include "core/conv_checks.h"
#include "rowwise/row_start.h"

// `left` and `right` advance by 0 or 1 per channel.
#define BINARY_LOOP(expression)                                     \
  for (int64_t c = 0; c < channels; c++) {                          \
    const float a = left[c * left_step], b = right[c * right_step]; \
    out[c] = (expression);                                          \
  }                                                                 \
  break

static float binary_smaller(float a, float b) {
  if (isnan(a) || isnan(b)) return NAN;
  return a < b ? a : b;
}

static float binary_larger(float a, float b) {
  if (isnan(a) || isnan(b)) return NAN;
  return a > b ? a : b;
}

static void binary_pixel(
    signet_binary_function function, const float *left, int64_t left_step, const float *right,
    int64_t right_step, float *restrict out, int64_t channels) {
  switch (function) {
    case SIGNET_ADD: BINARY_LOOP(a + b);
    case SIGNET_SUBTRACT: BINARY_LOOP(a - b);
    case SIGNET_MULTIPLY: BINARY_LOOP(a * b);
    case SIGNET_DIVIDE: BINARY_LOOP(a / b);
    case SIGNET_MINIMUM: BINARY_LOOP(binary_smaller(a, b));
    case SIGNET_MAXIMUM: BINARY_LOOP(binary_larger(a, b));
    case SIGNET_POWER_OF: BINARY_LOOP(powf(a, b));
    case SIGNET_REMAINDER: BINARY_LOOP(fmodf(a, b));
    case SIGNET_EQUAL: BINARY_LOOP(a == b);
    case SIGNET_LESS: BINARY_LOOP(a < b);
    case SIGNET_LESS_OR_EQUAL: BINARY_LOOP(a <= b);
    case SIGNET_GREATER: BINARY_LOOP(a > b);
    case SIGNET_GREATER_OR_EQUAL: BINARY_LOOP(a >= b);
    case SIGNET_AND: BINARY_LOOP(a != 0 && b != 0);
    case SIGNET_OR: BINARY_LOOP(a != 0 || b != 0);
    case SIGNET_EXCLUSIVE_OR: BINARY_LOOP((a != 0) != (b != 0));
  }
}

void signet_binary_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_binary *binary = arguments;
  SIGNET_REQUIRE_ROWS(&binary->out, images, from, to);
  const int32_t rows = binary->out.height;
  const int64_t channels = binary->out.channels;
  const int64_t left_step = binary->left.channels == channels;
  const int64_t right_step = binary->right.channels == channels;
  for (int64_t unit = from; unit < to; unit++) {
    const float *left = rowwise_row_start(&binary->left, unit, rows);
    const float *right = rowwise_row_start(&binary->right, unit, rows);
    float *restrict out = rowwise_row_start(&binary->out, unit, rows);
    for (int32_t x = 0; x < binary->out.width; x++) {
      binary_pixel(binary->function, left, left_step, right, right_step, out, channels);
      left += binary->left.pixel_stride;
      right += binary->right.pixel_stride;
      out += binary->out.pixel_stride;
    }
  }
}

void signet_select_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_select *select = arguments;
  SIGNET_REQUIRE_ROWS(&select->out, images, from, to);
  const int32_t rows = select->out.height;
  const int64_t channels = select->out.channels;
  const int64_t condition_step = select->condition.channels == channels;
  const int64_t left_step = select->left.channels == channels;
  const int64_t right_step = select->right.channels == channels;
  for (int64_t unit = from; unit < to; unit++) {
    const float *condition = rowwise_row_start(&select->condition, unit, rows);
    const float *left = rowwise_row_start(&select->left, unit, rows);
    const float *right = rowwise_row_start(&select->right, unit, rows);
    float *restrict out = rowwise_row_start(&select->out, unit, rows);
    for (int32_t x = 0; x < select->out.width; x++) {
      for (int64_t c = 0; c < channels; c++) {
        out[c] = condition[c * condition_step] != 0 ? left[c * left_step] : right[c * right_step];
      }
      condition += select->condition.pixel_stride;
      left += select->left.pixel_stride;
      right += select->right.pixel_stride;
      out += select->out.pixel_stride;
    }
  }
}
