// The inner loops of the binary tile convolution: 16 pixels × 64 inputs of a plane meet 64 inputs ×
// 16 filters of ±1 in one instruction. Eight tile registers: 0 to 3 hold sums, 4 and 5 pixels, 6 and 7
// signs. The including file defines TARGET, the functions' attribute.
#ifndef SIGNET_AMX_CONV_MICROKERNEL_H
#define SIGNET_AMX_CONV_MICROKERNEL_H

#include "amx/amx_conv_layout.h"

// signs: 2 tiles of ±1, one step; rows without inputs are zero
SIGNET_INLINE TARGET void amx_conv_expand(const amx_conv_word *words, int64_t rows, int8_t *signs) {
  const __m512i plus = _mm512_set1_epi8(1);
  const __m512i minus = _mm512_set1_epi8(-1);
#pragma clang loop unroll(full)
  for (int64_t row = 0; row < tile_pixels; row++) {
    _mm512_store_si512(signs + row * line, _mm512_mask_blend_epi8(words[2 * row], minus, plus));
    _mm512_store_si512(
        signs + tile_bytes + row * line, _mm512_mask_blend_epi8(words[2 * row + 1], minus, plus));
  }
  for (int64_t row = rows; row < tile_pixels; row++) {
    _mm512_store_si512(signs + row * line, _mm512_setzero_si512());
    _mm512_store_si512(signs + tile_bytes + row * line, _mm512_setzero_si512());
  }
}

enum { all_slots = -1 };

// What the microkernels multiply: pixels of a plane with the signs of one filter block and code.
typedef struct {
  const int8_t *pixels;
  int64_t pixel_bytes;
  const amx_conv_step_place *places;
  int64_t steps;
  int8_t *signs;
  // The bits of a step's number that say where its signs lie; all, unless memory is recycled.
  int64_t slot_mask;
  // Where the signs are still bits: they are expanded some steps ahead, while the tile unit is busy.
  const amx_conv_word *words;
  int32_t *raw;
} amx_conv_operands;

// signs: 2 tiles
SIGNET_INLINE TARGET int8_t *amx_conv_signs_of(const amx_conv_operands *with, int64_t step) {
  return with->signs + (step & with->slot_mask) * 2 * tile_bytes;
}

SIGNET_INLINE TARGET void amx_conv_expand_step(const amx_conv_operands *with, int64_t step) {
  if (with->words && step < with->steps) {
    amx_conv_expand(
        with->words + step * step_words, with->places[step].rows, amx_conv_signs_of(with, step));
  }
}

SIGNET_INLINE TARGET void amx_conv_expand_first(const amx_conv_operands *with) {
  for (int64_t step = 0; step < steps_ahead; step++) amx_conv_expand_step(with, step);
}

// Two pixel tiles · two filter tiles. The second pixel tile, `apart` bytes from the first, is of the
// next pixels or of the next plane.
// raw: two times 16 pixels × 32 filters, `raw_apart` apart
SIGNET_INLINE TARGET void amx_conv_multiply_2x2(
    const amx_conv_operands *with, int64_t apart, int64_t raw_apart) {
  const int64_t stride = with->pixel_bytes;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  amx_conv_expand_first(with);
  for (int64_t step = 0; step < with->steps; step++) {
    const int8_t *signs = amx_conv_signs_of(with, step);
    const int8_t *from = with->pixels + with->places[step].offset;
    _tile_loadd(6, signs, line);
    _tile_loadd(4, from, stride);
    _tile_dpbssd(0, 4, 6);
    _tile_loadd(7, signs + tile_bytes, line);
    _tile_dpbssd(1, 4, 7);
    _tile_loadd(5, from + apart, stride);
    _tile_dpbssd(2, 5, 6);
    _tile_dpbssd(3, 5, 7);
    amx_conv_expand_step(with, step + steps_ahead);
  }
  _tile_stored(0, with->raw, block * sizeof(int32_t));
  _tile_stored(1, with->raw + 16, block * sizeof(int32_t));
  _tile_stored(2, with->raw + raw_apart, block * sizeof(int32_t));
  _tile_stored(3, with->raw + raw_apart + 16, block * sizeof(int32_t));
}

