// Makes the tables: all signed sums of five inputs of a pixel, halved (lut32_scale.h), as 16-bit
// integers.
#ifndef SIGNET_LUT32_BUILD_H
#define SIGNET_LUT32_BUILD_H

#include <immintrin.h>

#include "lut/lut32_layout.h"

enum {
  // Pixels whose tables are made together, so that stores to one group of channels are neighbours.
  made_pixels = 16,
};

// What the tables of one chunk of a pixel are made of, a lane each; of pixels with few tables several
// share the lanes.
typedef struct {
  // The entries without the last three inputs, by which of the first two are added; lane j's at
  // place_of_lane[j].
  _Alignas(64) int64_t start[16];
  // Those three, in both halves of lane j.
  _Alignas(64) int32_t last[table_inputs - 2][16];
} lut32_ingredients;

static const uint8_t place_of_lane[16] = {0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15};

// Constants whose values compilers must not know: they would put two shuffles for one, and shuffles
// for masked additions, though these instructions go where permutations cannot.
typedef struct {
  __m512i twice, one;
  __mmask32 odd, third, fourth, fifth;
} lut32_constants;

SIGNET_INLINE TARGET lut32_constants lut32_make_constants(void) {
  lut32_constants with = {
      .twice = _mm512_set4_epi32(0x0d0c0d0c, 0x09080908, 0x05040504, 0x01000100),
      .one = _mm512_set1_epi32(1),
      .odd = 0xaaaaaaaa,
      .third = 0xf0f0f0f0,
      .fourth = 0xff00ff00,
      .fifth = 0xffff0000};
  __asm__("" : "+v"(with.twice));
  __asm__("" : "+k"(with.odd), "+k"(with.third), "+k"(with.fourth), "+k"(with.fifth));
  return with;
}

// The lower half of each lane, then that of the other.
SIGNET_INLINE TARGET __m512i lut32_halves(const lut32_constants *with, __m512i low, __m512i high) {
  return _mm512_mask_blend_epi16(with->odd, low, _mm512_slli_epi32(high, 16));
}

// Pixels whose tables share the lanes of a vector.
typedef struct {
  const float *pixels[4];
} lut32_sharing;

// Four inputs each of two pixels.
SIGNET_INLINE TARGET __m256 lut32_load_two(const float *first, const float *second, __mmask8 mask) {
  return _mm256_insertf128_ps(
      _mm256_castps128_ps256(_mm_maskz_loadu_ps(mask, first)), _mm_maskz_loadu_ps(mask, second), 1);
}

// Inputs of all tables, which begin with channel `first`. Table j of a chunk takes channels j,
// j + tables, …; `mask` says which lanes of a pixel have one. In narrow loads, which seldom cross lines.
SIGNET_INLINE TARGET __m512
lut32_load_inputs(const lut32_sharing *from, const int64_t lanes, int64_t first, __mmask16 mask) {
  const float *const *pixels = from->pixels;
  if (lanes == 16) return _mm512_maskz_loadu_ps(mask, pixels[0] + first);
  const __mmask8 few = (__mmask8)mask;
  const __m256 low = lanes == 8 ? _mm256_maskz_loadu_ps(few, pixels[0] + first)
                                : lut32_load_two(pixels[0] + first, pixels[1] + first, few);
  const __m256 high = lanes == 8 ? _mm256_maskz_loadu_ps(few, pixels[1] + first)
                                 : lut32_load_two(pixels[2] + first, pixels[3] + first, few);
  return _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
}

// Which tables have odd sums.
SIGNET_INLINE TARGET __mmask16 lut32_measure_out(
    const lut32_constants *with, const lut32_sharing *from, const int64_t lanes, int64_t tables,
    const __mmask16 *inputs, __m512 inverse, lut32_ingredients *to) {
  __m512i numbers[table_inputs];
  __m512i sum = _mm512_setzero_si512();
#pragma clang loop unroll(full)
  for (int input = 0; input < table_inputs; input++) {
    const __m512 values = lut32_load_inputs(from, lanes, input * tables, inputs[input]);
    numbers[input] = _mm512_cvtps_epi32(_mm512_mul_ps(values, inverse));
    sum = _mm512_add_epi32(sum, numbers[input]);
  }
  // −⌊ΣX / 2⌋, all inputs left out.
  const __m512i least = _mm512_sub_epi32(_mm512_setzero_si512(), _mm512_srai_epi32(sum, 1));
  const __m512i second = _mm512_add_epi32(least, numbers[1]);
  const __m512i low = lut32_halves(with, least, _mm512_add_epi32(least, numbers[0]));
  const __m512i high = lut32_halves(with, second, _mm512_add_epi32(second, numbers[0]));
  _mm512_store_si512(to->start, _mm512_unpacklo_epi32(low, high));
  _mm512_store_si512(to->start + 8, _mm512_unpackhi_epi32(low, high));
#pragma clang loop unroll(full)
  for (int input = 2; input < table_inputs; input++) {
    _mm512_store_si512(to->last[input - 2], _mm512_shuffle_epi8(numbers[input], with->twice));
  }
  return _mm512_test_epi32_mask(sum, with->one);
}

