// Binary convolutions by lookup tables (LUT) of signed sums. Four channels of an input pixel have 16 signed sums; four weight bits
// of a filter are an index into them, and one byte permutation looks 32 filters up. A table belongs to
// a pixel, whatever filter or kernel tap looks at it. No multiplication is left.
#include "lut/lut16_conv_kernels.h"

#if defined(__x86_64__)

#define TARGET __attribute__((target("avx2,fma")))
#include "core/code_bits.h"
#include "core/units.h"
#include "lut/lut16_build.h"
#include "lut/lut16_lookup.h"

static bool lut16_accepts(const signet_conv_shape *shape) {
  if (shape->groups > 1 || shape->kernel_width > lut16_widest_kernel) return false;
  const lut16_plan plan = lut16_lay_out(shape);
  // Where half the channels of a quad, or the filters of a block, are missing, products of pairs
  // waste less.
  const int64_t used = (int64_t)shape->in_channels * shape->out_channels;
  const int64_t looked_up =
      plan.quads * lut16_quad * signet_round_up(shape->out_channels, lut16_filters / 2);
  return 5 * used >= 2 * looked_up &&
         // Sums of runs stay inside 32 bits, places of tables too.
         plan.blocks * shape->kernel_height < 1 << 16 &&
         plan.rows * plan.columns * plan.pixel_bytes <= INT32_MAX;
}

static int64_t lut16_units(const signet_conv *conv, int64_t images) {
  const lut16_plan plan = lut16_lay_out(&conv->shape);
  return images * plan.row_blocks * plan.splits;
}

static size_t lut16_scratch_bytes(const signet_conv_shape *shape, int64_t images) {
  (void)images;
  const lut16_plan plan = lut16_lay_out(shape);
  return lut16_lay_scratch(shape, &plan, NULL).bytes;
}

// packed: codes × filter blocks × blocks of channels × taps × quads of the block × 64 bytes. Byte j
// has the indices of filter lane j for two groups of channels, byte 32 + j for the other two. Where a
// block has 16 filters, each index has a byte of its own: those of group g begin at 16 g.
static size_t lut16_packed_bytes(const signet_conv_shape *shape) {
  const lut16_plan plan = lut16_lay_out(shape);
  return SIGNET_BYTES(
      shape->codes, plan.filter_blocks, plan.quads, shape->kernel_height, shape->kernel_width,
      lut16_quad_packed_bytes);
}

static void lut16_pack(const signet_conv_shape *shape, const void *rows, void *packed) {
  static const int64_t parts[4] = {0, 2, 1, 3};
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  const lut16_plan plan = lut16_lay_out(shape);
  const int64_t area = (int64_t)shape->kernel_height * shape->kernel_width;
  const int64_t block_bytes = plan.quads * area * lut16_quad_packed_bytes;
  memset(packed, 0, lut16_packed_bytes(shape));
  for (int64_t index = 0; index < signet_code_rows(shape); index++) {
    const signet_code_row row = signet_code_row_at(shape, rows, index);
    const bool narrow = lut16_is_narrow(shape, row.filter / lut16_filters);
    const int64_t vector = narrow ? 4 : 8;
    const int64_t lane = row.filter % lut16_filters;
    uint8_t *filters = (uint8_t *)packed +
                       (row.code * plan.filter_blocks + row.filter / lut16_filters) * block_bytes +
                       4 * (lane % vector) + parts[lane / vector];
    SIGNET_FOR_EACH_ELEMENT (at, shape) {
      const int64_t quad = at.channel / lut16_quad;
      const int64_t first = quad / plan.run_quads * plan.run_quads;
      const int64_t quads = signet_min(plan.run_quads, plan.quads - first);
      const int64_t group = at.channel % lut16_quad / lut16_group;
      const int64_t bit = at.channel % lut16_group + (narrow ? 0 : group % 2 * 4);
      filters
          [(first * area + quad - first + at.tap * quads) * lut16_quad_packed_bytes +
           (narrow ? group * 16 : group / 2 * 32)] |=
          (uint8_t)(signet_code_bit(row.bits, at.element) << bit);
    }
  }
}

typedef struct {
  int64_t image, first_row, rows, pixels;
  signet_range blocks;  // of filters
  int64_t column_count;
} lut16_unit_place;

