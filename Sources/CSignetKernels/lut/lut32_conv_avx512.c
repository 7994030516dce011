// Binary convolution by lookup tables (LUT) of signed sums, without a multiplication: five inputs of a pixel have 32 signed sums, which as
// 16-bit integers fill a register; five bits of a filter are an index into it. A pixel's tables are
// made once and serve all filters and all kernel taps that look at it.
//
//   tables: input rows × (channels / 5) × columns × 32 sums
//   indices: codes × filters × (channels / 5) × taps
//
// Documentation/kernels.md has its figures, from Benchmarks/runtime/run.
#include "lut/lut32_conv_avx512.h"

#if defined(__x86_64__)

#include "CSignetProcessor.h"
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni")))
#include "core/absmax.h"
#include "core/code_bits.h"
#include "core/units.h"
#include "lut/lut32_build.h"
#include "lut/lut32_lookup.h"

// The largest narrow sum.
static const float most = 32767;

static float lut32_quantisation_step(float absmax) {
  return lut_quantisation_step(absmax, SIGNET_LUT_CHUNK, most);
}

typedef struct {
  int64_t image, first_row, end_row;
  signet_range blocks;  // of filters
} lut32_unit_place;

// The tables of a row of the padded input.
SIGNET_INLINE char *lut32_row_tables(
    const signet_conv_shape *shape, const lut32_layout *plan, const lut32_scratch_layout *scratch,
    int64_t row) {
  const int64_t y = row - shape->pad_top;
  if (y < 0 || y >= shape->in_height) return scratch->zeros;
  return scratch->ring + row % plan->ring_rows * plan->row_bytes;
}

// What a tile looks at, in the order of the packed indices.
SIGNET_INLINE void lut32_list_steps(
    const signet_conv_shape *shape, const lut32_layout *plan, const lut32_scratch_layout *scratch,
    int64_t y, int64_t x, int64_t rows, lut32_step *to) {
  const int64_t chunk_bytes = chunk_tables * plan->pitch * table_bytes;
  for (int64_t ky = 0; ky < shape->kernel_height; ky++) {
    const int64_t row = y * shape->stride_height + ky * shape->dilation_height;
    const char *first = lut32_row_tables(shape, plan, scratch, row) + x * table_bytes;
    const char *second =
        rows > 1
            ? lut32_row_tables(shape, plan, scratch, row + shape->stride_height) + x * table_bytes
            : first;
    lut32_step *next = to + ky * shape->kernel_width;
    for (int64_t chunk = 0; chunk < plan->chunks; chunk++) {
      const int64_t tables = lut32_tables_of(shape, chunk);
      for (int64_t kx = 0; kx < shape->kernel_width; kx++) {
        const int64_t offset = chunk * chunk_bytes + scratch->taps[kx];
        next[kx] = (lut32_step){{first + offset, second + offset}, tables};
      }
      next += (int64_t)shape->kernel_height * shape->kernel_width;
    }
  }
}

// What a filter's sum is multiplied by and what is added, 16 filters a vector.
typedef struct {
  __m512 scale[4], offset[4];
  __mmask16 filters[4];
} lut32_epilogue;

SIGNET_INLINE TARGET lut32_epilogue
lut32_make_epilogue(const signet_conv *conv, int64_t code, int64_t filter, float unit) {
  lut32_epilogue with;
  for (int v = 0; v < 4; v++) {
    const int64_t first = filter + v * 16;
    const int64_t count = signet_max(signet_min(conv->shape.out_channels - first, 16), 0);
    const __mmask16 mask = (__mmask16)((1u << count) - 1);
    with.filters[v] = mask;
    with.scale[v] = _mm512_set1_ps(unit);
    if (conv->scale) {
      const float *scales = conv->scale + code * conv->shape.out_channels;
      with.scale[v] = _mm512_mul_ps(with.scale[v], _mm512_maskz_loadu_ps(mask, scales + first));
    }
    // Once, with the first code.
    with.offset[v] = _mm512_maskz_loadu_ps(code == 0 ? mask : 0, conv->offset + first);
  }
  return with;
}

