#include "pointwise/pointwise_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,fma")))
#define NAME(x) pointwise256_##x
#define KERNEL_NAME "f32_pointwise_p6x16_avx2"
#define COST {LANES, 10.6f, 0.074f, 0.5f, 1.6f}
#define LANES 8
#define MOST_VECTORS 2
#define MOST_PIXELS(vectors) ((vectors) == 2 ? 6 : 10)
#define PART __m256i
#define PART_OF(n) first_lanes(n)
#define LOAD_PART(from, part) ((NAME(lanes))_mm256_maskload_ps(from, part))
#define STORE_PART(to, part, value) _mm256_maskstore_ps(to, part, (__m256)(value))

static inline __attribute__((always_inline)) TARGET __m256i first_lanes(int64_t count) {
  return _mm256_cmpgt_epi32(
      _mm256_set1_epi32((int32_t)count), _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0));
}

#include "pointwise/pointwise.h"

const signet_conv_kernel signet_f32_pointwise_avx2 = POINTWISE_KERNEL;

#endif
