// Where the tile convolutions keep what: the split input, the packed signs, the working memory.
#ifndef SIGNET_CONV_AMX_LAYOUT_H
#define SIGNET_CONV_AMX_LAYOUT_H

#include "conv_walk.h"

enum {
  tile_pixels = 16,
  // Bytes of a tile row: 32 channels of one pixel, one cache line.
  line = 64,
  line_channels = 32,
  tile_bytes = tile_pixels * line,
  // Filters of a block: two tiles.
  block = 32,
  // What the split input of a unit may take of the second-level cache.
  map_bytes = 512 * 1024,
  // Fewer pixels than this are shared among threads by filters, not by rows.
  pixels_worth_cutting = 256,
};

// How a layer is laid out. The input of a unit, some output rows of one image and group, is split
// into two bfloat16 planes of lines. Strided convolutions see it as stride_height × stride_width
// interleaved phases, each with stride 1; only the phases a kernel tap looks at are kept. Rows have
// `pitch` pixels, padding included, so that neighbouring output pixels are neighbouring lines even
// across the end of a row: the pixels a tile computes there are dropped.
typedef struct {
  int64_t channels;       // of one group
  int64_t channel_lines;  // per pixel
  int64_t steps;          // tiles a filter block is deep: channel lines × kernel taps
  int64_t phase_rows, phase_columns;
  int64_t pitch;
  int64_t unit_rows;      // output rows of a unit
  int64_t row_blocks;     // units of one image and group, filter splits not counted
  int64_t map_rows;       // rows of a phase for one unit
  int64_t group_filters, filter_blocks, splits;
} layout;

// The index of a residue among those that the taps of one axis have, in tap order; −1 if none has.
static int64_t phase_index(int64_t residue, int64_t taps, int64_t dilation, int64_t stride) {
  int64_t index = 0;
  for (int64_t tap = 0; tap < taps; tap++) {
    int64_t own = tap * dilation % stride;
    if (own == residue) return index;
    bool repeated = false;
    for (int64_t before = 0; before < tap; before++) {
      repeated = repeated || before * dilation % stride == own;
    }
    if (!repeated) index++;
  }
  return -1;
}

static int64_t phase_count(int64_t taps, int64_t dilation, int64_t stride) {
  int64_t count = 0;
  for (int64_t residue = 0; residue < signet_min(stride, taps * dilation); residue++) {
    count += phase_index(residue, taps, dilation, stride) >= 0;
  }
  return count;
}

static int64_t plane_lines(const layout *plan) { return plan->map_rows * plan->pitch; }

static layout lay_out(const signet_conv_shape *shape) {
  layout plan;
  plan.channels = shape->in_channels / shape->groups;
  plan.channel_lines = signet_ceil_div(plan.channels, line_channels);
  plan.steps = plan.channel_lines * shape->kernel_height * shape->kernel_width;
  plan.phase_rows =
      phase_count(shape->kernel_height, shape->dilation_height, shape->stride_height);
  plan.phase_columns =
      phase_count(shape->kernel_width, shape->dilation_width, shape->stride_width);
  plan.pitch = shape->out_width + (int64_t)(shape->kernel_width - 1) * shape->dilation_width /
                                      shape->stride_width;
  plan.group_filters = shape->out_channels / shape->groups;
  plan.filter_blocks = signet_ceil_div(plan.group_filters, block);

  const int64_t halo =
      (int64_t)(shape->kernel_height - 1) * shape->dilation_height / shape->stride_height;
  const int64_t row_bytes =
      plan.phase_rows * plan.phase_columns * plan.channel_lines * 2 * plan.pitch * line;
  const int64_t most_rows =
      signet_max(map_bytes / row_bytes - halo, signet_min(halo + 1, shape->out_height));
  plan.row_blocks = signet_ceil_div(shape->out_height, most_rows);
  plan.splits = 1;
  if (shape->threads > 1) {
    bool cut_rows = shape->out_height >= shape->threads &&
                    (int64_t)shape->out_height * shape->out_width >= pixels_worth_cutting;
    if (cut_rows) {
      plan.row_blocks = signet_round_up(plan.row_blocks, shape->threads);
    } else {
      plan.splits = signet_min(shape->threads, plan.filter_blocks);
    }
  }
  plan.unit_rows = signet_ceil_div(shape->out_height, plan.row_blocks);
  plan.row_blocks = signet_ceil_div(shape->out_height, plan.unit_rows);
  plan.map_rows = plan.unit_rows + halo;
  return plan;
}

