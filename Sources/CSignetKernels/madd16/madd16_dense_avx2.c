// Float layers in 16-bit integers: inputs keep 14 bits, weights 16, and their products are summed in
// 32. One instruction multiplies pairs and adds both products, which is half as fast again as float
// arithmetic; where one adds to the sum, too (AVX-VNNI), twice as fast. The input of a unit is made integers once, padding included; a kernel row of a patch is
// one run of them, so that nothing is gathered.
//
// Inputs are at most 8191, so a sum cannot overflow if the magnitudes of a filter's integers sum up
// to at most 2¹⁸ − 1: with the quantisation step s of its weights and the patch length S,
//   Σ|round(w / s)| ≤ Σ|w| / s + S/2 ≤ 2¹⁸ − 1 if s ≥ Σ|w| / (2¹⁸ − 1 − S/2).
#include "madd16/madd16_dense_avx2.h"

#if defined(__x86_64__)

#include "CSignetProcessor.h"
#include <float.h>
#include <immintrin.h>

#define TARGET __attribute__((target("avx2,fma")))
#include "core/absmax.h"
#include "core/geometry.h"
#include "core/units.h"

enum {
  lanes = 8,
  block = 2 * lanes,  // filters
  tile = 6,           // pixels
  // Integers of a unit's input stay in the first-level cache together with a block of filters.
  map_bytes = 48 * 1024,
  most_input = 8191,
  most_weight = 32767,
  filter_sum = (1 << 18) - 1,
  longest_patch = 65535,
};

typedef struct {
  int64_t row_pairs;  // of one kernel row
  int64_t pitch;      // integers from one row of the map to the next
  int64_t columns;    // of the padded input
  int64_t unit_rows, row_blocks, rows;
  int64_t blocks;  // of filters
} madd16_dense_layout;

static madd16_dense_layout madd16_dense_lay_out(const signet_conv_shape *shape) {
  madd16_dense_layout plan;
  plan.row_pairs = signet_ceil_div((int64_t)shape->in_channels * shape->kernel_width, 2);
  plan.columns = (int64_t)(shape->out_width - 1) * shape->stride_width + shape->kernel_width;
  // Vectors are stored past the last pixel, and its last pair may be half another one.
  plan.pitch = signet_round_up(plan.columns * shape->in_channels + 2 * lanes, 2 * lanes);
  plan.blocks = signet_ceil_div(shape->out_channels, block);
  const int64_t row_bytes = shape->stride_height * plan.pitch * (int64_t)sizeof(int16_t);
  plan.row_blocks = signet_ceil_div(shape->out_height, signet_max(1, map_bytes / row_bytes));
  if (shape->threads > 1) plan.row_blocks = signet_round_up(plan.row_blocks, shape->threads);
  plan.unit_rows =
      signet_ceil_div(shape->out_height, signet_min(plan.row_blocks, shape->out_height));
  plan.row_blocks = signet_ceil_div(shape->out_height, plan.unit_rows);
  plan.rows = (plan.unit_rows - 1) * shape->stride_height +
              (int64_t)(shape->kernel_height - 1) * shape->dilation_height + 1;
  return plan;
}

static bool madd16_dense_accepts(const signet_conv_shape *shape) {
  return shape->groups == 1 && shape->dilation_width == 1 &&
         (int64_t)shape->out_height * shape->out_width > 1 &&
         signet_patch_length(shape) <= longest_patch;
}

static int64_t madd16_dense_units(const signet_conv *conv, int64_t images) {
  return images * madd16_dense_lay_out(&conv->shape).row_blocks;
}

// rows × pitch integers
static size_t madd16_dense_scratch_bytes(const signet_conv_shape *shape, int64_t images) {
  (void)images;
  const madd16_dense_layout plan = madd16_dense_lay_out(shape);
  return signet_line(SIGNET_BYTES(plan.rows, plan.pitch, sizeof(int16_t)));
}

// packed: blocks × block float, the quantisation steps; then blocks × kernel rows × pairs ×
// block × 2
static size_t madd16_dense_packed_bytes(const signet_conv_shape *shape) {
  const madd16_dense_layout plan = madd16_dense_lay_out(shape);
  return SIGNET_BYTES(
      plan.blocks, block, 1 + shape->kernel_height * plan.row_pairs, sizeof(int32_t));
}

