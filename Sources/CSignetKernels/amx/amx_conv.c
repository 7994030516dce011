// Binary convolutions on AMX tiles. Inputs become integers of 16 bits, scaled by the largest input
// of their image, whose high and low bytes are two planes; signs are bytes of ±1. Two tile products
// per filter tile, each summed in 32-bit integers, then give the exact sum of the integers at the
// rate of one bfloat16 product. With three bytes per input the result is as exact as float32.
//
//   raw (planes × pixels × 32 filters) = map (planes × pixels × steps · 64) · signs (steps · 64 × 32)
//
// Documentation/kernels.md has its figures, from Benchmarks/runtime/run.
#include "amx/amx_conv.h"

#if defined(__x86_64__)

#define TARGET \
  __attribute__((target("amx-tile,amx-int8,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi")))
#define NAME(x) amx_conv_##x
#include "amx/amx_conv_layout.h"
#include "amx/amx_conv_microkernel.h"
#include "core/absmax.h"
#include "rowwise/pooling_window.h"

// A run of bytes of the map from as many floats.
SIGNET_INLINE TARGET void amx_conv_quantise_run(
    const int planes, const float *from, float inverse, int64_t count, int8_t *to, int64_t plane) {
  int64_t i = 0;
  for (; i + line <= count; i += line) {
    amx_quantise(planes, from + i, inverse, amx_first_of(line), amx_first_of(line), to + i, plane);
  }
  if (i < count) {
    amx_quantise(
        planes, from + i, inverse, amx_first_of(count - i), amx_first_of(count - i), to + i, plane);
  }
}

// One row of pixels of the map. `from` is NULL where the row is padding.
SIGNET_INLINE TARGET void amx_conv_quantise_row(
    const signet_conv *conv, const amx_conv_layout *plan, const amx_conv_scratch_layout *scratch,
    const int planes, const float *from, float inverse, int8_t *to) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t columns = amx_conv_padded_columns(shape);
  const int64_t plane = amx_conv_plane_bytes(plan);
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
    amx_conv_quantise_run(planes, from, inverse, inside * bytes, to + before * bytes, plane);
    return;
  }
  for (int64_t column = 0; column < columns; column++) {
    const int64_t place = scratch->columns[column];
    if (place < 0) continue;
    const int64_t x = column - shape->pad_left;
    const bool inside = from && x >= 0 && x < shape->in_width;
    for (int64_t first = 0; first < bytes; first += line) {
      const __mmask64 stored = amx_first_of(bytes - first);
      int8_t *pixel = to + place + first;
      if (inside) {
        amx_quantise(
            planes, from + x * conv->in.pixel_stride + first, inverse,
            amx_first_of(plan->channels - first), stored, pixel, plane);
      } else {
        for (int p = 0; p < planes; p++) {
          _mm512_mask_storeu_epi8(pixel + p * plane, stored, _mm512_setzero_si512());
        }
      }
    }
  }
}

typedef struct {
  int64_t image, group;
  signet_unit_rows rows;
} amx_conv_unit_place;

// Fills the map with what the output rows of a unit look at.
SIGNET_INLINE TARGET void amx_conv_quantise_input(
    const signet_conv *conv, const amx_conv_layout *plan, const amx_conv_scratch_layout *scratch,
    const int planes, const amx_conv_unit_place *unit, float inverse) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t row_bytes = plan->pitch * plan->pixel_bytes;
  const int64_t padded_rows = (unit->rows.count - 1) * shape->stride_height +
                              (int64_t)(shape->kernel_height - 1) * shape->dilation_height + 1;
  for (int64_t row = 0; row < padded_rows; row++) {
    const int64_t phase = amx_conv_phase_index(
        row % shape->stride_height, shape->kernel_height, shape->dilation_height,
        shape->stride_height);
    if (phase < 0) continue;
    const int64_t y = unit->rows.first * shape->stride_height + row - shape->pad_top;
    const float *from = NULL;
    if (y >= 0 && y < shape->in_height) {
      from = conv->in.data + unit->image * conv->in.image_stride + y * conv->in.row_stride +
             unit->group * plan->channels;
    }
    amx_conv_quantise_row(
        conv, plan, scratch, planes, from, inverse,
        scratch->map + (phase * plan->phase_columns * plan->map_rows + row / shape->stride_height) *
                           row_bytes);
  }
}

