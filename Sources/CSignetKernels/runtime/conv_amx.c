// Binary convolutions on AMX tiles. Inputs become integers of 16 bits, scaled by the largest input
// of their image, whose high and low bytes are two planes; signs are bytes of ±1. Two tile products
// per filter tile, each summed in 32-bit integers, then give the exact sum of the integers at the
// rate of one bfloat16 product. With three bytes per input the result is as exact as float32.
#include "conv_amx.h"

#if defined(__x86_64__)

#define TARGET \
  __attribute__((target("amx-tile,amx-int8,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi")))
#define NAME(x) tiles_##x
#include "conv_amx_layout.h"
#include "peaks.h"
#include "pool_window.h"

// A run of bytes of the map from as many floats.
SIGNET_INLINE TARGET void quantise_run(
    const int planes, const float *from, float inverse, int64_t count, int8_t *to,
    int64_t plane) {
  int64_t i = 0;
  for (; i + line <= count; i += line) {
    quantise(planes, from + i, inverse, first_of(line), first_of(line), to + i, plane);
  }
  if (i < count) {
    quantise(planes, from + i, inverse, first_of(count - i), first_of(count - i), to + i, plane);
  }
}

// One row of pixels of the map. `from` is NULL where the row is padding.
SIGNET_INLINE TARGET void quantise_row(
    const signet_conv *conv, const layout *plan, const scratch_layout *scratch, const int planes,
    const float *from, float inverse, int8_t *to) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t columns = padded_columns(shape);
  const int64_t plane = plane_bytes(plan);
  const int64_t bytes = plan->pixel_bytes;
  // Where pixels are whole and lie as the map wants them, a row is one run between its padding.
  if (shape->stride_width == 1 && shape->dilation_width == 1 && plan->channels == bytes &&
      conv->in.pixel_stride == bytes) {
    const int64_t before = from ? signet_min(shape->pad_left, columns) : columns;
    const int64_t inside = signet_min(shape->in_width, columns - before);
    const int64_t after = columns - before - inside;
    for (int p = 0; p < planes; p++) {
      memset(to + p * plane, 0, (size_t)(before * bytes));
      memset(to + p * plane + (before + inside) * bytes, 0, (size_t)(after * bytes));
    }
    quantise_run(planes, from, inverse, inside * bytes, to + before * bytes, plane);
    return;
  }
  for (int64_t column = 0; column < columns; column++) {
    const int64_t place = scratch->columns[column];
    if (place < 0) continue;
    const int64_t x = column - shape->pad_left;
    const bool inside = from && x >= 0 && x < shape->in_width;
    for (int64_t first = 0; first < bytes; first += line) {
      const __mmask64 stored = first_of(bytes - first);
      int8_t *pixel = to + place + first;
      if (inside) {
        quantise(
            planes, from + x * conv->in.pixel_stride + first, inverse,
            first_of(plan->channels - first), stored, pixel, plane);
      } else {
        for (int p = 0; p < planes; p++) {
          _mm512_mask_storeu_epi8(pixel + p * plane, stored, _mm512_setzero_si512());
        }
      }
    }
  }
}

typedef struct {
  int64_t image, group, split;
  signet_unit_rows rows;
} unit_place;

// Fills the map with what the output rows of a unit look at.
SIGNET_INLINE TARGET void quantise_input(
    const signet_conv *conv, const layout *plan, const scratch_layout *scratch, const int planes,
    const unit_place *unit, float inverse) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t row_bytes = plan->pitch * plan->pixel_bytes;
  const int64_t padded_rows = (unit->rows.count - 1) * shape->stride_height +
                              (int64_t)(shape->kernel_height - 1) * shape->dilation_height + 1;
  for (int64_t row = 0; row < padded_rows; row++) {
    const int64_t phase = phase_index(
        row % shape->stride_height, shape->kernel_height, shape->dilation_height,
        shape->stride_height);
    if (phase < 0) continue;
    const int64_t y = unit->rows.first * shape->stride_height + row - shape->pad_top;
    const float *from = NULL;
    if (y >= 0 && y < shape->in_height) {
      from = conv->in.data + unit->image * conv->in.image_stride + y * conv->in.row_stride +
             unit->group * plan->channels;
    }
    quantise_row(
        conv, plan, scratch, planes, from, inverse,
        scratch->map + (phase * plan->phase_columns * plan->map_rows +
                        row / shape->stride_height) *
                           row_bytes);
  }
}

