#if defined(__aarch64__)
#include <arm_neon.h>
#include <stdint.h>

// NEON is part of the baseline on 64-bit ARM.
static inline uint32_t solver_negative_mask(float32x4_t v) {
  const uint32x4_t bits = {1, 2, 4, 8};
  return vaddvq_u32(vandq_u32(vcltzq_f32(v), bits));
}

#define LANES 4
#define TILE_ROWS 8
#define TILE_VECTORS 2
#define STRIP_VECTORS 16
#define NEGATIVE_MASK(v) solver_negative_mask((float32x4_t)(v))
#include "solver/solver_vector.h"

const signet_solver_kernels signet_solver_neon = {
    .name = "neon",
    .sweep = solver_sweep,
    .search = solver_search,
    .matmul = solver_matmul,
    .dots = solver_dots};
#endif