// total: count × block (+)= scale · raw
SIGNET_INLINE TARGET void amx_conv_add_code(
    float *total, const int32_t *raw, const int planes, int64_t count, const amx_epilogue *with,
    bool accumulate) {
  for (int64_t pixel = 0; pixel < count; pixel++, raw += block, total += block) {
    for (int half = 0; half < 2; half++) {
      const __m512 before = accumulate ? _mm512_load_ps(total + 16 * half) : _mm512_setzero_ps();
      _mm512_store_ps(
          total + 16 * half,
          _mm512_fmadd_ps(amx_joined(planes, raw + 16 * half), with->scale[half], before));
    }
  }
}

// All filters of one block on all pixels of a unit, into `conv` or, before a pooling, into working
// memory. step: the quantisation step of the inputs
SIGNET_INLINE TARGET void amx_conv_run_block(
    const signet_conv *conv, const amx_conv_layout *plan, const amx_conv_scratch_layout *scratch,
    const int planes, const amx_conv_unit_place *unit, int64_t index, float step,
    amx_largest *absmax) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t filters = signet_min(block, plan->group_filters - index * block);
  const int64_t filter = unit->group * plan->group_filters + index * block;
  const bool several = shape->codes > 1;
  const bool recycles = plan->kept_steps < plan->steps;
  const bool pools = plan->cut.pooled_rows > 0;
  amx_epilogue finish = amx_make_epilogue(conv, filter, filters, conv->scale, step);
  amx_tile_rows rows = {
      .image = unit->image,
      .first = unit->rows.first,
      .count = unit->rows.count,
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
      const int64_t packed = (code * shape->groups + unit->group) * plan->filter_blocks + index;
      const amx_conv_operands with = {
          .pixels = scratch->map + tile * tile_pixels * plan->pixel_bytes,
          .pixel_bytes = plan->pixel_bytes,
          .places = scratch->steps,
          .steps = plan->steps,
          .signs = scratch->signs + code * plan->kept_steps * 2 * tile_bytes,
          .slot_mask = recycles ? plan->kept_steps - 1 : all_slots,
          .words = tile > 0 && !recycles
                       ? NULL
                       : (const amx_conv_word *)conv->packed + packed * plan->steps * step_words,
          .raw = scratch->raw,
      };
      taken =
          amx_conv_multiply(with, planes, amx_conv_plane_bytes(plan), tiles - tile, filters <= 16);
      if (several) {
        const amx_epilogue scaled = amx_make_epilogue(
            conv, filter, filters, conv->scale ? conv->scale + code * shape->out_channels : NULL,
            step);
        amx_conv_add_code(
            scratch->total, scratch->raw, planes, taken * tile_pixels, &scaled, code > 0);
      }
    }
    amx_finish_tiles(
        &own, &finish, planes, &rows, tile * tile_pixels, taken * tile_pixels, scratch->raw,
        several ? scratch->total : NULL, absmax);
    tile += taken;
  }
  if (pools) {
    amx_conv_pool_unit(conv, unit->image, &unit->rows, scratch->rows, block, filter, filters);
  }
}

