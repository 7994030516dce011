// Binary convolution in 16-bit integers: the processor multiplies pairs of inputs with pairs of
// signs and adds both products to a 32-bit sum in one step, at twice the rate of float arithmetic.
// Patches are gathered and made integers, by the largest input of their image, into a panel that
// stays in the second-level cache; signs are expanded once per panel. The sum of the integers is
// exact.
//
//   sums (pixels × filters) = panel (pixels × pairs) · signs (pairs × filters)
//
// Documentation/kernels.md has its figures, from Benchmarks/runtime/run.
//
// A template: the including file defines
//   TARGET, NAME(x), LANES, VECTORS, PIXELS   as for gemm_conv.h
//   KERNEL_NAME        the kernel's name
//   AVAILABLE          whether the processor has the instructions
//   PAIR_WORD          unsigned integer of 2·VECTORS·LANES bits
//   DOT(sums, a, b)    sums + the products of a's and b's pairs
//   SIGNS(word, v)     ±1 in 16 bits, from the word's bits that belong to vector v
//   NARROW(to, from)   stores LANES floats as rounded 16-bit integers
#include "core/absmax.h"
#include "core/code_bits.h"
#include "core/patches.h"
#include "core/scratch.h"
#include "core/units.h"

typedef int32_t NAME(integers) __attribute__((ext_vector_type(LANES), aligned(4)));

enum {
  NAME(block) = LANES * VECTORS,
  // Pairs between two visits of the accumulators.
  NAME(depth) = 128,
  NAME(panel_bytes) = 512 * 1024,
  // A patch of the largest integers sums up to less than 32 bits.
  NAME(longest_patch) = 65535,
};

// The largest integer.
static const float NAME(most) = 32767;

static bool NAME(accepts)(const signet_conv_shape *shape) {
  return AVAILABLE && (int64_t)shape->out_height * shape->out_width > 1 &&
         signet_patch_length(shape) <= NAME(longest_patch);
}

// Pairs of a patch; a kernel tap begins with a pair of its own, so that channels stay together.
SIGNET_INLINE int64_t NAME(tap_pairs)(const signet_conv_shape *shape) {
  return signet_ceil_div(shape->in_channels / shape->groups, 2);
}

SIGNET_INLINE int64_t NAME(patch_pairs)(const signet_conv_shape *shape) {
  return NAME(tap_pairs)(shape) * shape->kernel_height * shape->kernel_width;
}

// Odd in cache lines, so that the rows of a tile do not share a set; with room for a vector.
SIGNET_INLINE int64_t NAME(stride)(const signet_conv_shape *shape) {
  return (signet_ceil_div(NAME(patch_pairs)(shape) + LANES, 16) | 1) * 16;
}

SIGNET_INLINE signet_tiling NAME(tiling)(const signet_conv_shape *shape, int64_t images) {
  const int64_t row_bytes = NAME(stride)(shape) * (int64_t)sizeof(int32_t);
  const int64_t tiles = NAME(panel_bytes) / row_bytes / PIXELS;
  return signet_tile(
      shape, images, NAME(block), PIXELS, signet_min(signet_max(tiles, 2), 32) * PIXELS);
}

static int64_t NAME(units)(const signet_conv *conv, int64_t images) {
  return signet_tiling_units(conv, NAME(tiling)(&conv->shape, images));
}

typedef struct NAME(scratch) {
  int32_t *panel;  // pixels × pair_stride
  int32_t *sums;   // pixels × block
  float *raw;      // pixels × block
  float *total;    // pixels × block
  int32_t *signs;  // pair_depth × block
  size_t bytes;
} NAME(scratch);

