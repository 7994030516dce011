// Binary convolutions on 8-bit products. Each patch is brought to 16-bit integers with a scale of
// its own and cut into two bytes, x ≈ s·(256·h + l), both of which meet the filters' signs in
// integer arithmetic. No sum can overflow: 2³¹ / 128 inputs are more than a filter can have.
#include "conv_neon.h"

#if defined(__aarch64__)

#include "conv_neon_products.h"

#define TARGET
#define NAME(x) neon_bytes_##x
#define LANES 4
#include "conv_gather.h"

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

static int64_t steps_of(const signet_conv_shape *shape) {
  return signet_ceil_div(signet_patch_length(shape), bytes_step);
}

static int64_t most_pixels(const signet_conv_shape *shape) {
  int64_t tiles = panel_bytes / (steps_of(shape) * bytes_line) / bytes_pixels;
  return signet_min(signet_max(tiles, 4), 32) * bytes_pixels;
}

static signet_tiling tiling_of(const signet_conv_shape *shape, int64_t images) {
  return signet_tile(shape, images, bytes_block, bytes_pixels, most_pixels(shape));
}

int64_t neon_bytes_units(const signet_conv *conv, int64_t images) {
  return signet_tiling_units(conv, tiling_of(&conv->shape, images));
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
} scratch_layout;

static scratch_layout lay_scratch(
    const signet_conv_shape *shape, int64_t images, uintptr_t start) {
  const int64_t steps = steps_of(shape);
  const int64_t pixels = signet_min(most_pixels(shape), signet_pixels(shape, images));
  const size_t patch = signet_line(SIGNET_BYTES(steps, bytes_step, sizeof(float)));
  const size_t scales = signet_line(SIGNET_BYTES(pixels, sizeof(float)));
  const size_t raw = SIGNET_BYTES(pixels, bytes_block, sizeof(float));
  const size_t sums = SIGNET_BYTES(pixels, bytes_registers, 4, sizeof(int32_t));
  const size_t panel = signet_line(SIGNET_BYTES(pixels, steps, bytes_line));
  const size_t filters = SIGNET_BYTES(steps_per_chunk, bytes_expanded);
  scratch_layout layout;
  layout.patch = (float *)start;
  layout.scales = (float *)(start += patch);
  layout.raw = (float *)(start += scales);
  layout.total = (float *)(start += raw);
  layout.sums = (int32_t *)(start += raw);
  layout.panel = (int8_t *)(start += sums);
  layout.filters = (int8_t *)(start += panel);
  layout.bytes = SIGNET_TOTAL(patch, scales, raw, raw, sums, panel, filters);
  return layout;
}

size_t neon_bytes_scratch_bytes(const signet_conv_shape *shape, int64_t images) {
  return signet_line(lay_scratch(shape, images, 0).bytes);
}

// packed: codes × groups × blocks × steps × 16 bytes; bit i of a byte is input 8·step + i in the
// patch's order of memory: row, column, channel.
size_t neon_bytes_packed_bytes(const signet_conv_shape *shape) {
  const int64_t blocks = signet_ceil_div(shape->out_channels / shape->groups, bytes_block);
  return SIGNET_BYTES(shape->codes, shape->groups, blocks, steps_of(shape), bytes_block);
}

void neon_bytes_pack(const signet_conv_shape *shape, const void *rows, void *packed) {
  const int64_t patch = signet_patch_length(shape);
  const int64_t row_bytes = signet_ceil_div(patch, 8);
  const int64_t channels = shape->in_channels / shape->groups;
  const int64_t area = (int64_t)shape->kernel_height * shape->kernel_width;
  const int64_t group_filters = shape->out_channels / shape->groups;
  const int64_t blocks = signet_ceil_div(group_filters, bytes_block);
  memset(packed, 0, neon_bytes_packed_bytes(shape));
  for (int64_t row = 0; row < (int64_t)shape->codes * shape->out_channels; row++) {
    const uint8_t *bits = (const uint8_t *)rows + row * row_bytes;
    const int64_t code = row / shape->out_channels;
    const int64_t filter = row % shape->out_channels;
    const int64_t lane = filter % group_filters;
    const int64_t block =
        (code * shape->groups + filter / group_filters) * blocks + lane / bytes_block;
    uint8_t *to = (uint8_t *)packed + block * steps_of(shape) * bytes_block + lane % bytes_block;
    int64_t element = 0;
    for (int64_t channel = 0; channel < channels; channel++) {
      int64_t place = channel;
      for (int64_t tap = 0; tap < area; tap++, element++, place += channels) {
        const uint8_t bit = (bits[element / 8] >> (element % 8)) & 1;
        to[place / bytes_step * bytes_block] |= (uint8_t)(bit << (place % bytes_step));
      }
    }
  }
}

