// Where the tile convolutions of float layers keep what: the quantised input, the weights, the
// working memory.
#ifndef SIGNET_AMX_DENSE_LAYOUT_H
#define SIGNET_AMX_DENSE_LAYOUT_H

#include "amx/amx_tiles.h"
#include "core/absmax.h"
#include "core/row_cut.h"
#include "core/scratch.h"
#include "core/units.h"

enum {
  // What the quantised rows of a unit may take of the second-level cache.
  map_bytes = 384 * 1024,
  // Output pixels that all filters meet before the next ones: whole pairs of tiles.
  chunk = 16 * tile_pixels,
  // Three products of bytes for each input stay within the 32 bits of a sum.
  longest_patch = 1 << 15,
  // Places under a window, gaps included, which are walked over whenever a layer is laid out.
  most_places = 1 << 18,
};

// How a layer is laid out. The input rows of a unit, some output rows of one image, are quantised
// into planes of bytes, padding included. What a stride steps over, stride_height × stride_width
// inputs with their channels, is one pixel of the map, so that the convolution has stride 1 there
// and tiles read patches where they lie. Rows have `pitch` pixels, so that neighbouring output pixels
// are neighbours in the map even across the end of a row: the pixels a tile computes there are
// dropped.
typedef struct {
  int64_t run_bytes;    // one input row of a pixel: stride_width × channels
  int64_t pixel_bytes;  // stride_height × run_bytes
  int64_t pitch;
  int64_t row_bytes;  // pitch × pixel_bytes
  int64_t steps;      // lines that cover a patch
  int64_t filter_blocks;
  signet_row_cut cut;
  int64_t map_rows;
} amx_dense_layout;

// What is done with a tap whose first channel is byte `place` of the lines that cover the patch.
typedef void (*amx_dense_tap_visitor)(void *context, int64_t tap, int64_t place);

// Covers the inputs of a patch by lines and returns how many those are. offsets: where each begins,
// from a pixel's first byte; NULL where only the taps are asked for, as `visit` may be.
static int64_t amx_dense_cover_patch(
    const signet_conv_shape *shape, const amx_dense_layout *plan, int64_t *offsets,
    amx_dense_tap_visitor visit, void *context) {
  const int64_t rows = (int64_t)(shape->kernel_height - 1) * shape->dilation_height + 1;
  const int64_t columns = (int64_t)(shape->kernel_width - 1) * shape->dilation_width + 1;
  const int64_t channels = shape->in_channels;
  int64_t steps = 0;
  for (int64_t row = 0; row < rows; row += shape->stride_height) {
    // Of the last line, from the first pixel of this row.
    int64_t line_begin = 0, line_end = 0;
    for (int64_t column = 0; column < columns; column += shape->stride_width) {
      for (int64_t y = row; y < signet_min(row + shape->stride_height, rows); y++) {
        if (y % shape->dilation_height != 0) continue;
        for (int64_t x = column; x < signet_min(column + shape->stride_width, columns); x++) {
          if (x % shape->dilation_width != 0) continue;
          const int64_t begin = column / shape->stride_width * plan->pixel_bytes +
                                (y - row) * plan->run_bytes + (x - column) * channels;
          int64_t place = begin < line_end ? (steps - 1) * line + begin - line_begin : steps * line;
          if (visit) {
            visit(
                context,
                y / shape->dilation_height * shape->kernel_width + x / shape->dilation_width,
                place);
          }
          for (int64_t at = signet_max(begin, line_end); at < begin + channels; at += line) {
            if (offsets) offsets[steps] = row / shape->stride_height * plan->row_bytes + at;
            steps++;
            line_begin = at;
            line_end = at + line;
          }
        }
      }
    }
  }
  return steps;
}

static amx_dense_layout amx_dense_lay_out(const signet_conv_shape *shape, int64_t planes) {
  amx_dense_layout plan;
  plan.run_bytes = (int64_t)shape->stride_width * shape->in_channels;
  plan.pixel_bytes = shape->stride_height * plan.run_bytes;
  plan.pitch = shape->out_width +
               (int64_t)(shape->kernel_width - 1) * shape->dilation_width / shape->stride_width;
  plan.row_bytes = plan.pitch * plan.pixel_bytes;
  plan.steps = amx_dense_cover_patch(shape, &plan, NULL, NULL, NULL);
  plan.filter_blocks = signet_ceil_div(shape->out_channels, block);
  const int64_t halo =
      (int64_t)(shape->kernel_height - 1) * shape->dilation_height / shape->stride_height;
  const int64_t most_rows = signet_max(map_bytes / (planes * plan.row_bytes) - halo, halo + 1);
  plan.cut = signet_cut_rows(shape, most_rows, shape->out_channels, shape->threads);
  plan.map_rows = plan.cut.unit_rows + halo;
  return plan;
}

static int64_t amx_dense_map_plane(const amx_dense_layout *plan) {
  // Tiles read on past the last row, for pixels that are dropped, and past the last input of a patch.
  const int64_t overrun = (chunk + plan->pitch) * plan->pixel_bytes + line;
  return signet_round_up(plan->map_rows * plan->row_bytes + overrun, line);
}

// Bytes of one input row as the map has it, in one plane.
static int64_t amx_dense_input_row_bytes(const amx_dense_layout *plan) {
  return plan->pitch * plan->run_bytes;
}

static int64_t amx_dense_row_plane(const amx_dense_layout *plan) {
  return signet_round_up(amx_dense_input_row_bytes(plan), line) + line;
}