// signs: 2 tiles of ±1, one step; rows without inputs are zero
SIGNET_INLINE TARGET void expand(const word *words, int64_t rows, int8_t *signs) {
  const __m512i plus = _mm512_set1_epi8(1);
  const __m512i minus = _mm512_set1_epi8(-1);
#pragma clang loop unroll(full)
  for (int64_t row = 0; row < tile_pixels; row++) {
    _mm512_store_si512(
        signs + row * line, _mm512_mask_blend_epi8(words[2 * row], minus, plus));
    _mm512_store_si512(
        signs + tile_bytes + row * line,
        _mm512_mask_blend_epi8(words[2 * row + 1], minus, plus));
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
  const step_place *places;
  int64_t steps;
  int8_t *signs;
  // The bits of a step's number that say where its signs lie; all, unless memory is recycled.
  int64_t slot_mask;
  // Where the signs are still bits: they are expanded some steps ahead, while the tile unit is busy.
  const word *words;
  int32_t *raw;
} operands;

// signs: 2 tiles
SIGNET_INLINE TARGET int8_t *signs_of(const operands *with, int64_t step) {
  return with->signs + (step & with->slot_mask) * 2 * tile_bytes;
}

SIGNET_INLINE TARGET void expand_step(const operands *with, int64_t step) {
  if (with->words && step < with->steps) {
    expand(with->words + step * step_words, with->places[step].rows, signs_of(with, step));
  }
}

SIGNET_INLINE TARGET void expand_first(const operands *with) {
  for (int64_t step = 0; step < steps_ahead; step++) expand_step(with, step);
}

// Two pixel tiles · two filter tiles. The second pixel tile, `apart` bytes from the first, is of the
// next pixels or of the next plane.
// raw: two times 16 pixels × 32 filters, `raw_apart` apart
SIGNET_INLINE TARGET void multiply_2x2(
    const operands *with, int64_t apart, int64_t raw_apart) {
  const int64_t stride = with->pixel_bytes;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  expand_first(with);
  for (int64_t step = 0; step < with->steps; step++) {
    const int8_t *signs = signs_of(with, step);
    const int8_t *from = with->pixels + with->places[step].offset;
    _tile_loadd(6, signs, line);
    _tile_loadd(4, from, stride);
    _tile_dpbssd(0, 4, 6);
    _tile_loadd(7, signs + tile_bytes, line);
    _tile_dpbssd(1, 4, 7);
    _tile_loadd(5, from + apart, stride);
    _tile_dpbssd(2, 5, 6);
    _tile_dpbssd(3, 5, 7);
    expand_step(with, step + steps_ahead);
  }
  _tile_stored(0, with->raw, block * sizeof(int32_t));
  _tile_stored(1, with->raw + 16, block * sizeof(int32_t));
  _tile_stored(2, with->raw + raw_apart, block * sizeof(int32_t));
  _tile_stored(3, with->raw + raw_apart + 16, block * sizeof(int32_t));
}

// raw: 16 pixels × 32 filters = one pixel tile · two filter tiles
static TARGET void multiply_1x2(const operands *with) {
  _tile_zero(0);
  _tile_zero(1);
  expand_first(with);
  for (int64_t step = 0; step < with->steps; step++) {
    const int8_t *signs = signs_of(with, step);
    _tile_loadd(6, signs, line);
    _tile_loadd(7, signs + tile_bytes, line);
    _tile_loadd(4, with->pixels + with->places[step].offset, with->pixel_bytes);
    _tile_dpbssd(0, 4, 6);
    _tile_dpbssd(1, 4, 7);
    expand_step(with, step + steps_ahead);
  }
  _tile_stored(0, with->raw, block * sizeof(int32_t));
  _tile_stored(1, with->raw + 16, block * sizeof(int32_t));
}

// raw: 64 pixels × 16 filters = four pixel tiles · one filter tile
static TARGET void multiply_4x1(const operands *with) {
  const int64_t stride = with->pixel_bytes;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  expand_first(with);
  for (int64_t step = 0; step < with->steps; step++) {
    const int8_t *from = with->pixels + with->places[step].offset;
    _tile_loadd(6, signs_of(with, step), line);
    _tile_loadd(4, from, stride);
    _tile_dpbssd(0, 4, 6);
    _tile_loadd(5, from + tile_pixels * stride, stride);
    _tile_dpbssd(1, 5, 6);
    _tile_loadd(4, from + 2 * tile_pixels * stride, stride);
    _tile_dpbssd(2, 4, 6);
    _tile_loadd(5, from + 3 * tile_pixels * stride, stride);
    _tile_dpbssd(3, 5, 6);
    expand_step(with, step + steps_ahead);
  }
  _tile_stored(0, with->raw, block * sizeof(int32_t));
  _tile_stored(1, with->raw + 16 * block, block * sizeof(int32_t));
  _tile_stored(2, with->raw + 32 * block, block * sizeof(int32_t));
  _tile_stored(3, with->raw + 48 * block, block * sizeof(int32_t));
}

static TARGET void multiply_pixels(const operands *with) {
  multiply_2x2(with, tile_pixels * with->pixel_bytes, tile_pixels * block);
}

static TARGET void multiply_planes(const operands *with, int64_t plane) {
  multiply_2x2(with, plane, raw_elements);
}

// Multiplies as many of `tiles` as one microkernel takes, plane after plane, and says how many
// those were.
SIGNET_INLINE TARGET int64_t multiply(
    operands with, const int planes, int64_t plane, int64_t tiles, bool narrow) {
  const int64_t taken = narrow && tiles > 2 ? 4 : tiles > 1 ? 2 : 1;
  for (int p = 0; p < planes;) {
    // A tile that is left alone is paired with itself in the next plane.
    const int done = taken == 1 && p + 2 <= planes ? 2 : 1;
    if (taken == 4) {
      multiply_4x1(&with);
    } else if (taken == 2) {
      multiply_pixels(&with);
    } else if (done == 2) {
      multiply_planes(&with, plane);
    } else {
      multiply_1x2(&with);
    }
    if (with.slot_mask == all_slots) with.words = NULL;
    with.pixels += done * plane;
    with.raw += done * raw_elements;
    p += done;
  }
  return taken;
}

// total: count × block (+)= scale · raw
SIGNET_INLINE TARGET void add_code(
    float *total, const int32_t *raw, const int planes, int64_t count, const epilogue *with,
    bool accumulate) {
  for (int64_t pixel = 0; pixel < count; pixel++, raw += block, total += block) {
    for (int half = 0; half < 2; half++) {
      const __m512 before =
          accumulate ? _mm512_load_ps(total + 16 * half) : _mm512_setzero_ps();
      _mm512_store_ps(
          total + 16 * half,
          _mm512_fmadd_ps(joined(planes, raw + 16 * half), with->scale[half], before));
    }
  }
}

// All filters of one block on all pixels of a unit, into `conv` or, before a pooling, into working
// memory. unit_value: what an integer of 1 stands for
SIGNET_INLINE TARGET void run_block(
    const signet_conv *conv, const layout *plan, const scratch_layout *scratch, const int planes,
    const unit_place *unit, int64_t index, float unit_value, largest *peak) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t filters = signet_min(block, plan->group_filters - index * block);
  const int64_t filter = unit->group * plan->group_filters + index * block;
  const bool several = shape->codes > 1;
  const bool recycles = plan->kept_steps < plan->steps;
  const bool pools = plan->cut.pooled_rows > 0;
  epilogue finish = make_epilogue(conv, filter, filters, conv->scale, unit_value);
  tile_rows rows = {
      .image = unit->image, .first = unit->rows.first, .count = unit->rows.count,
      .pitch = plan->pitch};
  signet_conv own = *conv;
  if (pools) {
    own.out = (signet_view){
        .data = scratch->rows, .row_stride = block * shape->out_width, .pixel_stride = block};
    finish.filter = rows.image = rows.first = 0;
  }
  // The last pixels of the last row need no tile.
  const int64_t pixels =
      unit->rows.count > 0 ? (unit->rows.count - 1) * plan->pitch + shape->out_width : 0;
  const int64_t tiles = signet_ceil_div(pixels, tile_pixels);
  for (int64_t tile = 0; tile < tiles;) {
    int64_t taken = 0;
    for (int64_t code = 0; code < shape->codes; code++) {
      const int64_t packed =
          (code * shape->groups + unit->group) * plan->filter_blocks + index;
      const operands with = {
          .pixels = scratch->map + tile * tile_pixels * plan->pixel_bytes,
          .pixel_bytes = plan->pixel_bytes,
          .places = scratch->steps,
          .steps = plan->steps,
          .signs = scratch->signs + code * plan->kept_steps * 2 * tile_bytes,
          .slot_mask = recycles ? plan->kept_steps - 1 : all_slots,
          .words = tile > 0 && !recycles
                       ? NULL
                       : (const word *)conv->packed + packed * plan->steps * step_words,
          .raw = scratch->raw,
      };
      taken = multiply(with, planes, plane_bytes(plan), tiles - tile, filters <= 16);
      if (several) {
        const epilogue scaled = make_epilogue(
            conv, filter, filters,
            conv->scale ? conv->scale + code * shape->out_channels : NULL, unit_value);
        add_code(
            scratch->total, scratch->raw, planes, taken * tile_pixels, &scaled, code > 0);
      }
    }
    finish_tiles(
        &own, &finish, planes, &rows, tile * tile_pixels, taken * tile_pixels, scratch->raw,
        several ? scratch->total : NULL, peak);
    tile += taken;
  }
  if (pools) {
    tiles_pool_unit(conv, unit->image, &unit->rows, scratch->rows, block, filter, filters);
  }
}

