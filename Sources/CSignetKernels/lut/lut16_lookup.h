// The microkernel of the LUT convolution: 3 pixels, or one, × 32 filters. Included by files that
// define TARGET.
#ifndef SIGNET_LUT16_LOOKUP_H
#define SIGNET_LUT16_LOOKUP_H

#include <immintrin.h>

#include "lut/lut16_layout.h"

// Sums of one pixel: of the low parts of all filters as 16-bit words (a filter's and 256 times its
// neighbour's), of the neighbours alone, and of a run's high parts in bytes.
typedef struct {
  __m256i words, odd, high;
} lut16_sums;

// The same for 16 filters: one lane looks the first and third table up, the other one the others.
#define LUT16_LOOK_UP_NARROW(sums, base)                                                           \
  __asm__ volatile("vmovdqa (%[b],%[o]), %[t]\n\tvpshufb %[i0], %[t], %[t]\n\t"                    \
                   "vmovdqa 64(%[b],%[o]), %[u]\n\tvpshufb %[i1], %[u], %[u]\n\t"                  \
                   "vpaddb %[u], %[t], %[t]\n\t"                                                   \
                   "vpaddw %[t], %[words], %[words]\n\tvpsrlw $8, %[t], %[t]\n\t"                  \
                   "vpaddw %[t], %[odd], %[odd]\n\t"                                               \
                   "vmovdqa 32(%[b],%[o]), %[t]\n\tvpshufb %[i0], %[t], %[t]\n\t"                  \
                   "vpaddb %[t], %[high], %[high]\n\t"                                             \
                   "vmovdqa 96(%[b],%[o]), %[u]\n\tvpshufb %[i1], %[u], %[u]\n\t"                  \
                   "vpaddb %[u], %[high], %[high]"                                                 \
                   : [words] "+x"((sums).words), [odd] "+x"((sums).odd), [high] "+x"((sums).high), \
                     [t] "=&x"(t), [u] "=&x"(u)                                                    \
                   : [b] "r"(base), [o] "r"(step), [i0] "x"(i0), [i1] "x"(i1)                      \
                   : "memory")

// The high parts of all runs of one pixel: summed like the low ones.
typedef struct {
  __m256i words, odd;
} lut16_highs;

enum {
  // What a run's high parts begin with, so that their bytes have no sign.
  lut16_high_bias = 128,
};

// One pixel's lookups of 16 channels: the low parts, 6 bits each, are summed in bytes first.
// Written in assembly because a compiler that schedules it runs out of its 16 registers.
#define LUT16_LOOK_UP(sums, base)                                                            \
  __asm__ volatile(                                                                          \
      "vbroadcasti128 (%[b],%[o]), %[t]\n\tvpshufb %[i0], %[t], %[t]\n\t"                    \
      "vbroadcasti128 16(%[b],%[o]), %[u]\n\tvpshufb %[i1], %[u], %[u]\n\t"                  \
      "vpaddb %[u], %[t], %[t]\n\t"                                                          \
      "vbroadcasti128 64(%[b],%[o]), %[u]\n\tvpshufb %[i2], %[u], %[u]\n\t"                  \
      "vpaddb %[u], %[t], %[t]\n\t"                                                          \
      "vbroadcasti128 80(%[b],%[o]), %[u]\n\tvpshufb %[i3], %[u], %[u]\n\t"                  \
      "vpaddb %[u], %[t], %[t]\n\t"                                                          \
      "vpaddw %[t], %[words], %[words]\n\tvpsrlw $8, %[t], %[t]\n\t"                         \
      "vpaddw %[t], %[odd], %[odd]\n\t"                                                      \
      "vbroadcasti128 32(%[b],%[o]), %[t]\n\tvpshufb %[i0], %[t], %[t]\n\t"                  \
      "vpaddb %[t], %[high], %[high]\n\t"                                                    \
      "vbroadcasti128 48(%[b],%[o]), %[u]\n\tvpshufb %[i1], %[u], %[u]\n\t"                  \
      "vpaddb %[u], %[high], %[high]\n\t"                                                    \
      "vbroadcasti128 96(%[b],%[o]), %[t]\n\tvpshufb %[i2], %[t], %[t]\n\t"                  \
      "vpaddb %[t], %[high], %[high]\n\t"                                                    \
      "vbroadcasti128 112(%[b],%[o]), %[u]\n\tvpshufb %[i3], %[u], %[u]\n\t"                 \
      "vpaddb %[u], %[high], %[high]"                                                        \
      : [words] "+x"((sums).words), [odd] "+x"((sums).odd), [high] "+x"((sums).high),        \
        [t] "=&x"(t), [u] "=&x"(u)                                                           \
      : [b] "r"(base), [o] "r"(step), [i0] "x"(i0), [i1] "x"(i1), [i2] "x"(i2), [i3] "x"(i3) \
      : "memory")

