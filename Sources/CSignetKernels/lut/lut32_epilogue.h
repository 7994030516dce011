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

// Finishes a row of pixels, each of `vectors` of `stride` vectors of sums. Later codes are added to what the earlier ones left in the output.
SIGNET_INLINE TARGET void lut32_finish_row(
    const signet_conv *conv, const lut32_epilogue *with, const int vectors, const int stride,
    int64_t code, signet_cursor cursor, int64_t filter, int64_t pixels, const int32_t *sums,
    __m512i odd) {
  float *out = signet_pixel(&conv->out, cursor) + filter;
  const float *added = NULL;
  int64_t added_stride = conv->out.pixel_stride;
  if (code > 0) {
    added = out;
  } else if (conv->residual.data) {
    added = signet_pixel(&conv->residual, cursor) + filter;
    added_stride = conv->residual.pixel_stride;
  }
  const bool is_last = code == conv->shape.codes - 1;
  const __m512 low = _mm512_set1_ps(is_last ? conv->low : -__builtin_inff());
  const __m512 high = _mm512_set1_ps(is_last ? conv->high : __builtin_inff());
  for (int64_t p = 0; p < pixels; p++) {
    const __m512i window = _mm512_permutexvar_epi32(_mm512_set1_epi32((int32_t)p), odd);
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      const __mmask16 mask = with->filters[v];
      const __m512i half = _mm512_load_si512(sums + v * 16);
      const __m512i sum = _mm512_sub_epi32(_mm512_add_epi32(half, half), window);
      __m512 value =
          _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), with->scale[v], with->offset[v]);
      if (added) value = _mm512_add_ps(value, _mm512_maskz_loadu_ps(mask, added + v * 16));
      // What is not a number stays: of two operands the second is taken then.
      value = _mm512_min_ps(high, _mm512_max_ps(low, value));
      _mm512_mask_storeu_ps(out + v * 16, mask, value);
    }
    sums += stride * 16;
    out += conv->out.pixel_stride;
    if (added) added += added_stride;
  }
}

#endif
