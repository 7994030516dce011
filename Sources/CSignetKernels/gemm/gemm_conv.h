// Convolution as a matrix product: patches are gathered into a panel that stays in the second-level
// cache, filters come in blocks of VECTORS·LANES. Binary filters are expanded to ±1 once per panel,
// then meet the same microkernel, so both element types share every line below the expansion.
//
//   raw (pixels × filters) = panel (pixels × S) · filters (S × filters)
//
// Documentation/kernels.md has its figures, from Benchmarks/runtime/run.
//
// A template: the including file defines
//   TARGET   function attribute that selects the instruction set
//   NAME(x)  x with the instruction set's suffix
//   LABEL    the suffix as a string
//   LANES, VECTORS, PIXELS   the microkernel's tile: PIXELS × (VECTORS·LANES) accumulators
//   WORD     unsigned integer of VECTORS·LANES bits
#include "core/code_bits.h"
#include "core/patches.h"
#include "core/scratch.h"
#include "core/units.h"

enum {
  NAME(block) = LANES * VECTORS,
  // Patch elements between two visits of the accumulators; a chunk of expanded filters fits the
  // first-level cache.
  NAME(depth) = 256,
  // Constant, so that a tile's rows are displacements of one register, and odd in cache lines, so
  // that they do not share a set.
  NAME(stride) = NAME(depth) + 16,
  NAME(panel_bytes) = 640 * 1024,
};

SIGNET_INLINE int64_t NAME(most_pixels)(const signet_conv_shape *shape) {
  int64_t chunks = signet_ceil_div(signet_patch_length(shape), NAME(depth));
  int64_t row_bytes = signet_min(chunks * NAME(stride), signet_patch_length(shape) + 16) * 4;
  int64_t tiles = NAME(panel_bytes) / row_bytes / PIXELS;
  return signet_min(signet_max(tiles, 2), 16) * PIXELS;
}

SIGNET_INLINE signet_tiling NAME(tiling)(const signet_conv_shape *shape, int64_t images) {
  return signet_tile(shape, images, NAME(block), PIXELS, NAME(most_pixels)(shape));
}

static int64_t NAME(units)(const signet_conv *conv, int64_t images) {
  return signet_tiling_units(conv, NAME(tiling)(&conv->shape, images));
}

// Working memory of a thread, in floats from its start.
typedef struct NAME(scratch) {
  float *panel;    // chunks × pixels × stride
  float *raw;      // pixels × block
  float *total;    // pixels × block
  float *filters;  // depth × block
  size_t bytes;
} NAME(scratch);

SIGNET_INLINE NAME(scratch)
    NAME(lay_scratch)(const signet_conv_shape *shape, int64_t images, void *memory) {
  const int64_t chunks = signet_ceil_div(signet_patch_length(shape), NAME(depth));
  const int64_t pixels = signet_min(NAME(most_pixels)(shape), signet_pixels(shape, images));
  signet_scratch take = signet_scratch_at(memory);
  NAME(scratch) scratch;
  scratch.panel = SIGNET_TAKE(&take, chunks, pixels, NAME(stride), sizeof(float));
  scratch.raw = SIGNET_TAKE(&take, pixels, NAME(block), sizeof(float));
  scratch.total = SIGNET_TAKE(&take, pixels, NAME(block), sizeof(float));
  scratch.filters = SIGNET_TAKE(&take, NAME(depth), NAME(block), sizeof(float));
  scratch.bytes = take.bytes;
  return scratch;
}

static size_t NAME(scratch_bytes)(const signet_conv_shape *shape, int64_t images) {
  return NAME(lay_scratch)(shape, images, NULL).bytes;
}

// c: pixels × block (+)= a: pixels × depth (row stride `stride`) · b: depth × block
SIGNET_INLINE TARGET void NAME(multiply)(
    const int pixels, const int vectors, int64_t depth, const float *a, const float *b, float *c,
    bool accumulate) {
  NAME(lanes) sums[PIXELS][VECTORS];
#pragma clang loop unroll(full)
  for (int p = 0; p < pixels; p++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      NAME(lanes) zero = 0;
      sums[p][v] = accumulate ? *(NAME(lanes) *)(c + p * NAME(block) + v * LANES) : zero;
    }
  }
  for (int64_t k = 0; k < depth; k++) {
    NAME(lanes) filters[VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      filters[v] = *(const NAME(lanes) *)(b + k * NAME(block) + v * LANES);
    }
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) {
      NAME(lanes) input = (NAME(lanes))a[p * NAME(stride) + k];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sums[p][v] += input * filters[v];
    }
  }
#pragma clang loop unroll(full)
  for (int p = 0; p < pixels; p++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      *(NAME(lanes) *)(c + p * NAME(block) + v * LANES) = sums[p][v];
    }
  }
}

#define SIGNET_TILE(n)                                        \
  case n:                                                     \
    if (wide) {                                               \
      NAME(multiply)(n, VECTORS, depth, a, b, c, accumulate); \
    } else {                                                  \
      NAME(multiply)(n, 1, depth, a, b, c, accumulate);       \
    }                                                         \
    break;

