#ifndef SIGNET_SOLVER_KERNELS_H
#define SIGNET_SOLVER_KERNELS_H

#include "CSignetSolverKernels.h"

extern const signet_solver_kernels signet_solver_reference;
#if defined(__x86_64__)
extern const signet_solver_kernels signet_solver_avx2;
extern const signet_solver_kernels signet_solver_avx512;
#elif defined(__aarch64__)
extern const signet_solver_kernels signet_solver_neon;
#endif

#endif
