// Binary convolutions on AMX tiles. Signs are exact in bfloat16, and a float is, to 16 bits, the
// sum of two bfloat16 numbers; so two tile products per filter tile, summed in float32, give what
// float arithmetic gives at eight times its rate, with no scale to choose and nothing to overflow.
#include "conv_amx.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET \
  __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))
#include "conv_amx_layout.h"

// +1 and −1 in bfloat16.
enum { bf16_one = 0x3f80, bf16_minus_one = 0xbf80 };

// Cuts 32 floats into their upper halves and the rest, rounded. Only `channels` are read.
SIGNET_INLINE TARGET void split(const float *from, int64_t channels, char *high, char *low) {
  const __m512i upper_halves = _mm512_set_epi16(
      63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, 33, 31, 29, 27, 25, 23, 21, 19,
      17, 15, 13, 11, 9, 7, 5, 3, 1);
  const __m512i mask = _mm512_set1_epi32((int)0xffff0000u);
  const uint32_t present = channels >= line_channels ? ~0u : (1u << channels) - 1;
  __m512i a = _mm512_maskz_loadu_epi32((__mmask16)present, from);
  __m512i b = _mm512_maskz_loadu_epi32((__mmask16)(present >> 16), from + 16);
  __m512 rest_a =
      _mm512_sub_ps(_mm512_castsi512_ps(a), _mm512_castsi512_ps(_mm512_and_si512(a, mask)));
  __m512 rest_b =
      _mm512_sub_ps(_mm512_castsi512_ps(b), _mm512_castsi512_ps(_mm512_and_si512(b, mask)));
  _mm512_store_si512(high, _mm512_permutex2var_epi16(a, upper_halves, b));
  _mm512_store_si512(low, (__m512i)_mm512_cvtne2ps_pbh(rest_b, rest_a));
}

// Fills the map with what the output rows from `first_row` on look at.
static TARGET void split_input(
    const signet_conv *conv, const layout *plan, const scratch_layout *scratch, int64_t image,
    int64_t group, int64_t first_row, int64_t rows) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t low = plane_lines(plan) * line;
  const int64_t row_bytes = plan->pitch * line;
  const int64_t columns = padded_columns(shape);
  const int64_t padded_rows = (rows - 1) * shape->stride_height +
                              (int64_t)(shape->kernel_height - 1) * shape->dilation_height + 1;
  for (int64_t row = 0; row < padded_rows; row++) {
    const int64_t phase = phase_index(
        row % shape->stride_height, shape->kernel_height, shape->dilation_height,
        shape->stride_height);
    if (phase < 0) continue;
    const int64_t y = first_row * shape->stride_height + row - shape->pad_top;
    const bool row_inside = y >= 0 && y < shape->in_height;
    const float *from = conv->in.data + image * conv->in.image_stride + y * conv->in.row_stride +
                        group * plan->channels;
    char *to = scratch->map + phase * plan->phase_columns * plan->channel_lines * 2 * low +
               row / shape->stride_height * row_bytes;
    for (int64_t column = 0; column < columns; column++) {
      const int64_t place = scratch->columns[column];
      if (place < 0) continue;
      const int64_t x = column - shape->pad_left;
      const bool inside = row_inside && x >= 0 && x < shape->in_width;
      for (int64_t part = 0; part < plan->channel_lines; part++) {
        char *high = to + place + part * 2 * low;
        if (inside) {
          split(
              from + x * conv->in.pixel_stride + part * line_channels,
              plan->channels - part * line_channels, high, high + low);
        } else {
          _mm512_store_si512(high, _mm512_setzero_si512());
          _mm512_store_si512(high + low, _mm512_setzero_si512());
        }
      }
    }
  }
}

