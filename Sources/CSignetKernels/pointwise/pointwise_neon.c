#include "pointwise/pointwise_kernels.h"

#if defined(__aarch64__)

#include <stdint.h>
#include <string.h>

#define TARGET
#define NAME(x) pointwise128_##x
#define KERNEL_NAME "f32_pointwise_p6x16_neon"
#define LANES 4
#define MOST_VECTORS 4
#define MOST_PIXELS(vectors) ((vectors) == 4 ? 6 : (vectors) == 3 ? 8 : 12)
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

#include "pointwise/pointwise.h"

const signet_conv_kernel signet_f32_pointwise_neon = POINTWISE_KERNEL;

#endif