SIGNET_INLINE NAME(scratch)
    NAME(lay_scratch)(const signet_conv_shape *shape, int64_t images, void *memory) {
  const int64_t pixels = NAME(tiling)(shape, images).block_pixels;
  signet_scratch take = signet_scratch_at(memory);
  NAME(scratch) scratch;
  scratch.panel = SIGNET_TAKE(&take, pixels, NAME(stride)(shape), sizeof(int32_t));
  scratch.sums = SIGNET_TAKE(&take, pixels, NAME(block), sizeof(int32_t));
  scratch.raw = SIGNET_TAKE(&take, pixels, NAME(block), sizeof(float));
  scratch.total = SIGNET_TAKE(&take, pixels, NAME(block), sizeof(float));
  scratch.signs = SIGNET_TAKE(&take, NAME(depth), NAME(block), sizeof(int32_t));
  scratch.bytes = take.bytes;
  return scratch;
}

static size_t NAME(scratch_bytes)(const signet_conv_shape *shape, int64_t images) {
  return NAME(lay_scratch)(shape, images, NULL).bytes;
}

// Channels of one tap, from floats to pairs; NULL is padding.
SIGNET_INLINE TARGET void NAME(quantise_tap)(
    int32_t *to, const float *from, int64_t channels, float inverse) {
  int16_t *numbers = (int16_t *)to;
  if (!from) {
    memset(to, 0, (size_t)signet_round_up(channels, 2) * sizeof *numbers);
    return;
  }
  int64_t i = 0;
  for (; i + LANES <= channels; i += LANES) {
    NARROW(numbers + i, *(const NAME(lanes) *)(from + i) * inverse);
  }
  if (i == channels) return;
  if (channels % 2 == 1) numbers[channels] = 0;
  for (; i < channels; i++) {
    numbers[i] = (int16_t)__builtin_rintf(signet_within(from[i] * inverse, NAME(most)));
  }
}

// The patch of one output pixel of one group, in the order kernel row, kernel column, channel.
SIGNET_INLINE TARGET void NAME(gather_pairs)(
    const signet_conv *conv, int64_t group, signet_cursor cursor, float inverse, int32_t *to) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t channels = shape->in_channels / shape->groups;
  const int64_t pairs = NAME(tap_pairs)(shape);
  const int32_t top = cursor.y * shape->stride_height - shape->pad_top;
  const int32_t left = cursor.x * shape->stride_width - shape->pad_left;
  const float *image = conv->in.data + cursor.image * conv->in.image_stride + group * channels;
  for (int32_t ky = 0; ky < shape->kernel_height; ky++) {
    const int32_t y = top + ky * shape->dilation_height;
    const bool row_inside = y >= 0 && y < shape->in_height;
    for (int32_t kx = 0; kx < shape->kernel_width; kx++, to += pairs) {
      const int32_t x = left + kx * shape->dilation_width;
      const bool inside = row_inside && x >= 0 && x < shape->in_width;
      NAME(quantise_tap)(
          to, inside ? image + y * conv->in.row_stride + x * conv->in.pixel_stride : NULL, channels,
          inverse);
    }
  }
}

// c: pixels × block (+)= a: pixels × depth pairs · b: depth × block pairs
SIGNET_INLINE TARGET void NAME(multiply_pairs)(
    const int pixels, const int vectors, int64_t depth, const int32_t *a, int64_t stride,
    const int32_t *b, int32_t *c, bool accumulate) {
  NAME(integers) sums[PIXELS][VECTORS];
#pragma clang loop unroll(full)
  for (int p = 0; p < pixels; p++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      const NAME(integers) zero = 0;
      sums[p][v] = accumulate ? *(NAME(integers) *)(c + p * NAME(block) + v * LANES) : zero;
    }
  }
  for (int64_t k = 0; k < depth; k++) {
    NAME(integers) signs[VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      signs[v] = *(const NAME(integers) *)(b + k * NAME(block) + v * LANES);
    }
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) {
      const NAME(integers) input = (NAME(integers))a[p * stride + k];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sums[p][v] = DOT(sums[p][v], input, signs[v]);
    }
  }
#pragma clang loop unroll(full)
  for (int p = 0; p < pixels; p++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      *(NAME(integers) *)(c + p * NAME(block) + v * LANES) = sums[p][v];
    }
  }
}

