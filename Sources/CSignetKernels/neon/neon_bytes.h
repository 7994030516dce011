// The two ways NEON multiplies bytes. Both see the panel as lines of 16 bytes, a step: eight inputs
// of one pixel, first their high bytes, then their low ones; and 16 filters' signs of eight inputs
// as 16 bytes of bits, one per filter, which they expand to 128 bytes of ±1 in an order of their
// own. Sums are eight registers of four per pixel, likewise.
#ifndef SIGNET_NEON_BYTES_H
#define SIGNET_NEON_BYTES_H

#include <arm_neon.h>

#include "core/geometry.h"

enum {
  bytes_block = 16,  // filters
  bytes_step = 8,    // inputs
  bytes_line = 16,   // bytes of a step, of one pixel
  bytes_registers = 8,
  bytes_expanded = bytes_registers * 16,
  // Eight accumulators each leave a quarter of the registers for the operands.
  bytes_pixels = 3,
};

typedef struct byte_products {
  // filters: steps × 128 of ±1
  void (*expand)(const uint8_t *bits, int64_t steps, int8_t *filters);
  // sums: pixels × 8 × 4 (+)= panel · filters; a pixel's lines lie together, pixels `stride` bytes
  // apart
  void (*multiply)(
      int64_t pixels, int64_t steps, const int8_t *panel, int64_t stride, const int8_t *filters,
      int32_t *sums, bool accumulate);
  // raw: 16, a pixel's inner products in units of its quantisation
  void (*combine)(const int32_t *sums, float *raw);
} byte_products;

// ±1 where the bit under `mask` is 1 or 0, of the bytes that `index` picks.
SIGNET_INLINE int8x16_t bytes_signs(uint8x16_t bits, uint8x16_t index, uint8x16_t mask) {
  return vreinterpretq_s8_u8(vornq_u8(vdupq_n_u8(1), vtstq_u8(vqtbl1q_u8(bits, index), mask)));
}

SIGNET_INLINE float32x4_t bytes_joined(int32x4_t high, int32x4_t low) {
  return vfmaq_n_f32(vcvtq_f32_s32(low), vcvtq_f32_s32(high), 256);
}

#endif