static int64_t units(const signet_conv *conv, int64_t images) {
  const layout plan = lay_out(&conv->shape);
  return images * plan.row_blocks * conv->shape.groups * plan.splits;
}

typedef struct {
  char *map;         // phases × channel lines × (high, low) × map rows × pitch lines
  char *signs;       // codes × steps × 2 tiles
  float *raw;        // 64 pixels × block
  float *total;      // 64 pixels × block
  int64_t *offsets;  // steps: where a step's lines are, in bytes from a pixel's first
  int64_t *columns;  // padded columns: line within a row and phase, in bytes; −1 where unused
  size_t bytes;
} scratch_layout;

static int64_t padded_columns(const signet_conv_shape *shape) {
  return (int64_t)(shape->out_width - 1) * shape->stride_width +
         (int64_t)(shape->kernel_width - 1) * shape->dilation_width + 1;
}

static scratch_layout lay_scratch(
    const signet_conv_shape *shape, const layout *plan, uintptr_t start) {
  // Tiles read on past the last row, for pixels that are dropped.
  const size_t overrun = (size_t)(4 * tile_pixels + plan->pitch) * line;
  const size_t map = (size_t)(plan->phase_rows * plan->phase_columns * plan->channel_lines * 2 *
                              plane_lines(plan) * line) +
                     overrun;
  const size_t signs = (size_t)(shape->codes * plan->steps * 2 * tile_bytes);
  const size_t raw = 4 * tile_pixels * block * sizeof(float);
  const size_t offsets = (size_t)plan->steps * sizeof(int64_t);
  const size_t columns = (size_t)padded_columns(shape) * sizeof(int64_t);
  return (scratch_layout){
      .map = (char *)start,
      .signs = (char *)(start + map),
      .raw = (float *)(start + map + signs),
      .total = (float *)(start + map + signs + raw),
      .offsets = (int64_t *)(start + map + signs + 2 * raw),
      .columns = (int64_t *)(start + map + signs + 2 * raw + offsets),
      .bytes = signet_line(map + signs + 2 * raw + offsets + columns),
  };
}

static size_t scratch_bytes(const signet_conv_shape *shape, int64_t images) {
  (void)images;
  const layout plan = lay_out(shape);
  return lay_scratch(shape, &plan, 0).bytes;
}

// Packed bits: per code, group and filter block, per step and pair of channels, two words: one per
// filter tile, bit 2·filter + (channel of the pair), the order of a tile's row. Steps go through
// channel lines, kernel rows, kernel columns: the taps of a line meet it while it is near.
typedef uint32_t word;

enum { step_words = line_channels / 2 * 2 };

static size_t packed_bytes(const signet_conv_shape *shape) {
  const layout plan = lay_out(shape);
  return (size_t)(shape->codes * shape->groups * plan.filter_blocks * plan.steps * step_words) *
         sizeof(word);
}

static void pack(const signet_conv_shape *shape, const void *rows, void *packed) {
  const layout plan = lay_out(shape);
  const int64_t patch = signet_patch_length(shape);
  const int64_t area = (int64_t)shape->kernel_height * shape->kernel_width;
  const int64_t bytes = (patch + 7) / 8;
  memset(packed, 0, packed_bytes(shape));
  for (int64_t row = 0; row < (int64_t)shape->codes * shape->out_channels; row++) {
    const uint8_t *bits = (const uint8_t *)rows + row * bytes;
    const int64_t filter = row % shape->out_channels;
    const int64_t lane = filter % plan.group_filters;
    const int64_t index =
        (row / shape->out_channels * shape->groups + filter / plan.group_filters) *
            plan.filter_blocks +
        lane / block;
    word *words = (word *)packed + index * plan.steps * step_words + lane % block / 16;
    int64_t element = 0;
    for (int64_t channel = 0; channel < plan.channels; channel++) {
      const int64_t lane_bit = lane % 16 * 2 + channel % 2;
      word *to = words + channel / line_channels * area * step_words +
                 channel % line_channels / 2 * 2;
      for (int64_t tap = 0; tap < area; tap++, element++, to += step_words) {
        *to |= (word)((bits[element / 8] >> (element % 8)) & 1) << lane_bit;
      }
    }
  }
}

#endif
