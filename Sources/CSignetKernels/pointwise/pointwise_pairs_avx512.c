// Pointwise float convolutions in 16-bit integers: one instruction multiplies pairs of inputs with
// pairs of weights and adds both products to a 32-bit sum, at twice the rate of float arithmetic.
//
// The pixels of a unit become integers once, each with a quantisation step of its own, so that no
// pass has to look for an image's largest input before. Sums of integers go over 16 channels and are
// added in float32: no more weights share the room that a sum has, whatever the number of channels,
// and what converting them costs is hidden behind the products.
#include "pointwise/pointwise_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "CSignetProcessor.h"

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#include "core/absmax.h"
#include "core/geometry.h"
#include "core/scratch.h"
#include "core/units.h"
#include "pointwise/pointwise_rows.h"

enum {
  lanes = 16,
  most_vectors = 4,
  most_pixels = 12,
  // Channels that are summed in integers.
  chunk = 16,
  // The largest integer of an input, and the largest sum of magnitudes of a filter's in a chunk:
  // their product, which no sum exceeds, stays within 32 bits.
  most_input = 16383,
  most_weights = 131072,
  // What the integers of a unit may take of the second-level cache.
  panel_bytes = 192 * 1024,
  // With fewer channels, fewer vectors of filters, or fewer of both, making integers takes longer than
  // they save.
  fewest_channels = 24,
  fewest_vectors = 2,
  fewest_both = 80,
};

// Pixels whose sums fit the registers beside a block's weights.
#define PIXELS_OF(vectors) ((vectors) == 4 ? 6 : (vectors) == 3 ? 8 : most_pixels)

typedef struct pointwise_pairs_plan {
  int64_t pixels;        // of an image
  int64_t unit_pixels;   // of a unit, at most
  int64_t pixel_blocks;  // units of an image, for each part of the filters
  int64_t row;           // integers of a pixel: its channels, in whole vectors
  int64_t pairs;         // of channels
  int64_t vectors;       // of filters
  int64_t blocks;        // of filters, of most_vectors vectors or few less
  int64_t splits;        // parts of the filters
} pointwise_pairs_plan;

SIGNET_INLINE pointwise_pairs_plan pointwise_pairs_lay_out(const signet_conv_shape *shape) {
  const int64_t row = signet_round_up(shape->in_channels, 2 * lanes);
  const int64_t fitting = panel_bytes / (row * (int64_t)sizeof(int16_t)) / most_pixels;
  const signet_tiling tiling = signet_tile(
      shape, 1, most_vectors * lanes, most_pixels, signet_max(fitting, 1) * most_pixels);
  return (pointwise_pairs_plan){
      .pixels = tiling.pixels,
      .unit_pixels = tiling.block_pixels,
      .pixel_blocks = tiling.pixel_blocks,
      .row = row,
      .pairs = signet_ceil_div(shape->in_channels, 2),
      .vectors = signet_ceil_div(shape->out_channels, lanes),
      .blocks = tiling.filter_blocks,
      .splits = tiling.splits,
  };
}

typedef struct pointwise_pairs_scratch {
  int16_t *panel;  // pixels × row
  float *steps;    // pixels
  size_t bytes;
} pointwise_pairs_scratch;

SIGNET_INLINE pointwise_pairs_scratch
pointwise_pairs_lay_scratch(const pointwise_pairs_plan *plan, void *memory) {
  signet_scratch take = signet_scratch_at(memory);
  pointwise_pairs_scratch scratch;
  scratch.panel = SIGNET_TAKE(&take, plan->unit_pixels, plan->row, sizeof(int16_t));
  scratch.steps = SIGNET_TAKE(&take, plan->unit_pixels, sizeof(float));
  scratch.bytes = take.bytes;
  return scratch;
}

// The magnitudes of floats are ordered as their bits are; what is not a number is above all others.
SIGNET_INLINE TARGET float pointwise_pairs_absmax(const float *from, int64_t count) {
  const int64_t whole = count - count % lanes;
  const __mmask16 rest = (__mmask16)((1u << (count - whole)) - 1);
  // Twice the bits are without the sign.
  __m512i most = _mm512_slli_epi32(_mm512_maskz_loadu_epi32(rest, from + whole), 1);
  for (int64_t i = 0; i < whole; i += lanes) {
    most = _mm512_max_epu32(most, _mm512_slli_epi32(_mm512_loadu_si512(from + i), 1));
  }
  const uint32_t bits = _mm512_reduce_max_epu32(most) >> 1;
  float absmax;
  memcpy(&absmax, &bits, sizeof absmax);
  return absmax;
}

