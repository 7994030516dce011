// Where the LUT convolution of AVX2 keeps what: blocks of the reduction, tables, working memory.
#ifndef SIGNET_LUT16_LAYOUT_H
#define SIGNET_LUT16_LAYOUT_H

#include "core/geometry.h"
#include "core/scratch.h"

enum {
  // Channels whose signed sums are one table, and those whose tables lie and are looked up together.
  lut16_group = 4,
  lut16_quad = 16,
  // A table: 16 low bytes, then 16 high bytes; a quad holds them as low, low, high, high, twice.
  lut16_quad_bytes = 128,
  // Filters of a block: one index of each fills a vector.
  lut16_filters = 32,
  // Packed indices, and indices in bytes, of one quad and filter block.
  lut16_quad_packed_bytes = 64,
  lut16_index_bytes = 128,
  // Pixels of a microkernel.
  lut16_pixels = 3,
  // Pixels that all filters meet before the next ones: their tables stay in the first-level cache.
  lut16_chunk = 24 * lut16_pixels,
  // Lookups of a quad are summed in bytes, which the low part of a number leaves room for.
  lut16_low_bits = 6,
  // Runs of at most ±2¹³ each whose sum fits 16 bits.
  lut16_runs_in_16_bits = 4,
  // Fewer quads than this are not worth being summed on their own.
  lut16_run_quads = 4,
  // Sums of fewer inputs leave more bits to each. Networks of pointwise layers have twice as many
  // layers, and few inputs in each to average what is rounded.
  lut16_pointwise_run_quads = 2,
  lut16_widest_kernel = 8,
  // Pixels that are fetched before they are needed.
  lut16_ahead = 12,
  // What the tables and sums of a unit may take of the second-level cache.
  lut16_unit_bytes = 384 * 1024,
  // Fewer pixels than this are shared among threads by filters, not by rows.
  lut16_pixels_worth_cutting = 256,
};

// How a layer is laid out. The lookups of a run, a kernel row of `run_quads` quads per tap, sum up to
// a number of 14 bits; a few runs make one of 16 bits, which is added to a sum of 32 bits. Tables are
// built for one run's channels at a time, for all input pixels that a unit's output rows look at.
typedef struct lut16_plan {
  int64_t quads;      // of all channels
  int64_t run_quads;  // of one pixel in a run
  int64_t blocks;     // of run_quads quads; the last may have fewer
  int64_t columns;    // of the tables, padding included
  int64_t pixel_bytes;
  int64_t unit_rows;   // output rows of a unit
  int64_t row_blocks;  // units of one image, filter splits not counted
  int64_t rows;        // of the tables of one unit
  int64_t filter_blocks, splits;
} lut16_plan;

SIGNET_INLINE int64_t lut16_run_pixel_quads(int64_t kernel_width) {
  return kernel_width == 1 ? lut16_pointwise_run_quads
                           : signet_max(1, lut16_run_quads / kernel_width);
}

// The inputs of a run.
SIGNET_INLINE int64_t lut16_run_inputs(const signet_conv_shape *shape) {
  return shape->kernel_width * lut16_run_pixel_quads(shape->kernel_width) * lut16_quad;
}