#define SIGNET_TILE(n)                                                      \
  case n:                                                                   \
    if (wide) {                                                             \
      NAME(multiply_pairs)(n, VECTORS, depth, a, stride, b, c, accumulate); \
    } else {                                                                \
      NAME(multiply_pairs)(n, 1, depth, a, stride, b, c, accumulate);       \
    }                                                                       \
    break;

static TARGET void NAME(multiply_pair_tile)(
    int64_t pixels, bool wide, int64_t depth, const int32_t *a, int64_t stride, const int32_t *b,
    int32_t *c, bool accumulate) {
  switch (pixels) {
    SIGNET_TILE(1)
    SIGNET_TILE(2)
    SIGNET_TILE(3)
    SIGNET_TILE(4)
    SIGNET_TILE(5)
    SIGNET_TILE(6)
#if PIXELS > 6
    SIGNET_TILE(7)
    SIGNET_TILE(8)
    SIGNET_TILE(9)
    SIGNET_TILE(10)
    SIGNET_TILE(11)
    SIGNET_TILE(12)
#endif
  }
}
#undef SIGNET_TILE

// sums: pixels × block = panel · the filters of one block
SIGNET_INLINE TARGET void NAME(multiply_pair_block)(
    const signet_conv_shape *shape, int64_t pixels, bool wide, const NAME(scratch) * scratch,
    const PAIR_WORD *words) {
  const int64_t pairs = NAME(patch_pairs)(shape);
  const int64_t stride = NAME(stride)(shape);
  for (int64_t done = 0; done < pairs; done += NAME(depth)) {
    const int64_t depth = signet_min(pairs - done, NAME(depth));
    for (int64_t k = 0; k < depth; k++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < VECTORS; v++) {
        *(NAME(integers) *)(scratch->signs + k * NAME(block) + v * LANES) =
            SIGNS(words[done + k], v);
      }
    }
    const int64_t tiles = signet_ceil_div(pixels, PIXELS);
    for (int64_t tile = 0, pixel = 0; tile < tiles; tile++) {
      const int64_t count = signet_ceil_div(pixels - pixel, tiles - tile);
      NAME(multiply_pair_tile)(
          count, wide, depth, scratch->panel + pixel * stride + done, stride, scratch->signs,
          scratch->sums + pixel * NAME(block), done > 0);
      pixel += count;
    }
  }
}

// raw: pixels × block: the sums by the quantisation step of their image
SIGNET_INLINE TARGET void NAME(float_sums)(
    const signet_conv *conv, signet_cursor cursor, int64_t pixels, const NAME(scratch) * scratch) {
  int64_t image = -1;
  float unit = 0;
  for (int64_t p = 0; p < pixels; p++) {
    if (cursor.image != image) {
      image = cursor.image;
      unit = signet_absmax_at(conv, image) / NAME(most);
    }
    for (int64_t f = 0; f < NAME(block); f += LANES) {
      const NAME(integers) sums = *(const NAME(integers) *)(scratch->sums + p * NAME(block) + f);
      *(NAME(lanes) *)(scratch->raw + p * NAME(block) + f) =
          __builtin_convertvector(sums, NAME(lanes)) * unit;
    }
    signet_cursor_advance(&cursor, &conv->shape);
  }
}

SIGNET_INLINE TARGET void NAME(gather_panel)(
    const signet_conv *conv, int64_t group, signet_cursor cursor, int64_t pixels,
    const NAME(scratch) * scratch) {
  int64_t image = -1;
  float inverse = 0;
  for (int64_t p = 0; p < pixels; p++) {
    if (cursor.image != image) {
      image = cursor.image;
      const float absmax = signet_absmax_at(conv, image);
      inverse = absmax > 0 ? NAME(most) / absmax : 0;
    }
    NAME(gather_pairs)(
        conv, group, cursor, inverse, scratch->panel + p * NAME(stride)(&conv->shape));
    signet_cursor_advance(&cursor, &conv->shape);
  }
}

