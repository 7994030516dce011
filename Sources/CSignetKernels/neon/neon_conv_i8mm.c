// `smmla` multiplies 2 × 8 bytes by 8 × 2: the two lines of a pixel's step, high and low bytes, by
// two filters. 32 multiply-adds in one instruction, none of them wasted.
#include "neon/neon_kernels.h"

#if defined(__aarch64__)

#include "CSignetProcessor.h"
#include "neon/neon_bytes.h"
#include "neon/neon_conv.h"

#define TARGET __attribute__((target("i8mm")))

static void neon_i8mm_expand(const uint8_t *bits, int64_t steps, int8_t *filters) {
  const uint8x16_t mask = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201));
  const uint8x16_t second = vcombine_u8(vdup_n_u8(0), vdup_n_u8(1));
  for (int64_t step = 0; step < steps; step++, bits += bytes_block, filters += bytes_expanded) {
    const uint8x16_t word = vld1q_u8(bits);
#pragma clang loop unroll(full)
    for (uint8_t pair = 0; pair < bytes_registers; pair++) {
      const uint8x16_t index = vaddq_u8(second, vdupq_n_u8(2 * pair));
      vst1q_s8(filters + 16 * pair, bytes_signs(word, index, mask));
    }
  }
}

SIGNET_INLINE TARGET void neon_i8mm_tile(
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
    for (int r = 0; r < bytes_registers; r++) {
      const int8x16_t filter = vld1q_s8(filters + step * bytes_expanded + 16 * r);
#pragma clang loop unroll(full)
      for (int p = 0; p < pixels; p++) sum[p][r] = vmmlaq_s32(sum[p][r], input[p], filter);
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

static TARGET void neon_i8mm_multiply(
    int64_t pixels, int64_t steps, const int8_t *panel, int64_t stride, const int8_t *filters,
    int32_t *sums, bool accumulate) {
  switch (pixels) {
    case 1: return neon_i8mm_tile(1, steps, panel, stride, filters, sums, accumulate);
    case 2: return neon_i8mm_tile(2, steps, panel, stride, filters, sums, accumulate);
    case 3: return neon_i8mm_tile(3, steps, panel, stride, filters, sums, accumulate);
  }
}

// A register holds two filters' sums of high bytes, then their sums of low ones.
static void neon_i8mm_combine(const int32_t *sums, float *raw) {
#pragma clang loop unroll(full)
  for (int r = 0; r < bytes_registers; r += 2) {
    const int64x2_t a = vreinterpretq_s64_s32(vld1q_s32(sums + 4 * r));
    const int64x2_t b = vreinterpretq_s64_s32(vld1q_s32(sums + 4 * r + 4));
    const int32x4_t high = vreinterpretq_s32_s64(vzip1q_s64(a, b));
    const int32x4_t low = vreinterpretq_s32_s64(vzip2q_s64(a, b));
    vst1q_f32(raw + 2 * r, bytes_joined(high, low));
  }
}

static const byte_products products = {neon_i8mm_expand, neon_i8mm_multiply, neon_i8mm_combine};

static bool neon_i8mm_accepts(const signet_conv_shape *shape) {
  return signet_processor_has(SIGNET_I8MM) && neon_bytes_accepts(shape);
}

static void neon_i8mm_run(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *scratch) {
  neon_bytes_run(&products, conv, images, from, to, scratch);
}

const signet_conv_kernel signet_b1_conv_i8mm = {
    .name = "b1i16_conv_p3x16_neon_i8mm",
    .accepts = neon_i8mm_accepts,
    .packed_bytes = neon_bytes_packed_bytes,
    .pack = neon_bytes_pack,
    .scratch_bytes = neon_bytes_scratch_bytes,
    .units = neon_bytes_units,
    .run = neon_i8mm_run,
};

#endif