static void madd16_dense_pack(const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  const madd16_dense_layout plan = madd16_dense_lay_out(shape);
  const int64_t patch = signet_patch_length(shape);
  const int64_t area = (int64_t)shape->kernel_height * shape->kernel_width;
  float *units = packed;
  int16_t *numbers = (int16_t *)(units + plan.blocks * block);
  memset(packed, 0, madd16_dense_packed_bytes(shape));
  for (int64_t filter = 0; filter < shape->out_channels; filter++) {
    const float *weights = (const float *)rows + filter * patch;
    double sum = 0;
    for (int64_t i = 0; i < patch; i++) sum += weights[i] < 0 ? -weights[i] : weights[i];
    const double by_sum = sum / (filter_sum - (double)patch / 2);
    const double by_absmax = (double)signet_absmax_of(weights, patch) / most_weight;
    const double unit = by_sum > by_absmax ? by_sum : by_absmax;
    units[filter] = (float)unit;
    // What is not a number makes no integer.
    const bool is_finite = unit > 0 && unit <= FLT_MAX;
    int16_t *to = numbers + filter / block * shape->kernel_height * plan.row_pairs * block * 2 +
                  filter % block * 2;
    for (int64_t i = 0; i < patch; i++) {
      const int64_t tap = i % area;
      const int64_t place = tap % shape->kernel_width * shape->in_channels + i / area;
      const int64_t pair = tap / shape->kernel_width * plan.row_pairs + place / 2;
      to[pair * block * 2 + place % 2] =
          is_finite ? (int16_t)__builtin_rint((double)weights[i] / unit) : 0;
    }
  }
}

