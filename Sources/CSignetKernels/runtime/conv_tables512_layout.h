// How a convolution with tables of signed sums is laid out: the groups of channels that share a
// table, the rows of tables that are kept, the tiles and units the work is cut into.
#ifndef SIGNET_CONV_TABLES512_LAYOUT_H
#define SIGNET_CONV_TABLES512_LAYOUT_H

#include "conv_tables_bound.h"
#include "conv_walk.h"

enum {
  // Filters whose sums are one register of 16-bit integers, and the most that are done at once.
  vector_filters = 32,
  block_filters = 2 * vector_filters,
  // Output pixels done at once.
  tile_pixels = 14,
  // Inputs of one table: their 32 signed sums are one register.
  table_inputs = 5,
  table_bytes = 64,
  // Tables between two visits of the 32-bit sums, and their inputs.
  chunk_tables = SIGNET_TABLE_CHUNK / table_inputs,
  // Rows of tables stay in the second-level cache.
  ring_bytes = 512 * 1024,
  // Of larger ones nothing would stay there.
  most_ring_bytes = 4 * 1024 * 1024,
  // The fewest output rows that are given to a thread.
  rows_of_part = 4,
};

typedef struct {
  int64_t chunks;         // of a pixel's channels
  int64_t tables;         // of a pixel
  int64_t filter_blocks;
  // Columns that a strided window looks at in one step lie together: column x of the padded input is
  // at x % stride · phase_columns + x / stride.
  int64_t phase_columns;
  int64_t pitch;          // tables from one group of channels to the next
  int64_t row_bytes;      // of all tables of one input row
  int64_t part_rows;      // output rows of a unit
  int64_t parts;          // units the rows of an image are dealt into
  int64_t splits;         // parts the filter blocks are dealt into
  int64_t band_rows;      // output rows between two visits of the tables' maker
  int64_t ring_rows;      // input rows whose tables are kept
  int64_t tile_rows, tile_columns;
} layout;

// Input rows, padding included, under some output rows.
SIGNET_INLINE int64_t rows_under(const signet_conv_shape *shape, int64_t rows) {
  return (rows - 1) * shape->stride_height +
         (int64_t)(shape->kernel_height - 1) * shape->dilation_height + 1;
}

SIGNET_INLINE layout lay_out(const signet_conv_shape *shape) {
  layout plan;
  const int64_t channels = shape->in_channels;
  plan.chunks = signet_ceil_div(channels, SIGNET_TABLE_CHUNK);
  plan.tables = (plan.chunks - 1) * chunk_tables +
                signet_ceil_div(channels - (plan.chunks - 1) * SIGNET_TABLE_CHUNK, table_inputs);
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
  const int64_t kept = ring_bytes / plan.row_bytes;
  const int64_t band = (kept - rows_under(shape, 1)) / shape->stride_height + 1;
  plan.band_rows = signet_min(
      signet_max(band / plan.tile_rows * plan.tile_rows, plan.tile_rows), plan.part_rows);
  plan.ring_rows = rows_under(shape, plan.band_rows);
  return plan;
}

SIGNET_INLINE int64_t chunk_channels(const signet_conv_shape *shape, int64_t chunk) {
  return signet_min(shape->in_channels - chunk * SIGNET_TABLE_CHUNK, SIGNET_TABLE_CHUNK);
}

SIGNET_INLINE int64_t tables_of(const signet_conv_shape *shape, int64_t chunk) {
  return signet_ceil_div(chunk_channels(shape, chunk), table_inputs);
}

// One visit of the tables: some groups of channels under one kernel tap, for the pixels of a tile.
typedef struct {
  // Each row's first pixel's first table.
  const char *rows[2];
  int64_t tables;
} step;

// An input column that windows look at.
typedef struct {
  int64_t x;
  // Of its tables, from a row's first, in bytes.
  int64_t offset;
} column;

typedef struct {
  char *ring;        // ring_rows × tables × pitch tables
  char *zeros;       // tables × pitch tables of zeros, for padding
  column *columns;   // at most in_width
  bool *is_made;     // pitch: whether a column belongs to the input
  int64_t *taps;     // kernel_width: bytes from a window's tables to those under a tap
  int32_t *sums;     // tile_pixels × block_filters
  step *steps;       // a band's tiles × chunks × kernel area
  size_t bytes;
} scratch_layout;

// Of one tile.
SIGNET_INLINE int64_t steps_of(const signet_conv_shape *shape, const layout *plan) {
  return plan->chunks * shape->kernel_height * shape->kernel_width;
}

SIGNET_INLINE int64_t band_tiles(const signet_conv_shape *shape, const layout *plan) {
  return signet_ceil_div(plan->band_rows, plan->tile_rows) *
         signet_ceil_div(shape->out_width, plan->tile_columns);
}

SIGNET_INLINE scratch_layout lay_scratch(
    const signet_conv_shape *shape, const layout *plan, uintptr_t start) {
  const size_t ring = SIGNET_BYTES(plan->ring_rows, plan->row_bytes);
  const size_t zeros = SIGNET_BYTES(plan->row_bytes);
  const size_t columns = signet_line(SIGNET_BYTES(shape->in_width, sizeof(column)));
  const size_t is_made = signet_line(SIGNET_BYTES(plan->pitch, sizeof(bool)));
  const size_t taps = signet_line(SIGNET_BYTES(shape->kernel_width, sizeof(int64_t)));
  const size_t sums = tile_pixels * block_filters * sizeof(int32_t);
  const size_t steps = signet_line(
      SIGNET_BYTES(band_tiles(shape, plan), steps_of(shape, plan), sizeof(step)));
  const uintptr_t tables = start + ring + zeros;
  return (scratch_layout){
      .ring = (char *)start,
      .zeros = (char *)(start + ring),
      .columns = (column *)tables,
      .is_made = (bool *)(tables + columns),
      .taps = (int64_t *)(tables + columns + is_made),
      .sums = (int32_t *)(tables + columns + is_made + taps),
      .steps = (step *)(tables + columns + is_made + taps + sums),
      .bytes = SIGNET_TOTAL(ring, zeros, columns, is_made, taps, sums, steps),
  };
}

// Whether some tap of a kernel looks at a place of the padded input.
SIGNET_INLINE bool is_looked_at(int64_t place, int64_t taps, int64_t dilation, int64_t stride) {
  for (int64_t tap = 0; tap < taps; tap++) {
    if ((place - tap * dilation) % stride == 0) return true;
  }
  return false;
}

// Fills the columns and the taps. The number of columns.
SIGNET_INLINE int64_t fill_columns(
    const signet_conv_shape *shape, const layout *plan, const scratch_layout *scratch) {
  const int64_t stride = shape->stride_width;
  const int64_t end = plan->phase_columns * stride;
  int64_t count = 0;
  memset(scratch->is_made, 0, (size_t)plan->pitch);
  for (int64_t x = 0; x < shape->in_width; x++) {
    const int64_t padded = x + shape->pad_left;
    if (padded >= end ||
        !is_looked_at(padded, shape->kernel_width, shape->dilation_width, stride)) {
      continue;
    }
    const int64_t place = padded % stride * plan->phase_columns + padded / stride;
    scratch->columns[count++] = (column){x, place * table_bytes};
    scratch->is_made[place] = true;
  }
  for (int64_t tap = 0; tap < shape->kernel_width; tap++) {
    const int64_t offset = tap * shape->dilation_width;
    scratch->taps[tap] =
        (offset % stride * plan->phase_columns + offset / stride) * table_bytes;
  }
  return count;
}

#endif
