// Pointwise convolutions, whose kernels are single taps: a matrix product whose left side is read
// where it lies. Nothing is gathered and no sum leaves its register before it is a result.
//
//   out (pixels × filters) = in (pixels × channels) · weights (channels × filters)
//   weights: filter blocks × channels × filters of a block
//
// Documentation/kernels.md has its figures, from Benchmarks/runtime/run.
//
// A template: the including file defines
//   TARGET        function attribute that selects the instruction set
//   NAME(x)       x with the instruction set's name
//   KERNEL_NAME   the kernel's name
//   LANES         floats per vector
//   MOST_VECTORS  of a filter block, at most 4
//   MOST_PIXELS(vectors)  pixels whose sums fit the registers beside a block's weights
//   COST          the kernel's signet_conv_cost
//   PART, PART_OF(n), LOAD_PART(from, part), STORE_PART(to, part, value)   as in depthwise.h
#include "core/geometry.h"
#include "core/units.h"
#include "pointwise/pointwise_rows.h"

typedef float NAME(lanes) __attribute__((ext_vector_type(LANES), aligned(4)));

enum {
  // What the input pixels of a unit may take of the second-level cache: every block of filters reads
  // them anew.
  NAME(input_bytes) = 256 * 1024,
};

typedef struct NAME(plan) {
  int64_t pixels;        // of an image
  int64_t unit_pixels;   // of a unit, at most
  int64_t pixel_blocks;  // units of an image, for each part of the filters
  int64_t vectors;       // of LANES filters
  int64_t blocks;        // of filters, of MOST_VECTORS vectors or few less
  int64_t splits;        // parts of the filters
} NAME(plan);

SIGNET_INLINE NAME(plan) NAME(lay_out)(const signet_conv_shape *shape) {
  const int64_t fitting = NAME(input_bytes) / ((int64_t)sizeof(float) * shape->in_channels);
  const int64_t most = signet_max(fitting / MOST_PIXELS(1), 1) * MOST_PIXELS(1);
  const signet_tiling tiling = signet_tile(shape, 1, MOST_VECTORS * LANES, MOST_PIXELS(1), most);
  return (NAME(plan)){
      .pixels = tiling.pixels,
      .unit_pixels = tiling.block_pixels,
      .pixel_blocks = tiling.pixel_blocks,
      .vectors = signet_ceil_div(shape->out_channels, LANES),
      .blocks = tiling.filter_blocks,
      .splits = tiling.splits,
  };
}

// Neighbouring pixels, and the filters they meet.
typedef struct NAME(run) {
  const signet_conv *conv;
  const float *in;  // the first pixel's
  float *out;       // its first filter's result
  const float *added;
  int64_t window, out_pixel, added_pixel;  // floats from a pixel to the next one
  const float *weights;                    // of the block
  int64_t filter;                          // the block's first
  PART part;                               // filters of the block's last vector
  bool whole;                              // whether they are as many as lanes
} NAME(run);

// Scales, adds, holds and stores the sums of some pixels × vectors.
SIGNET_INLINE TARGET void NAME(finish)(
    const int pixels, const int vectors, const NAME(run) * run,
    NAME(lanes) sums[MOST_PIXELS(1)][MOST_VECTORS], int64_t pixel) {
  const signet_conv *conv = run->conv;
  const NAME(lanes) low = (NAME(lanes))conv->low, high = (NAME(lanes))conv->high;
  float *out = run->out + pixel * run->out_pixel;
  const float *added = run->added ? run->added + pixel * run->added_pixel : NULL;
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) {
    const bool whole = v < vectors - 1 || run->whole;
    const int64_t lane = v * LANES;
#define LOAD(from) (whole ? *(const NAME(lanes) *)(from) : LOAD_PART(from, run->part))
    const NAME(lanes) offset = LOAD(conv->offset + run->filter + lane);
    const NAME(lanes) scale =
        conv->scale ? LOAD(conv->scale + run->filter + lane) : (NAME(lanes))1.0f;
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) {
      NAME(lanes) value = sums[p][v] * scale + offset;
      if (added) value += LOAD(added + p * run->added_pixel + lane);
      value = value < low ? low : value;
      value = value > high ? high : value;
      float *to = out + p * run->out_pixel + lane;
      if (whole) {
        *(NAME(lanes) *)to = value;
      } else {
        STORE_PART(to, run->part, value);
      }
    }
#undef LOAD
  }
}

SIGNET_INLINE TARGET void NAME(multiply)(
    const int pixels, const int vectors, const NAME(run) * run, int64_t pixel) {
  NAME(lanes) sums[MOST_PIXELS(1)][MOST_VECTORS];
#pragma clang loop unroll(full)
  for (int p = 0; p < pixels; p++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sums[p][v] = (NAME(lanes))0.0f;
  }
  const float *in = run->in + pixel * run->window;
  const float *weights = run->weights;
  const int64_t channels = run->conv->shape.in_channels;
  for (int64_t channel = 0; channel < channels; channel++, weights += vectors * LANES) {
    NAME(lanes) filters[MOST_VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) filters[v] = *(const NAME(lanes) *)(weights + v * LANES);
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) {
      const NAME(lanes) input = (NAME(lanes))in[p * run->window + channel];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sums[p][v] += input * filters[v];
    }
  }
  NAME(finish)(pixels, vectors, run, sums, pixel);
}

