#include "dispatch/kernel_sets.h"

#include "core/conv_checks.h"
#include "core/instruction_sets.h"

#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

static const signet_kernel_set *const sets[] = {
#if defined(__x86_64__)
    &signet_amx_set,
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

// Kernels keep what they work on in caches; one that asks for more was not made for such a shape.
static const size_t most_scratch = (size_t)256 << 20;

static bool is_fit(const signet_conv_kernel *kernel, const signet_conv_shape *shape) {
  return (!kernel->accepts || kernel->accepts(shape)) &&
         kernel->scratch_bytes(shape, 1) <= most_scratch;
}

const signet_conv_kernel *signet_choose_conv(
    const signet_conv_kernel *const *candidates, const signet_conv_shape *shape) {
  if (!signet_conv_shape_is_sound(shape)) return NULL;
  while (candidates[1] && !is_fit(*candidates, shape)) candidates++;
  return *candidates;
}

#if defined(__x86_64__)
// Tile registers are large; Linux hands them out to a process that asks.
static bool has_tiles(void) {
#if defined(__linux__)
  enum { request_permission = 0x1023, tile_data = 18 };
  return signet_processor_has(SIGNET_AMX_TILE) && signet_processor_has(SIGNET_AMX_INT8) &&
         signet_processor_has(SIGNET_AVX512VBMI) && signet_processor_has(SIGNET_AVX512VBMI2) &&
         syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
#else
  return false;
#endif
}
#endif

bool signet_kernel_set_is_available(const signet_kernel_set *set) {
#if defined(__x86_64__)
  if (set == &signet_avx2_set) {
    return signet_has_avx2_set();
  }
  if (set == &signet_avx512_set) return signet_has_avx512_set();
  if (set == &signet_amx_set) return signet_has_avx512_set() && has_tiles();
#endif
  (void)set;
  return true;
}
