// Convolutions whose groups have few channels and few filters: depthwise ones, whose filters each
// look at one channel, with any number of filters per channel, and their relatives. Lanes are
// filters. Neighbouring output pixels share each vector of weights; pixels whose windows reach into
// the padding are done apart, by the taps that lie inside, so that no loop over taps asks where it
// is.
//
// Where each channel has one filter the input is read where it lies. Otherwise a unit first spreads
// its input rows, one block of filters at a time: each filter's lane then holds its own channel.
//
//   out (pixels × LANES filters) += taps (pixels × channels of a group) · weights
//   weights: filter blocks × taps × channels of a group × LANES
//
// Documentation/kernels.md has its figures, from Benchmarks/runtime/run.
//
// A template: the including file defines
//   TARGET        function attribute that selects the instruction set
//   NAME(x)       x with the instruction set's name
//   KERNEL_NAME   the kernel's name
//   LANES         floats per vector
//   SMALLEST_STRIP  3, or 5 where there are too few registers to gain by sharing so few taps
//   STRIP_PIXELS  4, or 5 where the registers hold two rows of as many sums and their inputs
//   IN_REGISTER(value)  has a vector in a register at this point
//   PART          what tells the first lanes of a vector from the others
//   PART_OF(n)    the first n lanes
//   LOAD_PART(from, part), STORE_PART(to, part, value)   those lanes; the others are zero or stay
#include <string.h>

#include "core/geometry.h"
#include "core/units.h"

typedef float NAME(lanes) __attribute__((ext_vector_type(LANES), aligned(4)));
typedef int32_t NAME(bits) __attribute__((ext_vector_type(LANES), aligned(4)));

enum {
  // Output pixels that are done at once.
  NAME(most_pixels) = 8,
  // Groups that other kernels do not fill a vector with.
  NAME(most_group_channels) = 8,
  // Channels × filters of a group, beyond which a matrix product is faster.
  NAME(most_group_weights) = 64,
  // Weights that stay in the first-level cache while rows of pixels go by.
  NAME(weight_bytes) = 16 * 1024,
  // What the spread rows of a unit may take of the second-level cache.
  NAME(spread_bytes) = 256 * 1024,
  // Output rows that depthwise/depthwise_strips.h does at once.
  NAME(strip_rows) = 2,
  // Units of an image for each thread, so that those that come late find less to do.
  NAME(units_per_thread) = 4,
};

typedef struct NAME(plan) {
  int64_t blocks;    // of LANES filters
  int64_t chunk;     // blocks that are done together
  int64_t channels;  // of a group
  int64_t taps;      // vectors of weights of a block
  bool spreads;
  bool strips;
  int64_t unit_rows;    // output rows of a unit
  int64_t row_blocks;   // units of an image, for each part of the filters
  int64_t splits;       // parts of the filters
  int64_t spread_rows;  // input rows a unit looks at, at most
  int64_t spread_row;   // floats of one of them
} NAME(plan);

// Whether depthwise/depthwise_strips.h has the window.
SIGNET_INLINE bool NAME(takes_strips)(const signet_conv_shape *shape) {
  const int32_t size = shape->kernel_height, stride = shape->stride_height;
  return (size == SMALLEST_STRIP || size == 5) && shape->kernel_width == size &&
         (stride == 1 || stride == 2) && shape->stride_width == stride &&
         shape->dilation_height == 1 && shape->dilation_width == 1;
}

SIGNET_INLINE NAME(plan) NAME(lay_out)(const signet_conv_shape *shape) {
  NAME(plan) plan;
  memset(&plan, 0, sizeof plan);
  plan.blocks = signet_ceil_div(shape->out_channels, LANES);
  plan.channels = shape->in_channels / shape->groups;
  plan.taps = plan.channels * shape->kernel_height * shape->kernel_width;
  plan.spreads = plan.channels > 1 || shape->out_channels > shape->groups;
  const int64_t block_bytes = plan.taps * LANES * (int64_t)sizeof(float);
  plan.chunk = plan.spreads ? 1 : signet_max(NAME(weight_bytes) / block_bytes, 1);
  const int64_t threads = signet_max(shape->threads, 1);
  plan.splits = shape->out_height >= 2 * threads ? 1 : signet_min(threads, plan.blocks);
  plan.unit_rows = signet_ceil_div(shape->out_height, NAME(units_per_thread) * threads);
  if (plan.spreads) {
    const int64_t halo = (int64_t)(shape->kernel_height - 1) * shape->dilation_height + 1;
    plan.spread_row = shape->in_width * plan.channels * LANES;
    const int64_t kept = NAME(spread_bytes) / (int64_t)sizeof(float) / plan.spread_row;
    plan.unit_rows =
        signet_min(plan.unit_rows, signet_max((kept - halo) / shape->stride_height + 1, 1));
    plan.spread_rows =
        signet_min((plan.unit_rows - 1) * shape->stride_height + halo, shape->in_height);
  }
  plan.strips = !plan.spreads && NAME(takes_strips)(shape);
  if (plan.strips) plan.unit_rows = signet_round_up(plan.unit_rows, NAME(strip_rows));
  plan.row_blocks = signet_ceil_div(shape->out_height, plan.unit_rows);
  return plan;
}