static TARGET void NAME(multiply_tile)(
    int64_t pixels, bool wide, int64_t depth, const float *a, const float *b, float *c,
    bool accumulate) {
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

// ±1 for LANES filters, from the bits of a word that begin at `first`.
SIGNET_INLINE TARGET NAME(lanes) NAME(signs)(WORD word, int first) {
  NAME(bits) lane;
#pragma clang loop unroll(full)
  for (int l = 0; l < LANES; l++) lane[l] = (uint32_t)(31 - first - l);
  NAME(bits) negative = ~((NAME(bits))(uint32_t)word) << lane & 0x80000000u;
  return (NAME(lanes))(negative | 0x3f800000u);
}

// b: depth × block of ±1
SIGNET_INLINE TARGET void NAME(expand)(const WORD *words, int64_t depth, float *b) {
  for (int64_t k = 0; k < depth; k++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < VECTORS; v++) {
      *(NAME(lanes) *)(b + k * NAME(block) + v * LANES) = NAME(signs)(words[k], v * LANES);
    }
  }
}

// One pixel alone: the chain of additions is cut in four, since there are no other pixels to hide
// its latency behind. Memory sets the pace, so binary filters are expanded in registers.
SIGNET_INLINE TARGET void NAME(multiply_vector)(
    int64_t depth, const float *a, const float *floats, const WORD *words, float *c,
    bool accumulate) {
  enum { parts = 4 };
  NAME(lanes) sums[parts][VECTORS] = {0};
  int64_t k = 0;
  for (; k + parts <= depth; k += parts) {
#pragma clang loop unroll(full)
    for (int i = 0; i < parts; i++) {
      NAME(lanes) input = (NAME(lanes))a[k + i];
#pragma clang loop unroll(full)
      for (int v = 0; v < VECTORS; v++) {
        sums[i][v] +=
            input * (words ? NAME(signs)(words[k + i], v * LANES)
                           : *(const NAME(lanes) *)(floats + (k + i) * NAME(block) + v * LANES));
      }
    }
  }
  for (; k < depth; k++) {
    NAME(lanes) input = (NAME(lanes))a[k];
    for (int v = 0; v < VECTORS; v++) {
      sums[0][v] += input * (words ? NAME(signs)(words[k], v * LANES)
                                   : *(const NAME(lanes) *)(floats + k * NAME(block) + v * LANES));
    }
  }
  for (int v = 0; v < VECTORS; v++) {
    NAME(lanes) sum = (sums[0][v] + sums[1][v]) + (sums[2][v] + sums[3][v]);
    NAME(lanes) *to = (NAME(lanes) *)(c + v * LANES);
    *to = accumulate ? *to + sum : sum;
  }
}

// raw: pixels × block = panel · the filters of one block, whose packed form is `floats` or `words`.
SIGNET_INLINE TARGET void NAME(multiply_block)(
    int64_t patch, int64_t pixels, bool alone, bool wide, const NAME(scratch) * scratch,
    const float *floats, const WORD *words) {
  const float *panel = scratch->panel;
  for (int64_t done = 0; done < patch; done += NAME(depth)) {
    int64_t depth = signet_min(patch - done, NAME(depth));
    if (alone) {
      NAME(multiply_vector)(
          depth, panel, floats ? floats + done * NAME(block) : NULL, words ? words + done : NULL,
          scratch->raw, done > 0);
    } else {
      const float *filters = scratch->filters;
      if (words) {
        NAME(expand)(words + done, depth, scratch->filters);
      } else {
        filters = floats + done * NAME(block);
      }
      int64_t tiles = signet_ceil_div(pixels, PIXELS);
      for (int64_t tile = 0, pixel = 0; tile < tiles; tile++) {
        int64_t count = signet_ceil_div(pixels - pixel, tiles - tile);
        NAME(multiply_tile)(
            count, wide, depth, panel + pixel * NAME(stride), filters,
            scratch->raw + pixel * NAME(block), done > 0);
        pixel += count;
      }
    }
    panel += pixels * NAME(stride);
  }
}

