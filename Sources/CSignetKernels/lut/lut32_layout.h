// How the LUT convolution is laid out: the groups of channels that share a
// table, the rows of tables that are kept, the tiles and units the work is cut into.
#ifndef SIGNET_LUT32_LAYOUT_H
#define SIGNET_LUT32_LAYOUT_H

#include "core/geometry.h"
#include "core/scratch.h"
#include "lut/lut_bound.h"

enum {
  // Filters whose sums are one register of 16-bit integers, and the most that are done at once.
  vector_filters = 32,
  block_filters = 2 * vector_filters,
  // Output pixels done at once.
  tile_pixels = 14,
  // Inputs of one table: their 32 signed sums are one register.
  table_inputs = 5,
  table_bytes = 64,
  // Tables of the largest chunk, what is looked up under one tap before the next.
  chunk_tables = (SIGNET_LUT_CHUNK + table_inputs - 1) / table_inputs,
  // The most tables between two visits of the 32-bit sums, and with one tap: networks of such layers
  // are deep, and what each of many rounds adds up.
  run_tables = 3 * chunk_tables,
  pointwise_run_tables = 2 * chunk_tables,
  // Tables whose indices share a word.
  word_tables = 2,
  // Of more rows of tables nothing would stay in the second-level cache.
  most_ring_bytes = 4 * 1024 * 1024,
  // The fewest output rows that are given to a thread.
  rows_of_part = 4,
};

typedef struct {
  int64_t chunks;     // of a pixel's channels
  int64_t tables;     // of a pixel
  int64_t run_steps;  // chunks under taps that are summed in 16 bits
  int64_t words;      // of a pixel's tables: word_tables of one chunk each
  int64_t filter_blocks;
  // Columns that a strided window looks at in one lut32_step lie together: lut32_column x of the padded input is
  // at x % stride · phase_columns + x / stride.
  int64_t phase_columns;
  int64_t pitch;      // tables from one group of channels to the next
  int64_t row_bytes;  // of all tables of one input row
  int64_t part_rows;  // output rows of a unit
  int64_t parts;      // units the rows of an image are dealt into
  int64_t splits;     // parts the filter blocks are dealt into
  int64_t ring_rows;  // input rows whose tables are kept
  int64_t tile_rows, tile_columns;
} lut32_layout;

// Input rows, padding included, under some output rows.
SIGNET_INLINE int64_t lut32_rows_under(const signet_conv_shape *shape, int64_t rows) {
  return (rows - 1) * shape->stride_height +
         (int64_t)(shape->kernel_height - 1) * shape->dilation_height + 1;
}

SIGNET_INLINE int64_t lut32_chunk_channels(const signet_conv_shape *shape, int64_t chunk) {
  return signet_min(shape->in_channels - chunk * SIGNET_LUT_CHUNK, SIGNET_LUT_CHUNK);
}

SIGNET_INLINE int64_t lut32_tables_of(const signet_conv_shape *shape, int64_t chunk) {
  return signet_ceil_div(lut32_chunk_channels(shape, chunk), table_inputs);
}

// Of one tile.
SIGNET_INLINE int64_t lut32_steps_of(const signet_conv_shape *shape) {
  return signet_ceil_div(shape->in_channels, SIGNET_LUT_CHUNK) * shape->kernel_height *
         shape->kernel_width;
}

// Steps whose lookups are summed in 16 bits; those of a window are dealt into runs evenly.
SIGNET_INLINE int64_t lut32_run_steps(const signet_conv_shape *shape) {
  const int64_t steps = lut32_steps_of(shape);
  const bool is_pointwise = shape->kernel_height == 1 && shape->kernel_width == 1;
  const int64_t most =
      (is_pointwise ? pointwise_run_tables : run_tables) / lut32_tables_of(shape, 0);
  return signet_ceil_div(steps, signet_ceil_div(steps, most));
}

SIGNET_INLINE lut32_layout lut32_lay_out(const signet_conv_shape *shape) {
  lut32_layout plan;
  const int64_t channels = shape->in_channels;
  plan.chunks = signet_ceil_div(channels, SIGNET_LUT_CHUNK);
  plan.tables = (plan.chunks - 1) * chunk_tables +
                signet_ceil_div(channels - (plan.chunks - 1) * SIGNET_LUT_CHUNK, table_inputs);
  plan.run_steps = lut32_run_steps(shape);
  plan.words = (plan.chunks - 1) * signet_ceil_div(chunk_tables, word_tables) +
               signet_ceil_div(lut32_tables_of(shape, plan.chunks - 1), word_tables);
  plan.filter_blocks = signet_ceil_div(shape->out_channels, block_filters);
  const int64_t columns = (int64_t)(shape->out_width - 1) * shape->stride_width +
                          (int64_t)(shape->kernel_width - 1) * shape->dilation_width + 1;
  plan.phase_columns = signet_ceil_div(columns, shape->stride_width);
  // Odd, so that the groups' tables of a tile do not share sets of the first-level cache.
  plan.pitch = (plan.phase_columns * shape->stride_width) | 1;
  plan.row_bytes = plan.tables * plan.pitch * table_bytes;
  const int64_t threads = signet_max(shape->threads, 1);
  // Parts of an image share a few rows of tables, which each of them makes; filters share them all.
  plan.parts = signet_min(threads, signet_max(shape->out_height / rows_of_part, 1));
  plan.splits = signet_min(signet_ceil_div(threads, plan.parts), plan.filter_blocks);
  plan.part_rows = signet_ceil_div(shape->out_height, plan.parts);
  plan.parts = signet_ceil_div(shape->out_height, plan.part_rows);
  plan.tile_rows = shape->out_width <= tile_pixels / 2 ? 2 : 1;
  plan.tile_columns = signet_ceil_div(
      shape->out_width, signet_ceil_div(shape->out_width, tile_pixels / plan.tile_rows));
  plan.ring_rows = lut32_rows_under(shape, signet_min(plan.tile_rows, shape->out_height));
  return plan;
}

