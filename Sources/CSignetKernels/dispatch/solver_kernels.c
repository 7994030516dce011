#include "core/instruction_sets.h"
#include "solver/solver_kernels.h"

const SignetHashingKernels *signet_hashing_kernels(SignetHashingISA isa) {
  switch (isa) {
    case SIGNET_HASHING_REFERENCE: return &signet_hashing_reference;
#if defined(__x86_64__)
    case SIGNET_HASHING_AVX2: return signet_has_avx2_set() ? &signet_hashing_avx2 : NULL;
    case SIGNET_HASHING_AVX512: return signet_has_avx512_set() ? &signet_hashing_avx512 : NULL;
#elif defined(__aarch64__)
    case SIGNET_HASHING_NEON: return &signet_hashing_neon;
#endif
    default: return NULL;
  }
}