// Finishes a row of pixels. Later codes are added to what the earlier ones left in the output.
SIGNET_INLINE TARGET void lut32_finish_row(
    const signet_conv *conv, const lut32_epilogue *with, const int vectors, int64_t code,
    signet_cursor cursor, int64_t filter, int64_t pixels, const int32_t *sums) {
  float *out = signet_pixel(&conv->out, cursor) + filter;
  const float *added = NULL;
  int64_t added_stride = conv->out.pixel_stride;
  if (code > 0) {
    added = out;
  } else if (conv->residual.data) {
    added = signet_pixel(&conv->residual, cursor) + filter;
    added_stride = conv->residual.pixel_stride;
  }
  const bool is_last = code == conv->shape.codes - 1;
  const __m512 low = _mm512_set1_ps(is_last ? conv->low : -__builtin_inff());
  const __m512 high = _mm512_set1_ps(is_last ? conv->high : __builtin_inff());
  for (int64_t p = 0; p < pixels; p++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      const __mmask16 mask = with->filters[v];
      __m512 value = _mm512_fmadd_ps(
          _mm512_cvtepi32_ps(_mm512_load_si512(sums + v * 16)), with->scale[v], with->offset[v]);
      if (added) value = _mm512_add_ps(value, _mm512_maskz_loadu_ps(mask, added + v * 16));
      // What is not a number stays: of two operands the second is taken then.
      value = _mm512_min_ps(high, _mm512_max_ps(low, value));
      _mm512_mask_storeu_ps(out + v * 16, mask, value);
    }
    sums += vectors * 16;
    out += conv->out.pixel_stride;
    if (added) added += added_stride;
  }
}

// packed: codes × filter blocks × tables under a kernel × vectors × 32 pairs of bytes, 2·index and
// 2·index + 1. Even lanes hold the first 16 filters of a vector, odd ones the others.
SIGNET_INLINE int64_t lut32_vectors_of(const signet_conv_shape *shape, int64_t block) {
  return shape->out_channels - block * block_filters > vector_filters ? 2 : 1;
}

SIGNET_INLINE int64_t
lut32_vector_indices(const signet_conv_shape *shape, const lut32_layout *plan) {
  return plan->tables * shape->kernel_height * shape->kernel_width * vector_filters;
}

SIGNET_INLINE int64_t lut32_code_indices(const signet_conv_shape *shape, const lut32_layout *plan) {
  return signet_ceil_div(shape->out_channels, vector_filters) * lut32_vector_indices(shape, plan);
}

SIGNET_INLINE TARGET void lut32_run_tile(
    const signet_conv *conv, const lut32_layout *plan, const lut32_scratch_layout *scratch,
    const lut32_unit_place *unit, int64_t block, float step_size, const lut32_step *steps,
    int64_t y, int64_t x, int64_t rows, int64_t columns) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t vectors = lut32_vectors_of(shape, block);
  const lut32_look_up_function look_up = look_ups[vectors - 1][rows - 1][columns - 1];
  for (int64_t code = 0; code < shape->codes; code++) {
    const uint16_t *indices = (const uint16_t *)conv->packed +
                              code * lut32_code_indices(shape, plan) +
                              block * 2 * lut32_vector_indices(shape, plan);
    look_up(steps, lut32_steps_of(shape, plan), plan->pitch * table_bytes, indices, scratch->sums);
    const lut32_epilogue with = lut32_make_epilogue(conv, code, block * block_filters, step_size);
    for (int64_t row = 0; row < rows; row++) {
      const signet_cursor cursor = {unit->image, (int32_t)(y + row), (int32_t)x};
      const int32_t *sums = scratch->sums + row * columns * vectors * vector_filters;
      if (vectors == 2) {
        lut32_finish_row(conv, &with, 4, code, cursor, block * block_filters, columns, sums);
      } else {
        lut32_finish_row(conv, &with, 2, code, cursor, block * block_filters, columns, sums);
      }
    }
  }
}

