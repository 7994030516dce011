// Float convolutions of short patches, such as a network's first, in 16-bit integers: one
// instruction multiplies pairs of inputs with pairs of weights and adds both products to a 32-bit
// sum, at twice the rate of float arithmetic. The input rows of a unit are quantised once, channels
// adjacent and padding included; the taps of a kernel row that lie side by side are one run of
// pairs, which are read where they lie, so no patch is gathered.
#include "madd16/madd16_dense_avx512.h"

#if defined(__x86_64__)

#include "CSignetProcessor.h"
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#define NAME(x) madd16_dense_##x
#include "core/row_cut.h"
#include "core/absmax.h"
#include "core/scratch.h"
#include "core/units.h"
#include "rowwise/pooling_window.h"

enum {
  lanes = 16,
  // Registers of filters and pixels that are done at once.
  vectors = 4,
  block = vectors * lanes,
  tile_pixels = 6,
  // What the quantised rows of a unit may take.
  map_bytes = 384 * 1024,
  // A filter's integers become coarser as it gets longer.
  longest_patch = 512,
  // The largest integer of an input, and the largest sum of the magnitudes of a filter's: their
  // product, which no sum of products exceeds, stays within 32 bits.
  most_input = 8191,
  most_weights = 262144,
};

static float madd16_dense_quantisation_step(float absmax) { return absmax / most_input; }

// sum: of the magnitudes of a filter's weights, which rounding makes longer by half of an integer
// each, and float32 knows to within n·2⁻²⁴.
static float madd16_dense_weight_quantisation_step(float sum, float largest) {
  const float step =
      sum * (1 + (longest_patch + 8) * 0x1p-24f) / (most_weights - longest_patch / 2);
  // No weight alone may leave 16 bits either.
  return __builtin_fmaxf(step, largest / 32767);
}

typedef struct {
  int64_t row_numbers;  // of the map
  int64_t pairs;        // of a kernel row
  int64_t filter_blocks;
  signet_row_cut cut;
  int64_t map_rows;
} madd16_dense_layout;

SIGNET_INLINE madd16_dense_layout madd16_dense_lay_out(const signet_conv_shape *shape) {
  madd16_dense_layout plan;
  const int64_t columns =
      (int64_t)(shape->out_width - 1) * shape->stride_width + shape->kernel_width;
  plan.row_numbers = columns * shape->in_channels;
  plan.pairs = signet_ceil_div((int64_t)shape->kernel_width * shape->in_channels, 2);
  plan.filter_blocks = signet_ceil_div(shape->out_channels, block);
  const int64_t halo = (int64_t)(shape->kernel_height - 1) * shape->dilation_height + 1;
  const int64_t kept = map_bytes / (plan.row_numbers * (int64_t)sizeof(int16_t));
  plan.cut = signet_cut_rows(
      shape, signet_max((kept - halo) / shape->stride_height + 1, 1), shape->out_channels,
      shape->threads);
  plan.map_rows = (plan.cut.unit_rows - 1) * shape->stride_height + halo;
  return plan;
}

typedef struct {
  int16_t *map;  // map_rows × row_numbers
  float *rows;   // unit_rows × width × filters, before pooling
  size_t bytes;
} madd16_dense_scratch_layout;

SIGNET_INLINE madd16_dense_scratch_layout madd16_dense_lay_scratch(
    const signet_conv_shape *shape, const madd16_dense_layout *plan, void *memory) {
  signet_scratch take = signet_scratch_at(memory);
  madd16_dense_scratch_layout scratch;
  // The last pair of the last kernel row may reach beyond it.
  scratch.map = SIGNET_TAKE(&take, plan->map_rows * plan->row_numbers + 1, sizeof(int16_t));
  scratch.rows =
      signet_scratch_take(&take, signet_unpooled_bytes(shape, plan->cut, shape->out_channels));
  scratch.bytes = take.bytes;
  return scratch;
}

// packed: filter blocks × block float, the quantisation steps; then filter blocks ×
// kernel rows × pairs × block pairs
static size_t madd16_dense_packed_bytes(const signet_conv_shape *shape) {
  const madd16_dense_layout plan = madd16_dense_lay_out(shape);
  return SIGNET_TOTAL(
      SIGNET_BYTES(plan.filter_blocks, block, sizeof(float)),
      SIGNET_BYTES(
          plan.filter_blocks, block, shape->kernel_height, plan.pairs, 2 * sizeof(int16_t)));
}

