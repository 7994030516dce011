#include "madd16/madd16_pairs_kernels.h"

#if defined(__x86_64__)

#include "CSignetProcessor.h"
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#define NAME(x) madd16_pairs_##x
#define LANES 16
#define VECTORS 2
#define PIXELS 12
#define PAIR_WORD uint64_t
#define KERNEL_NAME "b1i16_conv_p12x32_avx512vnni"
#define AVAILABLE signet_processor_has(SIGNET_AVX512VNNI)
#define DOT(sums, a, b) \
  ((NAME(integers))madd16_pairs_dot((__m512i)(sums), (__m512i)(a), (__m512i)(b)))
#define SIGNS(word, v)                      \
  ((NAME(integers))_mm512_mask_blend_epi16( \
      (__mmask32)((word) >> (2 * LANES * (v))), _mm512_set1_epi16(-1), _mm512_set1_epi16(1)))
#define NARROW(to, from) \
  _mm256_storeu_si256((__m256i *)(to), _mm512_cvtsepi32_epi16(_mm512_cvtps_epi32((__m512)(from))))
// As assembly, because compilers take the intrinsic apart into a product and a sum, which is what
// some processors prefer; ours then take twice as long.
static inline __attribute__((always_inline)) TARGET __m512i
madd16_pairs_dot(__m512i sums, __m512i a, __m512i b) {
  __asm__("vpdpwssd %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b));
  return sums;
}

#include "madd16/madd16_pairs.h"

const signet_conv_kernel signet_b1_conv_pairs_avx512 = PAIRS_KERNEL;

#endif