SIGNET_INLINE lut16_plan lut16_lay_out(const signet_conv_shape *shape) {
  lut16_plan plan;
  plan.quads = signet_ceil_div(shape->in_channels, lut16_quad);
  plan.run_quads = signet_min(plan.quads, lut16_run_pixel_quads(shape->kernel_width));
  plan.blocks = signet_ceil_div(plan.quads, plan.run_quads);
  plan.columns = (int64_t)(shape->out_width - 1) * shape->stride_width +
                 (int64_t)(shape->kernel_width - 1) * shape->dilation_width + 1;
  plan.pixel_bytes = plan.run_quads * lut16_quad_bytes;
  plan.filter_blocks = signet_ceil_div(shape->out_channels, lut16_filters);

  const int64_t sum_bytes = shape->codes * plan.filter_blocks * lut16_filters * shape->out_width *
                            (int64_t)sizeof(int32_t);
  const int64_t row_bytes = shape->stride_height * plan.columns * plan.pixel_bytes + sum_bytes;
  plan.row_blocks = signet_ceil_div(shape->out_height, signet_max(1, lut16_unit_bytes / row_bytes));
  plan.splits = 1;
  if (shape->threads > 1) {
    if (shape->out_height >= shape->threads &&
        (int64_t)shape->out_height * shape->out_width >= lut16_pixels_worth_cutting) {
      plan.row_blocks = signet_round_up(plan.row_blocks, shape->threads);
    } else {
      plan.splits = signet_min(shape->threads, plan.filter_blocks);
    }
  }
  plan.unit_rows = signet_ceil_div(shape->out_height, plan.row_blocks);
  plan.row_blocks = signet_ceil_div(shape->out_height, plan.unit_rows);
  plan.rows = (plan.unit_rows - 1) * shape->stride_height +
              (int64_t)(shape->kernel_height - 1) * shape->dilation_height + 1;
  return plan;
}

// Whether a block has so few filters that the lanes of a vector share them.
SIGNET_INLINE bool lut16_is_narrow(const signet_conv_shape *shape, int64_t block) {
  return shape->out_channels - block * lut16_filters <= lut16_filters / 2;
}

typedef struct lut16_scratch {
  uint8_t *tables;    // rows × columns × pixel_bytes
  uint8_t *indices;   // kernel area × run_quads × index_bytes: of one filter block
  int32_t *sums;      // codes × filter blocks × pixels × filters
  int32_t *pixels;    // where the patch of each output pixel of a unit begins among the tables
  int32_t *steps;     // kernel area × run_quads: where a quad lies, from there
  int32_t *columns;   // those that a kernel tap looks at
  float *scales;      // codes × filters
  float *magnitudes;  // blocks × padded input width and some more, while rows are measured
  size_t bytes;
} lut16_scratch;

SIGNET_INLINE lut16_scratch
lut16_lay_scratch(const signet_conv_shape *shape, const lut16_plan *plan, void *memory) {
  const int64_t steps = (int64_t)shape->kernel_height * shape->kernel_width * plan->run_quads;
  const int64_t pixels = plan->unit_rows * shape->out_width;
  signet_scratch take = signet_scratch_at(memory);
  lut16_scratch scratch;
  scratch.tables = SIGNET_TAKE(&take, plan->rows, plan->columns, plan->pixel_bytes);
  scratch.indices = SIGNET_TAKE(&take, steps, lut16_index_bytes);
  scratch.sums =
      SIGNET_TAKE(&take, shape->codes, plan->filter_blocks, pixels, lut16_filters, sizeof(int32_t));
  scratch.pixels = SIGNET_TAKE(&take, pixels, sizeof(int32_t));
  scratch.steps = SIGNET_TAKE(&take, steps, sizeof(int32_t));
  scratch.columns = SIGNET_TAKE(&take, plan->columns, sizeof(int32_t));
  scratch.scales = SIGNET_TAKE(&take, shape->codes, lut16_filters, sizeof(float));
  // Rows are measured before tables are built, in the same memory.
  signet_scratch measured = signet_scratch_at(memory);
  const int64_t padded_width =
      shape->in_width + 2 * (int64_t)(shape->kernel_width - 1) * shape->dilation_width;
  scratch.magnitudes = signet_scratch_take(
      &measured,
      SIGNET_TOTAL(SIGNET_BYTES(plan->blocks, padded_width, sizeof(float)), 16 * sizeof(float)));
  scratch.bytes = take.bytes > measured.bytes ? take.bytes : measured.bytes;
  return scratch;
}

// Whether a kernel tap of some output position looks at this row or column of the padded input.
SIGNET_INLINE bool lut16_is_seen(int64_t place, int64_t taps, int64_t dilation, int64_t stride) {
  for (int64_t tap = 0; tap < taps; tap++) {
    const int64_t first = place - tap * dilation;
    if (first >= 0 && first % stride == 0) return true;
  }
  return false;
}

#endif