// What takes the bias of some runs away again.
SIGNET_INLINE TARGET lut16_highs lut16_begin_highs(int64_t runs) {
  const int64_t bias = lut16_high_bias * runs;
  return (lut16_highs){
      .words = _mm256_set1_epi16((short)(-257 * bias)), .odd = _mm256_set1_epi16((short)-bias)};
}

// highs += a run's high parts
SIGNET_INLINE TARGET void lut16_end_run(__m256i high, lut16_highs *highs) {
  _mm256_store_si256(&highs->words, _mm256_add_epi16(high, _mm256_load_si256(&highs->words)));
  _mm256_store_si256(
      &highs->odd, _mm256_add_epi16(_mm256_srli_epi16(high, 8), _mm256_load_si256(&highs->odd)));
}

// to: 32 filters, or 16 whose sums are shared by two lanes, += the numbers of 16 bits that the sums
// stand for. Filter 8v + l, or 4v + l, is byte 4l + (0, 2, 1, 3)[v].
SIGNET_INLINE TARGET void lut16_widen(
    lut16_sums sums, const lut16_highs *highs, int32_t *to, const bool narrow, const bool fresh) {
  const __m256i words =
      _mm256_add_epi16(sums.words, _mm256_slli_epi16(highs->words, lut16_low_bits));
  const __m256i odd = _mm256_add_epi16(sums.odd, _mm256_slli_epi16(highs->odd, lut16_low_bits));
  const __m256i even = _mm256_sub_epi16(words, _mm256_slli_epi16(odd, 8));
  const __m256i first = _mm256_set1_epi32(1);
  if (narrow) {
    const __m128i evens =
        _mm_add_epi16(_mm256_castsi256_si128(even), _mm256_extracti128_si256(even, 1));
    const __m128i odds =
        _mm_add_epi16(_mm256_castsi256_si128(odd), _mm256_extracti128_si256(odd, 1));
    const __m128i half = _mm256_castsi256_si128(first);
    const __m128i numbers[4] = {
        _mm_madd_epi16(evens, half), _mm_srai_epi32(evens, 16), _mm_madd_epi16(odds, half),
        _mm_srai_epi32(odds, 16)};
    __m128i *vectors = (__m128i *)to;
#pragma clang loop unroll(full)
    for (int v = 0; v < 4; v++) {
      _mm_store_si128(
          vectors + v, fresh ? numbers[v] : _mm_add_epi32(numbers[v], _mm_load_si128(vectors + v)));
    }
    return;
  }
  const __m256i numbers[4] = {
      _mm256_madd_epi16(even, first), _mm256_srai_epi32(even, 16), _mm256_madd_epi16(odd, first),
      _mm256_srai_epi32(odd, 16)};
  __m256i *vectors = (__m256i *)to;
#pragma clang loop unroll(full)
  for (int v = 0; v < 4; v++) {
    _mm256_store_si256(
        vectors + v,
        fresh ? numbers[v] : _mm256_add_epi32(numbers[v], _mm256_load_si256(vectors + v)));
  }
}

// What some pixels of a unit are looked up with: one block of channels and of filters.
typedef struct {
  int64_t runs, quads;  // of the block of channels, of a run
  const uint8_t *tables;
  const int32_t *steps;    // runs × quads
  const uint8_t *indices;  // runs × quads × index bytes, half as many where the filters are 16
  bool narrow, fresh;
} lut16_block;

