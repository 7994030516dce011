#include "dispatch/kernel_sets.h"

#include <math.h>

#include "core/conv_checks.h"
#include "core/instruction_sets.h"
#include "lut/lut32_choice.h"

#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

static const signet_kernel_set *const sets[] = {
#if defined(__x86_64__)
    &signet_amx_set,
    signet_avx512_sets,
    &signet_avx2_set,
#elif defined(__aarch64__)
    &signet_neon_set,
#endif
    &signet_reference_set,
};

const signet_kernel_set *signet_kernel_set_at(int index) {
  if (index < 0 || (size_t)index >= sizeof sets / sizeof *sets) return NULL;
#if defined(__x86_64__)
  if (sets[index] == signet_avx512_sets) return &signet_avx512_sets[signet_lut32_fastest()];
#endif
  return sets[index];
}

#if defined(__x86_64__)
static bool is_avx512_set(const signet_kernel_set *set) {
  for (int lookup = 0; lookup < SIGNET_LOOKUP_COUNT; lookup++) {
    if (set == &signet_avx512_sets[lookup]) return true;
  }
  return false;
}
#endif

const signet_kernel_set *signet_kernel_set_with_lookup(
    const signet_kernel_set *set, signet_lookup lookup) {
#if defined(__x86_64__)
  if (is_avx512_set(set) && lookup < SIGNET_LOOKUP_COUNT) return &signet_avx512_sets[lookup];
#endif
  (void)set;
  (void)lookup;
  return NULL;
}

// Kernels keep what they work on in caches; one that asks for more was not made for such a shape.
static const size_t most_scratch = (size_t)256 << 20;

static bool is_fit(const signet_conv_kernel *kernel, const signet_conv_shape *shape) {
  return (!kernel->accepts || kernel->accepts(shape)) &&
         kernel->scratch_bytes(shape, 1) <= most_scratch;
}

double signet_conv_cycles(const signet_conv_kernel *kernel, const signet_conv_shape *shape) {
  const signet_conv_cost cost = kernel->cost;
  if (cost.block == 0 || !signet_conv_shape_is_sound(shape)) return INFINITY;
  const double channels = (double)shape->in_channels / shape->groups;
  const double taps = (double)shape->kernel_height * shape->kernel_width;
  const double blocks = ceil((double)shape->out_channels / cost.block) * shape->codes;
  const double inputs = (double)shape->in_height * shape->in_width * shape->in_channels;
  const double pixels = (double)shape->out_height * shape->out_width;
  return inputs * cost.input +
         pixels * (cost.pixel + blocks * (channels * taps * cost.product + cost.result));
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
  if (is_avx512_set(set)) return signet_has_avx512_set();
  if (set == &signet_amx_set) return signet_has_avx512_set() && has_tiles();
#endif
  (void)set;
  return true;
}