// The output pixels of a row, and the taps of their windows that some of them have inside the input.
typedef struct NAME(row) {
  const signet_conv *conv;
  const NAME(plan) * plan;
  // Where the first block's first filter looks in column 0 of the first input row
  const float *in;
  int64_t tap_row, tap_column;  // floats from a tap to the one below it, and to the next
  int64_t window;               // floats from an output pixel's taps to the next one's
  int64_t column;               // floats of a column of the input
  int64_t height;               // rows of taps
  const float *weights;         // the first block's, of the first row of taps
  int64_t first, end;           // blocks
  signet_cursor cursor;
  NAME(bits) * most;  // the largest magnitudes so far, as bits; NULL if nobody asks
} NAME(row);

// Scales, adds, holds and stores the sums of `pixels` neighbouring pixels × `vectors` blocks.
SIGNET_INLINE TARGET void NAME(finish)(
    const int pixels, const int vectors, const bool whole, const NAME(row) * row,
    NAME(lanes) sums[NAME(most_pixels)][4], int64_t x, int64_t block, PART part) {
  const signet_conv *conv = row->conv;
  const int64_t filter = block * LANES;
  const signet_cursor cursor = {row->cursor.image, row->cursor.y, (int32_t)x};
  float *out = signet_pixel(&conv->out, cursor) + filter;
  const float *added = conv->residual.data ? signet_pixel(&conv->residual, cursor) + filter : NULL;
  const NAME(lanes) low = (NAME(lanes))conv->low, high = (NAME(lanes))conv->high;
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) {
#define LOAD(from) (whole ? *(const NAME(lanes) *)(from) : LOAD_PART(from, part))
    const NAME(lanes) offset = LOAD(conv->offset + filter + v * LANES);
    const NAME(lanes) scale =
        conv->scale ? LOAD(conv->scale + filter + v * LANES) : (NAME(lanes))1.0f;
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) {
      NAME(lanes) value = sums[p][v] * scale + offset;
      if (added) value += LOAD(added + p * conv->residual.pixel_stride + v * LANES);
      value = value < low ? low : value;
      value = value > high ? high : value;
      float *to = out + p * conv->out.pixel_stride + v * LANES;
      if (whole) {
        *(NAME(lanes) *)to = value;
      } else {
        STORE_PART(to, part, value);
        // Lanes without a filter may hold a bound.
        if (row->most) value = LOAD_PART(to, part);
      }
      if (row->most) {
        const NAME(bits) magnitude = (NAME(bits))value & 0x7fffffff;
        *row->most = magnitude > *row->most ? magnitude : *row->most;
      }
    }
#undef LOAD
  }
}

