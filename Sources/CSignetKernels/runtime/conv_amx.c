// Binary convolutions on AMX tiles. Signs are exact in bfloat16, and a float is, to 16 bits, the
// sum of two bfloat16 numbers; so two tile products per filter tile, summed in float32, give what
// float arithmetic gives at eight times its rate, with no scale to choose and nothing to overflow.
#include "conv_amx.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET \
  __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))
#define NAME(x) amx_##x
#define LANES 16
#include "conv_gather.h"

enum {
  tile_bytes = 1024,
  tile_pixels = 16,
  // Elements of a patch in one tile row of 64 bytes.
  tile_depth = 32,
  // Filters of a block: two tiles.
  block = 32,
  // Tiles of signs between two visits of the sums: 32 KiB, so that they stay in the first-level
  // cache while the pixels of a panel pass by.
  chunk_steps = 16,
  panel_bytes = 1280 * 1024,
};

// A floating-point bit pattern of +1 and −1 in bfloat16.
enum { bf16_one = 0x3f80, bf16_minus_one = 0xbf80 };

static int64_t steps_of(const signet_conv_shape *shape) {
  return signet_ceil_div(signet_patch_length(shape), tile_depth);
}

static int64_t most_pixels(const signet_conv_shape *shape) {
  int64_t tiles = panel_bytes / (steps_of(shape) * 2 * tile_bytes);
  return signet_min(signet_max(tiles, 4), 16) * tile_pixels;
}

static signet_tiling tiling_of(const signet_conv_shape *shape, int64_t images) {
  signet_tiling tiling = signet_tile(shape, images, block, tile_pixels, most_pixels(shape));
  // Blocks of whole tiles: a partly filled one costs as much.
  tiling.block_pixels = signet_round_up(tiling.block_pixels, tile_pixels);
  tiling.pixel_blocks = signet_ceil_div(tiling.pixels, tiling.block_pixels);
  return tiling;
}

static int64_t units(const signet_conv *conv, int64_t images) {
  return signet_tiling_units(conv, tiling_of(&conv->shape, images));
}

typedef struct {
  char *panel;    // pixel tiles × steps × (high, low) tiles
  char *signs;    // chunk_steps × 2 tiles
  float *raw;     // pixels × block
  float *total;   // pixels × block
  float *patch;   // steps × tile_depth
  size_t bytes;
} scratch_layout;

static scratch_layout lay_scratch(const signet_conv_shape *shape, int64_t images, char *start) {
  int64_t pixels = signet_round_up(
      signet_min(most_pixels(shape), signet_pixels(shape, images)), tile_pixels);
  size_t panel = (size_t)(pixels / tile_pixels * steps_of(shape) * 2 * tile_bytes);
  size_t signs = (size_t)chunk_steps * 2 * tile_bytes;
  size_t raw = (size_t)(pixels * block) * sizeof(float);
  size_t patch = (size_t)(steps_of(shape) * tile_depth) * sizeof(float);
  return (scratch_layout){
      .panel = start,
      .signs = start + panel,
      .raw = (float *)(start + panel + signs),
      .total = (float *)(start + panel + signs + raw),
      .patch = (float *)(start + panel + signs + 2 * raw),
      .bytes = signet_line(panel + signs + 2 * raw + patch),
  };
}

static size_t scratch_bytes(const signet_conv_shape *shape, int64_t images) {
  return lay_scratch(shape, images, NULL).bytes;
}

// Packed bits: per code, group and filter block, per pair of patch elements, two words of 32 bits:
// one per filter tile, bit 2·filter + (element of the pair), the order of a tile's row.
typedef uint32_t word;

static int64_t block_words(const signet_conv_shape *shape) {
  return steps_of(shape) * tile_depth / 2 * 2;
}

static size_t packed_words(const signet_conv_shape *shape) {
  int64_t blocks = signet_ceil_div(shape->out_channels / shape->groups, block);
  return (size_t)(shape->codes * shape->groups * blocks * block_words(shape));
}

static size_t packed_bytes(const signet_conv_shape *shape) {
  return packed_words(shape) * sizeof(word);
}

static void pack(const signet_conv_shape *shape, const void *rows, void *packed) {
  const uint8_t *codes = rows;
  word *to = packed;
  int64_t patch = signet_patch_length(shape);
  int64_t bytes = (patch + 7) / 8;
  int64_t group_filters = shape->out_channels / shape->groups;
  int64_t blocks = signet_ceil_div(group_filters, block);
  memset(to, 0, packed_bytes(shape));
  for (int64_t row = 0; row < (int64_t)shape->codes * shape->out_channels; row++) {
    const uint8_t *bits = codes + row * bytes;
    int64_t filter = row % shape->out_channels;
    int64_t lane = filter % group_filters;
    int64_t index = (row / shape->out_channels * shape->groups + filter / group_filters) * blocks +
                    lane / block;
    word *words = to + index * block_words(shape) + lane % block / 16;
    for (int64_t element = 0; element < patch; element++) {
      word bit = (bits[element / 8] >> (element % 8)) & 1;
      int64_t place = signet_gathered_element(shape, element);
      words[place / 2 * 2] |= bit << (lane % 16 * 2 + place % 2);
    }
  }
}

