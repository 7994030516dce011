// Vectors of which only the first lanes lie in memory. NEON has no masks.
#ifndef NEON_LANES_H
#define NEON_LANES_H

#include <stdint.h>

typedef float neon_floats __attribute__((ext_vector_type(4), aligned(4)));

static inline __attribute__((always_inline)) neon_floats
neon_load_first(const float *from, int64_t count) {
  neon_floats value = 0;
  for (int lane = 0; lane < 4; lane++) {
    if (lane < count) value[lane] = from[lane];
  }
  return value;
}

static inline __attribute__((always_inline)) void neon_store_first(
    float *to, int64_t count, neon_floats value) {
  for (int lane = 0; lane < 4; lane++) {
    if (lane < count) to[lane] = value[lane];
  }
}

#endif
