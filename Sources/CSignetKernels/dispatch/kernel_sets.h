#ifndef SIGNET_KERNEL_SETS_H
#define SIGNET_KERNEL_SETS_H

#include "CSignetRuntimeKernels.h"

extern const signet_kernel_set signet_reference_set;
#if defined(__x86_64__)
extern const signet_kernel_set signet_avx2_set;
// By the lookups of its table kernels.
extern const signet_kernel_set signet_avx512_sets[SIGNET_LOOKUP_COUNT];
extern const signet_kernel_set signet_amx_set;
#elif defined(__aarch64__)
extern const signet_kernel_set signet_neon_set;
#endif

#endif
