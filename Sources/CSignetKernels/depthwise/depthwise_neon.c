#include "depthwise/depthwise_kernels.h"

#if defined(__aarch64__)

#include <stdint.h>
#include <string.h>

#define TARGET
#define NAME(x) depthwise128_##x
#define KERNEL_NAME "f32_depthwise_p8x4_neon"
#define LANES 4
#define SMALLEST_STRIP 3
#define STRIP_PIXELS 5
#define IN_REGISTER(value) __asm__ volatile("" : "+w"(value))
#define PART int64_t
#define PART_OF(n) ((int64_t)(n))
#define LOAD_PART(from, part) load_first(from, part)
#define STORE_PART(to, part, value) store_first(to, part, value)

typedef float four_floats __attribute__((ext_vector_type(4), aligned(4)));

static inline __attribute__((always_inline)) four_floats
load_first(const float *from, int64_t count) {
  four_floats value = 0;
  for (int lane = 0; lane < 4; lane++) {
    if (lane < count) value[lane] = from[lane];
  }
  return value;
}

static inline __attribute__((always_inline)) void store_first(
    float *to, int64_t count, four_floats value) {
  for (int lane = 0; lane < 4; lane++) {
    if (lane < count) to[lane] = value[lane];
  }
}

#include "depthwise/depthwise.h"

const signet_conv_kernel signet_f32_depthwise_neon = DEPTHWISE_KERNEL;

#endif
