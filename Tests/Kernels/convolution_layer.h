// One layer that convolution kernels are tried on.
#ifndef CONVOLUTION_LAYER_H
#define CONVOLUTION_LAYER_H

#include "convolutions.h"
#include "tester.h"

// One layer with its data, shared by all kernels.
typedef struct {
  const test_case *test;
  signet_conv_shape shape;
  guarded_map input, added;
  int64_t patch;
  guarded weights;  // K × filters × S float; ±1 for a binary layer
  guarded rows;     // as `pack` takes them
  guarded scales;   // K × filters
  guarded offsets;  // filters
} layer;

// How many windows fit.
int32_t output_extent(
    int32_t input, int32_t padding, int32_t kernel, int32_t dilation, int32_t stride);

layer layer_make(const test_case *test, bool binary);
void layer_free(layer *l);

#endif
