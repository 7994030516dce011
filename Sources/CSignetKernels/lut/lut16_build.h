// Measures inputs and turns them into tables of signed sums. Included by files that define TARGET.
#ifndef SIGNET_LUT16_BUILD_H
#define SIGNET_LUT16_BUILD_H

#include <immintrin.h>

#include "lut/lut16_scale.h"

// The first `count` of 8 lanes.
SIGNET_INLINE TARGET __m256i lut16_first(int64_t count) {
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)signet_max(signet_min(count, 8), 0)), lanes);
}

// 8 of the channels that are left, zeros behind them.
SIGNET_INLINE TARGET __m256 lut16_load(const float *from, int64_t left) {
  return left >= 8 ? _mm256_loadu_ps(from) : _mm256_maskload_ps(from, lut16_first(left));
}

// The magnitudes of `count` channels, summed in 8 lanes. most: the largest, as bits
SIGNET_INLINE TARGET __m256 lut16_magnitudes(const float *from, int64_t count, __m256i *most) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  __m256 sum = _mm256_setzero_ps();
  for (int64_t c = 0; c < count; c += 8) {
    const __m256 value = _mm256_andnot_ps(sign, lut16_load(from + c, count - c));
    sum = _mm256_add_ps(sum, value);
    *most = _mm256_max_epi32(*most, _mm256_castps_si256(value));
  }
  return sum;
}

SIGNET_INLINE TARGET float lut16_largest(__m256i bits) {
  int32_t lanes[8];
  int32_t most = 0;
  float largest;
  _mm256_storeu_si256((__m256i *)lanes, bits);
  for (int lane = 0; lane < 8; lane++) most = lanes[lane] > most ? lanes[lane] : most;
  memcpy(&largest, &most, sizeof largest);
  return largest;
}

// absmax: of one row, its largest magnitude and the largest sum of magnitudes of a run. Both are found
// among bits, which orders magnitudes and puts what is not a number above all others.
SIGNET_INLINE TARGET void lut16_measure_row(
    const signet_conv_shape *shape, const lut16_plan *plan, const signet_view *in, const float *row,
    float *magnitudes, float *absmax) {
  const int64_t run = plan->run_quads * lut16_quad;
  const int64_t apart = shape->dilation_width * plan->blocks;
  // A window's first taps may lie in the padding, or its last ones.
  const int64_t padding = (shape->kernel_width - 1) * apart;
  memset(magnitudes, 0, (size_t)padding * sizeof *magnitudes);
  float *to = magnitudes + padding;
  __m256i most = _mm256_setzero_si256();
  for (int64_t x = 0; x < shape->in_width; x++, row += in->pixel_stride, to += plan->blocks) {
    for (int64_t block = 0; block < plan->blocks; block += 4) {
      __m256 sums[4];
#pragma clang loop unroll(full)
      for (int next = 0; next < 4; next++) {
        const int64_t first = (block + next) * run;
        sums[next] =
            lut16_magnitudes(row + first, signet_min(run, shape->in_channels - first), &most);
      }
      const __m256 pairs =
          _mm256_hadd_ps(_mm256_hadd_ps(sums[0], sums[1]), _mm256_hadd_ps(sums[2], sums[3]));
      // Blocks that do not exist are overwritten by the next pixel.
      _mm_storeu_ps(
          to + block, _mm_add_ps(_mm256_castps256_ps128(pairs), _mm256_extractf128_ps(pairs, 1)));
    }
  }
  absmax[0] = lut16_largest(most);
  memset(to, 0, (size_t)(padding + 8) * sizeof *magnitudes);
  most = _mm256_setzero_si256();
  const float *end = to;
  for (const float *window = magnitudes; window < end; window += 8) {
    __m256 sum = _mm256_loadu_ps(window);
    for (int64_t tap = 1; tap < shape->kernel_width; tap++) {
      sum = _mm256_add_ps(sum, _mm256_loadu_ps(window + tap * apart));
    }
    most = _mm256_max_epi32(most, _mm256_castps_si256(sum));
  }
  absmax[1] = lut16_largest(most);
}

// A constant that the compiler may not see through: it would take one byte permutation apart into
// two of words.
SIGNET_INLINE TARGET __m256i lut16_constant(__m128i half) {
  __m256i both = _mm256_broadcastsi128_si256(half);
  __asm__("" : "+x"(both));
  return both;
}

typedef struct {
  __m256 inverse;
  __m256i multiplier;
  // The other channel of a pair; how the sums below make tables.
  __m256i swap, first, low, high;
} lut16_maker;

SIGNET_INLINE TARGET lut16_maker lut16_make_maker(lut16_scale scale) {
  return (lut16_maker){
      .inverse = _mm256_set1_ps(scale.inverse),
      .multiplier = _mm256_set1_epi16(scale.multiplier),
      .swap = lut16_constant(_mm_setr_epi8(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)),
      .first = lut16_constant(_mm_setr_epi8(0, 1, 8, 9, 10, 11, 2, 3, 0, 1, 8, 9, 10, 11, 2, 3)),
      .low = lut16_constant(_mm_setr_epi8(4, 5, 4, 5, 4, 5, 4, 5, 12, 13, 12, 13, 12, 13, 12, 13)),
      .high = lut16_constant(_mm_setr_epi8(14, 15, 14, 15, 14, 15, 14, 15, 6, 7, 6, 7, 6, 7, 6, 7)),
  };
}

