#if defined(__x86_64__)
#include <immintrin.h>

// The package is built for the baseline processor; these functions alone may use AVX2, and the
// dispatch hands them out only where the processor has it.
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define LANES 8
#define TILE_ROWS 6
#define TILE_VECTORS 2
#define STRIP_VECTORS 8
#define NEGATIVE_MASK(v) \
  ((uint32_t)_mm256_movemask_ps(_mm256_cmp_ps((__m256)(v), _mm256_setzero_ps(), _CMP_LT_OQ)))
#include "solver/solver_vector.h"

#pragma clang attribute pop

const signet_solver_kernels signet_solver_avx2 = {
    .name = "avx2",
    .sweep = solver_sweep,
    .search = solver_search,
    .matmul = solver_matmul,
    .dots = solver_dots};
#endif
