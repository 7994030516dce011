#ifndef SIGNET_MADD16_PAIRS_KERNELS_H
#define SIGNET_MADD16_PAIRS_KERNELS_H

#include "CSignetRuntimeKernels.h"

#if defined(__x86_64__)
extern const signet_conv_kernel signet_b1_conv_pairs_avx512;
extern const signet_conv_kernel signet_b1_conv_pairs_avx2;
#endif

#endif