// Which columns have tables, and where the patch of each output pixel begins.
static void lut16_find_places(
    const signet_conv_shape *shape, const lut16_plan *plan, const lut16_scratch *scratch,
    lut16_unit_place *unit) {
  unit->column_count = 0;
  for (int64_t column = 0; column < plan->columns; column++) {
    if (lut16_is_seen(column, shape->kernel_width, shape->dilation_width, shape->stride_width)) {
      scratch->columns[unit->column_count++] = (int32_t)column;
    }
  }
  int64_t count = 0;
  for (int64_t y = 0; y < unit->rows; y++) {
    for (int64_t x = 0; x < shape->out_width; x++) {
      scratch->pixels[count++] =
          (int32_t)((y * shape->stride_height * plan->columns + x * shape->stride_width) *
                    plan->pixel_bytes);
    }
  }
  unit->pixels = count;
}

static void lut16_find_steps(
    const signet_conv_shape *shape, const lut16_plan *plan, int64_t quads, int32_t *steps) {
  for (int64_t ky = 0; ky < shape->kernel_height; ky++) {
    for (int64_t kx = 0; kx < shape->kernel_width; kx++) {
      for (int64_t quad = 0; quad < quads; quad++) {
        const int64_t place =
            ky * shape->dilation_height * plan->columns + kx * shape->dilation_width;
        *steps++ = (int32_t)(place * plan->pixel_bytes + quad * lut16_quad_bytes);
      }
    }
  }
}

typedef struct {
  int64_t filter, filters;  // the first of a block, and how many it has
  int64_t code_sums;        // from one code's sums to the next one's
  const float *scale;       // codes × 32, by the quantisation step
  float offset[lut16_filters];
} lut16_epilogue;

// Adds what one block of channels contributes to all sums of a unit.
static TARGET void lut16_add_block(
    const signet_conv *conv, const lut16_plan *plan, const lut16_scratch *scratch,
    const lut16_unit_place *unit, int64_t block) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t area = (int64_t)shape->kernel_height * shape->kernel_width;
  const int64_t first = block * plan->run_quads;
  const int64_t quads = signet_min(plan->run_quads, plan->quads - first);
  lut16_find_steps(shape, plan, quads, scratch->steps);
  for (int64_t pixel = 0; pixel < unit->pixels; pixel += lut16_chunk) {
    for (int64_t code = 0; code < shape->codes; code++) {
      for (int64_t index = unit->blocks.first; index < unit->blocks.end; index++) {
        const int64_t filters = code * plan->filter_blocks + index;
        const uint8_t *packed = (const uint8_t *)conv->packed +
                                (filters * plan->quads + first) * area * lut16_quad_packed_bytes;
        const bool narrow = lut16_is_narrow(shape, index);
        const lut16_block with = {
            .runs = shape->kernel_height,
            .quads = shape->kernel_width * quads,
            .tables = scratch->tables,
            .steps = scratch->steps,
            .narrow = narrow,
            .indices = narrow ? packed : scratch->indices,
            .fresh = block == 0,
        };
        if (!narrow) lut16_unpack(packed, area * quads, scratch->indices);
        lut16_look_up(
            &with, scratch->pixels + pixel, signet_min(lut16_chunk, unit->pixels - pixel),
            scratch->sums + (filters * unit->pixels + pixel) * lut16_filters);
      }
    }
  }
}

// 8 filters of one row, or those that are left: scale, offset, residual, activation, store.
// sums: width × 32
SIGNET_INLINE TARGET void lut16_finish_row(
    const signet_conv *conv, const lut16_epilogue *with, signet_cursor cursor, int64_t first,
    const int32_t *sums, const bool whole, const bool single) {
  const __m256 low = _mm256_set1_ps(conv->low), high = _mm256_set1_ps(conv->high);
  const __m256i stored = lut16_first(with->filters - first);
  const __m256 offset = _mm256_loadu_ps(with->offset + first);
  const __m256 scale = _mm256_loadu_ps(with->scale + first);
  const int64_t codes = conv->shape.codes;
  const int64_t out_stride = conv->out.pixel_stride;
  const int64_t residual_stride = conv->residual.pixel_stride;
  float *out = signet_pixel(&conv->out, cursor) + with->filter + first;
  const float *residual =
      conv->residual.data ? signet_pixel(&conv->residual, cursor) + with->filter + first : NULL;
  for (int64_t x = 0; x < conv->shape.out_width; x++, sums += lut16_filters) {
    __m256 value = _mm256_fmadd_ps(
        _mm256_cvtepi32_ps(_mm256_load_si256((const __m256i *)(sums + first))), scale, offset);
    for (int64_t code = 1; !single && code < codes; code++) {
      const int32_t *more = sums + code * with->code_sums + first;
      value = _mm256_fmadd_ps(
          _mm256_cvtepi32_ps(_mm256_load_si256((const __m256i *)more)),
          _mm256_loadu_ps(with->scale + code * lut16_filters + first), value);
    }
    if (residual) {
      value = _mm256_add_ps(
          value, whole ? _mm256_loadu_ps(residual) : _mm256_maskload_ps(residual, stored));
      residual += residual_stride;
    }
    // What is not a number stays: of two operands the second is taken then.
    value = _mm256_min_ps(high, _mm256_max_ps(low, value));
    if (whole) {
      _mm256_storeu_ps(out, value);
    } else {
      _mm256_maskstore_ps(out, stored, value);
    }
    out += out_stride;
  }
}