// The first `count` of 8 lanes.
SIGNET_INLINE TARGET __m256i madd16_dense_first_lanes(int64_t count) {
  return _mm256_cmpgt_epi32(
      _mm256_set1_epi32((int)signet_min(count, lanes)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

SIGNET_INLINE TARGET void madd16_dense_narrow(int16_t *to, __m256 from, __m256 inverse) {
  const __m256i numbers = _mm256_cvtps_epi32(_mm256_mul_ps(from, inverse));
  _mm_storeu_si128(
      (__m128i *)to,
      _mm_packs_epi32(_mm256_castsi256_si128(numbers), _mm256_extracti128_si256(numbers, 1)));
}

// Floats to integers; up to a vector of zeros may follow them.
SIGNET_INLINE TARGET void madd16_dense_quantise_run(
    int16_t *to, const float *from, int64_t count, __m256 inverse) {
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    madd16_dense_narrow(to + i, _mm256_loadu_ps(from + i), inverse);
  if (i < count) {
    madd16_dense_narrow(
        to + i, _mm256_maskload_ps(from + i, madd16_dense_first_lanes(count - i)), inverse);
  }
}

typedef struct {
  int64_t image, first_row, rows;
} madd16_dense_unit_place;

// Fills the map with what the output rows of a unit look at.
static TARGET void madd16_dense_quantise_input(
    const signet_conv *conv, const madd16_dense_layout *plan, const madd16_dense_unit_place *unit,
    float inverse, int16_t *map) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t channels = shape->in_channels;
  const __m256 factor = _mm256_set1_ps(inverse);
  const int64_t rows = (unit->rows - 1) * shape->stride_height +
                       (int64_t)(shape->kernel_height - 1) * shape->dilation_height + 1;
  const int64_t before = signet_min(shape->pad_left, plan->columns);
  const int64_t inside = signet_min(shape->in_width, plan->columns - before);
  for (int64_t row = 0; row < rows; row++, map += plan->pitch) {
    const int64_t y = unit->first_row * shape->stride_height + row - shape->pad_top;
    memset(map, 0, (size_t)plan->pitch * sizeof *map);
    if (y < 0 || y >= shape->in_height) continue;
    const float *from =
        conv->in.data + unit->image * conv->in.image_stride + y * conv->in.row_stride;
    int16_t *to = map + before * channels;
    if (conv->in.pixel_stride == channels) {
      madd16_dense_quantise_run(to, from, inside * channels, factor);
      continue;
    }
    for (int64_t x = 0; x < inside; x++) {
      madd16_dense_quantise_run(
          to + x * channels, from + x * conv->in.pixel_stride, channels, factor);
    }
  }
}

typedef struct {
  __m256i sums[tile][2];
} madd16_dense_tile_sums;

SIGNET_INLINE TARGET __m256i
madd16_dense_add_products(const bool has_vnni, __m256i sum, __m256i inputs, __m256i weights) {
  if (!has_vnni) return _mm256_add_epi32(sum, _mm256_madd_epi16(inputs, weights));
  // Compilers take the intrinsic apart again.
  __asm__("%{vex%} vpdpwssd %2, %1, %0" : "+x"(sum) : "x"(inputs), "x"(weights));
  return sum;
}

// 6 pixels × 16 filters, over all kernel rows
SIGNET_INLINE TARGET void madd16_dense_multiply(
    const bool has_vnni, const signet_conv_shape *shape, const madd16_dense_layout *plan,
    const int16_t *const *pixels, const int32_t *weights, madd16_dense_tile_sums *to) {
  const char *from[tile];
  __m256i sums[tile][2];
#pragma clang loop unroll(full)
  for (int p = 0; p < tile; p++) {
    from[p] = (const char *)pixels[p];
    sums[p][0] = sums[p][1] = _mm256_setzero_si256();
  }
  for (int64_t ky = 0; ky < shape->kernel_height; ky++) {
    const int64_t first = ky * shape->dilation_height * plan->pitch * (int64_t)sizeof(int16_t);
    const int64_t end = first + plan->row_pairs * (int64_t)sizeof(int32_t);
    for (int64_t at = first; at < end; at += sizeof(int32_t), weights += block) {
      const __m256i a = _mm256_loadu_si256((const __m256i *)weights);
      const __m256i b = _mm256_loadu_si256((const __m256i *)(weights + lanes));
#pragma clang loop unroll(full)
      for (int p = 0; p < tile; p++) {
        int32_t pair;
        memcpy(&pair, from[p] + at, sizeof pair);
        const __m256i input = _mm256_set1_epi32(pair);
        sums[p][0] = madd16_dense_add_products(has_vnni, sums[p][0], input, a);
        sums[p][1] = madd16_dense_add_products(has_vnni, sums[p][1], input, b);
      }
    }
  }
  memcpy(to->sums, sums, sizeof sums);
}

// 8 filters of one pixel, or those that `stored` has.
SIGNET_INLINE TARGET void madd16_dense_finish(
    const signet_conv *conv, __m256i sums, __m256 scale, __m256 offset, const float *residual,
    float *out, __m256i stored, bool whole) {
  __m256 value = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums), scale, offset);
  if (residual) {
    value = _mm256_add_ps(
        value, whole ? _mm256_loadu_ps(residual) : _mm256_maskload_ps(residual, stored));
  }
  // What is not a number stays: of two operands the second is taken then.
  value = _mm256_max_ps(_mm256_set1_ps(conv->low), value);
  value = _mm256_min_ps(_mm256_set1_ps(conv->high), value);
  if (whole) {
    _mm256_storeu_ps(out, value);
  } else {
    _mm256_maskstore_ps(out, stored, value);
  }
}

