#include "kernel_sets.h"

static const signet_kernel_set *const sets[] = {
#if defined(__x86_64__)
    &signet_avx512_set,
    &signet_avx2_set,
#elif defined(__aarch64__)
    &signet_neon_set,
#endif
    &signet_reference_set,
};

const signet_kernel_set *signet_kernel_set_at(int index) {
  if (index < 0 || (size_t)index >= sizeof sets / sizeof *sets) return NULL;
  return sets[index];
}

bool signet_kernel_set_is_available(const signet_kernel_set *set) {
#if defined(__x86_64__)
  // The builtin looks at the operating system's support for the registers too.
  if (set == &signet_avx2_set) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  }
  if (set == &signet_avx512_set) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  }
#endif
  (void)set;
  return true;
}
