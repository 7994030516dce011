// Where the table convolutions of AVX2 keep what: blocks of the reduction, tables, working memory.
#ifndef SIGNET_CONV_TABLES_LAYOUT_H
#define SIGNET_CONV_TABLES_LAYOUT_H

#include "conv_walk.h"

enum {
  // Channels whose signed sums are one table, and those whose tables lie and are looked up together.
  tables_group = 4,
  tables_quad = 16,
  // A table: 16 low bytes, then 16 high bytes; a quad holds them as low, low, high, high, twice.
  tables_quad_bytes = 128,
  // Filters of a block: one index of each fills a vector.
  tables_filters = 32,
  // Packed indices, and indices in bytes, of one quad and filter block.
  tables_packed_bytes = 64,
  tables_index_bytes = 128,
  // Pixels of a microkernel.
  tables_pixels = 3,
  // Pixels that all filters meet before the next ones: their tables stay in the first-level cache.
  tables_chunk = 24 * tables_pixels,
  // Lookups of a quad are summed in bytes, which the low part of a number leaves room for.
  tables_low_bits = 6,
  // Runs of at most ±2¹³ each whose sum fits 16 bits.
  tables_runs_in_16_bits = 4,
  // Fewer quads than this are not worth being summed on their own.
  tables_run_quads = 4,
  tables_widest_kernel = 8,
  // Pixels that are fetched before they are needed.
  tables_ahead = 12,
  // What the tables and sums of a unit may take of the second-level cache.
  tables_unit_bytes = 384 * 1024,
  // Fewer pixels than this are shared among threads by filters, not by rows.
  tables_pixels_worth_cutting = 256,
};

// How a layer is laid out. The lookups of a run, a kernel row of `run_quads` quads per tap, sum up to
// a number of 14 bits; a few runs make one of 16 bits, which is added to a sum of 32 bits. Tables are
// built for one run's channels at a time, for all input pixels that a unit's output rows look at.
typedef struct tables_plan {
  int64_t quads;       // of all channels
  int64_t run_quads;   // of one pixel in a run
  int64_t blocks;      // of run_quads quads; the last may have fewer
  int64_t columns;     // of the tables, padding included
  int64_t pixel_bytes;
  int64_t unit_rows;   // output rows of a unit
  int64_t row_blocks;  // units of one image, filter splits not counted
  int64_t rows;        // of the tables of one unit
  int64_t filter_blocks, splits;
} tables_plan;

SIGNET_INLINE int64_t tables_run_pixel_quads(int64_t kernel_width) {
  return signet_max(1, tables_run_quads / kernel_width);
}

// The inputs of a run.
SIGNET_INLINE int64_t tables_run_inputs(const signet_conv_shape *shape) {
  return shape->kernel_width * tables_run_pixel_quads(shape->kernel_width) * tables_quad;
}

SIGNET_INLINE tables_plan tables_lay_out(const signet_conv_shape *shape) {
  tables_plan plan;
  plan.quads = signet_ceil_div(shape->in_channels, tables_quad);
  plan.run_quads = signet_min(plan.quads, tables_run_pixel_quads(shape->kernel_width));
  plan.blocks = signet_ceil_div(plan.quads, plan.run_quads);
  plan.columns = (int64_t)(shape->out_width - 1) * shape->stride_width +
                 (int64_t)(shape->kernel_width - 1) * shape->dilation_width + 1;
  plan.pixel_bytes = plan.run_quads * tables_quad_bytes;
  plan.filter_blocks = signet_ceil_div(shape->out_channels, tables_filters);

  const int64_t sum_bytes = shape->codes * plan.filter_blocks * tables_filters *
                            shape->out_width * (int64_t)sizeof(int32_t);
  const int64_t row_bytes = shape->stride_height * plan.columns * plan.pixel_bytes + sum_bytes;
  plan.row_blocks = signet_ceil_div(
      shape->out_height, signet_max(1, tables_unit_bytes / row_bytes));
  plan.splits = 1;
  if (shape->threads > 1) {
    if (shape->out_height >= shape->threads &&
        (int64_t)shape->out_height * shape->out_width >= tables_pixels_worth_cutting) {
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
SIGNET_INLINE bool tables_is_narrow(const signet_conv_shape *shape, int64_t block) {
  return shape->out_channels - block * tables_filters <= tables_filters / 2;
}

typedef struct tables_scratch {
  uint8_t *tables;   // rows × columns × pixel_bytes
  uint8_t *indices;  // kernel area × run_quads × index_bytes: of one filter block
  int32_t *sums;     // codes × filter blocks × pixels × filters
  int32_t *pixels;   // where the patch of each output pixel of a unit begins among the tables
  int32_t *steps;    // kernel area × run_quads: where a quad lies, from there
  int32_t *columns;  // those that a kernel tap looks at
  float *scales;     // codes × filters
  float *magnitudes; // blocks × padded input width and some more, while rows are measured
  size_t bytes;
} tables_scratch;

SIGNET_INLINE tables_scratch tables_lay_scratch(
    const signet_conv_shape *shape, const tables_plan *plan, uintptr_t start) {
  const int64_t steps = (int64_t)shape->kernel_height * shape->kernel_width * plan->run_quads;
  const int64_t pixels = plan->unit_rows * shape->out_width;
  const size_t tables = signet_line(SIGNET_BYTES(plan->rows, plan->columns, plan->pixel_bytes));
  const size_t indices = SIGNET_BYTES(steps, tables_index_bytes);
  const size_t sums = SIGNET_BYTES(
      shape->codes, plan->filter_blocks, pixels, tables_filters, sizeof(int32_t));
  const size_t places = signet_line(SIGNET_BYTES(pixels, sizeof(int32_t)));
  const size_t quads = signet_line(SIGNET_BYTES(steps, sizeof(int32_t)));
  const size_t columns = signet_line(SIGNET_BYTES(plan->columns, sizeof(int32_t)));
  const size_t scales = SIGNET_BYTES(shape->codes, tables_filters, sizeof(float));
  tables_scratch scratch;
  uintptr_t next = start;
  scratch.tables = (uint8_t *)next;
  next += tables;
  scratch.indices = (uint8_t *)next;
  next += indices;
  scratch.sums = (int32_t *)next;
  next += sums;
  scratch.pixels = (int32_t *)next;
  next += places;
  scratch.steps = (int32_t *)next;
  next += quads;
  scratch.columns = (int32_t *)next;
  next += columns;
  scratch.scales = (float *)next;
  // Rows are measured before tables are built.
  const int64_t padded_width =
      shape->in_width + 2 * (int64_t)(shape->kernel_width - 1) * shape->dilation_width;
  scratch.magnitudes = (float *)start;
  const size_t measured = signet_line(SIGNET_TOTAL(
      SIGNET_BYTES(plan->blocks, padded_width, sizeof(float)), 16 * sizeof(float)));
  const size_t built = SIGNET_TOTAL(tables, indices, sums, places, quads, columns, scales);
  scratch.bytes = built > measured ? built : measured;
  return scratch;
}

// Whether a kernel tap of some output position looks at this row or column of the padded input.
SIGNET_INLINE bool tables_is_seen(
    int64_t place, int64_t taps, int64_t dilation, int64_t stride) {
  for (int64_t tap = 0; tap < taps; tap++) {
    const int64_t first = place - tap * dilation;
    if (first >= 0 && first % stride == 0) return true;
  }
  return false;
}

#endif