// `pixels` neighbouring pixels × `vectors` blocks, the last of which has `part` filters unless
// `whole`. in, weights: at the first of `width` columns of taps. columns: 0, or `width` known before
// it runs, of groups of one channel
SIGNET_INLINE TARGET void NAME(multiply)(
    const int pixels, const int vectors, const int columns, const bool whole, const NAME(row) * row,
    const float *in, const float *weights, int64_t width, int64_t x, int64_t block, PART part) {
  const int64_t channels = columns ? 1 : row->plan->channels;
  if (columns) width = columns;
  const int64_t weight_row = row->conv->shape.kernel_width * channels * LANES;
  const int64_t weight_block = row->plan->taps * LANES;
  NAME(lanes) sums[NAME(most_pixels)][4];
#pragma clang loop unroll(full)
  for (int p = 0; p < pixels; p++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sums[p][v] = (NAME(lanes))0.0f;
  }
  for (int64_t ky = 0; ky < row->height; ky++) {
    const float *from_column = in + ky * row->tap_row;
    const float *weight = weights + ky * weight_row;
    for (int64_t kx = 0; kx < width; kx++, from_column += row->tap_column) {
      const float *from = from_column;
      for (int64_t channel = 0; channel < channels; channel++, from += LANES, weight += LANES) {
        NAME(lanes) filters[4];
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) {
          filters[v] = *(const NAME(lanes) *)(weight + v * weight_block);
        }
#pragma clang loop unroll(full)
        for (int p = 0; p < pixels; p++) {
#pragma clang loop unroll(full)
          for (int v = 0; v < vectors; v++) {
            const float *place = from + p * row->window + v * LANES;
            const NAME(lanes) input = whole ? *(const NAME(lanes) *)place : LOAD_PART(place, part);
            sums[p][v] += input * filters[v];
          }
        }
      }
    }
  }
  NAME(finish)(pixels, vectors, whole, row, sums, x, block, part);
}

// All blocks of some neighbouring pixels: few pixels go with more blocks, so that there are always
// sums to add to while others are on their way.
SIGNET_INLINE TARGET void NAME(multiply_blocks)(
    const int pixels, const int vectors, const int columns, const NAME(row) * row, const float *in,
    const float *weights, int64_t width, int64_t x) {
  const int64_t weight_block = row->plan->taps * LANES;
  const int64_t filters = row->conv->shape.out_channels;
  int64_t block = row->first;
  for (; block + vectors <= row->end && (block + vectors) * LANES <= filters; block += vectors) {
    NAME(multiply)(
        pixels, vectors, columns, true, row, in, weights, width, x, block, PART_OF(LANES));
    in += vectors * LANES;
    weights += vectors * weight_block;
  }
  for (; block < row->end; block++) {
    if ((block + 1) * LANES <= filters) {
      NAME(multiply)(pixels, 1, columns, true, row, in, weights, width, x, block, PART_OF(LANES));
    } else {
      NAME(multiply)(
          pixels, 1, 0, false, row, in, weights, width, x, block, PART_OF(filters - block * LANES));
    }
    in += LANES;
    weights += weight_block;
  }
}

#define SIGNET_TILE(n, vectors)                                         \
  case n:                                                               \
    if (row->plan->channels == 1 && width == 3) {                       \
      NAME(multiply_blocks)(n, vectors, 3, row, in, weights, width, x); \
    } else {                                                            \
      NAME(multiply_blocks)(n, vectors, 0, row, in, weights, width, x); \
    }                                                                   \
    break;

static TARGET void NAME(multiply_tile)(
    int64_t pixels, const NAME(row) * row, const float *in, const float *weights, int64_t width,
    int64_t x) {
  switch (pixels) {
    SIGNET_TILE(1, 4)
    SIGNET_TILE(2, 4)
    SIGNET_TILE(3, 2)
    SIGNET_TILE(4, 2)
    SIGNET_TILE(5, 1)
    SIGNET_TILE(6, 1)
    SIGNET_TILE(7, 1)
    SIGNET_TILE(8, 1)
  }
}
#undef SIGNET_TILE

// The taps of a window that begins at `start` that lie within 0 ..< extent; none where first is end.
typedef struct NAME(range) {
  int64_t first, end;
} NAME(range);

SIGNET_INLINE NAME(range)
    NAME(inside)(int64_t start, int64_t kernel, int64_t dilation, int64_t extent) {
  const int64_t first = start < 0 ? signet_ceil_div(-start, dilation) : 0;
  const int64_t end = start < extent ? signet_ceil_div(extent - start, dilation) : 0;
  const int64_t last = signet_min(end, kernel);
  return (NAME(range)){signet_min(first, last), last};
}

// A pixel whose window is cut by the padding, all its blocks.
SIGNET_INLINE TARGET void NAME(multiply_border)(const NAME(row) * row, int64_t x) {
  const signet_conv_shape *shape = &row->conv->shape;
  const int64_t left = x * shape->stride_width - shape->pad_left;
  const NAME(range) taps =
      NAME(inside)(left, shape->kernel_width, shape->dilation_width, shape->in_width);
  const int64_t width = taps.end - taps.first;
  // A window without a tap inside looks nowhere.
  const int64_t column = width > 0 ? left + taps.first * shape->dilation_width : 0;
  NAME(multiply_tile)(
      1, row, row->in + column * row->column,
      row->weights + (width > 0 ? taps.first * row->plan->channels * LANES : 0), width, x);
}