// Cuts 32 floats into the upper 16 bits and the rest, rounded.
SIGNET_INLINE TARGET void split(const float *from, char *high, char *low) {
  const __m512i upper_halves = _mm512_set_epi16(
      63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, 33, 31, 29, 27, 25, 23, 21, 19,
      17, 15, 13, 11, 9, 7, 5, 3, 1);
  const __m512i mask = _mm512_set1_epi32((int)0xffff0000u);
  __m512i a = _mm512_loadu_si512(from);
  __m512i b = _mm512_loadu_si512(from + 16);
  __m512 rest_a =
      _mm512_sub_ps(_mm512_castsi512_ps(a), _mm512_castsi512_ps(_mm512_and_si512(a, mask)));
  __m512 rest_b =
      _mm512_sub_ps(_mm512_castsi512_ps(b), _mm512_castsi512_ps(_mm512_and_si512(b, mask)));
  _mm512_storeu_si512(high, _mm512_permutex2var_epi16(a, upper_halves, b));
  _mm512_storeu_si512(low, (__m512i)_mm512_cvtne2ps_pbh(rest_b, rest_a));
}

static TARGET void gather_panel(
    const signet_conv *conv, int64_t group, signet_cursor cursor, int64_t pixels,
    const scratch_layout *scratch) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t steps = steps_of(shape);
  const int64_t patch = signet_patch_length(shape);
  amx_copy(scratch->patch + patch, NULL, steps * tile_depth - patch);
  for (int64_t p = 0; p < pixels; p++) {
    amx_gather(conv, group, cursor, scratch->patch, patch, 0);
    char *row = scratch->panel + p / tile_pixels * steps * 2 * tile_bytes + p % tile_pixels * 64;
    for (int64_t step = 0; step < steps; step++, row += 2 * tile_bytes) {
      split(scratch->patch + step * tile_depth, row, row + tile_bytes);
    }
    signet_cursor_advance(&cursor, shape);
  }
}

// signs: steps × 2 tiles of ±1, from `steps` · 16 pairs of words.
static TARGET void expand(const word *words, int64_t steps, char *signs) {
  const __m512i plus = _mm512_set1_epi16(bf16_one);
  const __m512i minus = _mm512_set1_epi16((short)bf16_minus_one);
  for (int64_t step = 0; step < steps; step++, signs += 2 * tile_bytes) {
    for (int64_t pair = 0; pair < tile_depth / 2; pair++, words += 2) {
      _mm512_store_si512(signs + pair * 64, _mm512_mask_blend_epi16(words[0], minus, plus));
      _mm512_store_si512(
          signs + tile_bytes + pair * 64, _mm512_mask_blend_epi16(words[1], minus, plus));
    }
  }
}

static TARGET void configure(void) {
  struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t bytes_per_row[16];
    uint8_t rows[16];
  } config = {.palette = 1};
  for (int tile = 0; tile < 8; tile++) {
    config.bytes_per_row[tile] = 64;
    config.rows[tile] = 16;
  }
  _tile_loadconfig(&config);
}

#define START(tile, at) \
  if (accumulate) {     \
    _tile_loadd(tile, at, block * sizeof(float)); \
  } else {              \
    _tile_zero(tile);   \
  }

// raw: 32 pixels × 32 filters (+)= two pixel tiles · two filter tiles
static TARGET void multiply_2x2(
    int64_t steps, const char *pixels, int64_t next, const char *signs, float *raw,
    bool accumulate) {
  START(0, raw)
  START(1, raw + 16)
  START(2, raw + 16 * block)
  START(3, raw + 16 * block + 16)
  for (int64_t step = 0; step < steps; step++) {
    _tile_loadd(6, signs, 64);
    _tile_loadd(7, signs + tile_bytes, 64);
    _tile_loadd(4, pixels, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, pixels + next, 64);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
    _tile_loadd(4, pixels + tile_bytes, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, pixels + next + tile_bytes, 64);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
    signs += 2 * tile_bytes;
    pixels += 2 * tile_bytes;
  }
  _tile_stored(0, raw, block * sizeof(float));
  _tile_stored(1, raw + 16, block * sizeof(float));
  _tile_stored(2, raw + 16 * block, block * sizeof(float));
  _tile_stored(3, raw + 16 * block + 16, block * sizeof(float));
}

