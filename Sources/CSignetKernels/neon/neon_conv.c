// Binary convolutions on 8-bit products. Each patch is brought to 16-bit integers with a scale of
// its own and cut into two bytes, x ≈ s·(256·h + l), both of which meet the filters' signs in
// integer arithmetic. No sum can overflow: 2³¹ / 128 inputs are more than a filter can have.
//
//   sums (pixels × 16 filters × 2 bytes) = panel (pixels × steps · 8) · signs (steps · 8 × 16)
//
// Documentation/kernels.md says what was measured, and where.
#include "neon/neon_kernels.h"

#if defined(__aarch64__)

#include "neon/neon_conv.h"

#define TARGET
#define NAME(x) neon_bytes_##x
#define LANES 4
#include "core/code_bits.h"
#include "core/patches.h"
#include "core/scratch.h"
#include "core/units.h"

enum {
  // Steps between two visits of the accumulators: the expanded filters take 16 KiB, half of the
  // smallest first-level cache.
  steps_per_chunk = 128,
  panel_bytes = 256 * 1024,
};

// The largest magnitude of a 16-bit input: its high byte then lies in −127…127.
static const float most = 127 * 256;
// Smaller inputs count as zero: what divides by them would overflow.
static const float least = 0x1p-100f;

// One pixel alone shares the expansion of the filters with no other.
bool neon_bytes_accepts(const signet_conv_shape *shape) {
  return shape->out_height > 1 || shape->out_width > 1;
}

static int64_t neon_steps_of(const signet_conv_shape *shape) {
  return signet_ceil_div(signet_patch_length(shape), bytes_step);
}

static int64_t neon_most_pixels(const signet_conv_shape *shape) {
  int64_t tiles = panel_bytes / (neon_steps_of(shape) * bytes_line) / bytes_pixels;
  return signet_min(signet_max(tiles, 4), 32) * bytes_pixels;
}

static signet_tiling neon_tiling_of(const signet_conv_shape *shape, int64_t images) {
  return signet_tile(shape, images, bytes_block, bytes_pixels, neon_most_pixels(shape));
}

int64_t neon_bytes_units(const signet_conv *conv, int64_t images) {
  return signet_tiling_units(conv, neon_tiling_of(&conv->shape, images));
}

// Working memory of a thread.
typedef struct {
  float *patch;     // steps × 8
  float *scales;    // pixels
  float *raw;       // pixels × block
  float *total;     // pixels × block
  int32_t *sums;    // pixels × 8 × 4
  int8_t *panel;    // pixels × steps × 16
  int8_t *filters;  // steps of a chunk × 128
  size_t bytes;
} neon_scratch_layout;

static neon_scratch_layout neon_lay_scratch(
    const signet_conv_shape *shape, int64_t images, void *memory) {
  const int64_t steps = neon_steps_of(shape);
  const int64_t pixels = signet_min(neon_most_pixels(shape), signet_pixels(shape, images));
  signet_scratch take = signet_scratch_at(memory);
  neon_scratch_layout scratch;
  scratch.patch = SIGNET_TAKE(&take, steps, bytes_step, sizeof(float));
  scratch.scales = SIGNET_TAKE(&take, pixels, sizeof(float));
  scratch.raw = SIGNET_TAKE(&take, pixels, bytes_block, sizeof(float));
  scratch.total = SIGNET_TAKE(&take, pixels, bytes_block, sizeof(float));
  scratch.sums = SIGNET_TAKE(&take, pixels, bytes_registers, 4, sizeof(int32_t));
  scratch.panel = SIGNET_TAKE(&take, pixels, steps, bytes_line);
  scratch.filters = SIGNET_TAKE(&take, steps_per_chunk, bytes_expanded);
  scratch.bytes = take.bytes;
  return scratch;
}

size_t neon_bytes_scratch_bytes(const signet_conv_shape *shape, int64_t images) {
  return neon_lay_scratch(shape, images, NULL).bytes;
}

// packed: codes × groups × blocks × steps × 16 bytes; bit i of a byte is input 8·step + i in the
// patch's order of memory: row, column, channel.
size_t neon_bytes_packed_bytes(const signet_conv_shape *shape) {
  const int64_t blocks = signet_ceil_div(shape->out_channels / shape->groups, bytes_block);
  return SIGNET_BYTES(shape->codes, shape->groups, blocks, neon_steps_of(shape), bytes_block);
}

void neon_bytes_pack(const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  const int64_t blocks = signet_ceil_div(shape->out_channels / shape->groups, bytes_block);
  memset(packed, 0, neon_bytes_packed_bytes(shape));
  for (int64_t index = 0; index < signet_code_rows(shape); index++) {
    const signet_code_row row = signet_code_row_at(shape, rows, index);
    const int64_t lane = row.group_filter;
    const int64_t block = (row.code * shape->groups + row.group) * blocks + lane / bytes_block;
    uint8_t *to =
        (uint8_t *)packed + block * neon_steps_of(shape) * bytes_block + lane % bytes_block;
    SIGNET_FOR_EACH_ELEMENT (at, shape) {
      to[at.place / bytes_step * bytes_block] |=
          (uint8_t)(signet_code_bit(row.bits, at.element) << (at.place % bytes_step));
    }
  }
}

