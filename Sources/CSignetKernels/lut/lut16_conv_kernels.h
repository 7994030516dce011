#ifndef SIGNET_LUT16_CONV_KERNELS_H
#define SIGNET_LUT16_CONV_KERNELS_H

#include "CSignetRuntimeKernels.h"

#if defined(__x86_64__)
extern const signet_conv_kernel signet_b1_conv_tables_avx2;
#endif

#endif
