#ifndef SIGNET_DEPTHWISE_KERNELS_H
#define SIGNET_DEPTHWISE_KERNELS_H

#include "CSignetRuntimeKernels.h"

#if defined(__x86_64__)
extern const signet_conv_kernel signet_f32_depthwise_avx512;
extern const signet_conv_kernel signet_f32_depthwise_avx2;
#elif defined(__aarch64__)
extern const signet_conv_kernel signet_f32_depthwise_neon;
#endif

#endif
