#if defined(__x86_64__)
#include <immintrin.h>

// The package is built for the baseline processor; these functions alone may use AVX-512, and the
// dispatch hands them out only where the processor has it.
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"))), apply_to = function)

#define LANES 16
#define TILE_ROWS 12
#define TILE_VECTORS 2
#define STRIP_VECTORS 16
#define NEGATIVE_MASK(v) \
  ((uint32_t)_mm512_cmp_ps_mask((__m512)(v), _mm512_setzero_ps(), _CMP_LT_OQ))
#include "solver/solver_vector.h"

#pragma clang attribute pop

const signet_solver_kernels signet_solver_avx512 = {
    .name = "avx512",
    .sweep = solver_sweep,
    .search = solver_search,
    .matmul = solver_matmul,
    .dots = solver_dots};
#endif