// Where columns and steps lie in the map; the same for all units.
static void fill_tables(
    const signet_conv_shape *shape, const layout *plan, const scratch_layout *scratch) {
  const int64_t line_bytes = 2 * plane_lines(plan) * line;
  const int64_t phase_bytes = plan->channel_lines * line_bytes;
  for (int64_t column = 0; column < padded_columns(shape); column++) {
    const int64_t phase = phase_index(
        column % shape->stride_width, shape->kernel_width, shape->dilation_width,
        shape->stride_width);
    scratch->columns[column] =
        phase < 0 ? -1 : phase * phase_bytes + column / shape->stride_width * line;
  }
  int64_t *offset = scratch->offsets;
  for (int64_t part = 0; part < plan->channel_lines; part++) {
    for (int64_t ky = 0; ky < shape->kernel_height; ky++) {
      const int64_t row = ky * shape->dilation_height;
      const int64_t row_phase = phase_index(
          row % shape->stride_height, shape->kernel_height, shape->dilation_height,
          shape->stride_height);
      for (int64_t kx = 0; kx < shape->kernel_width; kx++) {
        *offset++ = row_phase * plan->phase_columns * phase_bytes +
                    row / shape->stride_height * plan->pitch * line +
                    scratch->columns[kx * shape->dilation_width] + part * line_bytes;
      }
    }
  }
}

// signs: 2 tiles of ±1, one step
SIGNET_INLINE TARGET void expand(const word *words, char *signs) {
  const __m512i plus = _mm512_set1_epi16(bf16_one);
  const __m512i minus = _mm512_set1_epi16((short)bf16_minus_one);
#pragma clang loop unroll(full)
  for (int64_t pair = 0; pair < line_channels / 2; pair++) {
    _mm512_store_si512(
        signs + pair * line, _mm512_mask_blend_epi16(words[2 * pair], minus, plus));
    _mm512_store_si512(
        signs + tile_bytes + pair * line,
        _mm512_mask_blend_epi16(words[2 * pair + 1], minus, plus));
  }
}

static TARGET void configure(void) {
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

// What the microkernels multiply: pixels of the map with the signs of one filter block and code.
typedef struct {
  const char *pixels;
  int64_t low;  // bytes from the upper halves to the rests
  const int64_t *offsets;
  int64_t steps;
  char *signs;
  // Where the signs are still bits: the first tiles to pass expand them a step ahead, while the
  // tile unit is busy.
  const word *words;
  float *raw;
} operands;

SIGNET_INLINE TARGET void expand_first(const operands *with) {
  if (with->words) expand(with->words, with->signs);
}

SIGNET_INLINE TARGET void expand_next(const operands *with, int64_t step) {
  if (with->words && step + 1 < with->steps) {
    expand(
        with->words + (step + 1) * step_words, with->signs + (step + 1) * 2 * tile_bytes);
  }
}

// raw: 32 pixels × 32 filters = two pixel tiles · two filter tiles
static TARGET void multiply_2x2(const operands *with) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  expand_first(with);
  for (int64_t step = 0; step < with->steps; step++) {
    const char *signs = with->signs + step * 2 * tile_bytes;
    const char *from = with->pixels + with->offsets[step];
    _tile_loadd(6, signs, line);
    _tile_loadd(7, signs + tile_bytes, line);
    _tile_loadd(4, from, line);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, from + tile_bytes, line);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
    from += with->low;
    _tile_loadd(4, from, line);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, from + tile_bytes, line);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
    expand_next(with, step);
  }
  _tile_stored(0, with->raw, block * sizeof(float));
  _tile_stored(1, with->raw + 16, block * sizeof(float));
  _tile_stored(2, with->raw + 16 * block, block * sizeof(float));
  _tile_stored(3, with->raw + 16 * block + 16, block * sizeof(float));
}

// raw: 16 pixels × 32 filters = one pixel tile · two filter tiles
static TARGET void multiply_1x2(const operands *with) {
  _tile_zero(0);
  _tile_zero(1);
  expand_first(with);
  for (int64_t step = 0; step < with->steps; step++) {
    const char *signs = with->signs + step * 2 * tile_bytes;
    const char *from = with->pixels + with->offsets[step];
    _tile_loadd(6, signs, line);
    _tile_loadd(7, signs + tile_bytes, line);
    _tile_loadd(4, from, line);
    _tile_loadd(5, from + with->low, line);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(0, 5, 6);
    _tile_dpbf16ps(1, 5, 7);
    expand_next(with, step);
  }
  _tile_stored(0, with->raw, block * sizeof(float));
  _tile_stored(1, with->raw + 16, block * sizeof(float));
}