// The tables of one chunk under one kernel tap, for the pixels of a tile. Assembly reads this.
typedef struct {
  // Each row's first pixel's first table.
  const char *rows[2];
  // Pairs of tables; the first may have but one: `first` says how many.
  int64_t pairs, first;
} lut32_step;

SIGNET_INLINE int64_t lut32_first_pair(int64_t tables) { return (tables - 1) % word_tables + 1; }

// An input lut32_column that windows look at.
typedef struct {
  int64_t x;
  // Among a row's tables.
  int64_t place;
} lut32_column;

typedef struct {
  char *ring;             // ring_rows × tables × pitch tables
  char *zeros;            // tables × pitch tables of zeros, for padding
  int32_t *odd;           // ring_rows × pitch: how many of a pixel's tables have odd sums
  int32_t *no_odd;        // pitch zeros, for padding
  lut32_column *columns;  // at most in_width
  bool *is_made;          // pitch: whether a lut32_column belongs to the input
  int64_t *taps;          // kernel_width: columns from a window's to those under a tap
  int32_t *sums;          // blocks of filters × tile_pixels × block_filters
  lut32_step *steps;      // chunks × kernel area
  int32_t *windows;       // tile_rows × out_width: odd sums under each window
  size_t bytes;
} lut32_scratch_layout;

SIGNET_INLINE lut32_scratch_layout
lut32_lay_scratch(const signet_conv_shape *shape, const lut32_layout *plan, void *memory) {
  signet_scratch take = signet_scratch_at(memory);
  lut32_scratch_layout scratch;
  scratch.ring = SIGNET_TAKE(&take, plan->ring_rows, plan->row_bytes);
  scratch.zeros = SIGNET_TAKE(&take, plan->row_bytes);
  scratch.odd = SIGNET_TAKE(&take, plan->ring_rows, plan->pitch, sizeof(int32_t));
  scratch.no_odd = SIGNET_TAKE(&take, plan->pitch, sizeof(int32_t));
  scratch.columns = SIGNET_TAKE(&take, shape->in_width, sizeof(lut32_column));
  scratch.is_made = SIGNET_TAKE(&take, plan->pitch, sizeof(bool));
  scratch.taps = SIGNET_TAKE(&take, shape->kernel_width, sizeof(int64_t));
  scratch.sums = SIGNET_TAKE(
      &take, signet_ceil_div(plan->filter_blocks, plan->splits), tile_pixels, block_filters,
      sizeof(int32_t));
  scratch.steps = SIGNET_TAKE(&take, lut32_steps_of(shape), sizeof(lut32_step));
  scratch.windows = SIGNET_TAKE(&take, plan->tile_rows, shape->out_width, sizeof(int32_t));
  scratch.bytes = take.bytes;
  return scratch;
}

// Whether some tap of a kernel looks at a place of the padded input.
SIGNET_INLINE bool lut32_is_looked_at(
    int64_t place, int64_t taps, int64_t dilation, int64_t stride) {
  for (int64_t tap = 0; tap < taps; tap++) {
    if ((place - tap * dilation) % stride == 0) return true;
  }
  return false;
}

// Fills the columns and the taps. The number of columns.
SIGNET_INLINE int64_t lut32_fill_columns(
    const signet_conv_shape *shape, const lut32_layout *plan, const lut32_scratch_layout *scratch) {
  const int64_t stride = shape->stride_width;
  const int64_t end = plan->phase_columns * stride;
  int64_t count = 0;
  memset(scratch->is_made, 0, (size_t)plan->pitch);
  for (int64_t x = 0; x < shape->in_width; x++) {
    const int64_t padded = x + shape->pad_left;
    if (padded >= end ||
        !lut32_is_looked_at(padded, shape->kernel_width, shape->dilation_width, stride)) {
      continue;
    }
    const int64_t place = padded % stride * plan->phase_columns + padded / stride;
    scratch->columns[count++] = (lut32_column){x, place};
    scratch->is_made[place] = true;
  }
  for (int64_t tap = 0; tap < shape->kernel_width; tap++) {
    const int64_t offset = tap * shape->dilation_width;
    scratch->taps[tap] = offset % stride * plan->phase_columns + offset / stride;
  }
  return count;
}

#endif