// Writes the lines of one pixel and returns its scale.
static float neon_quantize(const float *patch, int64_t steps, int8_t *lines) {
  float32x4_t largest = vdupq_n_f32(0);
  for (int64_t i = 0; i < steps * bytes_step; i += 4) {
    largest = vmaxq_f32(largest, vabsq_f32(vld1q_f32(patch + i)));
  }
  const float absmax = vmaxvq_f32(largest);
  // Written so that a patch with a number that is none keeps it.
  const float inverse = absmax < least ? 0 : most / absmax;
  for (int64_t step = 0; step < steps; step++, patch += bytes_step, lines += bytes_line) {
    const int32x4_t first = vcvtnq_s32_f32(vmulq_n_f32(vld1q_f32(patch), inverse));
    const int32x4_t second = vcvtnq_s32_f32(vmulq_n_f32(vld1q_f32(patch + 4), inverse));
    const int16x8_t numbers = vcombine_s16(vqmovn_s32(first), vqmovn_s32(second));
    // The low byte counts as signed: the high one is rounded to the nearest.
    vst1q_s8(lines, vcombine_s8(vqrshrn_n_s16(numbers, 8), vmovn_s16(numbers)));
  }
  return absmax / most;
}

static void neon_gather_panel(
    const signet_conv *conv, int64_t group, signet_cursor cursor, int64_t pixels,
    const neon_scratch_layout *scratch) {
  const int64_t patch = signet_patch_length(&conv->shape);
  const int64_t steps = neon_steps_of(&conv->shape);
  NAME(copy)(scratch->patch + patch, NULL, steps * bytes_step - patch);
  for (int64_t p = 0; p < pixels; p++) {
    NAME(gather)(conv, group, cursor, scratch->patch, patch, 0);
    scratch->scales[p] =
        neon_quantize(scratch->patch, steps, scratch->panel + p * steps * bytes_line);
    signet_cursor_advance(&cursor, &conv->shape);
  }
}

// raw: pixels × block, the panel's inner products with the filters of one block.
static void neon_multiply_block(
    const byte_products *products, int64_t steps, int64_t pixels, const uint8_t *bits,
    const neon_scratch_layout *scratch) {
  const int64_t stride = steps * bytes_line;
  for (int64_t done = 0; done < steps; done += steps_per_chunk) {
    const int64_t chunk = signet_min(steps - done, steps_per_chunk);
    products->expand(bits + done * bytes_block, chunk, scratch->filters);
    for (int64_t pixel = 0; pixel < pixels; pixel += bytes_pixels) {
      products->multiply(
          signet_min(pixels - pixel, bytes_pixels), chunk,
          scratch->panel + pixel * stride + done * bytes_line, stride, scratch->filters,
          scratch->sums + pixel * bytes_registers * 4, done > 0);
    }
  }
  for (int64_t pixel = 0; pixel < pixels; pixel++) {
    float *raw = scratch->raw + pixel * bytes_block;
    products->combine(scratch->sums + pixel * bytes_registers * 4, raw);
    for (int64_t f = 0; f < bytes_block; f++) raw[f] *= scratch->scales[pixel];
  }
}

void neon_bytes_run(
    const byte_products *products, const signet_conv *conv, int64_t images, int64_t from,
    int64_t to, void *memory) {
  const signet_conv_shape *shape = &conv->shape;
  SIGNET_REQUIRE_UNITS(conv, images, from, to, neon_bytes_units(conv, images));
  const signet_tiling tiling = neon_tiling_of(shape, images);
  const neon_scratch_layout scratch = neon_lay_scratch(shape, images, memory);
  const int64_t steps = neon_steps_of(shape);
  const bool several = shape->codes > 1;
  for (int64_t unit = from; unit < to; unit++) {
    const signet_unit place = signet_unit_at(unit, 0, shape->groups, tiling.splits);
    const int64_t group = place.group;
    const int64_t first = place.block * tiling.block_pixels;
    const int64_t pixels = signet_min(tiling.block_pixels, tiling.pixels - first);
    const signet_cursor start = signet_cursor_at(shape, first);
    neon_gather_panel(conv, group, start, pixels, &scratch);
    const signet_range share = signet_share(tiling.filter_blocks, place.split, tiling.splits);
    for (int64_t block = share.first; block < share.end; block++) {
      const int64_t filters = signet_min(bytes_block, tiling.group_filters - block * bytes_block);
      const int64_t filter = group * tiling.group_filters + block * bytes_block;
      for (int32_t code = 0; code < shape->codes; code++) {
        const int64_t row = (code * shape->groups + group) * tiling.filter_blocks + block;
        neon_multiply_block(
            products, steps, pixels, (const uint8_t *)conv->packed + row * steps * bytes_block,
            &scratch);
        if (!several) continue;
        NAME(add_code)(
            scratch.total, scratch.raw, pixels, bytes_block,
            conv->scale + code * shape->out_channels + filter, filters, code == 0);
      }
      NAME(finish)(
          conv, start, several ? scratch.total : scratch.raw, pixels, bytes_block, filter, filters,
          several || !conv->scale ? NULL : conv->scale + filter);
    }
  }
}

#endif