// raw: 64 pixels × 16 filters = four pixel tiles · one filter tile
static TARGET void multiply_4x1(const operands *with) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  expand_first(with);
  for (int64_t step = 0; step < with->steps; step++) {
    const char *from = with->pixels + with->offsets[step];
    _tile_loadd(6, with->signs + step * 2 * tile_bytes, line);
    _tile_loadd(4, from, line);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(5, from + tile_bytes, line);
    _tile_dpbf16ps(1, 5, 6);
    _tile_loadd(4, from + 2 * tile_bytes, line);
    _tile_dpbf16ps(2, 4, 6);
    _tile_loadd(5, from + 3 * tile_bytes, line);
    _tile_dpbf16ps(3, 5, 6);
    from += with->low;
    _tile_loadd(4, from, line);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(5, from + tile_bytes, line);
    _tile_dpbf16ps(1, 5, 6);
    _tile_loadd(4, from + 2 * tile_bytes, line);
    _tile_dpbf16ps(2, 4, 6);
    _tile_loadd(5, from + 3 * tile_bytes, line);
    _tile_dpbf16ps(3, 5, 6);
    expand_next(with, step);
  }
  _tile_stored(0, with->raw, block * sizeof(float));
  _tile_stored(1, with->raw + 16 * block, block * sizeof(float));
  _tile_stored(2, with->raw + 32 * block, block * sizeof(float));
  _tile_stored(3, with->raw + 48 * block, block * sizeof(float));
}

// Multiplies as many of `tiles` as one microkernel takes and says how many those were.
static TARGET int64_t multiply(const operands *with, int64_t tiles, bool narrow) {
  if (narrow && tiles > 2) {
    multiply_4x1(with);
    return 4;
  }
  if (tiles > 1) {
    multiply_2x2(with);
    return 2;
  }
  multiply_1x2(with);
  return 1;
}

typedef struct {
  int64_t image, group, first_row, rows, split;
} unit_place;

// The filters of one block: scales and offsets in registers, lanes past the last filter masked.
typedef struct {
  __mmask16 lanes[2];
  __m512 scale[2], offset[2];
  // Values below are raised to it: 0 for ReLU.
  __m512 floor;
  int64_t filter;
} epilogue;

SIGNET_INLINE TARGET epilogue make_epilogue(
    const signet_conv *conv, int64_t filter, int64_t filters, const float *scale) {
  const uint32_t present = filters >= block ? ~0u : (1u << filters) - 1;
  epilogue made = {
      .floor = _mm512_set1_ps(conv->relu ? 0.0f : -__builtin_inff()), .filter = filter};
#pragma clang loop unroll(full)
  for (int half = 0; half < 2; half++) {
    made.lanes[half] = (__mmask16)(present >> (16 * half));
    made.scale[half] =
        scale ? _mm512_maskz_loadu_ps(made.lanes[half], scale + filter + 16 * half)
              : _mm512_set1_ps(1.0f);
    made.offset[half] =
        _mm512_maskz_loadu_ps(made.lanes[half], conv->offset + filter + 16 * half);
  }
  return made;
}

// Stores `count` neighbouring pixels of a row. raw: count × block
SIGNET_INLINE TARGET void finish_run(
    const signet_conv *conv, const epilogue *with, signet_cursor cursor, int64_t count,
    const float *raw) {
  float *out = signet_pixel(&conv->out, cursor) + with->filter;
  const float *residual =
      conv->residual.data ? signet_pixel(&conv->residual, cursor) + with->filter : NULL;
  for (int64_t pixel = 0; pixel < count; pixel++, raw += block) {
#pragma clang loop unroll(full)
    for (int half = 0; half < 2; half++) {
      __m512 value = _mm512_fmadd_ps(
          _mm512_load_ps(raw + 16 * half), with->scale[half], with->offset[half]);
      if (residual) {
        value = _mm512_add_ps(
            value, _mm512_maskz_loadu_ps(with->lanes[half], residual + 16 * half));
      }
      // The second operand is what comes out where one is not a number.
      value = _mm512_max_ps(with->floor, value);
      _mm512_mask_storeu_ps(out + 16 * half, with->lanes[half], value);
    }
    out += conv->out.pixel_stride;
    if (residual) residual += conv->residual.pixel_stride;
  }
}

