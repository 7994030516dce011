// Binary convolution by lookup tables (LUT) of signed sums, without a multiplication: five inputs of
// a pixel have 32 signed sums, which as 16-bit integers fill a register; five bits of a filter are an
// index into it. A pixel's tables are made once and serve all filters and all kernel taps that look
// at it.
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
#include "core/units.h"
#include "lut/lut32_build.h"
#include "lut/lut32_epilogue.h"
#include "lut/lut32_pack.h"
#include "lut/lut32_scale.h"

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

SIGNET_INLINE const int32_t *lut32_row_odd(
    const signet_conv_shape *shape, const lut32_layout *plan, const lut32_scratch_layout *scratch,
    int64_t row) {
  const int64_t y = row - shape->pad_top;
  if (y < 0 || y >= shape->in_height) return scratch->no_odd;
  return scratch->odd + row % plan->ring_rows * plan->pitch;
}

// What the first tile of a band looks at, in the order of the packed indices.
SIGNET_INLINE void lut32_list_steps(
    const signet_conv_shape *shape, const lut32_layout *plan, const lut32_scratch_layout *scratch,
    int64_t y, int64_t rows, lut32_step *to) {
  const int64_t chunk_bytes = chunk_tables * plan->pitch * table_bytes;
  for (int64_t ky = 0; ky < shape->kernel_height; ky++) {
    const int64_t row = y * shape->stride_height + ky * shape->dilation_height;
    const char *first = lut32_row_tables(shape, plan, scratch, row);
    const char *second =
        rows > 1 ? lut32_row_tables(shape, plan, scratch, row + shape->stride_height) : first;
    lut32_step *next = to + ky * shape->kernel_width;
    for (int64_t chunk = 0; chunk < plan->chunks; chunk++) {
      const int64_t tables = lut32_tables_of(shape, chunk);
      for (int64_t kx = 0; kx < shape->kernel_width; kx++) {
        const int64_t offset = chunk * chunk_bytes + scratch->taps[kx] * table_bytes;
        next[kx] = (lut32_step){
            {first + offset, second + offset},
            signet_ceil_div(tables, word_tables),
            lut32_first_pair(tables)};
      }
      next += (int64_t)shape->kernel_height * shape->kernel_width;
    }
  }
}

// The odd sums under the windows of an output row.
SIGNET_INLINE TARGET void lut32_sum_windows(
    const signet_conv_shape *shape, const lut32_layout *plan, const lut32_scratch_layout *scratch,
    int64_t y, int32_t *to) {
  for (int64_t x = 0; x < shape->out_width; x += 16) {
    const __mmask16 mask = (__mmask16)((1u << signet_min(shape->out_width - x, 16)) - 1);
    __m512i sums = _mm512_setzero_si512();
    for (int64_t ky = 0; ky < shape->kernel_height; ky++) {
      const int64_t row = y * shape->stride_height + ky * shape->dilation_height;
      const int32_t *odd = lut32_row_odd(shape, plan, scratch, row) + x;
      for (int64_t kx = 0; kx < shape->kernel_width; kx++) {
        sums = _mm512_add_epi32(sums, _mm512_maskz_loadu_epi32(mask, odd + scratch->taps[kx]));
      }
    }
    _mm512_mask_storeu_epi32(to + x, mask, sums);
  }
}

// A tile of output pixels.
typedef struct {
  int64_t y, x, rows, columns;
} lut32_tile;

// Looks a tile up, run by run, so that the tables of one meet all filters while they are in the
// first-level cache.
SIGNET_INLINE void lut32_look_up(
    const lut32_method *method, const signet_conv *conv, const lut32_layout *plan,
    const lut32_scratch_layout *scratch, signet_range blocks, int64_t code,
    const lut32_tile *tile) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t count = lut32_steps_of(shape);
  const uint16_t *indices =
      (const uint16_t *)conv->packed + code * lut32_code_words(method, shape, plan);
  const int64_t block_words = 2 * lut32_vector_words(method, shape, plan);
  int64_t before = 0;  // words of a vector and lane, of the runs before
  for (int64_t done = 0; done < count; done += plan->run_steps) {
    const int64_t run = signet_min(count - done, plan->run_steps);
    int32_t *sums = scratch->sums;
    for (int64_t block = blocks.first; block < blocks.end; block++) {
      const int64_t vectors = lut32_vectors_of(shape, block);
      (*method->look_ups)[vectors - 1][tile->rows - 1][tile->columns - 1](
          scratch->steps + done, run, tile->x * table_bytes, plan->pitch * table_bytes,
          indices + block * block_words + before * vectors * vector_filters, sums, done == 0);
      sums += tile_pixels * block_filters;
    }
    for (int64_t step = done; step < done + run; step++) {
      before += lut32_step_words(method, &scratch->steps[step]);
    }
  }
}

// The largest of `most` and the sums of magnitudes of the pixels' blocks of filters.
SIGNET_INLINE TARGET __m512i lut32_finish(
    const signet_conv *conv, const lut32_scratch_layout *scratch, const lut32_unit_place *unit,
    int64_t code, float step_size, const lut32_tile *tile, __m512i most) {
  const int64_t width = conv->shape.out_width;
  const int32_t *of_block = scratch->sums;
  for (int64_t block = unit->blocks.first; block < unit->blocks.end; block++) {
    const int64_t filter = block * block_filters;
    const int64_t vectors = lut32_vectors_of(&conv->shape, block);
    const lut32_epilogue with = lut32_make_epilogue(conv, code, filter, step_size);
    for (int64_t row = 0; row < tile->rows; row++) {
      const signet_cursor cursor = {unit->image, (int32_t)(tile->y + row), (int32_t)tile->x};
      const int32_t *sums = of_block + row * tile->columns * vectors * vector_filters;
      const __m512i odd = _mm512_maskz_loadu_epi32(
          (__mmask16)((1u << tile->columns) - 1), scratch->windows + row * width + tile->x);
      const lut32_row of = lut32_row_of(conv, code, cursor, filter, sums, odd);
      if (vectors == 2) {
        most = lut32_finish_pixels(&with, 4, 4, &of, tile->columns, most);
      } else if (conv->shape.out_channels - filter > 16) {
        most = lut32_finish_pixels(&with, 2, 2, &of, tile->columns, most);
      } else {
        most = lut32_finish_pixels(&with, 1, 2, &of, tile->columns, most);
      }
    }
    of_block += tile_pixels * block_filters;
  }
  return most;
}