SIGNET_INLINE TARGET void pointwise_pairs_store(int16_t *to, __m512 values, __m512 inverse) {
  const __m512i integers = _mm512_cvtps_epi32(_mm512_mul_ps(values, inverse));
  _mm256_storeu_si256((__m256i *)(void *)to, _mm512_cvtsepi32_epi16(integers));
}

// to: whole vectors, zeros behind `count`
SIGNET_INLINE TARGET void pointwise_pairs_quantise(
    const float *from, int64_t count, float absmax, int16_t *to) {
  const __m512 inverse = _mm512_set1_ps(absmax > 0 ? most_input / absmax : 0);
  const int64_t whole = count - count % lanes;
  for (int64_t i = 0; i < whole; i += lanes) {
    pointwise_pairs_store(to + i, _mm512_loadu_ps(from + i), inverse);
  }
  if (whole == count) return;
  const __mmask16 rest = (__mmask16)((1u << (count - whole)) - 1);
  pointwise_pairs_store(to + whole, _mm512_maskz_loadu_ps(rest, from + whole), inverse);
}

// As assembly, because compilers take the intrinsic apart into a product and a sum.
SIGNET_INLINE TARGET __m512i pointwise_pairs_dot(__m512i sums, __m512i a, __m512i b) {
  __asm__("vpdpwssd %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b));
  return sums;
}

// Neighbouring pixels, and the filters they meet.
typedef struct pointwise_pairs_run {
  const signet_conv *conv;
  const int16_t *panel;
  const float *steps;
  int64_t row, pairs;
  const int16_t *weights;  // of the block
  const float *units;      // of its weights
  int64_t filter;          // the block's first
  __mmask16 last;          // the filters of its last vector
  signet_cursor cursor;    // the first pixel
} pointwise_pairs_run;

// Scales, adds, holds and stores.
SIGNET_INLINE TARGET void pointwise_pairs_finish(
    const int pixels, const int vectors, const pointwise_pairs_run *run, int64_t pixel,
    __m512 sums[most_pixels][most_vectors]) {
  const signet_conv *conv = run->conv;
  const __m512 low = _mm512_set1_ps(conv->low), high = _mm512_set1_ps(conv->high);
  float *out = signet_pixel(&conv->out, run->cursor) + pixel * conv->out.pixel_stride + run->filter;
  const float *added = conv->residual.data ? signet_pixel(&conv->residual, run->cursor) +
                                                 pixel * conv->residual.pixel_stride + run->filter
                                           : NULL;
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) {
    const __mmask16 mask = v < vectors - 1 ? (__mmask16)0xffff : run->last;
    const int64_t lane = v * lanes;
    __m512 scale = _mm512_loadu_ps(run->units + lane);
    if (conv->scale) {
      scale = _mm512_mul_ps(scale, _mm512_maskz_loadu_ps(mask, conv->scale + run->filter + lane));
    }
    const __m512 offset = _mm512_maskz_loadu_ps(mask, conv->offset + run->filter + lane);
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) {
      const __m512 step = _mm512_set1_ps(run->steps[pixel + p]);
      __m512 value = _mm512_fmadd_ps(_mm512_mul_ps(sums[p][v], step), scale, offset);
      if (added) {
        const float *from = added + p * conv->residual.pixel_stride + lane;
        value = _mm512_add_ps(value, _mm512_maskz_loadu_ps(mask, from));
      }
      // What is not a number stays: of two operands the second is taken then.
      value = _mm512_min_ps(high, _mm512_max_ps(low, value));
      _mm512_mask_storeu_ps(out + p * conv->out.pixel_stride + lane, mask, value);
    }
  }
}

SIGNET_INLINE TARGET void pointwise_pairs_multiply(
    const int pixels, const int vectors, const pointwise_pairs_run *run, int64_t pixel) {
  __m512 totals[most_pixels][most_vectors];
  const int16_t *inputs = run->panel + pixel * run->row;
  const int16_t *weights = run->weights;
  for (int64_t first = 0; first < run->pairs; first += chunk / 2) {
    const int64_t end = signet_min(first + chunk / 2, run->pairs);
    __m512i sums[most_pixels][most_vectors];
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sums[p][v] = _mm512_setzero_si512();
    }
    for (int64_t pair = first; pair < end; pair++, weights += 2 * lanes * vectors) {
      __m512i filters[most_vectors];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) {
        filters[v] = _mm512_loadu_si512(weights + v * 2 * lanes);
      }
#pragma clang loop unroll(full)
      for (int p = 0; p < pixels; p++) {
        int32_t both;
        memcpy(&both, inputs + p * run->row + 2 * pair, sizeof both);
        const __m512i input = _mm512_set1_epi32(both);
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) {
          sums[p][v] = pointwise_pairs_dot(sums[p][v], input, filters[v]);
        }
      }
    }
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) {
        const __m512 sum = _mm512_cvtepi32_ps(sums[p][v]);
        totals[p][v] = first == 0 ? sum : _mm512_add_ps(totals[p][v], sum);
      }
    }
  }
  pointwise_pairs_finish(pixels, vectors, run, pixel, totals);
}