static void madd16_dense_pack(const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  const madd16_dense_layout plan = madd16_dense_lay_out(shape);
  const int64_t patch = signet_patch_length(shape);
  const int64_t area = (int64_t)shape->kernel_height * shape->kernel_width;
  float *units = packed;
  int16_t *numbers = (int16_t *)(units + plan.filter_blocks * block);
  memset(packed, 0, madd16_dense_packed_bytes(shape));
  for (int64_t filter = 0; filter < shape->out_channels; filter++) {
    const float *weights = (const float *)rows + filter * patch;
    float sum = 0;
    for (int64_t i = 0; i < patch; i++) sum += __builtin_fabsf(weights[i]);
    const float unit = madd16_dense_weight_quantisation_step(sum, signet_absmax_of(weights, patch));
    units[filter] = unit;
    const float inverse = sum > 0 ? 1 / unit : 0;
    for (int64_t i = 0; i < patch; i++) {
      const int64_t tap = i % area;
      const int64_t element = tap % shape->kernel_width * shape->in_channels + i / area;
      const int64_t pair =
          (filter / block * shape->kernel_height + tap / shape->kernel_width) * plan.pairs +
          element / 2;
      numbers[(pair * block + filter % block) * 2 + element % 2] =
          (int16_t)__builtin_rintf(signet_within(weights[i] * inverse, 32767));
    }
  }
}

SIGNET_INLINE TARGET void madd16_dense_quantise_run(
    const float *from, int64_t count, __m512 inverse, int16_t *to) {
  for (int64_t i = 0; i < count; i += lanes) {
    const __mmask16 present = (__mmask16)((1u << signet_min(count - i, lanes)) - 1);
    const __m512 values = _mm512_maskz_loadu_ps(present, from + i);
    _mm256_mask_storeu_epi16(
        to + i, present,
        _mm512_cvtsepi32_epi16(_mm512_cvtps_epi32(_mm512_mul_ps(values, inverse))));
  }
}

// Fills the map with the input rows that some output rows look at.
SIGNET_INLINE TARGET void madd16_dense_quantise_input(
    const signet_conv *conv, const madd16_dense_layout *plan, int16_t *map, int64_t image,
    int64_t first_row, int64_t rows, float inverse) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t channels = shape->in_channels;
  const int64_t needed = (rows - 1) * shape->stride_height +
                         (int64_t)(shape->kernel_height - 1) * shape->dilation_height + 1;
  const int64_t before = signet_min(shape->pad_left * channels, plan->row_numbers);
  const int64_t count = signet_min(shape->in_width * channels, plan->row_numbers - before);
  const __m512 scale = _mm512_set1_ps(inverse);
  map[plan->map_rows * plan->row_numbers] = 0;
  for (int64_t row = 0; row < needed; row++, map += plan->row_numbers) {
    const int64_t y = first_row * shape->stride_height + row - shape->pad_top;
    if (y < 0 || y >= shape->in_height) {
      memset(map, 0, (size_t)plan->row_numbers * sizeof(int16_t));
      continue;
    }
    memset(map, 0, (size_t)before * sizeof(int16_t));
    memset(map + before + count, 0, (size_t)(plan->row_numbers - before - count) * sizeof(int16_t));
    const float *from = conv->in.data + image * conv->in.image_stride + y * conv->in.row_stride;
    if (conv->in.pixel_stride == channels) {
      madd16_dense_quantise_run(from, count, scale, map + before);
      continue;
    }
    for (int64_t done = 0; done < count; done += channels, from += conv->in.pixel_stride) {
      madd16_dense_quantise_run(
          from, signet_min(channels, count - done), scale, map + before + done);
    }
  }
}

// As assembly, because compilers take the intrinsic apart into a product and a sum.
SIGNET_INLINE TARGET __m512i madd16_dense_dot(__m512i sums, __m512i a, __m512i b) {
  __asm__("vpdpwssd %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b));
  return sums;
}

// What multiplies and what is added, for the filters of one block.
typedef struct {
  __m512 scale[vectors], offset[vectors];
  __mmask16 filters[vectors];
} madd16_dense_epilogue;

SIGNET_INLINE TARGET madd16_dense_epilogue
madd16_dense_make_epilogue(const signet_conv *conv, int64_t index, float unit) {
  madd16_dense_epilogue with;
  for (int v = 0; v < vectors; v++) {
    const int64_t first = index * block + v * lanes;
    const int64_t count = signet_max(signet_min(conv->shape.out_channels - first, lanes), 0);
    const __mmask16 mask = (__mmask16)((1u << count) - 1);
    const float *units = conv->packed;
    with.filters[v] = mask;
    with.scale[v] = _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, units + first), _mm512_set1_ps(unit));
    if (conv->scale) {
      with.scale[v] =
          _mm512_mul_ps(with.scale[v], _mm512_maskz_loadu_ps(mask, conv->scale + first));
    }
    with.offset[v] = _mm512_maskz_loadu_ps(mask, conv->offset + first);
  }
  return with;
}

