// A convolution to try on every kernel that takes it.
#ifndef SIGNET_TEST_CONVOLUTIONS_H
#define SIGNET_TEST_CONVOLUTIONS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  int32_t channels, height, width, filters;
  int32_t kernel_height, kernel_width, stride_height, stride_width;
  int32_t dilation_height, dilation_width;
  int32_t top, left, bottom, right;
  int32_t groups, codes, images, threads, gap;
  bool residual, relu, scaled;
  // Holds results within −0.4 … 0.3.
  bool held;
  // Where not 0, inputs and signs that agree, so that sums over so many channels are as large as sums
  // can be.
  int32_t extreme;
  // Every input and every weight is 1: no sum of integers can be larger.
  bool ones;
  // Inputs have one sign per channel, and filters those signs or their opposites: every sum is as
  // large as the magnitudes of its inputs allow.
  bool aligned;
} test_case;

// Tries all candidates of all sets that take the shape, not only those an engine would choose.
void run_case(test_case t);

#endif