// raw: 16 pixels × 32 filters (+)= one pixel tile · two filter tiles
static TARGET void multiply_1x2(
    int64_t steps, const char *pixels, const char *signs, float *raw, bool accumulate) {
  START(0, raw)
  START(1, raw + 16)
  for (int64_t step = 0; step < steps; step++) {
    _tile_loadd(6, signs, 64);
    _tile_loadd(7, signs + tile_bytes, 64);
    _tile_loadd(4, pixels, 64);
    _tile_loadd(5, pixels + tile_bytes, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(0, 5, 6);
    _tile_dpbf16ps(1, 5, 7);
    signs += 2 * tile_bytes;
    pixels += 2 * tile_bytes;
  }
  _tile_stored(0, raw, block * sizeof(float));
  _tile_stored(1, raw + 16, block * sizeof(float));
}

// raw: 64 pixels × 16 filters (+)= four pixel tiles · one filter tile
static TARGET void multiply_4x1(
    int64_t steps, const char *pixels, int64_t next, const char *signs, float *raw,
    bool accumulate) {
  START(0, raw)
  START(1, raw + 16 * block)
  START(2, raw + 32 * block)
  START(3, raw + 48 * block)
  for (int64_t step = 0; step < steps; step++) {
    _tile_loadd(6, signs, 64);
    for (int64_t plane = 0; plane < 2 * tile_bytes; plane += tile_bytes) {
      _tile_loadd(4, pixels + plane, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_loadd(5, pixels + next + plane, 64);
      _tile_dpbf16ps(1, 5, 6);
      _tile_loadd(4, pixels + 2 * next + plane, 64);
      _tile_dpbf16ps(2, 4, 6);
      _tile_loadd(5, pixels + 3 * next + plane, 64);
      _tile_dpbf16ps(3, 5, 6);
    }
    signs += 2 * tile_bytes;
    pixels += 2 * tile_bytes;
  }
  _tile_stored(0, raw, block * sizeof(float));
  _tile_stored(1, raw + 16 * block, block * sizeof(float));
  _tile_stored(2, raw + 32 * block, block * sizeof(float));
  _tile_stored(3, raw + 48 * block, block * sizeof(float));
}
#undef START

static TARGET void multiply_block(
    int64_t steps, int64_t tiles, bool narrow, const scratch_layout *scratch, const word *words) {
  const int64_t next = steps * 2 * tile_bytes;
  for (int64_t done = 0; done < steps; done += chunk_steps) {
    const int64_t part = signet_min(steps - done, chunk_steps);
    expand(words + done * tile_depth, part, scratch->signs);
    int64_t tile = 0;
    while (tile < tiles) {
      const char *pixels = scratch->panel + tile * next + done * 2 * tile_bytes;
      float *raw = scratch->raw + tile * tile_pixels * block;
      if (narrow && tile + 4 <= tiles) {
        multiply_4x1(part, pixels, next, scratch->signs, raw, done > 0);
        tile += 4;
      } else if (tile + 2 <= tiles) {
        multiply_2x2(part, pixels, next, scratch->signs, raw, done > 0);
        tile += 2;
      } else {
        multiply_1x2(part, pixels, scratch->signs, raw, done > 0);
        tile += 1;
      }
    }
  }
}

static TARGET void run(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  const signet_conv_shape *shape = &conv->shape;
  const signet_tiling tiling = tiling_of(shape, images);
  const scratch_layout scratch = lay_scratch(shape, images, memory);
  const int64_t steps = steps_of(shape);
  const int64_t blocks = shape->groups * tiling.filter_blocks;
  configure();
  for (int64_t unit = from; unit < to; unit++) {
    const int64_t split_index = unit % tiling.splits;
    const int64_t group = unit / tiling.splits % shape->groups;
    const int64_t first = unit / tiling.splits / shape->groups * tiling.block_pixels;
    const int64_t pixels = signet_min(tiling.block_pixels, tiling.pixels - first);
    const signet_cursor start = signet_cursor_at(shape, first);
    gather_panel(conv, group, start, pixels, &scratch);
    const int64_t end = (split_index + 1) * tiling.filter_blocks / tiling.splits;
    for (int64_t index = split_index * tiling.filter_blocks / tiling.splits; index < end;
         index++) {
      const int64_t filters = signet_min(block, tiling.group_filters - index * block);
      const int64_t filter = group * tiling.group_filters + index * block;
      const bool several = shape->codes > 1;
      for (int32_t code = 0; code < shape->codes; code++) {
        const word *words =
            (const word *)conv->packed +
            (code * blocks + group * tiling.filter_blocks + index) * block_words(shape);
        multiply_block(
            steps, signet_ceil_div(pixels, tile_pixels), filters <= 16, &scratch, words);
        if (several) {
          amx_add_code(
              scratch.total, scratch.raw, pixels, block,
              conv->scale + code * shape->out_channels + filter, filters, code == 0);
        }
      }
      amx_finish(
          conv, start, several ? scratch.total : scratch.raw, pixels, block, filter, filters,
          several || !conv->scale ? NULL : conv->scale + filter);
    }
  }
  _tile_release();
}

const signet_conv_kernel signet_b1_conv_amx = {
    .name = "b1bf16x2_conv_p32x32_amx",
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes = scratch_bytes,
    .units = units,
    .run = run,
};

#endif
