#include "core/instruction_sets.h"
#include "solver/solver_kernels.h"

const signet_solver_kernels *signet_solver_kernels_of(signet_solver_set isa) {
  switch (isa) {
    case SIGNET_SOLVER_REFERENCE: return &signet_solver_reference;
#if defined(__x86_64__)
    case SIGNET_SOLVER_AVX2: return signet_has_avx2_set() ? &signet_solver_avx2 : NULL;
    case SIGNET_SOLVER_AVX512: return signet_has_avx512_set() ? &signet_solver_avx512 : NULL;
#elif defined(__aarch64__)
    case SIGNET_SOLVER_NEON: return &signet_solver_neon;
#endif
    default: return NULL;
  }
}