SIGNET_INLINE TARGET void run(
    const signet_conv *conv, const int planes, int64_t from, int64_t to, void *memory) {
  const signet_conv_shape *shape = &conv->shape;
  const layout plan = lay_out(shape, planes);
  const scratch_layout scratch = lay_scratch(shape, &plan, planes, (uintptr_t)memory);
  fill_tables(shape, &plan, &scratch);
  configure();
  for (int64_t index = from; index < to; index++) {
    unit_place unit;
    unit.split = index % plan.splits;
    unit.group = index / plan.splits % shape->groups;
    const int64_t rows = index / plan.splits / shape->groups;
    unit.rows = signet_rows_at(shape, plan.cut, rows % plan.cut.row_blocks);
    unit.image = rows / plan.cut.row_blocks;
    const float peak = signet_peak(conv, unit.image);
    quantise_input(
        conv, &plan, &scratch, planes, &unit, peak > 0 ? most_of(planes) / peak : 0);
    largest found = {_mm512_setzero_si512()};
    const int64_t end = (unit.split + 1) * plan.filter_blocks / plan.splits;
    for (int64_t each = unit.split * plan.filter_blocks / plan.splits; each < end; each++) {
      run_block(conv, &plan, &scratch, planes, &unit, each, peak / most_of(planes), &found);
    }
    leave_peak(conv, index, found);
  }
  _tile_release();
}