// Stores the pixels of some tiles that are not beyond the end of a row.
static TARGET void finish_tiles(
    const signet_conv *conv, const layout *plan, const unit_place *unit, const epilogue *with,
    int64_t first, int64_t count, const float *raw) {
  const int64_t end = signet_min(first + count, unit->rows * plan->pitch);
  int64_t y = first / plan->pitch;
  int64_t x = first % plan->pitch;
  for (int64_t pixel = first; pixel < end; y++, x = 0) {
    const int64_t run = signet_min(conv->shape.out_width - x, end - pixel);
    const signet_cursor cursor = {unit->image, (int32_t)(unit->first_row + y), (int32_t)x};
    finish_run(conv, with, cursor, run, raw + (pixel - first) * block);
    pixel += plan->pitch - x;
  }
}

// total: count × block (+)= scale · raw
static TARGET void add_code(
    float *total, const float *raw, int64_t count, const epilogue *with, bool accumulate) {
  for (int64_t pixel = 0; pixel < count; pixel++, raw += block, total += block) {
    for (int half = 0; half < 2; half++) {
      const __m512 before =
          accumulate ? _mm512_load_ps(total + 16 * half) : _mm512_setzero_ps();
      _mm512_store_ps(
          total + 16 * half,
          _mm512_fmadd_ps(_mm512_load_ps(raw + 16 * half), with->scale[half], before));
    }
  }
}

// All filters of one block on all pixels of a unit.
static TARGET void run_block(
    const signet_conv *conv, const layout *plan, const scratch_layout *scratch,
    const unit_place *unit, int64_t index) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t filters = signet_min(block, plan->group_filters - index * block);
  const int64_t filter = unit->group * plan->group_filters + index * block;
  const bool several = shape->codes > 1;
  const epilogue finish = make_epilogue(conv, filter, filters, several ? NULL : conv->scale);
  // The last pixels of the last row need no tile.
  const int64_t pixels = (unit->rows - 1) * plan->pitch + shape->out_width;
  const int64_t tiles = signet_ceil_div(pixels, tile_pixels);
  for (int64_t tile = 0; tile < tiles;) {
    int64_t taken = 0;
    for (int64_t code = 0; code < shape->codes; code++) {
      const int64_t packed =
          (code * shape->groups + unit->group) * plan->filter_blocks + index;
      const operands with = {
          .pixels = scratch->map + tile * tile_bytes,
          .low = plane_lines(plan) * line,
          .offsets = scratch->offsets,
          .steps = plan->steps,
          .signs = scratch->signs + code * plan->steps * 2 * tile_bytes,
          .words = tile > 0 ? NULL
                            : (const word *)conv->packed + packed * plan->steps * step_words,
          .raw = scratch->raw,
      };
      taken = multiply(&with, tiles - tile, filters <= 16);
      if (several) {
        const epilogue scaled = make_epilogue(
            conv, filter, filters, conv->scale + code * shape->out_channels);
        add_code(scratch->total, scratch->raw, taken * tile_pixels, &scaled, code > 0);
      }
    }
    finish_tiles(
        conv, plan, unit, &finish, tile * tile_pixels, taken * tile_pixels,
        several ? scratch->total : scratch->raw);
    tile += taken;
  }
}

static TARGET void run(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  (void)images;
  const signet_conv_shape *shape = &conv->shape;
  const layout plan = lay_out(shape);
  const scratch_layout scratch = lay_scratch(shape, &plan, (uintptr_t)memory);
  fill_tables(shape, &plan, &scratch);
  configure();
  for (int64_t index = from; index < to; index++) {
    unit_place unit;
    unit.split = index % plan.splits;
    unit.group = index / plan.splits % shape->groups;
    unit.first_row = index / plan.splits / shape->groups % plan.row_blocks * plan.unit_rows;
    unit.image = index / plan.splits / shape->groups / plan.row_blocks;
    unit.rows = signet_min(plan.unit_rows, shape->out_height - unit.first_row);
    split_input(conv, &plan, &scratch, unit.image, unit.group, unit.first_row, unit.rows);
    const int64_t end = (unit.split + 1) * plan.filter_blocks / plan.splits;
    for (int64_t each = unit.split * plan.filter_blocks / plan.splits; each < end; each++) {
      run_block(conv, &plan, &scratch, &unit, each);
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
