// What convolution kernels that turn numbers into integers may be off by, from what their names say
// of the integers and from the lengths of the sums that must hold them: nothing is asked of the
// kernels themselves.
#ifndef SIGNET_KERNEL_ROUNDING_H
#define SIGNET_KERNEL_ROUNDING_H

#include "CSignetKernels.h"

// Half an integer, and the rounding of the product that becomes one.
typedef struct {
  // Of each input, as a share of the largest sum of magnitudes over so many channels of a pixel of
  // the image, or elements of the patch.
  double input;
  int32_t channels;
  bool of_patches;
  // Of each weight, as a share of its filter's largest, or of the sum of their magnitudes if that
  // gives more.
  double weight, weight_of_sum;
  // Whether numbers are rounded one by one and everything after is exact, so that what is lost adds
  // up as independent errors do.
  bool is_independent;
} signet_rounding;

// Chunks of 64 channels under taps whose halved sums the table convolutions add in 16 bits.
int64_t signet_run_steps(const signet_conv_shape *shape);

signet_rounding signet_rounding_of(const char *kernel, const signet_conv_shape *shape);

// What each weight of a filter may be off by.
double signet_weight_error(signet_rounding rounding, double sum, double largest);

#endif