static int64_t amx_dense_row_lines(const amx_dense_layout *plan) {
  return signet_ceil_div(plan->row_bytes, line);
}

typedef struct {
  int8_t *map;       // planes × map_plane
  int8_t *row;       // planes × row_plane: an input row that is not yet spread over pixels
  int32_t *raw;      // planes × raw_elements
  float *rows;       // unit rows × width × filters, before pooling
  float *scale;      // filter blocks × block
  int64_t *offsets;  // steps
  uint64_t *spread;  // stride_height × row_lines: the bytes of a map row that an input row fills
  size_t bytes;
} amx_dense_scratch;

static amx_dense_scratch amx_dense_lay_scratch(
    const signet_conv_shape *shape, const amx_dense_layout *plan, int64_t planes, void *memory) {
  signet_scratch take = signet_scratch_at(memory);
  amx_dense_scratch scratch;
  scratch.map = SIGNET_TAKE(&take, planes, amx_dense_map_plane(plan));
  scratch.row = SIGNET_TAKE(&take, planes, amx_dense_row_plane(plan));
  scratch.raw = SIGNET_TAKE(&take, planes, raw_elements, sizeof(int32_t));
  scratch.rows =
      signet_scratch_take(&take, signet_unpooled_bytes(shape, plan->cut, shape->out_channels));
  scratch.scale = SIGNET_TAKE(&take, plan->filter_blocks, block, sizeof(float));
  scratch.offsets = SIGNET_TAKE(&take, plan->steps, sizeof(int64_t));
  scratch.spread =
      SIGNET_TAKE(&take, shape->stride_height, amx_dense_row_lines(plan), sizeof(uint64_t));
  scratch.bytes = take.bytes;
  return scratch;
}

// Where lines begin and where input rows go; the same for all units.
static void amx_dense_fill_tables(
    const signet_conv_shape *shape, const amx_dense_layout *plan,
    const amx_dense_scratch *scratch) {
  amx_dense_cover_patch(shape, plan, scratch->offsets, NULL, NULL);
  const int64_t lines = amx_dense_row_lines(plan);
  memset(scratch->spread, 0, (size_t)(shape->stride_height * lines) * sizeof(uint64_t));
  for (int64_t pixel = 0; pixel < plan->pitch; pixel++) {
    for (int64_t phase = 0; phase < shape->stride_height; phase++) {
      uint64_t *masks = scratch->spread + phase * lines;
      int64_t at = pixel * plan->pixel_bytes + phase * plan->run_bytes;
      const int64_t end = at + plan->run_bytes;
      while (at < end) {
        const int64_t count = signet_min(line - at % line, end - at);
        masks[at / line] |= (~(uint64_t)0 >> (line - count)) << (at % line);
        at += count;
      }
    }
  }
}

// packed: filter blocks × block float, the quantisation steps; then
// filter blocks × planes × steps × 2 tiles
static size_t amx_dense_packed_bytes(const signet_conv_shape *shape, int64_t planes) {
  const amx_dense_layout plan = amx_dense_lay_out(shape, planes);
  return SIGNET_TOTAL(
      SIGNET_BYTES(plan.filter_blocks, block, sizeof(float)),
      SIGNET_BYTES(plan.filter_blocks, planes, plan.steps, 2 * tile_bytes));
}

typedef struct {
  const signet_conv_shape *shape;
  const float *weights;  // S
  float inverse, most;
  int64_t planes;
  int64_t plane;  // bytes from the tiles of a plane to those of the next
  int8_t *tiles;  // of the filter's half of a block, from its lane on
} amx_dense_filter_packing;

static void amx_dense_pack_tap(void *context, int64_t tap, int64_t place) {
  const amx_dense_filter_packing *with = context;
  const int64_t area = (int64_t)with->shape->kernel_height * with->shape->kernel_width;
  for (int64_t channel = 0; channel < with->shape->in_channels; channel++, place++) {
    const float scaled = with->weights[channel * area + tap] * with->inverse;
    int32_t number = (int32_t)__builtin_rintf(signet_within(scaled, with->most));
    int8_t *to = with->tiles + place / line * 2 * tile_bytes + place % line / 4 * line + place % 4;
    for (int64_t p = 0; p < with->planes; p++, to += with->plane) {
      *to = (int8_t)(number & 0xff);
      // What is left of the number when the byte, which is signed, is taken off.
      number = (number + 0x80) >> 8;
    }
  }
}

static void amx_dense_pack(
    const signet_conv_shape *shape, const void *rows, void *packed, const int planes) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  const amx_dense_layout plan = amx_dense_lay_out(shape, planes);
  const int64_t patch = signet_patch_length(shape);
  const float most = amx_most_of(planes);
  const int64_t plane = plan.steps * 2 * tile_bytes;
  float *units = packed;
  int8_t *tiles = (int8_t *)(units + plan.filter_blocks * block);
  memset(packed, 0, amx_dense_packed_bytes(shape, planes));
  for (int64_t filter = 0; filter < shape->out_channels; filter++) {
    const float *weights = (const float *)rows + filter * patch;
    const float absmax = signet_absmax_of(weights, patch);
    units[filter] = absmax / most;
    amx_dense_filter_packing with = {
        .shape = shape,
        .weights = weights,
        .inverse = absmax > 0 ? most / absmax : 0,
        .most = most,
        .planes = planes,
        .plane = plane,
        .tiles = tiles + filter / block * planes * plane +
                 filter % block / tile_pixels * tile_bytes + filter % tile_pixels * 4};
    amx_dense_cover_patch(shape, &plan, NULL, amx_dense_pack_tap, &with);
  }
}

#endif