SIGNET_INLINE TARGET void NAME(run)(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory, bool binary) {
  const signet_conv_shape *shape = &conv->shape;
  SIGNET_REQUIRE_UNITS(conv, images, from, to, NAME(units)(conv, images));
  const signet_tiling tiling = NAME(tiling)(shape, images);
  const NAME(scratch) scratch = NAME(lay_scratch)(shape, images, memory);
  const int64_t patch = signet_patch_length(shape);
  const int64_t blocks = shape->groups * tiling.filter_blocks;
  for (int64_t unit = from; unit < to; unit++) {
    const signet_unit place = signet_unit_at(unit, 0, shape->groups, tiling.splits);
    const int64_t group = place.group;
    const int64_t first = place.block * tiling.block_pixels;
    const int64_t pixels = signet_min(tiling.block_pixels, tiling.pixels - first);
    const signet_cursor start = signet_cursor_at(shape, first);
    signet_cursor cursor = start;
    for (int64_t p = 0; p < pixels; p++) {
      NAME(gather)(
          conv, group, cursor, scratch.panel + p * NAME(stride), NAME(depth),
          pixels * NAME(stride));
      signet_cursor_advance(&cursor, shape);
    }
    const signet_range share = signet_share(tiling.filter_blocks, place.split, tiling.splits);
    for (int64_t block = share.first; block < share.end; block++) {
      const int64_t group_filter = block * NAME(block);
      const int64_t filters = signet_min(NAME(block), tiling.group_filters - group_filter);
      const int64_t filter = group * tiling.group_filters + group_filter;
      for (int32_t code = 0; code < shape->codes; code++) {
        const int64_t packed = (code * blocks + group * tiling.filter_blocks + block) * patch;
        NAME(multiply_block)(
            patch, pixels, tiling.pixels == 1, filters > LANES, &scratch,
            binary ? NULL : (const float *)conv->packed + packed * NAME(block),
            binary ? (const WORD *)conv->packed + packed : NULL);
        if (shape->codes > 1) {
          NAME(add_code)(
              scratch.total, scratch.raw, pixels, NAME(block),
              conv->scale + code * shape->out_channels + filter, filters, code == 0);
        }
      }
      const bool several = shape->codes > 1;
      NAME(finish)(
          conv, start, several ? scratch.total : scratch.raw, pixels, NAME(block), filter, filters,
          several || !conv->scale ? NULL : conv->scale + filter);
    }
  }
}

static TARGET void NAME(f32_run)(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *scratch) {
  NAME(run)(conv, images, from, to, scratch, false);
}

static TARGET void NAME(b1_run)(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *scratch) {
  NAME(run)(conv, images, from, to, scratch, true);
}

// For each patch element of a block, `bytes`.
SIGNET_INLINE size_t NAME(packed_elements)(const signet_conv_shape *shape, int64_t bytes) {
  int64_t blocks = signet_ceil_div(shape->out_channels / shape->groups, NAME(block));
  return SIGNET_BYTES(shape->codes, shape->groups, blocks, signet_patch_length(shape), bytes);
}

// packed: groups × blocks × S × block float
static size_t NAME(f32_packed_bytes)(const signet_conv_shape *shape) {
  return NAME(packed_elements)(shape, NAME(block) * (int64_t)sizeof(float));
}

// packed: codes × groups × blocks × S words of block bits
static size_t NAME(b1_packed_bytes)(const signet_conv_shape *shape) {
  return NAME(packed_elements)(shape, sizeof(WORD));
}

// The place of a filter's first element among packed words.
SIGNET_INLINE int64_t
NAME(packed_row)(const signet_conv_shape *shape, int64_t code, int64_t filter) {
  int64_t group_filters = shape->out_channels / shape->groups;
  int64_t blocks = signet_ceil_div(group_filters, NAME(block));
  int64_t block = filter / group_filters * blocks + filter % group_filters / NAME(block);
  return (code * shape->groups * blocks + block) * signet_patch_length(shape);
}

static void NAME(f32_pack)(const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  const float *values = rows;
  float *to = packed;
  int64_t patch = signet_patch_length(shape);
  int64_t channels = shape->in_channels / shape->groups;
  int64_t area = (int64_t)shape->kernel_height * shape->kernel_width;
  memset(to, 0, NAME(f32_packed_bytes)(shape));
  for (int64_t filter = 0; filter < shape->out_channels; filter++) {
    int64_t row = NAME(packed_row)(shape, 0, filter);
    int64_t lane = filter % (shape->out_channels / shape->groups) % NAME(block);
    const float *value = values + filter * patch;
    for (int64_t channel = 0; channel < channels; channel++) {
      float *place = to + (row + channel) * NAME(block) + lane;
      for (int64_t tap = 0; tap < area; tap++, place += channels * NAME(block)) {
        *place = *value++;
      }
    }
  }
}

static void NAME(b1_pack)(const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  WORD *to = packed;
  memset(to, 0, NAME(b1_packed_bytes)(shape));
  for (int64_t index = 0; index < signet_code_rows(shape); index++) {
    const signet_code_row row = signet_code_row_at(shape, rows, index);
    WORD *words = to + NAME(packed_row)(shape, row.code, row.filter);
    const int64_t lane = row.group_filter % NAME(block);
    SIGNET_FOR_EACH_ELEMENT (at, shape) {
      words[at.place] |= (WORD)((WORD)signet_code_bit(row.bits, at.element) << lane);
    }
  }
}

static const signet_conv_kernel NAME(f32_conv) = {
    .name = "f32_conv_" SIGNET_TILE_NAME "_" LABEL,
    .packed_bytes = NAME(f32_packed_bytes),
    .pack = NAME(f32_pack),
    .scratch_bytes = NAME(scratch_bytes),
    .units = NAME(units),
    .run = NAME(f32_run),
};

static const signet_conv_kernel NAME(b1_conv) = {
    .name = "b1f32_conv_" SIGNET_TILE_NAME "_" LABEL,
    .packed_bytes = NAME(b1_packed_bytes),
    .pack = NAME(b1_pack),
    .scratch_bytes = NAME(scratch_bytes),
    .units = NAME(units),
    .run = NAME(b1_run),
};