// So that no sum of bytes leaves 32 bits, and laying a layer out takes no time.
static bool accepts(const signet_conv_shape *shape) {
  return signet_patch_length(shape) < 1 << 24 &&
         signet_max(shape->kernel_height, shape->kernel_width) <= longest_kernel &&
         signet_max(shape->stride_height, shape->stride_width) <= longest_kernel;
}

static int64_t units(const signet_conv *conv, int64_t images, int64_t planes) {
  const layout plan = lay_out(&conv->shape, planes);
  return images * plan.cut.row_blocks * conv->shape.groups * plan.splits;
}

static int64_t units_i16(const signet_conv *conv, int64_t images) {
  return units(conv, images, 2);
}

static int64_t units_i24(const signet_conv *conv, int64_t images) {
  return units(conv, images, 3);
}

static TARGET void run_i16(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  SIGNET_REQUIRE_UNITS(conv, images, from, to, units(conv, images, 2));
  (void)images;
  run(conv, 2, from, to, memory);
}

static TARGET void run_i24(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  SIGNET_REQUIRE_UNITS(conv, images, from, to, units(conv, images, 3));
  (void)images;
  run(conv, 3, from, to, memory);
}

static size_t scratch_bytes(const signet_conv_shape *shape, int64_t planes) {
  const layout plan = lay_out(shape, planes);
  return lay_scratch(shape, &plan, planes, 0).bytes;
}

static size_t scratch_bytes_i16(const signet_conv_shape *shape, int64_t images) {
  (void)images;
  return scratch_bytes(shape, 2);
}

static size_t scratch_bytes_i24(const signet_conv_shape *shape, int64_t images) {
  (void)images;
  return scratch_bytes(shape, 3);
}

const signet_conv_kernel signet_b1_conv_amx = {
    .name = "b1i16_conv_p32x32_amx",
    .needs_peaks = true,
    .takes_pooling = true,
    .gives_peaks = true,
    .accepts = accepts,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes = scratch_bytes_i16,
    .units = units_i16,
    .run = run_i16,
};

const signet_conv_kernel signet_b1_conv_amx_exact = {
    .name = "b1i24_conv_p32x32_amx",
    .needs_peaks = true,
    .takes_pooling = true,
    .gives_peaks = true,
    .accepts = accepts,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes = scratch_bytes_i24,
    .units = units_i24,
    .run = run_i24,
};

#endif
