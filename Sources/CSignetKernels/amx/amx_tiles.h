// What the tile kernels share: integers of two or three bytes, made of floats and made floats again.
// The including file defines TARGET, the functions' attribute.
#ifndef SIGNET_AMX_TILES_H
#define SIGNET_AMX_TILES_H

#include <immintrin.h>

#include "core/geometry.h"

enum {
  tile_pixels = 16,
  // Bytes of a tile row, one cache line: 64 inputs of one output pixel.
  line = 64,
  tile_bytes = tile_pixels * line,
  // Filters of a block: two tiles.
  block = 32,
  // Sums of one plane: at most four tiles.
  raw_elements = 4 * tile_pixels * block,
};

// The amx_largest integer of so many bytes. All bytes are signed: byte i is that of the number plus
// half a unit of byte i for what is below it, so the highest needs room for a carry.
SIGNET_INLINE float amx_most_of(const int planes) { return planes == 2 ? 0x1.fcp14f : 0x1.fcp22f; }

static const uint8_t every_fourth[line] = {
    0,  4,  8,  12, 16, 20, 24, 28, 32, 36,  40,  44,  48,  52,  56,  60,
    64, 68, 72, 76, 80, 84, 88, 92, 96, 100, 104, 108, 112, 116, 120, 124,
    0,  4,  8,  12, 16, 20, 24, 28, 32, 36,  40,  44,  48,  52,  56,  60,
    64, 68, 72, 76, 80, 84, 88, 92, 96, 100, 104, 108, 112, 116, 120, 124,
};

// Quantises 64 floats into their bytes. Only those in `present` are read, all in `stored` written.
SIGNET_INLINE TARGET void amx_quantise(
    const int planes, const float *from, float inverse, __mmask64 present, __mmask64 stored,
    int8_t *to, int64_t plane) {
  const __m512 scale = _mm512_set1_ps(inverse);
  __m512i numbers[4];
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) {
    const __m512 value = _mm512_maskz_loadu_ps((__mmask16)(present >> (16 * i)), from + 16 * i);
    numbers[i] = _mm512_cvtps_epi32(_mm512_mul_ps(value, scale));
  }
#pragma clang loop unroll(full)
  for (int p = 0; p < planes; p++) {
    const __m512i places =
        _mm512_add_epi8(_mm512_loadu_si512(every_fourth), _mm512_set1_epi8((char)p));
    const __m512i bytes = _mm512_mask_blend_epi64(
        0xf0, _mm512_permutex2var_epi8(numbers[0], places, numbers[1]),
        _mm512_permutex2var_epi8(numbers[2], places, numbers[3]));
    _mm512_mask_storeu_epi8(to + p * plane, stored, bytes);
    if (p + 1 < planes) {
      const __m512i carry = _mm512_set1_epi32(0x80 << (8 * p));
#pragma clang loop unroll(full)
      for (int i = 0; i < 4; i++) numbers[i] = _mm512_add_epi32(numbers[i], carry);
    }
  }
}

SIGNET_INLINE __mmask64 amx_first_of(int64_t count) {
  return count >= line ? ~(__mmask64)0 : ((__mmask64)1 << count) - 1;
}

static TARGET void amx_configure(void) {
  struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t bytes_per_row[16];
    uint8_t rows[16];
  } config = {.palette = 1};
  for (int tile = 0; tile < 8; tile++) {
    config.bytes_per_row[tile] = line;
    config.rows[tile] = tile_pixels;
  }
  _tile_loadconfig(&config);
}

// The filters of one block: scales and offsets in registers, lanes past the last filter masked.
typedef struct {
  __mmask16 lanes[2];
  // Tiles that hold filters: 1 or 2.
  int halves;
  __m512 scale[2], offset[2];
  // Results are held within.
  __m512 low, high;
  int64_t filter;
} amx_epilogue;

SIGNET_INLINE TARGET amx_epilogue amx_make_epilogue(
    const signet_conv *conv, int64_t filter, int64_t filters, const float *scale, float unit) {
  const uint32_t present = filters >= block ? ~0u : (1u << filters) - 1;
  amx_epilogue made = {
      .halves = filters > 16 ? 2 : 1,
      .low = _mm512_set1_ps(conv->low),
      .high = _mm512_set1_ps(conv->high),
      .filter = filter};
#pragma clang loop unroll(full)
  for (int half = 0; half < 2; half++) {
    made.lanes[half] = (__mmask16)(present >> (16 * half));
    made.scale[half] = _mm512_set1_ps(unit);
    if (scale) {
      made.scale[half] = _mm512_mul_ps(
          made.scale[half], _mm512_maskz_loadu_ps(made.lanes[half], scale + filter + 16 * half));
    }
    made.offset[half] = _mm512_maskz_loadu_ps(made.lanes[half], conv->offset + filter + 16 * half);
  }
  return made;
}