SIGNET_INLINE TARGET void amx_conv_run(
    const signet_conv *conv, const int planes, int64_t from, int64_t to, void *memory) {
  const signet_conv_shape *shape = &conv->shape;
  const amx_conv_layout plan = amx_conv_lay_out(shape, planes);
  const amx_conv_scratch_layout scratch = amx_conv_lay_scratch(shape, &plan, planes, memory);
  amx_conv_fill_tables(shape, &plan, &scratch);
  amx_configure();
  for (int64_t index = from; index < to; index++) {
    const signet_unit place =
        signet_unit_at(index, plan.cut.row_blocks, shape->groups, plan.splits);
    const amx_conv_unit_place unit = {
        .image = place.image,
        .group = place.group,
        .rows = signet_rows_at(shape, plan.cut, place.block),
    };
    const float absmax = signet_absmax_at(conv, unit.image);
    amx_conv_quantise_input(
        conv, &plan, &scratch, planes, &unit, absmax > 0 ? amx_most_of(planes) / absmax : 0);
    amx_largest found = {_mm512_setzero_si512()};
    const signet_range share = signet_share(plan.filter_blocks, place.split, plan.splits);
    for (int64_t each = share.first; each < share.end; each++) {
      amx_conv_run_block(
          conv, &plan, &scratch, planes, &unit, each, absmax / amx_most_of(planes), &found);
    }
    amx_leave_absmax(conv, index, found);
  }
  _tile_release();
}

// So that no sum of bytes leaves 32 bits, and laying a layer out takes no time.
static bool amx_conv_accepts(const signet_conv_shape *shape) {
  return signet_patch_length(shape) < 1 << 24 &&
         signet_max(shape->kernel_height, shape->kernel_width) <= longest_kernel &&
         signet_max(shape->stride_height, shape->stride_width) <= longest_kernel;
}

static int64_t amx_conv_units(const signet_conv *conv, int64_t images, int64_t planes) {
  const amx_conv_layout plan = amx_conv_lay_out(&conv->shape, planes);
  return images * plan.cut.row_blocks * conv->shape.groups * plan.splits;
}

static int64_t amx_conv_units_i16(const signet_conv *conv, int64_t images) {
  return amx_conv_units(conv, images, 2);
}

static int64_t amx_conv_units_i24(const signet_conv *conv, int64_t images) {
  return amx_conv_units(conv, images, 3);
}

static TARGET void amx_conv_run_i16(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  SIGNET_REQUIRE_UNITS(conv, images, from, to, amx_conv_units(conv, images, 2));
  (void)images;
  amx_conv_run(conv, 2, from, to, memory);
}

static TARGET void amx_conv_run_i24(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  SIGNET_REQUIRE_UNITS(conv, images, from, to, amx_conv_units(conv, images, 3));
  (void)images;
  amx_conv_run(conv, 3, from, to, memory);
}

static size_t amx_conv_scratch_bytes(const signet_conv_shape *shape, int64_t planes) {
  const amx_conv_layout plan = amx_conv_lay_out(shape, planes);
  return amx_conv_lay_scratch(shape, &plan, planes, NULL).bytes;
}

static size_t amx_conv_scratch_bytes_i16(const signet_conv_shape *shape, int64_t images) {
  (void)images;
  return amx_conv_scratch_bytes(shape, 2);
}

static size_t amx_conv_scratch_bytes_i24(const signet_conv_shape *shape, int64_t images) {
  (void)images;
  return amx_conv_scratch_bytes(shape, 3);
}

const signet_conv_kernel signet_b1_conv_amx = {
    .name = "b1i16_conv_p32x32_amx",
    .needs_absmax = true,
    .takes_pooling = true,
    .gives_absmax = true,
    .accepts = amx_conv_accepts,
    .packed_bytes = amx_conv_packed_bytes,
    .pack = amx_conv_pack,
    .scratch_bytes = amx_conv_scratch_bytes_i16,
    .units = amx_conv_units_i16,
    .run = amx_conv_run_i16,
};

const signet_conv_kernel signet_b1_conv_amx_exact = {
    .name = "b1i24_conv_p32x32_amx",
    .needs_absmax = true,
    .takes_pooling = true,
    .gives_absmax = true,
    .accepts = amx_conv_accepts,
    .packed_bytes = amx_conv_packed_bytes,
    .pack = amx_conv_pack,
    .scratch_bytes = amx_conv_scratch_bytes_i24,
    .units = amx_conv_units_i24,
    .run = amx_conv_run_i24,
};

#endif