// Neighbouring output pixels and the first `wide` vectors of a block. from: the map where the first
// one looks; added may be NULL
SIGNET_INLINE TARGET void madd16_dense_multiply(
    const int pixels, const int wide, const signet_conv *conv, const madd16_dense_layout *plan,
    const madd16_dense_epilogue *with, const int16_t *from, const int16_t *weights, float *out,
    const float *added) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t step = (int64_t)shape->stride_width * shape->in_channels;
  __m512i sums[tile_pixels][vectors];
#pragma clang loop unroll(full)
  for (int p = 0; p < pixels; p++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < wide; v++) sums[p][v] = _mm512_setzero_si512();
  }
  for (int64_t ky = 0; ky < shape->kernel_height; ky++) {
    const int16_t *pairs = from + ky * shape->dilation_height * plan->row_numbers;
    for (int64_t pair = 0; pair < plan->pairs; pair++, pairs += 2, weights += 2 * block) {
      __m512i filters[vectors];
#pragma clang loop unroll(full)
      for (int v = 0; v < wide; v++) {
        filters[v] = _mm512_loadu_si512(weights + v * 2 * lanes);
      }
#pragma clang loop unroll(full)
      for (int p = 0; p < pixels; p++) {
        int32_t inputs;
        memcpy(&inputs, pairs + p * step, sizeof inputs);
        const __m512i both = _mm512_set1_epi32(inputs);
#pragma clang loop unroll(full)
        for (int v = 0; v < wide; v++) sums[p][v] = madd16_dense_dot(sums[p][v], both, filters[v]);
      }
    }
  }
  const __m512 low = _mm512_set1_ps(conv->low), high = _mm512_set1_ps(conv->high);
#pragma clang loop unroll(full)
  for (int p = 0; p < pixels; p++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < wide; v++) {
      const __mmask16 mask = with->filters[v];
      __m512 value =
          _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[p][v]), with->scale[v], with->offset[v]);
      if (added) {
        value = _mm512_add_ps(
            value,
            _mm512_maskz_loadu_ps(mask, added + p * conv->residual.pixel_stride + v * lanes));
      }
      // What is not a number stays: of two operands the second is taken then.
      value = _mm512_min_ps(high, _mm512_max_ps(low, value));
      _mm512_mask_storeu_ps(out + p * conv->out.pixel_stride + v * lanes, mask, value);
    }
  }
}

#define SIGNET_TILE(n)                                                                \
  case n:                                                                             \
    if (filters <= lanes) {                                                           \
      madd16_dense_multiply(n, 1, conv, plan, with, from, weights, out, added);       \
    } else if (filters <= 2 * lanes) {                                                \
      madd16_dense_multiply(n, 2, conv, plan, with, from, weights, out, added);       \
    } else {                                                                          \
      madd16_dense_multiply(n, vectors, conv, plan, with, from, weights, out, added); \
    }                                                                                 \
    break;

static TARGET void madd16_dense_multiply_tile(
    int64_t pixels, int64_t filters, const signet_conv *conv, const madd16_dense_layout *plan,
    const madd16_dense_epilogue *with, const int16_t *from, const int16_t *weights, float *out,
    const float *added) {
  switch (pixels) {
    SIGNET_TILE(1)
    SIGNET_TILE(2)
    SIGNET_TILE(3)
    SIGNET_TILE(4)
    SIGNET_TILE(5)
    SIGNET_TILE(6)
  }
}
#undef SIGNET_TILE

