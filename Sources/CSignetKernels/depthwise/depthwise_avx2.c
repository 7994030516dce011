#include "depthwise/depthwise_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,fma")))
#define NAME(x) depthwise256_##x
#define KERNEL_NAME "f32_depthwise_p8x8_avx2"
#define LANES 8
#define SMALLEST_STRIP 5
#define STRIP_PIXELS 4
#define IN_REGISTER(value) __asm__ volatile("" : "+x"(value))
#define PART __m256i
#define PART_OF(n) first_lanes(n)
#define LOAD_PART(from, part) ((NAME(lanes))_mm256_maskload_ps(from, part))
#define STORE_PART(to, part, value) _mm256_maskstore_ps(to, part, (__m256)(value))

static inline __attribute__((always_inline)) TARGET __m256i first_lanes(int64_t count) {
  return _mm256_cmpgt_epi32(
      _mm256_set1_epi32((int32_t)count), _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0));
}

#include "depthwise/depthwise.h"

const signet_conv_kernel signet_f32_depthwise_avx2 = DEPTHWISE_KERNEL;

#endif