static TARGET void NAME(run)(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  const signet_conv_shape *shape = &conv->shape;
  SIGNET_REQUIRE_UNITS(conv, images, from, to, NAME(units)(conv, images));
  const signet_tiling tiling = NAME(tiling)(shape, images);
  const NAME(scratch) scratch = NAME(lay_scratch)(shape, images, memory);
  const int64_t pairs = NAME(patch_pairs)(shape);
  const int64_t blocks = shape->groups * tiling.filter_blocks;
  const bool several = shape->codes > 1;
  for (int64_t unit = from; unit < to; unit++) {
    const signet_unit place = signet_unit_at(unit, 0, shape->groups, tiling.splits);
    const int64_t group = place.group;
    const int64_t first = place.block * tiling.block_pixels;
    const int64_t pixels = signet_min(tiling.block_pixels, tiling.pixels - first);
    const signet_cursor start = signet_cursor_at(shape, first);
    NAME(gather_panel)(conv, group, start, pixels, &scratch);
    const signet_range share = signet_share(tiling.filter_blocks, place.split, tiling.splits);
    for (int64_t block = share.first; block < share.end; block++) {
      const int64_t group_filter = block * NAME(block);
      const int64_t filters = signet_min(NAME(block), tiling.group_filters - group_filter);
      const int64_t filter = group * tiling.group_filters + group_filter;
      for (int32_t code = 0; code < shape->codes; code++) {
        const int64_t packed = (code * blocks + group * tiling.filter_blocks + block) * pairs;
        NAME(multiply_pair_block)(
            shape, pixels, filters > LANES, &scratch, (const PAIR_WORD *)conv->packed + packed);
        NAME(float_sums)(conv, start, pixels, &scratch);
        if (several) {
          NAME(add_code)(
              scratch.total, scratch.raw, pixels, NAME(block),
              conv->scale + code * shape->out_channels + filter, filters, code == 0);
        }
      }
      NAME(finish)(
          conv, start, several ? scratch.total : scratch.raw, pixels, NAME(block), filter, filters,
          several || !conv->scale ? NULL : conv->scale + filter);
    }
  }
}

// packed: codes × groups × blocks × pairs words; bit 2·filter + (input of the pair)
static size_t NAME(packed_bytes)(const signet_conv_shape *shape) {
  const int64_t blocks = signet_ceil_div(shape->out_channels / shape->groups, NAME(block));
  return SIGNET_BYTES(
      shape->codes, shape->groups, blocks, NAME(patch_pairs)(shape), sizeof(PAIR_WORD));
}

static void NAME(pack)(const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  const int64_t blocks = signet_ceil_div(shape->out_channels / shape->groups, NAME(block));
  memset(packed, 0, NAME(packed_bytes)(shape));
  for (int64_t index = 0; index < signet_code_rows(shape); index++) {
    const signet_code_row row = signet_code_row_at(shape, rows, index);
    const int64_t block =
        (row.code * shape->groups + row.group) * blocks + row.group_filter / NAME(block);
    PAIR_WORD *words = (PAIR_WORD *)packed + block * NAME(patch_pairs)(shape);
    const int64_t lane = row.group_filter % NAME(block);
    SIGNET_FOR_EACH_ELEMENT (at, shape) {
      words[at.tap * NAME(tap_pairs)(shape) + at.channel / 2] |=
          (PAIR_WORD)signet_code_bit(row.bits, at.element) << (2 * lane + at.channel % 2);
    }
  }
}

#define PAIRS_KERNEL                        \
  {                                         \
      .name = KERNEL_NAME,                  \
      .needs_absmax = true,                 \
      .accepts = NAME(accepts),             \
      .packed_bytes = NAME(packed_bytes),   \
      .pack = NAME(pack),                   \
      .scratch_bytes = NAME(scratch_bytes), \
      .units = NAME(units),                 \
      .run = NAME(run),                     \
  }
