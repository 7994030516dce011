// `sdot` adds four inner products of four bytes to four sums: four filters by four inputs of one
// line. 16 multiply-adds in one instruction.
#include "neon/neon_kernels.h"

#if defined(__aarch64__)

#include "CSignetProcessor.h"
#include "neon/neon_bytes.h"
#include "neon/neon_conv.h"

#define TARGET __attribute__((target("dotprod")))

// Registers 0 to 3: filters in fours with the step's first four inputs; 4 to 7 with the others.
static void neon_dot_expand(const uint8_t *bits, int64_t steps, int8_t *filters) {
  const uint8x16_t masks[2] = {
      vreinterpretq_u8_u32(vdupq_n_u32(0x08040201)), vreinterpretq_u8_u32(vdupq_n_u32(0x80402010))};
  const uint8_t fours[16] = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3};
  const uint8x16_t four = vld1q_u8(fours);
  for (int64_t step = 0; step < steps; step++, bits += bytes_block, filters += bytes_expanded) {
    const uint8x16_t word = vld1q_u8(bits);
#pragma clang loop unroll(full)
    for (uint8_t r = 0; r < bytes_registers; r++) {
      const uint8x16_t index = vaddq_u8(four, vdupq_n_u8(4 * (r % 4)));
      vst1q_s8(filters + 16 * r, bytes_signs(word, index, masks[r / 4]));
    }
  }
}

// Registers 0 to 3: sums of high bytes, filters in fours; 4 to 7: sums of low bytes.
SIGNET_INLINE TARGET void neon_dot_tile(
    const int pixels, int64_t steps, const int8_t *panel, int64_t stride, const int8_t *filters,
    int32_t *sums, bool accumulate) {
  int32x4_t sum[bytes_pixels][bytes_registers];
#pragma clang loop unroll(full)
  for (int p = 0; p < pixels; p++) {
#pragma clang loop unroll(full)
    for (int r = 0; r < bytes_registers; r++) {
      sum[p][r] = accumulate ? vld1q_s32(sums + (p * bytes_registers + r) * 4) : vdupq_n_s32(0);
    }
  }
  for (int64_t step = 0; step < steps; step++) {
    int8x16_t input[bytes_pixels];
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) input[p] = vld1q_s8(panel + p * stride + step * bytes_line);
#pragma clang loop unroll(full)
    for (int four = 0; four < 4; four++) {
      const int8x16_t first = vld1q_s8(filters + step * bytes_expanded + 16 * four);
      const int8x16_t second = vld1q_s8(filters + step * bytes_expanded + 16 * (four + 4));
#pragma clang loop unroll(full)
      for (int p = 0; p < pixels; p++) {
        sum[p][four] = vdotq_laneq_s32(sum[p][four], first, input[p], 0);
        sum[p][four + 4] = vdotq_laneq_s32(sum[p][four + 4], first, input[p], 2);
        sum[p][four] = vdotq_laneq_s32(sum[p][four], second, input[p], 1);
        sum[p][four + 4] = vdotq_laneq_s32(sum[p][four + 4], second, input[p], 3);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int p = 0; p < pixels; p++) {
#pragma clang loop unroll(full)
    for (int r = 0; r < bytes_registers; r++) {
      vst1q_s32(sums + (p * bytes_registers + r) * 4, sum[p][r]);
    }
  }
}

static TARGET void neon_dot_multiply(
    int64_t pixels, int64_t steps, const int8_t *panel, int64_t stride, const int8_t *filters,
    int32_t *sums, bool accumulate) {
  switch (pixels) {
    case 1: return neon_dot_tile(1, steps, panel, stride, filters, sums, accumulate);
    case 2: return neon_dot_tile(2, steps, panel, stride, filters, sums, accumulate);
    case 3: return neon_dot_tile(3, steps, panel, stride, filters, sums, accumulate);
  }
}

static void neon_dot_combine(const int32_t *sums, float *raw) {
#pragma clang loop unroll(full)
  for (int four = 0; four < 4; four++) {
    const int32x4_t high = vld1q_s32(sums + 4 * four);
    const int32x4_t low = vld1q_s32(sums + 4 * (four + 4));
    vst1q_f32(raw + 4 * four, bytes_joined(high, low));
  }
}

static const byte_products products = {neon_dot_expand, neon_dot_multiply, neon_dot_combine};

static bool neon_dot_accepts(const signet_conv_shape *shape) {
  return signet_processor_has(SIGNET_DOTPROD) && neon_bytes_accepts(shape);
}

static void neon_dot_run(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *scratch) {
  neon_bytes_run(&products, conv, images, from, to, scratch);
}

const signet_conv_kernel signet_b1_conv_dot = {
    .name = "b1i16_conv_p3x16_neon_dot",
    .accepts = neon_dot_accepts,
    .packed_bytes = neon_bytes_packed_bytes,
    .pack = neon_bytes_pack,
    .scratch_bytes = neon_bytes_scratch_bytes,
    .units = neon_bytes_units,
    .run = neon_dot_run,
};

#endif