// Tiles of as many pixels as fit, or one less.
#define SIGNET_TILE(n)                                                             \
  case n:                                                                          \
    if (n <= PIXELS_OF(vectors)) pointwise_pairs_multiply(n, vectors, run, pixel); \
    break;

SIGNET_INLINE TARGET void pointwise_pairs_multiply_pixels(
    const int vectors, const pointwise_pairs_run *run, int64_t first, int64_t end) {
  const int64_t tiles = signet_ceil_div(end - first, PIXELS_OF(vectors));
  for (int64_t tile = 0, pixel = first; tile < tiles; tile++) {
    const int64_t count = signet_ceil_div(end - pixel, tiles - tile);
    switch (count) {
      SIGNET_TILE(1)
      SIGNET_TILE(2)
      SIGNET_TILE(3)
      SIGNET_TILE(4)
      SIGNET_TILE(5)
      SIGNET_TILE(6)
      SIGNET_TILE(7)
      SIGNET_TILE(8)
      SIGNET_TILE(9)
      SIGNET_TILE(10)
      SIGNET_TILE(11)
      SIGNET_TILE(12)
    }
    pixel += count;
  }
}
#undef SIGNET_TILE

static TARGET void pointwise_pairs_multiply_block(
    int64_t vectors, const pointwise_pairs_run *run, int64_t first, int64_t end) {
  switch (vectors) {
    case 1: pointwise_pairs_multiply_pixels(1, run, first, end); break;
    case 2: pointwise_pairs_multiply_pixels(2, run, first, end); break;
    case 3: pointwise_pairs_multiply_pixels(3, run, first, end); break;
    case 4: pointwise_pairs_multiply_pixels(4, run, first, end); break;
  }
}

// The pixels first ..< end of an image as integers.
SIGNET_INLINE TARGET void pointwise_pairs_fill_panel(
    const signet_conv *conv, const pointwise_pairs_plan *plan,
    const pointwise_pairs_scratch *scratch, int64_t image, int64_t first, int64_t end) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t channels = shape->in_channels;
  int16_t *to = scratch->panel;
  for (int64_t pixel = first; pixel < end; pixel++, to += plan->row) {
    const float *from = pointwise_input(conv, pointwise_cursor(shape, image, pixel));
    const float absmax = pointwise_pairs_absmax(from, channels);
    scratch->steps[pixel - first] = absmax / most_input;
    pointwise_pairs_quantise(from, channels, absmax, to);
  }
}

// The steps of the weights of each filter, then their integers.
SIGNET_INLINE const int16_t *pointwise_pairs_weights(
    const pointwise_pairs_plan *plan, const void *packed) {
  return (const int16_t *)((const float *)packed + plan->vectors * lanes);
}

static TARGET void pointwise_pairs_run_unit(
    const signet_conv *conv, const pointwise_pairs_plan *plan,
    const pointwise_pairs_scratch *scratch, signet_unit place) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t first = place.block * plan->unit_pixels;
  const int64_t end = signet_min(first + plan->unit_pixels, plan->pixels);
  pointwise_pairs_fill_panel(conv, plan, scratch, place.image, first, end);
  const signet_range share = signet_share(plan->blocks, place.split, plan->splits);
  pointwise_pairs_run run = {.conv = conv, .row = plan->row, .pairs = plan->pairs};
  for (int64_t block = share.first; block < share.end; block++) {
    const signet_range vectors = signet_share(plan->vectors, block, plan->blocks);
    run.filter = vectors.first * lanes;
    run.units = (const float *)conv->packed + run.filter;
    run.weights = pointwise_pairs_weights(plan, conv->packed) + run.filter * plan->pairs * 2;
    const int64_t rest = shape->out_channels - (vectors.end - 1) * lanes;
    run.last = (__mmask16)((1u << signet_min(rest, lanes)) - 1);
    for (int64_t pixel = first, pixels; pixel < end; pixel += pixels) {
      pixels = pointwise_neighbours(conv, pixel, end);
      run.cursor = pointwise_cursor(shape, place.image, pixel);
      run.panel = scratch->panel + (pixel - first) * plan->row;
      run.steps = scratch->steps + (pixel - first);
      pointwise_pairs_multiply_block(vectors.end - vectors.first, &run, 0, pixels);
    }
  }
}

