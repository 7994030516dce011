#ifndef SIGNET_POINTWISE_KERNELS_H
#define SIGNET_POINTWISE_KERNELS_H

#include "CSignetRuntimeKernels.h"

#if defined(__x86_64__)
extern const signet_conv_kernel signet_f32_pointwise_pairs_avx512;
extern const signet_conv_kernel signet_f32_pointwise_avx512;
extern const signet_conv_kernel signet_f32_pointwise_avx2;
#elif defined(__aarch64__)
extern const signet_conv_kernel signet_f32_pointwise_neon;
#endif

#endif
