// Where the tile convolutions of float layers keep what: the quantised input, the weights, the
// working memory.
#ifndef SIGNET_CONV_AMX_DENSE_LAYOUT_H
#define SIGNET_CONV_AMX_DENSE_LAYOUT_H

#include "amx_tiles.h"
#include "conv_row_cut.h"
#include "peaks.h"

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
  int64_t run_bytes;      // one input row of a pixel: stride_width × channels
  int64_t pixel_bytes;    // stride_height × run_bytes
  int64_t pitch;
  int64_t row_bytes;      // pitch × pixel_bytes
  int64_t steps;          // lines that cover a patch
  int64_t filter_blocks;
  signet_row_cut cut;
  int64_t map_rows;
} dense_layout;

// What is done with a tap whose first channel is byte `place` of the lines that cover the patch.
typedef void (*tap_visitor)(void *context, int64_t tap, int64_t place);

// Covers the inputs of a patch by lines and returns how many those are. offsets: where each begins,
// from a pixel's first byte; NULL where only the taps are asked for, as `visit` may be.
static int64_t cover_patch(
    const signet_conv_shape *shape, const dense_layout *plan, int64_t *offsets, tap_visitor visit,
    void *context) {
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

static dense_layout lay_out(const signet_conv_shape *shape, int64_t planes) {
  dense_layout plan;
  plan.run_bytes = (int64_t)shape->stride_width * shape->in_channels;
  plan.pixel_bytes = shape->stride_height * plan.run_bytes;
  plan.pitch = shape->out_width + (int64_t)(shape->kernel_width - 1) * shape->dilation_width /
                                      shape->stride_width;
  plan.row_bytes = plan.pitch * plan.pixel_bytes;
  plan.steps = cover_patch(shape, &plan, NULL, NULL, NULL);
  plan.filter_blocks = signet_ceil_div(shape->out_channels, block);
  const int64_t halo =
      (int64_t)(shape->kernel_height - 1) * shape->dilation_height / shape->stride_height;
  const int64_t most_rows =
      signet_max(map_bytes / (planes * plan.row_bytes) - halo, halo + 1);
  plan.cut = signet_cut_rows(shape, most_rows, shape->out_channels, shape->threads);
  plan.map_rows = plan.cut.unit_rows + halo;
  return plan;
}

static int64_t map_plane(const dense_layout *plan) {
  // Tiles read on past the last row, for pixels that are dropped, and past the last input of a patch.
  const int64_t overrun = (chunk + plan->pitch) * plan->pixel_bytes + line;
  return signet_round_up(plan->map_rows * plan->row_bytes + overrun, line);
}

// Bytes of one input row as the map has it, in one plane.
static int64_t input_row_bytes(const dense_layout *plan) {
  return plan->pitch * plan->run_bytes;
}

static int64_t row_plane(const dense_layout *plan) {
  return signet_round_up(input_row_bytes(plan), line) + line;
}

static int64_t row_lines(const dense_layout *plan) {
  return signet_ceil_div(plan->row_bytes, line);
}

typedef struct {
  int8_t *map;        // planes × map_plane
  int8_t *row;        // planes × row_plane: an input row that is not yet spread over pixels
  int32_t *raw;       // planes × raw_elements
  float *rows;        // unit rows × width × filters, before pooling
  float *scale;       // filter blocks × block
  int64_t *offsets;   // steps
  uint64_t *spread;   // stride_height × row_lines: the bytes of a map row that an input row fills
  size_t bytes;
} dense_scratch;

static dense_scratch lay_scratch(
    const signet_conv_shape *shape, const dense_layout *plan, int64_t planes, uintptr_t start) {
  const size_t map = SIGNET_BYTES(planes, map_plane(plan));
  const size_t row = SIGNET_BYTES(planes, row_plane(plan));
  const size_t raw = SIGNET_BYTES(planes, raw_elements, sizeof(int32_t));
  const size_t rows = signet_unpooled_bytes(shape, plan->cut, shape->out_channels);
  const size_t scale = SIGNET_BYTES(plan->filter_blocks, block, sizeof(float));
  const size_t offsets = SIGNET_BYTES(plan->steps, sizeof(int64_t));
  const size_t spread = SIGNET_BYTES(shape->stride_height, row_lines(plan), sizeof(uint64_t));
  const uintptr_t raw_start = start + map + row;
  const uintptr_t scale_start = raw_start + raw + rows;
  return (dense_scratch){
      .map = (int8_t *)start,
      .row = (int8_t *)(start + map),
      .raw = (int32_t *)raw_start,
      .rows = (float *)(raw_start + raw),
      .scale = (float *)scale_start,
      .offsets = (int64_t *)(scale_start + scale),
      .spread = (uint64_t *)(scale_start + scale + offsets),
      .bytes = signet_line(SIGNET_TOTAL(map, row, raw, rows, scale, offsets, spread)),
  };
}

// Where lines begin and where input rows go; the same for all units.
static void fill_tables(
    const signet_conv_shape *shape, const dense_layout *plan, const dense_scratch *scratch) {
  cover_patch(shape, plan, scratch->offsets, NULL, NULL);
  const int64_t lines = row_lines(plan);
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

// packed: filter blocks × block float, what an integer weight of 1 stands for; then
// filter blocks × planes × steps × 2 tiles
static size_t packed_bytes(const signet_conv_shape *shape, int64_t planes) {
  const dense_layout plan = lay_out(shape, planes);
  return SIGNET_TOTAL(
      SIGNET_BYTES(plan.filter_blocks, block, sizeof(float)),
      SIGNET_BYTES(plan.filter_blocks, planes, plan.steps, 2 * tile_bytes));
}

typedef struct {
  const signet_conv_shape *shape;
  const float *weights;  // S
  float inverse, most;
  int64_t planes;
  int64_t plane;         // bytes from the tiles of a plane to those of the next
  int8_t *tiles;         // of the filter's half of a block, from its lane on
} filter_packing;

static void pack_tap(void *context, int64_t tap, int64_t place) {
  const filter_packing *with = context;
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

static void pack(
    const signet_conv_shape *shape, const void *rows, void *packed, const int planes) {
  const dense_layout plan = lay_out(shape, planes);
  const int64_t patch = signet_patch_length(shape);
  const float most = most_of(planes);
  const int64_t plane = plan.steps * 2 * tile_bytes;
  float *units = packed;
  int8_t *tiles = (int8_t *)(units + plan.filter_blocks * block);
  memset(packed, 0, packed_bytes(shape, planes));
  for (int64_t filter = 0; filter < shape->out_channels; filter++) {
    const float *weights = (const float *)rows + filter * patch;
    const float peak = signet_peak_of(weights, patch);
    units[filter] = peak / most;
    filter_packing with = {
        .shape = shape,
        .weights = weights,
        .inverse = peak > 0 ? most / peak : 0,
        .most = most,
        .planes = planes,
        .plane = plane,
        .tiles = tiles + filter / block * planes * plane +
                 filter % block / tile_pixels * tile_bytes + filter % tile_pixels * 4};
    cover_patch(shape, &plan, NULL, pack_tap, &with);
  }
}

#endif