// One block of filters of a unit. step: the quantisation step of the sums
static TARGET __attribute__((noinline)) void lut16_finish_block(
    const signet_conv *conv, const lut16_plan *plan, const lut16_scratch *scratch,
    const lut16_unit_place *unit, int64_t index, float step) {
  const signet_conv_shape *shape = &conv->shape;
  lut16_epilogue with = {
      .filter = index * lut16_filters,
      .filters = signet_min(lut16_filters, shape->out_channels - index * lut16_filters),
      .code_sums = plan->filter_blocks * unit->pixels * lut16_filters,
      .scale = scratch->scales,
  };
  memcpy(with.offset, conv->offset + with.filter, (size_t)with.filters * sizeof(float));
  for (int64_t code = 0; code < shape->codes; code++) {
    for (int64_t f = 0; f < with.filters; f++) {
      scratch->scales[code * lut16_filters + f] =
          conv->scale ? conv->scale[code * shape->out_channels + with.filter + f] * step : step;
    }
  }
  const int32_t *sums = scratch->sums + index * unit->pixels * lut16_filters;
  for (int64_t y = 0; y < unit->rows; y++) {
    const signet_cursor cursor = {unit->image, (int32_t)(unit->first_row + y), 0};
    const int32_t *row = sums + y * shape->out_width * lut16_filters;
    for (int64_t first = 0; first < with.filters; first += 8) {
      if (with.filters - first >= 8 && shape->codes == 1) {
        lut16_finish_row(conv, &with, cursor, first, row, true, true);
      } else {
        lut16_finish_row(conv, &with, cursor, first, row, with.filters - first >= 8, false);
      }
    }
  }
}

static TARGET void lut16_run(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  (void)images;
  const signet_conv_shape *shape = &conv->shape;
  const lut16_plan plan = lut16_lay_out(shape);
  SIGNET_REQUIRE_UNITS(conv, images, from, to, images * plan.row_blocks * plan.splits);
  const lut16_scratch scratch = lut16_lay_scratch(shape, &plan, memory);
  for (int64_t index = from; index < to; index++) {
    const signet_unit place = signet_unit_at(index, plan.row_blocks, 1, plan.splits);
    lut16_unit_place unit;
    unit.image = place.image;
    unit.first_row = place.block * plan.unit_rows;
    unit.rows = signet_min(plan.unit_rows, shape->out_height - unit.first_row);
    unit.blocks = signet_share(plan.filter_blocks, place.split, plan.splits);
    lut16_find_places(shape, &plan, &scratch, &unit);
    const lut16_scale scale = lut16_scale_at(conv, unit.image);
    for (int64_t block = 0; block < plan.blocks; block++) {
      lut16_build(
          conv, &plan, &scratch, unit.column_count, unit.image, unit.first_row, unit.rows, block,
          scale);
      lut16_add_block(conv, &plan, &scratch, &unit, block);
    }
    for (int64_t each = unit.blocks.first; each < unit.blocks.end; each++) {
      lut16_finish_block(conv, &plan, &scratch, &unit, each, scale.step);
    }
  }
}

static TARGET void lut16_measure(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *memory) {
  (void)images;
  const signet_measurement *measurement = arguments;
  const signet_view *in = &measurement->in;
  const lut16_plan plan = lut16_lay_out(&measurement->shape);
  for (int64_t unit = from; unit < to; unit++) {
    const float *row =
        in->data + unit / in->height * in->image_stride + unit % in->height * in->row_stride;
    lut16_measure_row(&measurement->shape, &plan, in, row, memory, measurement->absmax + 2 * unit);
  }
}

const signet_conv_kernel signet_b1_conv_tables_avx2 = {
    .name = "b1t14_conv_p3x32_avx2",
    .needs_absmax = true,
    .measure = lut16_measure,
    .cost = {lut16_filters, 20.5f, 1.23f, 0.483f, 26.4f},
    .accepts = lut16_accepts,
    .packed_bytes = lut16_packed_bytes,
    .pack = lut16_pack,
    .scratch_bytes = lut16_scratch_bytes,
    .units = lut16_units,
    .run = lut16_run,
};

#endif