// raw: 16 pixels × 32 filters = one pixel tile · two filter tiles
static TARGET void amx_conv_multiply_1x2(const amx_conv_operands *with) {
  _tile_zero(0);
  _tile_zero(1);
  amx_conv_expand_first(with);
  for (int64_t step = 0; step < with->steps; step++) {
    const int8_t *signs = amx_conv_signs_of(with, step);
    _tile_loadd(6, signs, line);
    _tile_loadd(7, signs + tile_bytes, line);
    _tile_loadd(4, with->pixels + with->places[step].offset, with->pixel_bytes);
    _tile_dpbssd(0, 4, 6);
    _tile_dpbssd(1, 4, 7);
    amx_conv_expand_step(with, step + steps_ahead);
  }
  _tile_stored(0, with->raw, block * sizeof(int32_t));
  _tile_stored(1, with->raw + 16, block * sizeof(int32_t));
}

// raw: 64 pixels × 16 filters = four pixel tiles · one filter tile
static TARGET void amx_conv_multiply_4x1(const amx_conv_operands *with) {
  const int64_t stride = with->pixel_bytes;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  amx_conv_expand_first(with);
  for (int64_t step = 0; step < with->steps; step++) {
    const int8_t *from = with->pixels + with->places[step].offset;
    _tile_loadd(6, amx_conv_signs_of(with, step), line);
    _tile_loadd(4, from, stride);
    _tile_dpbssd(0, 4, 6);
    _tile_loadd(5, from + tile_pixels * stride, stride);
    _tile_dpbssd(1, 5, 6);
    _tile_loadd(4, from + 2 * tile_pixels * stride, stride);
    _tile_dpbssd(2, 4, 6);
    _tile_loadd(5, from + 3 * tile_pixels * stride, stride);
    _tile_dpbssd(3, 5, 6);
    amx_conv_expand_step(with, step + steps_ahead);
  }
  _tile_stored(0, with->raw, block * sizeof(int32_t));
  _tile_stored(1, with->raw + 16 * block, block * sizeof(int32_t));
  _tile_stored(2, with->raw + 32 * block, block * sizeof(int32_t));
  _tile_stored(3, with->raw + 48 * block, block * sizeof(int32_t));
}

static TARGET void amx_conv_multiply_pixels(const amx_conv_operands *with) {
  amx_conv_multiply_2x2(with, tile_pixels * with->pixel_bytes, tile_pixels * block);
}

static TARGET void amx_conv_multiply_planes(const amx_conv_operands *with, int64_t plane) {
  amx_conv_multiply_2x2(with, plane, raw_elements);
}

// Multiplies as many of `tiles` as one microkernel takes, plane after plane, and says how many
// those were.
SIGNET_INLINE TARGET int64_t amx_conv_multiply(
    amx_conv_operands with, const int planes, int64_t plane, int64_t tiles, bool narrow) {
  const int64_t taken = narrow && tiles > 2 ? 4 : tiles > 1 ? 2 : 1;
  for (int p = 0; p < planes;) {
    // A tile that is left alone is paired with itself in the next plane.
    const int done = taken == 1 && p + 2 <= planes ? 2 : 1;
    if (taken == 4) {
      amx_conv_multiply_4x1(&with);
    } else if (taken == 2) {
      amx_conv_multiply_pixels(&with);
    } else if (done == 2) {
      amx_conv_multiply_planes(&with, plane);
    } else {
      amx_conv_multiply_1x2(&with);
    }
    if (with.slot_mask == all_slots) with.words = NULL;
    with.pixels += done * plane;
    with.raw += done * raw_elements;
    p += done;
  }
  return taken;
}

#endif