// One block of filters of a unit. step: the quantisation step of the inputs
SIGNET_INLINE TARGET void madd16_dense_run_block(
    const bool has_vnni, const signet_conv *conv, const madd16_dense_layout *plan,
    const madd16_dense_unit_place *unit, const int16_t *map, int64_t index, float step) {
  const signet_conv_shape *shape = &conv->shape;
  const float *weight_steps = (const float *)conv->packed + index * block;
  const int32_t *weights = (const int32_t *)conv->packed + plan->blocks * block +
                           index * shape->kernel_height * plan->row_pairs * block;
  const int64_t filter = index * block;
  const int64_t filters = signet_min(block, shape->out_channels - filter);
  float scales[block] = {0}, offsets[block] = {0};
  for (int64_t f = 0; f < filters; f++) {
    scales[f] = weight_steps[f] * step * (conv->scale ? conv->scale[filter + f] : 1);
    offsets[f] = conv->offset[filter + f];
  }
  const int64_t pixels = unit->rows * shape->out_width;
  signet_cursor cursor = {unit->image, (int32_t)unit->first_row, 0};
  for (int64_t pixel = 0; pixel < pixels; pixel += tile) {
    const int16_t *from[tile];
    const float *residuals[tile];
    float *outs[tile];
    const int64_t count = signet_min(tile, pixels - pixel);
    for (int64_t p = 0; p < tile; p++) {
      // The last pixel fills its tile.
      if (p >= count) {
        from[p] = from[p - 1];
        continue;
      }
      from[p] = map + (cursor.y - unit->first_row) * shape->stride_height * plan->pitch +
                (int64_t)cursor.x * shape->stride_width * shape->in_channels;
      outs[p] = signet_pixel(&conv->out, cursor) + filter;
      residuals[p] = conv->residual.data ? signet_pixel(&conv->residual, cursor) + filter : NULL;
      signet_cursor_advance(&cursor, shape);
    }
    madd16_dense_tile_sums sums;
    madd16_dense_multiply(has_vnni, shape, plan, from, weights, &sums);
    for (int half = 0; half < 2 && half * lanes < filters; half++) {
      const int64_t first = half * lanes;
      const bool whole = filters - first >= lanes;
      const __m256i stored = madd16_dense_first_lanes(filters - first);
      const __m256 scale = _mm256_loadu_ps(scales + first);
      const __m256 offset = _mm256_loadu_ps(offsets + first);
      for (int64_t p = 0; p < count; p++) {
        madd16_dense_finish(
            conv, sums.sums[p][half], scale, offset, residuals[p] ? residuals[p] + first : NULL,
            outs[p] + first, stored, whole);
      }
    }
  }
}

SIGNET_INLINE TARGET void madd16_dense_run(
    const bool has_vnni, const signet_conv *conv, int64_t from, int64_t to, void *memory) {
  const madd16_dense_layout plan = madd16_dense_lay_out(&conv->shape);
  for (int64_t index = from; index < to; index++) {
    const signet_unit place = signet_unit_at(index, plan.row_blocks, 1, 1);
    madd16_dense_unit_place unit;
    unit.image = place.image;
    unit.first_row = place.block * plan.unit_rows;
    unit.rows = signet_min(plan.unit_rows, conv->shape.out_height - unit.first_row);
    const float absmax = signet_absmax_at(conv, unit.image);
    madd16_dense_quantise_input(conv, &plan, &unit, absmax > 0 ? most_input / absmax : 0, memory);
    for (int64_t each = 0; each < plan.blocks; each++) {
      madd16_dense_run_block(has_vnni, conv, &plan, &unit, memory, each, absmax / most_input);
    }
  }
}

static TARGET void madd16_dense_run_avx2(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  SIGNET_REQUIRE_UNITS(conv, images, from, to, madd16_dense_units(conv, images));
  (void)images;
  madd16_dense_run(false, conv, from, to, memory);
}

static TARGET void madd16_dense_run_avxvnni(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  SIGNET_REQUIRE_UNITS(conv, images, from, to, madd16_dense_units(conv, images));
  (void)images;
  madd16_dense_run(true, conv, from, to, memory);
}

static bool madd16_dense_accepts_avxvnni(const signet_conv_shape *shape) {
  return signet_processor_has(SIGNET_AVXVNNI) && madd16_dense_accepts(shape);
}

const signet_conv_kernel signet_f32_conv_dense_avx2 = {
    .name = "i16i14_conv_p6x16_avx2",
    .needs_absmax = true,
    .accepts = madd16_dense_accepts,
    .packed_bytes = madd16_dense_packed_bytes,
    .pack = madd16_dense_pack,
    .scratch_bytes = madd16_dense_scratch_bytes,
    .units = madd16_dense_units,
    .run = madd16_dense_run_avx2,
};

const signet_conv_kernel signet_f32_conv_dense_avxvnni = {
    .name = "i16i14_conv_p6x16_avxvnni",
    .needs_absmax = true,
    .accepts = madd16_dense_accepts_avxvnni,
    .packed_bytes = madd16_dense_packed_bytes,
    .pack = madd16_dense_pack,
    .scratch_bytes = madd16_dense_scratch_bytes,
    .units = madd16_dense_units,
    .run = madd16_dense_run_avxvnni,
};

#endif
