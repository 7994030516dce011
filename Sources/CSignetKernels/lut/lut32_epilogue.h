// What becomes of a tile's 32-bit sums.
#ifndef SIGNET_LUT32_EPILOGUE_H
#define SIGNET_LUT32_EPILOGUE_H

#include <immintrin.h>

#include "lut/lut32_layout.h"

// What a filter's sum is multiplied by and what is added, 16 filters a vector.
typedef struct {
  __m512 scale[4], offset[4];
  __mmask16 filters[4];
} lut32_epilogue;

SIGNET_INLINE TARGET lut32_epilogue
lut32_make_epilogue(const signet_conv *conv, int64_t code, int64_t filter, float unit) {
  lut32_epilogue with;
  for (int v = 0; v < 4; v++) {
    const int64_t first = filter + v * 16;
    const int64_t count = signet_max(signet_min(conv->shape.out_channels - first, 16), 0);
    const __mmask16 mask = (__mmask16)((1u << count) - 1);
    with.filters[v] = mask;
    with.scale[v] = _mm512_set1_ps(unit);
    if (conv->scale) {
      const float *scales = conv->scale + code * conv->shape.out_channels;
      with.scale[v] = _mm512_mul_ps(with.scale[v], _mm512_maskz_loadu_ps(mask, scales + first));
    }
    // Once, with the first code.
    with.offset[v] = _mm512_maskz_loadu_ps(code == 0 ? mask : 0, conv->offset + first);
  }
  return with;
}

// The largest lane-wise of `most` and the sums of all lanes of four vectors. As bits, which orders what
// is not negative and puts what is not a number above all others.
SIGNET_INLINE TARGET __m512i
lut32_larger_of_sums(__m512i most, __m512 a, __m512 b, __m512 c, __m512 d) {
  const __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
  const __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
  __m512 sums = _mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xee));
  sums = _mm512_add_ps(sums, _mm512_shuffle_f32x4(sums, sums, 0x4e));
  sums = _mm512_add_ps(sums, _mm512_shuffle_f32x4(sums, sums, 0xb1));
  return _mm512_max_epi32(most, _mm512_castps_si512(sums));
}

// A row of pixels to finish.
typedef struct {
  const int32_t *sums;
  __m512i odd;  // of their windows
  float *out;
  int64_t out_stride;
  const float *added;  // may be NULL
  int64_t added_stride;
  __m512 low, high;
} lut32_row;

// Finishes one pixel of `vectors` of the `stride` vectors it has. The sum of its magnitudes, in lanes.
SIGNET_INLINE TARGET __m512 lut32_finish_pixel(
    const lut32_epilogue *with, const int vectors, const int stride, const lut32_row *row,
    int64_t pixel) {
  const int32_t *sums = row->sums + pixel * stride * 16;
  float *out = row->out + pixel * row->out_stride;
  const __m512i window = _mm512_permutexvar_epi32(_mm512_set1_epi32((int32_t)pixel), row->odd);
  __m512 magnitudes = _mm512_setzero_ps();
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) {
    const __mmask16 mask = with->filters[v];
    const __m512i half = _mm512_load_si512(sums + v * 16);
    const __m512i sum = _mm512_sub_epi32(_mm512_add_epi32(half, half), window);
    __m512 value = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), with->scale[v], with->offset[v]);
    if (row->added) {
      const float *added = row->added + pixel * row->added_stride;
      value = _mm512_add_ps(value, _mm512_maskz_loadu_ps(mask, added + v * 16));
    }
    // What is not a number stays: of two operands the second is taken then.
    value = _mm512_min_ps(row->high, _mm512_max_ps(row->low, value));
    _mm512_mask_storeu_ps(out + v * 16, mask, value);
    magnitudes = _mm512_mask_add_ps(magnitudes, mask, magnitudes, _mm512_abs_ps(value));
  }
  return magnitudes;
}

// Finishes a row of pixels. The largest of `most` and the pixels' sums of magnitudes.
SIGNET_INLINE TARGET __m512i lut32_finish_pixels(
    const lut32_epilogue *with, const int vectors, const int stride, const lut32_row *row,
    int64_t pixels, __m512i most) {
  const __m512 none = _mm512_setzero_ps();
  int64_t p = 0;
  for (; p + 4 <= pixels; p += 4) {
    const __m512 a = lut32_finish_pixel(with, vectors, stride, row, p);
    const __m512 b = lut32_finish_pixel(with, vectors, stride, row, p + 1);
    const __m512 c = lut32_finish_pixel(with, vectors, stride, row, p + 2);
    const __m512 d = lut32_finish_pixel(with, vectors, stride, row, p + 3);
    most = lut32_larger_of_sums(most, a, b, c, d);
  }
  for (; p < pixels; p++) {
    most = lut32_larger_of_sums(
        most, lut32_finish_pixel(with, vectors, stride, row, p), none, none, none);
  }
  return most;
}

// A row of pixels of one code. Later codes are added to what the earlier ones left in the output.
SIGNET_INLINE TARGET lut32_row lut32_row_of(
    const signet_conv *conv, int64_t code, signet_cursor cursor, int64_t filter,
    const int32_t *sums, __m512i odd) {
  const bool is_last = code == conv->shape.codes - 1;
  lut32_row row = {
      .sums = sums,
      .odd = odd,
      .out = signet_pixel(&conv->out, cursor) + filter,
      .out_stride = conv->out.pixel_stride,
      .low = _mm512_set1_ps(is_last ? conv->low : -__builtin_inff()),
      .high = _mm512_set1_ps(is_last ? conv->high : __builtin_inff()),
  };
  if (code > 0) {
    row.added = row.out;
    row.added_stride = row.out_stride;
  } else if (conv->residual.data) {
    row.added = signet_pixel(&conv->residual, cursor) + filter;
    row.added_stride = conv->residual.pixel_stride;
  }
  return row;
}

#endif