// The tables of two groups of channels a, b, c, d. Each lane of `sums` has one group's
// −a−b, a+b, −c−d, c+d, a−b, b−a, c−d, d−c; bit 0 of a table's index means +a, bit 3 means +d.
SIGNET_INLINE TARGET void lut16_build_pair(const lut16_maker *maker, __m256i sums, uint8_t *to) {
  const __m256i mask = _mm256_set1_epi16((1 << lut16_low_bits) - 1);
  const __m256i ab = _mm256_shuffle_epi8(sums, maker->first);
  const __m256i begin = _mm256_mulhrs_epi16(
      _mm256_add_epi16(ab, _mm256_shuffle_epi8(sums, maker->low)), maker->multiplier);
  const __m256i end = _mm256_mulhrs_epi16(
      _mm256_add_epi16(ab, _mm256_shuffle_epi8(sums, maker->high)), maker->multiplier);
  _mm256_store_si256(
      (__m256i *)to,
      _mm256_packs_epi16(_mm256_and_si256(begin, mask), _mm256_and_si256(end, mask)));
  _mm256_store_si256(
      (__m256i *)to + 1,
      _mm256_packs_epi16(
          _mm256_srai_epi16(begin, lut16_low_bits), _mm256_srai_epi16(end, lut16_low_bits)));
}

// The four tables of 16 channels, as floats.
SIGNET_INLINE TARGET void lut16_build_quad(
    const lut16_maker *maker, __m256 begin, __m256 end, uint8_t *to) {
  // Lane 0: channels 0 … 3 and 8 … 11, lane 1: the others.
  const __m256i numbers = _mm256_packs_epi32(
      _mm256_cvtps_epi32(_mm256_mul_ps(begin, maker->inverse)),
      _mm256_cvtps_epi32(_mm256_mul_ps(end, maker->inverse)));
  const __m256i swapped = _mm256_shuffle_epi8(numbers, maker->swap);
  const __m256i signs = _mm256_set1_epi32(0x0001ffff);
  const __m256i sums = _mm256_sign_epi16(_mm256_add_epi16(numbers, swapped), signs);
  const __m256i differences = _mm256_sub_epi16(numbers, swapped);
  lut16_build_pair(maker, _mm256_unpacklo_epi64(sums, differences), to);
  lut16_build_pair(maker, _mm256_unpackhi_epi64(sums, differences), to + lut16_quad_bytes / 2);
}

// The tables of one pixel's channels.
SIGNET_INLINE TARGET void lut16_build_pixel(
    const lut16_maker *maker, const float *from, int64_t channels, uint8_t *to) {
  int64_t left = channels;
  for (; left >= lut16_quad; left -= lut16_quad, to += lut16_quad_bytes, from += lut16_quad) {
    lut16_build_quad(maker, _mm256_loadu_ps(from), _mm256_loadu_ps(from + 8), to);
  }
  if (left > 0) {
    const __m256 end = left > 8 ? lut16_load(from + 8, left - 8) : _mm256_setzero_ps();
    lut16_build_quad(maker, lut16_load(from, left), end, to);
  }
}

// The tables of one block of channels, for all that the output rows from `first_row` on look at.
// columns: those a tap looks at
static TARGET __attribute__((noinline)) void lut16_build(
    const signet_conv *conv, const lut16_plan *plan, const lut16_scratch *scratch,
    int64_t column_count, int64_t image, int64_t first_row, int64_t rows, int64_t block,
    lut16_scale scale) {
  const signet_conv_shape *shape = &conv->shape;
  const lut16_maker maker = lut16_make_maker(scale);
  const int64_t first_channel = block * plan->run_quads * lut16_quad;
  const int64_t channels =
      signet_min(plan->run_quads * lut16_quad, shape->in_channels - first_channel);
  const int64_t table_rows = (rows - 1) * shape->stride_height +
                             (int64_t)(shape->kernel_height - 1) * shape->dilation_height + 1;
  for (int64_t row = 0; row < table_rows; row++) {
    if (!lut16_is_seen(row, shape->kernel_height, shape->dilation_height, shape->stride_height)) {
      continue;
    }
    uint8_t *tables = scratch->tables + row * plan->columns * plan->pixel_bytes;
    const int64_t y = first_row * shape->stride_height + row - shape->pad_top;
    if (y < 0 || y >= shape->in_height) {
      memset(tables, 0, (size_t)(plan->columns * plan->pixel_bytes));
      continue;
    }
    const float *line =
        conv->in.data + image * conv->in.image_stride + y * conv->in.row_stride + first_channel;
    for (int64_t index = 0; index < column_count; index++) {
      const int64_t column = scratch->columns[index];
      const int64_t x = column - shape->pad_left;
      uint8_t *to = tables + column * plan->pixel_bytes;
      if (x < 0 || x >= shape->in_width) {
        memset(to, 0, (size_t)plan->pixel_bytes);
        continue;
      }
      const float *from = line + x * conv->in.pixel_stride;
      // A block reads a part of each pixel; such steps are longer than processors look ahead.
      _mm_prefetch((const char *)(from + lut16_ahead * conv->in.pixel_stride), _MM_HINT_T0);
      lut16_build_pixel(&maker, from, channels, to);
    }
  }
}

#endif