// Entry i of a table adds input k to what `start` begins with where bit k of i is set. As assembly,
// because compilers put permutations and moves between register files for the broadcasts and masked
// additions.
SIGNET_INLINE TARGET void lut32_make_table(
    const lut32_constants *with, const lut32_ingredients *from, int64_t lane, char *to) {
  __m512i sums, input;
  __asm__("vpbroadcastq %[start], %[sums]\n\t"
          "vpbroadcastd %[two], %[input]\n\t"
          "vpaddw %[input], %[sums], %[sums] %{%[third]%}\n\t"
          "vpbroadcastd %[three], %[input]\n\t"
          "vpaddw %[input], %[sums], %[sums] %{%[fourth]%}\n\t"
          "vpbroadcastd %[four], %[input]\n\t"
          "vpaddw %[input], %[sums], %[sums] %{%[fifth]%}"
          : [sums] "=&v"(sums), [input] "=&v"(input)
          : [start] "m"(from->start[place_of_lane[lane]]), [two] "m"(from->last[0][lane]),
            [three] "m"(from->last[1][lane]), [four] "m"(from->last[2][lane]),
            [third] "Yk"(with->third), [fourth] "Yk"(with->fourth), [fifth] "Yk"(with->fifth));
  _mm512_store_si512(to, sums);
}

// The tables of one chunk of some pixels. to: tables × pitch tables
SIGNET_INLINE TARGET void lut32_make_chunk(
    const lut32_layout *plan, const lut32_constants *with, const int64_t lanes, int64_t tables,
    const __mmask16 *inputs, const lut32_column *columns, int64_t pixels, const float *from,
    int64_t pixel_stride, __m512 inverse, char *to, int32_t *odd) {
  const int64_t sharing = 16 / lanes;
  lut32_ingredients parts[made_pixels];
  for (int64_t pixel = 0; pixel < pixels; pixel += sharing) {
    lut32_sharing group;
#pragma clang loop unroll(full)
    for (int64_t each = 0; each < sharing; each++) {
      // The last pixel stands for those that are missing.
      const int64_t x = columns[signet_min(pixel + each, pixels - 1)].x;
      group.pixels[each] = from + x * pixel_stride;
    }
    uint32_t sums =
        lut32_measure_out(with, &group, lanes, tables, inputs, inverse, &parts[pixel / sharing]);
    const int64_t end = signet_min(pixel + sharing, pixels);
    for (int64_t each = pixel; each < end; each++, sums >>= lanes) {
      odd[columns[each].place] += __builtin_popcount(sums & ((1u << lanes) - 1));
    }
  }
  for (int64_t table = 0; table < tables; table++, to += plan->pitch * table_bytes) {
    const lut32_ingredients *part = parts;
    int64_t pixel = 0;
    for (; pixel + sharing <= pixels; pixel += sharing, part++) {
#pragma clang loop unroll(full)
      for (int64_t each = 0; each < sharing; each++) {
        lut32_make_table(
            with, part, each * lanes + table, to + columns[pixel + each].place * table_bytes);
      }
    }
    for (int64_t lane = table; pixel < pixels; pixel++, lane += lanes) {
      lut32_make_table(with, part, lane, to + columns[pixel].place * table_bytes);
    }
  }
}

// All tables of some pixels. to: tables × pitch tables
SIGNET_INLINE TARGET void lut32_make_pixels(
    const signet_conv *conv, const lut32_layout *plan, const lut32_constants *with,
    const lut32_column *columns, int64_t pixels, const float *from, __m512 inverse, char *to,
    int32_t *odd) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t stride = conv->in.pixel_stride;
  for (int64_t pixel = 0; pixel < pixels; pixel++) odd[columns[pixel].place] = 0;
  for (int64_t chunk = 0; chunk < plan->chunks; chunk++, from += SIGNET_LUT_CHUNK) {
    const int64_t tables = lut32_tables_of(shape, chunk);
    __mmask16 inputs[table_inputs];
    for (int input = 0; input < table_inputs; input++) {
      const int64_t left = lut32_chunk_channels(shape, chunk) - input * tables;
      inputs[input] = (__mmask16)((1u << signet_max(signet_min(left, tables), 0)) - 1);
    }
    if (tables <= 4) {
      lut32_make_chunk(
          plan, with, 4, tables, inputs, columns, pixels, from, stride, inverse, to, odd);
    } else if (tables <= 8) {
      lut32_make_chunk(
          plan, with, 8, tables, inputs, columns, pixels, from, stride, inverse, to, odd);
    } else {
      lut32_make_chunk(
          plan, with, 16, tables, inputs, columns, pixels, from, stride, inverse, to, odd);
    }
    to += tables * plan->pitch * table_bytes;
  }
}

// All tables of one input row.
SIGNET_INLINE TARGET void lut32_make_row(
    const signet_conv *conv, const lut32_layout *plan, const lut32_column *columns, int64_t count,
    const float *from, float inverse, char *to, int32_t *odd) {
  const lut32_constants with = lut32_make_constants();
  const __m512 scale = _mm512_set1_ps(inverse);
  for (int64_t done = 0; done < count; done += made_pixels) {
    lut32_make_pixels(
        conv, plan, &with, columns + done, signet_min(count - done, made_pixels), from, scale, to,
        odd);
  }
}

#endif
