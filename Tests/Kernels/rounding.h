// What convolution kernels that turn numbers into integers may be off by.
#ifndef SIGNET_KERNEL_ROUNDING_H
#define SIGNET_KERNEL_ROUNDING_H

#include "CSignetKernels.h"

// What a kernel may add to each input, as a share of the largest input of the image, and to each
// weight, as a share of the filter's largest: half a unit of 16- or 24-bit integers and the rounding
// of their scale. The first part of a kernel's name says what its weights and its inputs become.
typedef struct {
  double input, weight;
  // Instead of the weights' share: the quantisation step.
  float (*weight_quantisation_step)(float sum, float largest);
  // What the inputs' share is of: the largest sum of magnitudes of so many channels of a pixel, or
  // elements of the patches.
  int32_t channels;
  bool of_patches;
} rounding;

rounding rounding_of(const signet_conv_kernel *kernel, const signet_conv_shape *shape);

#endif