SIGNET_INLINE TARGET void lut32_run_band(
    const signet_conv *conv, const lut32_layout *plan, const lut32_scratch_layout *scratch,
    const lut32_unit_place *unit, float step_size, int64_t first_row, int64_t end_row) {
  const signet_conv_shape *shape = &conv->shape;
  for (int64_t block = unit->blocks.first; block < unit->blocks.end; block++) {
    lut32_step *steps = scratch->steps;
    for (int64_t y = first_row; y < end_row; y += plan->tile_rows) {
      const int64_t rows = signet_min(plan->tile_rows, end_row - y);
      for (int64_t x = 0; x < shape->out_width; x += plan->tile_columns) {
        if (block == unit->blocks.first) lut32_list_steps(shape, plan, scratch, y, x, rows, steps);
        lut32_run_tile(
            conv, plan, scratch, unit, block, step_size, steps, y, x, rows,
            signet_min(plan->tile_columns, shape->out_width - x));
        steps += lut32_steps_of(shape, plan);
      }
    }
  }
}

// Tables that nobody makes are zeros.
SIGNET_INLINE TARGET void lut32_clear_padding(
    const lut32_layout *plan, const lut32_scratch_layout *scratch) {
  memset(scratch->zeros, 0, (size_t)plan->row_bytes);
  for (int64_t column = 0; column < plan->pitch; column++) {
    if (scratch->is_made[column]) continue;
    for (int64_t table = 0; table < plan->ring_rows * plan->tables; table++) {
      _mm512_store_si512(
          scratch->ring + (table * plan->pitch + column) * table_bytes, _mm512_setzero_si512());
    }
  }
}

static TARGET void lut32_run(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  (void)images;
  const signet_conv_shape *shape = &conv->shape;
  const lut32_layout plan = lut32_lay_out(shape);
  SIGNET_REQUIRE_UNITS(conv, images, from, to, images * plan.parts * plan.splits);
  const lut32_scratch_layout scratch = lut32_lay_scratch(shape, &plan, memory);
  const int64_t columns = lut32_fill_columns(shape, &plan, &scratch);
  lut32_clear_padding(&plan, &scratch);
  for (int64_t index = from; index < to; index++) {
    const signet_unit place = signet_unit_at(index, plan.parts, 1, plan.splits);
    const lut32_unit_place unit = {
        .image = place.image,
        .first_row = place.block * plan.part_rows,
        .end_row = signet_min((place.block + 1) * plan.part_rows, shape->out_height),
        .blocks = signet_share(plan.filter_blocks, place.split, plan.splits),
    };
    const float absmax = signet_absmax_at(conv, unit.image);
    const float value = lut32_quantisation_step(absmax);
    const float inverse = absmax > 0 ? 1 / value : 0;
    int64_t next = unit.first_row * shape->stride_height;
    for (int64_t y = unit.first_row; y < unit.end_row; y += plan.band_rows) {
      const int64_t end = signet_min(y + plan.band_rows, unit.end_row);
      const int64_t last = y * shape->stride_height + lut32_rows_under(shape, end - y);
      for (next = signet_max(next, y * shape->stride_height); next < last; next++) {
        const int64_t row = next - shape->pad_top;
        if (row < 0 || row >= shape->in_height ||
            !lut32_is_looked_at(
                next, shape->kernel_height, shape->dilation_height, shape->stride_height)) {
          continue;
        }
        lut32_make_row(
            conv, &plan, scratch.columns, columns,
            conv->in.data + unit.image * conv->in.image_stride + row * conv->in.row_stride, inverse,
            lut32_row_tables(shape, &plan, &scratch, next));
      }
      lut32_run_band(conv, &plan, &scratch, &unit, value, y, end);
    }
  }
}

