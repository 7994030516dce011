#ifndef SIGNET_GEMM_LINEAR_AVX512_H
#define SIGNET_GEMM_LINEAR_AVX512_H

#include "CSignetRuntimeKernels.h"

#if defined(__x86_64__)
extern const signet_conv_kernel signet_b1_linear_avx512;
#endif

#endif
