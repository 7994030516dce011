#include "hashing_kernels.h"

const SignetHashingKernels *signet_hashing_kernels(SignetHashingISA isa) {
  switch (isa) {
    case SIGNET_HASHING_REFERENCE:
      return &signet_hashing_reference;
#if defined(__x86_64__)
    case SIGNET_HASHING_AVX2:
      __builtin_cpu_init();
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
                 ? &signet_hashing_avx2
                 : NULL;
    case SIGNET_HASHING_AVX512:
      __builtin_cpu_init();
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                     __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")
                 ? &signet_hashing_avx512
                 : NULL;
#elif defined(__aarch64__)
    case SIGNET_HASHING_NEON:
      return &signet_hashing_neon;
#endif
    default:
      return NULL;
  }
}
