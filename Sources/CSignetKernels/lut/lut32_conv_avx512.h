#ifndef SIGNET_LUT32_CONV_AVX512_H
#define SIGNET_LUT32_CONV_AVX512_H

#include "CSignetRuntimeKernels.h"

#if defined(__x86_64__)
extern const signet_conv_kernel signet_b1_conv_tables_bytes_avx512;
extern const signet_conv_kernel signet_b1_conv_tables_words_avx512;
extern const signet_conv_kernel signet_b1_conv_tables_saturated_avx512;
#endif

#endif