// Writes the lines of one pixel and returns its scale.
static float quantize(const float *patch, int64_t steps, int8_t *lines) {
  float32x4_t peaks = vdupq_n_f32(0);
  for (int64_t i = 0; i < steps * bytes_step; i += 4) {
    peaks = vmaxq_f32(peaks, vabsq_f32(vld1q_f32(patch + i)));
  }
  const float peak = vmaxvq_f32(peaks);
  // Written so that a patch with a number that is none keeps it.
  const float inverse = peak < least ? 0 : most / peak;
  for (int64_t step = 0; step < steps; step++, patch += bytes_step, lines += bytes_line) {
    const int32x4_t first = vcvtnq_s32_f32(vmulq_n_f32(vld1q_f32(patch), inverse));
    const int32x4_t second = vcvtnq_s32_f32(vmulq_n_f32(vld1q_f32(patch + 4), inverse));
    const int16x8_t numbers = vcombine_s16(vqmovn_s32(first), vqmovn_s32(second));
    // The low byte counts as signed: the high one is rounded to the nearest.
    vst1q_s8(lines, vcombine_s8(vqrshrn_n_s16(numbers, 8), vmovn_s16(numbers)));
  }
  return peak / most;
}

static void gather_panel(
    const signet_conv *conv, int64_t group, signet_cursor cursor, int64_t pixels,
    const scratch_layout *scratch) {
  const int64_t patch = signet_patch_length(&conv->shape);
  const int64_t steps = steps_of(&conv->shape);
  NAME(copy)(scratch->patch + patch, NULL, steps * bytes_step - patch);
  for (int64_t p = 0; p < pixels; p++) {
    NAME(gather)(conv, group, cursor, scratch->patch, patch, 0);
    scratch->scales[p] = quantize(scratch->patch, steps, scratch->panel + p * steps * bytes_line);
    signet_cursor_advance(&cursor, &conv->shape);
  }
}

// raw: pixels × block, the panel's inner products with the filters of one block.
static void multiply_block(
    const byte_products *products, int64_t steps, int64_t pixels, const uint8_t *bits,
    const scratch_layout *scratch) {
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
  const signet_tiling tiling = tiling_of(shape, images);
  const scratch_layout scratch = lay_scratch(shape, images, (uintptr_t)memory);
  const int64_t steps = steps_of(shape);
  const bool several = shape->codes > 1;
  for (int64_t unit = from; unit < to; unit++) {
    const int64_t split = unit % tiling.splits;
    const int64_t group = unit / tiling.splits % shape->groups;
    const int64_t first = unit / tiling.splits / shape->groups * tiling.block_pixels;
    const int64_t pixels = signet_min(tiling.block_pixels, tiling.pixels - first);
    const signet_cursor start = signet_cursor_at(shape, first);
    gather_panel(conv, group, start, pixels, &scratch);
    const int64_t end = (split + 1) * tiling.filter_blocks / tiling.splits;
    for (int64_t block = split * tiling.filter_blocks / tiling.splits; block < end; block++) {
      const int64_t filters =
          signet_min(bytes_block, tiling.group_filters - block * bytes_block);
      const int64_t filter = group * tiling.group_filters + block * bytes_block;
      for (int32_t code = 0; code < shape->codes; code++) {
        const int64_t row = (code * shape->groups + group) * tiling.filter_blocks + block;
        multiply_block(
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
