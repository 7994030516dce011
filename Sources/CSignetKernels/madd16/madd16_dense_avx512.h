#ifndef SIGNET_MADD16_DENSE_AVX512_H
#define SIGNET_MADD16_DENSE_AVX512_H

#include "CSignetRuntimeKernels.h"

#if defined(__x86_64__)
extern const signet_conv_kernel signet_f32_conv_dense_avx512;
#endif

#endif