// The sum of 16 outputs' planes.
SIGNET_INLINE TARGET __m512 amx_joined(const int planes, const int32_t *raw) {
  __m512 sum = _mm512_cvtepi32_ps(_mm512_load_si512(raw));
  float unit = 1;
#pragma clang loop unroll(full)
  for (int p = 1; p < planes; p++) {
    unit *= 256;
    sum = _mm512_fmadd_ps(
        _mm512_cvtepi32_ps(_mm512_load_si512(raw + p * raw_elements)), _mm512_set1_ps(unit), sum);
  }
  return sum;
}

// The amx_largest magnitudes so far, as bits: those order magnitudes, and what is not a number is above
// all others.
typedef struct {
  __m512i bits;
} amx_largest;

SIGNET_INLINE TARGET void amx_take_in(amx_largest *so_far, __m512 value) {
  const __m512i magnitude =
      _mm512_and_si512(_mm512_castps_si512(value), _mm512_set1_epi32(0x7fffffff));
  so_far->bits = _mm512_max_epu32(so_far->bits, magnitude);
}

// Leaves the absmax of a unit where it is asked for.
SIGNET_INLINE TARGET void amx_leave_absmax(
    const signet_conv *conv, int64_t unit, amx_largest found) {
  if (!conv->unit_absmax) return;
  const uint32_t bits = _mm512_reduce_max_epu32(found.bits);
  memcpy(&conv->unit_absmax[unit], &bits, sizeof bits);
}

// Stores 16 filters of `count` neighbouring pixels. raw: planes × count × block, or total
SIGNET_INLINE TARGET void amx_finish_half(
    const amx_epilogue *with, const int half, const int planes, float *out, int64_t out_stride,
    const float *residual, int64_t residual_stride, int64_t count, const int32_t *raw,
    const float *total, amx_largest *absmax) {
  const __m512 scale = with->scale[half];
  const __m512 offset = with->offset[half];
  const __mmask16 lanes = with->lanes[half];
  amx_largest found = *absmax;
  for (int64_t pixel = 0; pixel < count; pixel++) {
    const int64_t place = pixel * block + 16 * half;
    __m512 value = total ? _mm512_add_ps(_mm512_load_ps(total + place), offset)
                         : _mm512_fmadd_ps(amx_joined(planes, raw + place), scale, offset);
    if (residual) {
      value = _mm512_add_ps(value, _mm512_maskz_loadu_ps(lanes, residual + 16 * half));
      residual += residual_stride;
    }
    // The second operand is what comes out where one is not a number.
    value = _mm512_min_ps(with->high, _mm512_max_ps(with->low, value));
    amx_take_in(&found, value);
    _mm512_mask_storeu_ps(out + 16 * half, lanes, value);
    out += out_stride;
  }
  *absmax = found;
}

// Stores `count` neighbouring pixels of a row. raw: planes × count × block, or total: count × block
SIGNET_INLINE TARGET void amx_finish_run(
    const signet_conv *conv, const amx_epilogue *with, const int planes, signet_cursor cursor,
    int64_t count, const int32_t *raw, const float *total, amx_largest *absmax) {
  float *out = signet_pixel(&conv->out, cursor) + with->filter;
  const float *residual =
      conv->residual.data ? signet_pixel(&conv->residual, cursor) + with->filter : NULL;
  const int64_t step = conv->out.pixel_stride;
  for (int half = 0; half < with->halves; half++) {
    if (residual) {
      amx_finish_half(
          with, half, planes, out, step, residual, conv->residual.pixel_stride, count, raw, total,
          absmax);
    } else {
      amx_finish_half(with, half, planes, out, step, NULL, 0, count, raw, total, absmax);
    }
  }
}

// Output rows of one image, and the pitch in pixels of the map their tiles are cut from.
typedef struct {
  int64_t image, first, count, pitch;
} amx_tile_rows;

// Stores those of `count` pixels of the map, from `first` on, that are not beyond the end of a row.
SIGNET_INLINE TARGET void amx_finish_tiles(
    const signet_conv *conv, const amx_epilogue *with, const int planes, const amx_tile_rows *rows,
    int64_t first, int64_t count, const int32_t *raw, const float *total, amx_largest *absmax) {
  const int64_t end = signet_min(first + count, rows->count * rows->pitch);
  int64_t y = first / rows->pitch;
  int64_t x = first % rows->pitch;
  for (int64_t pixel = first; pixel < end; y++, x = 0) {
    const int64_t run = signet_min(conv->shape.out_width - x, end - pixel);
    const signet_cursor cursor = {rows->image, (int32_t)(rows->first + y), (int32_t)x};
    const int64_t place = (pixel - first) * block;
    if (total) {
      amx_finish_run(conv, with, planes, cursor, run, NULL, total + place, absmax);
    } else {
      amx_finish_run(conv, with, planes, cursor, run, raw + place, NULL, absmax);
    }
    pixel += rows->pitch - x;
  }
}

#endif
