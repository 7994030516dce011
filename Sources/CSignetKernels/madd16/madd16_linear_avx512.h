#ifndef SIGNET_MADD16_LINEAR_AVX512_H
#define SIGNET_MADD16_LINEAR_AVX512_H

#include "CSignetRuntimeKernels.h"

#if defined(__x86_64__)
extern const signet_conv_kernel signet_f32_linear_avx512;
#endif

#endif
