// A node's operator while a session has it.
#ifndef SIGNET_ONNXRUNTIME_KERNEL_H
#define SIGNET_ONNXRUNTIME_KERNEL_H

#include "onnxruntime_interface.h"

// Inputs of BinaryConv and BinaryLinear, in the operators' order.
enum layer_input {
  layer_x,
  layer_codes,
  layer_scales,
  layer_bias,
  layer_constants,
  layer_input_scales,
  layer_code_counts,
  layer_residual,
  layer_input_count,
};

OrtStatus *create_convolution(
    const OrtCustomOp *, const OrtApi *, const OrtKernelInfo *, void **kernel);
OrtStatus *create_linear(const OrtCustomOp *, const OrtApi *, const OrtKernelInfo *, void **kernel);
// Inputs: a model file's bytes, then what the network of the file is given.
OrtStatus *create_block(const OrtCustomOp *, const OrtApi *, const OrtKernelInfo *, void **kernel);

OrtStatus *compute(void *kernel, OrtKernelContext *);
void destroy(void *kernel);

#endif