static TARGET void pointwise_pairs_run_units(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  const pointwise_pairs_plan plan = pointwise_pairs_lay_out(&conv->shape);
  SIGNET_REQUIRE_UNITS(conv, images, from, to, images * plan.pixel_blocks * plan.splits);
  const pointwise_pairs_scratch scratch = pointwise_pairs_lay_scratch(&plan, memory);
  for (int64_t unit = from; unit < to; unit++) {
    pointwise_pairs_run_unit(
        conv, &plan, &scratch, signet_unit_at(unit, plan.pixel_blocks, 1, plan.splits));
  }
}

static bool pointwise_pairs_accepts(const signet_conv_shape *shape) {
  const int64_t channels = shape->in_channels;
  const int64_t vectors = signet_ceil_div(shape->out_channels, lanes);
  return signet_processor_has(SIGNET_AVX512VNNI) && pointwise_accepts_shape(shape) &&
         channels >= fewest_channels && vectors >= fewest_vectors &&
         channels * vectors >= fewest_both;
}

static int64_t pointwise_pairs_units(const signet_conv *conv, int64_t images) {
  const pointwise_pairs_plan plan = pointwise_pairs_lay_out(&conv->shape);
  return images * plan.pixel_blocks * plan.splits;
}

static size_t pointwise_pairs_scratch_bytes(const signet_conv_shape *shape, int64_t images) {
  (void)images;
  const pointwise_pairs_plan plan = pointwise_pairs_lay_out(shape);
  return pointwise_pairs_lay_scratch(&plan, NULL).bytes;
}

// packed: filters float, in whole vectors: the steps; then blocks × pairs × the block's filters ×
// both of a pair
static size_t pointwise_pairs_packed_bytes(const signet_conv_shape *shape) {
  const pointwise_pairs_plan plan = pointwise_pairs_lay_out(shape);
  return SIGNET_TOTAL(
      SIGNET_BYTES(plan.vectors, lanes, sizeof(float)),
      SIGNET_BYTES(plan.vectors, lanes, plan.pairs, 2 * sizeof(int16_t)));
}

// What one of a filter's integers stands for. Rounding makes the sum of a chunk's magnitudes longer
// by half of an integer each, and float32 knows it to within n·2⁻²⁴; no weight alone may leave 16
// bits either.
static float pointwise_pairs_step(const float *weights, int64_t channels) {
  float largest_sum = 0;
  for (int64_t first = 0; first < channels; first += chunk) {
    float sum = 0;
    for (int64_t i = first; i < signet_min(first + chunk, channels); i++) {
      sum += __builtin_fabsf(weights[i]);
    }
    largest_sum = sum > largest_sum ? sum : largest_sum;
  }
  const float step = largest_sum * (1 + (chunk + 8) * 0x1p-24f) / (most_weights - chunk / 2);
  return __builtin_fmaxf(step, signet_absmax_of(weights, channels) / 32767);
}

static void pointwise_pairs_pack(const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  const pointwise_pairs_plan plan = pointwise_pairs_lay_out(shape);
  const int64_t channels = shape->in_channels;
  float *steps = packed;
  memset(packed, 0, pointwise_pairs_packed_bytes(shape));
  for (int64_t block = 0; block < plan.blocks; block++) {
    const signet_range vectors = signet_share(plan.vectors, block, plan.blocks);
    const int64_t first = vectors.first * lanes, width = (vectors.end - vectors.first) * lanes;
    int16_t *to = (int16_t *)(steps + plan.vectors * lanes) + first * plan.pairs * 2;
    const int64_t filters = signet_min(width, shape->out_channels - first);
    for (int64_t filter = 0; filter < filters; filter++) {
      const float *weights = (const float *)rows + (first + filter) * channels;
      const float step = pointwise_pairs_step(weights, channels);
      const float inverse = step > 0 ? 1 / step : 0;
      steps[first + filter] = step;
      for (int64_t channel = 0; channel < channels; channel++) {
        to[(channel / 2 * width + filter) * 2 + channel % 2] =
            (int16_t)__builtin_rintf(signet_within(weights[channel] * inverse, 32767));
      }
    }
  }
}

const signet_conv_kernel signet_f32_pointwise_pairs_avx512 = {
    .name = "i16i15_pointwise_p6x64_avx512vnni",
    .cost = {lanes, 21.3f, 0.283f, 0.586f, 7.8f},
    .accepts = pointwise_pairs_accepts,
    .packed_bytes = pointwise_pairs_packed_bytes,
    .pack = pointwise_pairs_pack,
    .scratch_bytes = pointwise_pairs_scratch_bytes,
    .units = pointwise_pairs_units,
    .run = pointwise_pairs_run_units,
};

#endif