SIGNET_INLINE TARGET void NAME(multiply_row)(const NAME(row) * row) {
  const signet_conv_shape *shape = &row->conv->shape;
  const int64_t halo = (int64_t)(shape->kernel_width - 1) * shape->dilation_width;
  // Windows that lie inside, from left to right.
  int64_t first = signet_ceil_div(shape->pad_left, shape->stride_width);
  const int64_t room = (int64_t)shape->in_width - 1 + shape->pad_left - halo;
  int64_t end = room < 0 ? 0 : room / shape->stride_width + 1;
  first = signet_min(first, shape->out_width);
  end = signet_max(signet_min(end, shape->out_width), first);
  for (int64_t x = 0; x < first; x++) NAME(multiply_border)(row, x);
  const int64_t tiles = signet_ceil_div(end - first, NAME(most_pixels));
  for (int64_t tile = 0, x = first; tile < tiles; tile++) {
    const int64_t pixels = signet_ceil_div(end - x, tiles - tile);
    const int64_t column = x * shape->stride_width - shape->pad_left;
    NAME(multiply_tile)(
        pixels, row, row->in + column * row->column, row->weights, shape->kernel_width, x);
    x += pixels;
  }
  for (int64_t x = end; x < shape->out_width; x++) NAME(multiply_border)(row, x);
}

// Rows of the input as one block of filters looks at them. to: rows × width × channels × LANES
SIGNET_INLINE TARGET void NAME(spread)(
    const signet_conv *conv, const NAME(plan) * plan, int64_t image, int64_t first, int64_t end,
    int64_t block, float *to) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t group_filters = shape->out_channels / shape->groups;
  int32_t places[LANES];
  for (int64_t lane = 0; lane < LANES; lane++) {
    const int64_t filter = signet_min(block * LANES + lane, shape->out_channels - 1);
    places[lane] = (int32_t)(filter / group_filters * plan->channels);
  }
  for (int64_t y = first; y < end; y++) {
    const float *from = conv->in.data + image * conv->in.image_stride + y * conv->in.row_stride;
    for (int64_t x = 0; x < shape->in_width; x++, from += conv->in.pixel_stride) {
      for (int64_t channel = 0; channel < plan->channels; channel++, to += LANES) {
#pragma clang loop unroll(full)
        for (int lane = 0; lane < LANES; lane++) to[lane] = from[places[lane] + channel];
      }
    }
  }
}

// Some rows and blocks of one image.
SIGNET_INLINE TARGET void NAME(run_rows)(
    const signet_conv *conv, const NAME(plan) * plan, int64_t image, int64_t first_row,
    int64_t end_row, int64_t first_block, int64_t end_block, float *spread, NAME(bits) * most) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t halo = (int64_t)(shape->kernel_height - 1) * shape->dilation_height;
  const int64_t top = first_row * shape->stride_height - shape->pad_top;
  const int64_t from = signet_min(signet_max(top, 0), shape->in_height);
  const int64_t to = signet_min(
      (end_row - 1) * shape->stride_height - shape->pad_top + halo + 1, shape->in_height);
  NAME(row)
  row = {.conv = conv, .plan = plan, .first = first_block, .end = end_block, .most = most};
  int64_t in_row;
  const float *in;
  if (plan->spreads) {
    NAME(spread)(conv, plan, image, from, to, first_block, spread);
    row.column = plan->channels * LANES;
    in_row = plan->spread_row;
    in = spread;
  } else {
    row.column = conv->in.pixel_stride;
    in_row = conv->in.row_stride;
    in = conv->in.data + image * conv->in.image_stride + from * in_row + first_block * LANES;
  }
  row.tap_row = shape->dilation_height * in_row;
  row.tap_column = shape->dilation_width * row.column;
  row.window = shape->stride_width * row.column;
  const float *weights = (const float *)conv->packed + first_block * plan->taps * LANES;
  for (int64_t y = first_row; y < end_row; y++) {
    const int64_t start = y * shape->stride_height - shape->pad_top;
    const NAME(range) taps =
        NAME(inside)(start, shape->kernel_height, shape->dilation_height, shape->in_height);
    row.height = taps.end - taps.first;
    row.cursor = (signet_cursor){image, (int32_t)y, 0};
    row.in = in;
    row.weights = weights;
    if (row.height > 0) {
      row.in += (start + taps.first * shape->dilation_height - from) * in_row;
      row.weights += taps.first * shape->kernel_width * plan->channels * LANES;
    }
    NAME(multiply_row)(&row);
  }
}

