// Kernels of the operations that imported networks need beside convolutions, pooling and sums.
// They are plain C for every processor: each is one pass over a feature map, left to the compiler.
// Those that count have faster ones in the kernel sets, whose reference implementations these are.
// Their unit is one output row of one image, as in CSignetRuntimeKernels.h.
#ifndef CSIGNET_ELEMENTWISE_KERNELS_H
#define CSIGNET_ELEMENTWISE_KERNELS_H

#include "CSignetRuntimeKernels.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum signet_function {
  SIGNET_LEAKY_RELU,        // x > 0 ? x : a·x
  SIGNET_CLIP,              // min(max(x, a), b)
  SIGNET_SIGMOID,           // 1 / (1 + exp(−x))
  SIGNET_HARD_SIGMOID,      // min(max(a·x + b, 0), 1)
  SIGNET_HARD_SWISH,        // x · min(max(x/6 + 1/2, 0), 1)
  SIGNET_SILU,              // x / (1 + exp(−x))
  SIGNET_ELU,               // c · (x > 0 ? x : a · (exp(x / b) − 1))
  SIGNET_THRESHOLDED_RELU,  // x > a ? x : 0
  SIGNET_POWER,             // x to the power a
  SIGNET_EXP,
  SIGNET_LOG,
  SIGNET_SQRT,
  SIGNET_RECIPROCAL,
  SIGNET_ABS,
  SIGNET_NEGATE,
  SIGNET_SIGN,
  SIGNET_FLOOR,
  SIGNET_CEIL,
  SIGNET_ROUND,  // halves to the even number
  SIGNET_SIN,
  SIGNET_COS,
  SIGNET_TANH,
  SIGNET_ERF,
  SIGNET_GELU,
  SIGNET_GELU_TANH,
  SIGNET_SOFTPLUS,
  SIGNET_SOFTSIGN,
  SIGNET_MISH,
  SIGNET_NOT,  // x = 0
} signet_function;

typedef struct signet_activation {
  signet_view in, out;
  signet_function function;
  float a, b, c;
} signet_activation;

// y = weight · x + bias, or, for a PReLU, y = x > 0 ? x : weight · x, with constants for places.
typedef struct signet_constants {
  signet_view in, out;
  // Rows × columns × channels, with the strides below; NULL where there is none.
  const float *weight, *bias;
  // 0 along an axis the constants are broadcast along.
  int64_t row_stride, pixel_stride, channel_stride;
  bool prelu;
} signet_constants;

// y_c = x_c / (bias + alpha/size · Σ x²)^beta over the channels c − before … c + after.
typedef struct signet_response_norm {
  signet_view in, out;
  int32_t before, after;
  // alpha divided by the size of the window
  float share;
  float beta, bias;
} signet_response_norm;

typedef struct signet_softmax {
  signet_view in, out;
  // 0 channels, 1 rows, 2 columns
  int32_t axis;
  bool is_logarithm;
} signet_softmax;

// Takes every element from a place of its own.
typedef struct signet_gather {
  signet_view in, out;
  // offsets: out's rows × columns × channels; floats from the input image's start
  const int32_t *offsets;
} signet_gather;

// Pooling whose windows have gaps.
typedef struct signet_dilated_pooling {
  signet_pooling pooling;
  int32_t dilation_height, dilation_width;
  bool is_maximum;
} signet_dilated_pooling;

void signet_activation_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch);
void signet_constants_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch);
void signet_response_norm_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch);
void signet_softmax_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch);
void signet_gather_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch);
void signet_dilated_pooling_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch);

#ifdef __cplusplus
}
#endif
#endif