// Some runs of 3 pixels, or one. to: pixels × 32
SIGNET_INLINE TARGET void lut16_look_up_runs(
    const lut16_block *block, int64_t first, int64_t runs, const int32_t *places, int32_t *to,
    const int pixels, const bool narrow, const bool fresh) {
  const int64_t quads = block->quads;
  const int64_t index_bytes = narrow ? lut16_index_bytes / 2 : lut16_index_bytes;
  const int32_t *steps = block->steps + first * quads;
  const uint8_t *indices = block->indices + first * quads * index_bytes;
  const uint8_t *from[lut16_pixels];
  lut16_sums sums[lut16_pixels];
  lut16_highs highs[lut16_pixels];
  const lut16_highs begin = lut16_begin_highs(runs);
#pragma clang loop unroll(full)
  for (int p = 0; p < pixels; p++) {
    from[p] = block->tables + places[p];
    sums[p].words = sums[p].odd = _mm256_setzero_si256();
    highs[p] = begin;
  }
  for (int64_t run = 0; run < runs; run++) {
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) sums[p].high = _mm256_set1_epi8((char)lut16_high_bias);
    for (int64_t quad = 0; quad < quads; quad++, indices += index_bytes) {
      const __m256i *index = (const __m256i *)indices;
      const __m256i i0 = _mm256_load_si256(index), i1 = _mm256_load_si256(index + 1);
      const int64_t step = *steps++;
      __m256i t, u;
      if (narrow) {
#pragma clang loop unroll(full)
        for (int p = 0; p < pixels; p++) LUT16_LOOK_UP_NARROW(sums[p], from[p]);
      } else {
        const __m256i i2 = _mm256_load_si256(index + 2), i3 = _mm256_load_si256(index + 3);
#pragma clang loop unroll(full)
        for (int p = 0; p < pixels; p++) LUT16_LOOK_UP(sums[p], from[p]);
      }
    }
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) lut16_end_run(sums[p].high, &highs[p]);
  }
#pragma clang loop unroll(full)
  for (int p = 0; p < pixels; p++) {
    lut16_widen(sums[p], &highs[p], to + p * lut16_filters, narrow, fresh);
  }
}

// All runs of 3 pixels, or one.
SIGNET_INLINE TARGET void lut16_look_up_tile(
    const lut16_block *block, const int32_t *places, int32_t *to, const int pixels,
    const bool narrow) {
  for (int64_t run = 0; run < block->runs; run += lut16_runs_in_16_bits) {
    const int64_t runs = signet_min(block->runs - run, lut16_runs_in_16_bits);
    if (block->fresh && run == 0) {
      lut16_look_up_runs(block, run, runs, places, to, pixels, narrow, true);
    } else {
      lut16_look_up_runs(block, run, runs, places, to, pixels, narrow, false);
    }
  }
}

SIGNET_INLINE TARGET void lut16_look_up_pixels(
    const lut16_block *block, const int32_t *places, int64_t count, int32_t *sums,
    const bool narrow) {
  int64_t pixel = 0;
  for (; pixel + lut16_pixels <= count; pixel += lut16_pixels) {
    lut16_look_up_tile(block, places + pixel, sums + pixel * lut16_filters, lut16_pixels, narrow);
  }
  for (; pixel < count; pixel++) {
    lut16_look_up_tile(block, places + pixel, sums + pixel * lut16_filters, 1, narrow);
  }
}

// All runs of one block of channels, for some pixels. sums: pixels × 32
static TARGET __attribute__((noinline)) void lut16_look_up(
    const lut16_block *block, const int32_t *places, int64_t count, int32_t *sums) {
  if (block->narrow) {
    lut16_look_up_pixels(block, places, count, sums, true);
  } else {
    lut16_look_up_pixels(block, places, count, sums, false);
  }
}

// Indices in bytes, from the two in each packed byte.
SIGNET_INLINE TARGET void lut16_unpack(const uint8_t *packed, int64_t quads, uint8_t *indices) {
  const __m256i mask = _mm256_set1_epi8(15);
  for (int64_t half = 0; half < 2 * quads; half++) {
    const __m256i both = _mm256_loadu_si256((const __m256i *)packed + half);
    __m256i *to = (__m256i *)indices + 2 * half;
    _mm256_store_si256(to, _mm256_and_si256(both, mask));
    _mm256_store_si256(to + 1, _mm256_and_si256(_mm256_srli_epi16(both, 4), mask));
  }
}

#endif