#include "depthwise/depthwise_strips.h"

static TARGET void NAME(run)(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  const signet_conv_shape *shape = &conv->shape;
  const NAME(plan) plan = NAME(lay_out)(shape);
  SIGNET_REQUIRE_UNITS(conv, images, from, to, images * plan.row_blocks * plan.splits);
  for (int64_t unit = from; unit < to; unit++) {
    const signet_unit place = signet_unit_at(unit, plan.row_blocks, 1, plan.splits);
    const int64_t row = place.block * plan.unit_rows;
    const int64_t end_row = signet_min(row + plan.unit_rows, shape->out_height);
    const signet_range share = signet_share(plan.blocks, place.split, plan.splits);
    NAME(bits) most = 0;
    if (plan.strips) {
      NAME(run_strips)(
          conv, place.image, row, end_row, share.first, share.end,
          conv->unit_absmax ? &most : NULL);
    }
    for (int64_t block = plan.strips ? share.end : share.first; block < share.end;
         block += plan.chunk) {
      NAME(run_rows)(
          conv, &plan, place.image, row, end_row, block, signet_min(block + plan.chunk, share.end),
          scratch, conv->unit_absmax ? &most : NULL);
    }
    if (!conv->unit_absmax) continue;
    int32_t bits = 0;
    for (int lane = 0; lane < LANES; lane++) bits = most[lane] > bits ? most[lane] : bits;
    memcpy(&conv->unit_absmax[unit], &bits, sizeof bits);
  }
}

static bool NAME(accepts)(const signet_conv_shape *shape) {
  return shape->groups > 1 && shape->codes == 1 && shape->pooling.kernel_height == 0 &&
         shape->in_channels / shape->groups <= NAME(most_group_channels) &&
         (int64_t)(shape->in_channels / shape->groups) * (shape->out_channels / shape->groups) <=
             NAME(most_group_weights);
}

static int64_t NAME(units)(const signet_conv *conv, int64_t images) {
  const NAME(plan) plan = NAME(lay_out)(&conv->shape);
  return images * plan.row_blocks * plan.splits;
}

static size_t NAME(scratch_bytes)(const signet_conv_shape *shape, int64_t images) {
  (void)images;
  const NAME(plan) plan = NAME(lay_out)(shape);
  return SIGNET_BYTES(plan.spread_rows, plan.spread_row, sizeof(float));
}

// packed: blocks × kernel rows × kernel columns × channels of a group × LANES
static size_t NAME(packed_bytes)(const signet_conv_shape *shape) {
  const NAME(plan) plan = NAME(lay_out)(shape);
  return SIGNET_BYTES(plan.blocks, plan.taps, LANES, sizeof(float));
}

static void NAME(pack)(const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  const NAME(plan) plan = NAME(lay_out)(shape);
  const int64_t area = plan.taps / plan.channels;
  const float *value = rows;
  memset(packed, 0, NAME(packed_bytes)(shape));
  for (int64_t filter = 0; filter < shape->out_channels; filter++) {
    float *block = (float *)packed + filter / LANES * plan.taps * LANES + filter % LANES;
    for (int64_t channel = 0; channel < plan.channels; channel++) {
      for (int64_t tap = 0; tap < area; tap++) {
        block[(tap * plan.channels + channel) * LANES] = *value++;
      }
    }
  }
}

#define DEPTHWISE_KERNEL                    \
  {                                         \
      .name = KERNEL_NAME,                  \
      .expands_codes = true,                \
      .gives_absmax = true,                 \
      .accepts = NAME(accepts),             \
      .packed_bytes = NAME(packed_bytes),   \
      .pack = NAME(pack),                   \
      .scratch_bytes = NAME(scratch_bytes), \
      .units = NAME(units),                 \
      .run = NAME(run),                     \
  }