// Some output rows, one below the other, whose tables are made. The largest of `most` and the results'
// sums of magnitudes.
SIGNET_INLINE TARGET __m512i lut32_run_band(
    const lut32_method *method, const signet_conv *conv, const lut32_layout *plan,
    const lut32_scratch_layout *scratch, const lut32_unit_place *unit, float step_size, int64_t y,
    int64_t rows, __m512i most) {
  const signet_conv_shape *shape = &conv->shape;
  lut32_list_steps(shape, plan, scratch, y, rows, scratch->steps);
  for (int64_t row = 0; row < rows; row++) {
    lut32_sum_windows(shape, plan, scratch, y + row, scratch->windows + row * shape->out_width);
  }
  for (int64_t x = 0; x < shape->out_width; x += plan->tile_columns) {
    const lut32_tile tile = {y, x, rows, signet_min(plan->tile_columns, shape->out_width - x)};
    for (int64_t code = 0; code < shape->codes; code++) {
      lut32_look_up(method, conv, plan, scratch, unit->blocks, code, &tile);
      // Those of the last code are the results.
      const __m512i found = lut32_finish(conv, scratch, unit, code, step_size, &tile, most);
      if (code == shape->codes - 1) most = found;
    }
  }
  return most;
}

// Tables that nobody makes are zeros.
SIGNET_INLINE TARGET void lut32_clear_padding(
    const lut32_layout *plan, const lut32_scratch_layout *scratch) {
  memset(scratch->zeros, 0, (size_t)plan->row_bytes);
  memset(scratch->no_odd, 0, (size_t)plan->pitch * sizeof(int32_t));
  memset(scratch->odd, 0, (size_t)(plan->ring_rows * plan->pitch) * sizeof(int32_t));
  for (int64_t column = 0; column < plan->pitch; column++) {
    if (scratch->is_made[column]) continue;
    for (int64_t table = 0; table < plan->ring_rows * plan->tables; table++) {
      _mm512_store_si512(
          scratch->ring + (table * plan->pitch + column) * table_bytes, _mm512_setzero_si512());
    }
  }
}

SIGNET_INLINE TARGET void lut32_run(
    const lut32_method *method, const signet_conv *conv, int64_t images, int64_t from, int64_t to,
    void *memory) {
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
    const float value = lut32_quantisation_step(shape, absmax);
    const float inverse = absmax > 0 ? 1 / value : 0;
    __m512i most = _mm512_setzero_si512();
    int64_t next = unit.first_row * shape->stride_height;
    for (int64_t y = unit.first_row; y < unit.end_row; y += plan.tile_rows) {
      const int64_t rows = signet_min(plan.tile_rows, unit.end_row - y);
      const int64_t last = y * shape->stride_height + lut32_rows_under(shape, rows);
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
            lut32_row_tables(shape, &plan, &scratch, next),
            scratch.odd + next % plan.ring_rows * plan.pitch);
      }
      most = lut32_run_band(method, conv, &plan, &scratch, &unit, value, y, rows, most);
    }
    if (conv->unit_absmax) {
      const int32_t bits = _mm512_reduce_max_epi32(most);
      memcpy(&conv->unit_absmax[index], &bits, sizeof bits);
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

#define SIGNET_LUT32_KERNEL(how, tables)                                                     \
  static const lut32_method lut32_##how = {tables, &signet_lut32_look_ups_##how};            \
  static TARGET void lut32_run_##how(                                                        \
      const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {     \
    lut32_run(&lut32_##how, conv, images, from, to, memory);                                 \
  }                                                                                          \
  static size_t lut32_packed_bytes_##how(const signet_conv_shape *shape) {                   \
    return lut32_packed_bytes(&lut32_##how, shape);                                          \
  }                                                                                          \
  static void lut32_pack_##how(const signet_conv_shape *shape, const void *rows, void *to) { \
    lut32_pack(&lut32_##how, shape, rows, to);                                               \
  }                                                                                          \
  const signet_conv_kernel signet_b1_conv_tables_##how##_avx512 = {                          \
      .name = "b1i16_conv_table5_" #how "_p14x64_avx512vbmi",                                \
      .absmax_channels = SIGNET_LUT_CHUNK,                                                   \
      .needs_absmax = true,                                                                  \
      .gives_sums = block_filters,                                                           \
      .cost = {block_filters, 10.7f, 1.34f, 0.438f, 38.6f},                                  \
      .accepts = lut32_accepts,                                                              \
      .packed_bytes = lut32_packed_bytes_##how,                                              \
      .pack = lut32_pack_##how,                                                              \
      .scratch_bytes = lut32_scratch_bytes,                                                  \
      .units = lut32_units,                                                                  \
      .run = lut32_run_##how,                                                                \
  };

SIGNET_LUT32_KERNEL(bytes, 1)
SIGNET_LUT32_KERNEL(words, 2)
SIGNET_LUT32_KERNEL(saturated, 2)

#endif
