#ifndef SIGNET_LUT32_LINEAR_AVX512_H
#define SIGNET_LUT32_LINEAR_AVX512_H

#include "CSignetRuntimeKernels.h"

#if defined(__x86_64__)
extern const signet_conv_kernel signet_b1_linear_tables_avx512;
#endif

#endif