// Of patches that are no longer, all chunks' sums together stay within 32 bits.
static bool lut32_accepts(const signet_conv_shape *shape) {
  if (!signet_processor_has(SIGNET_AVX512VBMI) || !signet_processor_has(SIGNET_AVX512VNNI) ||
      shape->groups != 1 || (int64_t)shape->out_height * shape->out_width == 1 ||
      signet_patch_length(shape) >= 1 << 16) {
    return false;
  }
  const lut32_layout plan = lut32_lay_out(shape);
  return plan.ring_rows * plan.row_bytes <= most_ring_bytes;
}

static int64_t lut32_units(const signet_conv *conv, int64_t images) {
  const lut32_layout plan = lut32_lay_out(&conv->shape);
  return images * plan.parts * plan.splits;
}

static size_t lut32_scratch_bytes(const signet_conv_shape *shape, int64_t images) {
  (void)images;
  const lut32_layout plan = lut32_lay_out(shape);
  return lut32_lay_scratch(shape, &plan, NULL).bytes;
}

static size_t lut32_packed_bytes(const signet_conv_shape *shape) {
  const lut32_layout plan = lut32_lay_out(shape);
  return SIGNET_BYTES(shape->codes, lut32_code_indices(shape, &plan), sizeof(uint16_t));
}

// Where the index of one filter into a table lies, within its code.
SIGNET_INLINE int64_t lut32_index_place(
    const signet_conv_shape *shape, const lut32_layout *plan, int64_t filter, int64_t table) {
  const int64_t block = filter / block_filters;
  const int64_t vectors = lut32_vectors_of(shape, block);
  const int64_t lane = filter % vector_filters;
  return block * 2 * lut32_vector_indices(shape, plan) +
         (table * vectors + filter % block_filters / vector_filters) * vector_filters +
         lane % 16 * 2 + lane / 16;
}

static void lut32_pack(const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  const lut32_layout plan = lut32_lay_out(shape);
  const int64_t area = (int64_t)shape->kernel_height * shape->kernel_width;
  const int64_t count = shape->codes * lut32_code_indices(shape, &plan);
  uint16_t *indices = packed;
  for (int64_t i = 0; i < count; i++) indices[i] = 0x0100;
  for (int64_t each = 0; each < signet_code_rows(shape); each++) {
    const signet_code_row row = signet_code_row_at(shape, rows, each);
    uint16_t *of_code = indices + row.code * lut32_code_indices(shape, &plan);
    const int64_t vectors = lut32_vectors_of(shape, row.filter / block_filters);
    SIGNET_FOR_EACH_ELEMENT (at, shape) {
      const int64_t chunk = at.channel / SIGNET_LUT_CHUNK;
      const int64_t tables = lut32_tables_of(shape, chunk);
      const int64_t input = at.channel % SIGNET_LUT_CHUNK / tables;
      // The tables of the chunks before, then of each tap.
      const int64_t first = chunk * chunk_tables * area + at.channel % SIGNET_LUT_CHUNK % tables;
      uint16_t *index = of_code + lut32_index_place(shape, &plan, row.filter, first) +
                        at.tap * tables * vectors * vector_filters;
      // Entries of two bytes: a lane's two indices are the entry's, doubled, and the next.
      *index |= (uint16_t)(signet_code_bit(row.bits, at.element) * 0x0202u << input);
    }
  }
}

const signet_conv_kernel signet_b1_conv_tables_avx512 = {
    .name = "b1i16_conv_table5_p14x64_avx512vbmi",
    .absmax_channels = SIGNET_LUT_CHUNK,
    .needs_absmax = true,
    .accepts = lut32_accepts,
    .packed_bytes = lut32_packed_bytes,
    .pack = lut32_pack,
    .scratch_bytes = lut32_scratch_bytes,
    .units = lut32_units,
    .run = lut32_run,
};

#endif