// Tiles of as many pixels as fit, or one less.
#define SIGNET_TILE(n)                                                     \
  case n:                                                                  \
    if (n <= MOST_PIXELS(vectors)) NAME(multiply)(n, vectors, run, pixel); \
    break;

SIGNET_INLINE
TARGET void NAME(multiply_pixels)(const int vectors, const NAME(run) * run, int64_t pixels) {
  const int64_t tiles = signet_ceil_div(pixels, MOST_PIXELS(vectors));
  for (int64_t tile = 0, pixel = 0; tile < tiles; tile++) {
    const int64_t count = signet_ceil_div(pixels - pixel, tiles - tile);
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

static TARGET void NAME(multiply_block)(int64_t vectors, const NAME(run) * run, int64_t pixels) {
  switch (vectors) {
    case 1: NAME(multiply_pixels)(1, run, pixels); break;
    case 2: NAME(multiply_pixels)(2, run, pixels); break;
#if MOST_VECTORS > 2
    case 3: NAME(multiply_pixels)(3, run, pixels); break;
    case 4: NAME(multiply_pixels)(4, run, pixels); break;
#endif
  }
}

// `pixels` of a row from `cursor` on, with all filters of some blocks.
SIGNET_INLINE TARGET void NAME(run_row)(
    const signet_conv *conv, const NAME(plan) * plan, signet_cursor cursor, int64_t pixels,
    signet_range share) {
  const signet_conv_shape *shape = &conv->shape;
  NAME(run)
  run = {
      .conv = conv,
      .in = pointwise_input(conv, cursor),
      .window = shape->stride_width * conv->in.pixel_stride,
      .out_pixel = conv->out.pixel_stride,
      .added_pixel = conv->residual.pixel_stride};
  for (int64_t block = share.first; block < share.end; block++) {
    const signet_range vectors = signet_share(plan->vectors, block, plan->blocks);
    run.filter = vectors.first * LANES;
    run.weights = (const float *)conv->packed + run.filter * shape->in_channels;
    run.out = signet_pixel(&conv->out, cursor) + run.filter;
    run.added = conv->residual.data ? signet_pixel(&conv->residual, cursor) + run.filter : NULL;
    run.whole = vectors.end * LANES <= shape->out_channels;
    run.part = PART_OF(run.whole ? LANES : shape->out_channels - (vectors.end - 1) * LANES);
    NAME(multiply_block)(vectors.end - vectors.first, &run, pixels);
  }
}

static TARGET void NAME(run_units)(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)scratch;
  const signet_conv_shape *shape = &conv->shape;
  const NAME(plan) plan = NAME(lay_out)(shape);
  SIGNET_REQUIRE_UNITS(conv, images, from, to, images * plan.pixel_blocks * plan.splits);
  for (int64_t unit = from; unit < to; unit++) {
    const signet_unit place = signet_unit_at(unit, plan.pixel_blocks, 1, plan.splits);
    const signet_range share = signet_share(plan.blocks, place.split, plan.splits);
    int64_t pixel = place.block * plan.unit_pixels;
    const int64_t end = signet_min(pixel + plan.unit_pixels, plan.pixels);
    while (pixel < end) {
      const int64_t pixels = pointwise_neighbours(conv, pixel, end);
      NAME(run_row)(conv, &plan, pointwise_cursor(shape, place.image, pixel), pixels, share);
      pixel += pixels;
    }
  }
}

static int64_t NAME(units)(const signet_conv *conv, int64_t images) {
  const NAME(plan) plan = NAME(lay_out)(&conv->shape);
  return images * plan.pixel_blocks * plan.splits;
}

static size_t NAME(scratch_bytes)(const signet_conv_shape *shape, int64_t images) {
  (void)shape;
  (void)images;
  return 0;
}

static size_t NAME(packed_bytes)(const signet_conv_shape *shape) {
  const NAME(plan) plan = NAME(lay_out)(shape);
  return SIGNET_BYTES(plan.vectors, shape->in_channels, LANES, sizeof(float));
}

// packed: blocks × channels × the block's vectors × LANES
static void NAME(pack)(const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  const NAME(plan) plan = NAME(lay_out)(shape);
  const int64_t channels = shape->in_channels;
  memset(packed, 0, NAME(packed_bytes)(shape));
  for (int64_t block = 0; block < plan.blocks; block++) {
    const signet_range vectors = signet_share(plan.vectors, block, plan.blocks);
    const int64_t first = vectors.first * LANES, width = (vectors.end - vectors.first) * LANES;
    const int64_t filters = signet_min(width, shape->out_channels - first);
    const float *value = (const float *)rows + first * channels;
    float *to = (float *)packed + first * channels;
    for (int64_t filter = 0; filter < filters; filter++) {
      for (int64_t channel = 0; channel < channels; channel++) {
        to[channel * width + filter] = *value++;
      }
    }
  }
}

#define POINTWISE_KERNEL                    \
  {                                         \
      .name = KERNEL_NAME,                  \
      .cost = COST,                         \
      .accepts = pointwise_accepts_shape,   \
      .packed_bytes = NAME(packed_bytes),   \
      .pack = NAME(pack),                   \
      .scratch_bytes = NAME(scratch_bytes), \
      .units = NAME(units),                 \
      .run = NAME(run_units),               \
  }