// Some rows of one image. `out_row` is where `out` has the first of them.
SIGNET_INLINE TARGET void madd16_dense_run_rows(
    const signet_conv *conv, const madd16_dense_layout *plan, int16_t *map, int64_t image,
    int64_t first_row, int64_t rows, int64_t out_image, int64_t out_row) {
  const signet_conv_shape *shape = &conv->shape;
  const float absmax = signet_absmax_at(conv, image);
  const float unit = madd16_dense_quantisation_step(absmax);
  madd16_dense_quantise_input(conv, plan, map, image, first_row, rows, absmax > 0 ? 1 / unit : 0);
  const int16_t *weights =
      (const int16_t *)((const float *)conv->packed + plan->filter_blocks * block);
  const int64_t tiles = signet_ceil_div(shape->out_width, tile_pixels);
  for (int64_t index = 0; index < plan->filter_blocks; index++) {
    const madd16_dense_epilogue with = madd16_dense_make_epilogue(conv, index, unit);
    for (int64_t row = 0; row < rows; row++) {
      const int16_t *from = map + row * shape->stride_height * plan->row_numbers;
      for (int64_t tile = 0, x = 0; tile < tiles; tile++) {
        const int64_t count = signet_ceil_div(shape->out_width - x, tiles - tile);
        const signet_cursor cursor = {out_image, (int32_t)(out_row + row), (int32_t)x};
        madd16_dense_multiply_tile(
            count, shape->out_channels - index * block, conv, plan, &with,
            from + x * shape->stride_width * shape->in_channels, weights,
            signet_pixel(&conv->out, cursor) + index * block,
            conv->residual.data ? signet_pixel(&conv->residual, cursor) + index * block : NULL);
        x += count;
      }
    }
    weights += shape->kernel_height * plan->pairs * 2 * block;
  }
}

// Some pooled rows of one image: the rows they look at are made in working memory.
SIGNET_INLINE TARGET void madd16_dense_run_pooled(
    const signet_conv *conv, const madd16_dense_layout *plan,
    const madd16_dense_scratch_layout *scratch, int64_t image, const signet_unit_rows *rows) {
  const int64_t pixel = conv->shape.out_channels;
  signet_conv own = *conv;
  own.out = (signet_view){
      .data = scratch->rows, .row_stride = pixel * conv->shape.out_width, .pixel_stride = pixel};
  if (rows->count > 0) {
    madd16_dense_run_rows(&own, plan, scratch->map, image, rows->first, rows->count, 0, 0);
  }
  madd16_dense_pool_unit(conv, image, rows, scratch->rows, pixel, 0, pixel);
}

static TARGET void madd16_dense_run(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  (void)images;
  const signet_conv_shape *shape = &conv->shape;
  const madd16_dense_layout plan = madd16_dense_lay_out(shape);
  SIGNET_REQUIRE_UNITS(conv, images, from, to, images * plan.cut.row_blocks);
  const madd16_dense_scratch_layout scratch = madd16_dense_lay_scratch(shape, &plan, memory);
  for (int64_t index = from; index < to; index++) {
    const signet_unit place = signet_unit_at(index, plan.cut.row_blocks, 1, 1);
    const int64_t image = place.image;
    const signet_unit_rows rows = signet_rows_at(shape, plan.cut, place.block);
    if (plan.cut.pooled_rows > 0) {
      madd16_dense_run_pooled(conv, &plan, &scratch, image, &rows);
    } else {
      madd16_dense_run_rows(
          conv, &plan, scratch.map, image, rows.first, rows.count, image, rows.first);
    }
  }
}

static bool madd16_dense_accepts(const signet_conv_shape *shape) {
  return signet_processor_has(SIGNET_AVX512VNNI) && shape->groups == 1 &&
         shape->dilation_width == 1 && signet_patch_length(shape) <= longest_patch &&
         (int64_t)shape->out_height * shape->out_width > 1;
}

static int64_t madd16_dense_units(const signet_conv *conv, int64_t images) {
  return images * madd16_dense_lay_out(&conv->shape).cut.row_blocks;
}

static size_t madd16_dense_scratch_bytes(const signet_conv_shape *shape, int64_t images) {
  (void)images;
  const madd16_dense_layout plan = madd16_dense_lay_out(shape);
  return madd16_dense_lay_scratch(shape, &plan, NULL).bytes;
}

const signet_conv_kernel signet_f32_conv_dense_avx512 = {
    .name = "i16i14_conv_p6x64_avx512vnni",
    .needs_absmax = true,
    .takes_pooling = true,
    .cost = {lanes, 16.0f, 2.0f, 0.53f, 0},
    .accepts = madd16_dense_accepts,
    .packed_bytes = madd16_dense_packed_bytes,
    .pack = madd16_dense_pack,
    .scratch_bytes = madd16_dense_scratch_bytes,
    .units = madd16_dense_units,
    .run = madd16_dense_run,
};

#endif
