#include "madd16/madd16_pairs_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,fma")))
#define NAME(x) madd16_pairs_##x
#define LANES 8
#define VECTORS 2
#define PIXELS 6
#define PAIR_WORD uint32_t
#define KERNEL_NAME "b1i16_conv_p6x16_avx2"
#define AVAILABLE true
#define DOT(sums, a, b) \
  ((NAME(integers))_mm256_add_epi32((__m256i)(sums), _mm256_madd_epi16((__m256i)(a), (__m256i)(b))))
#define SIGNS(word, v) \
  ((NAME(integers))madd16_pairs_signs_of((uint16_t)((word) >> (2 * LANES * (v)))))
#define NARROW(to, from) madd16_pairs_narrow(to, (__m256)(from))

// ±1 from 16 bits: a lane that finds its own bit cleared becomes −1, the others 0, and 1 is or-ed.
static inline __attribute__((always_inline)) TARGET __m256i madd16_pairs_signs_of(uint16_t bits) {
  const __m256i own = _mm256_set_epi16(
      (short)0x8000, 0x4000, 0x2000, 0x1000, 0x800, 0x400, 0x200, 0x100, 0x80, 0x40, 0x20, 0x10, 8,
      4, 2, 1);
  const __m256i kept = _mm256_and_si256(_mm256_set1_epi16((short)bits), own);
  const __m256i cleared = _mm256_cmpeq_epi16(kept, _mm256_setzero_si256());
  return _mm256_or_si256(cleared, _mm256_set1_epi16(1));
}

static inline __attribute__((always_inline)) TARGET void madd16_pairs_narrow(
    int16_t *to, __m256 from) {
  const __m256i numbers = _mm256_cvtps_epi32(from);
  _mm_storeu_si128(
      (__m128i *)to,
      _mm_packs_epi32(_mm256_castsi256_si128(numbers), _mm256_extracti128_si256(numbers, 1)));
}

#include "madd16/madd16_pairs.h"

const signet_conv_kernel signet_b1_conv_pairs_avx2 = PAIRS_KERNEL;

#endif
