#ifndef SIGNET_SOLVER_KERNELS_H
#define SIGNET_SOLVER_KERNELS_H

#include "CSignetHashingKernels.h"

extern const SignetHashingKernels signet_hashing_reference;
#if defined(__x86_64__)
extern const SignetHashingKernels signet_hashing_avx2;
extern const SignetHashingKernels signet_hashing_avx512;
#elif defined(__aarch64__)
extern const SignetHashingKernels signet_hashing_neon;
#endif

#endif
