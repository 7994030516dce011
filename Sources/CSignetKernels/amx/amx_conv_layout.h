// Where the tile convolutions keep what: the quantised input, the packed signs, the working memory.
#ifndef SIGNET_AMX_CONV_LAYOUT_H
#define SIGNET_AMX_CONV_LAYOUT_H

#include "amx/amx_tiles.h"
#include "core/code_bits.h"
#include "core/row_cut.h"
#include "core/scratch.h"
#include "core/units.h"

enum {
  // Tiles hold groups of four inputs; map pixels are whole numbers of such groups, so that the
  // inputs a step does not use are whole rows of a filter tile.
  tile_row_inputs = 4,
  pixel_granule = 16,
  // What the quantised input of a unit may take of the second-level cache.
  map_bytes = 240 * 1024,
  // Expanded signs are kept for all pixels of a unit unless they are more steps than these; they are
  // then expanded for every tile, into memory for a few steps that stays in the first-level cache.
  most_kept_steps = 48,
  recycled_steps = 8,
  // A tile is loaded long after it was written, or the load waits.
  steps_ahead = 4,
  // Phases are found by trying every tap of a kernel side with every other.
  longest_kernel = 256,
  // Fewer pixels than this are shared among threads by filters, not by rows.
  pixels_worth_cutting = 256,
};

// How a layer is laid out. The input of a unit, some output rows of one image and group, is
// quantised into planes of bytes, high and low parts of each number. Strided convolutions see it as
// stride_height × stride_width interleaved phases, each with stride 1; only the phases a kernel tap
// looks at are kept. Rows have `pitch` pixels, padding included, so that neighbouring output pixels
// are neighbours in the map even across the end of a row: the pixels a tile computes there are
// dropped. The taps of a kernel row that lie side by side in a phase are one run of bytes, cut into
// lines; so few channels fill a tile as well as many.
typedef struct {
  int64_t channels;     // of one group
  int64_t pixel_bytes;  // channels, rounded up
  int64_t row_steps;    // lines of one kernel row
  int64_t steps;        // tiles a filter block is deep
  int64_t kept_steps;   // of those, there is memory for as many; a power of 2 if not for all
  int64_t phase_rows, phase_columns;
  int64_t pitch;
  signet_row_cut cut;  // of one group and split of its filters
  int64_t map_rows;    // rows of a phase for one unit
  int64_t group_filters, filter_blocks, splits;
} amx_conv_layout;

// The index of a residue among those that the taps of one axis have, in tap order; −1 if none has.
static int64_t amx_conv_phase_index(
    int64_t residue, int64_t taps, int64_t dilation, int64_t stride) {
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

static int64_t amx_conv_phase_count(int64_t taps, int64_t dilation, int64_t stride) {
  int64_t count = 0;
  for (int64_t residue = 0; residue < signet_min(stride, taps * dilation); residue++) {
    count += amx_conv_phase_index(residue, taps, dilation, stride) >= 0;
  }
  return count;
}

// The taps of a kernel row that are one run of bytes: `taps` of them from `first` on, `apart`.
typedef struct {
  int64_t first, apart, taps, lines;
} amx_conv_tap_run;

static int64_t amx_conv_run_count(const signet_conv_shape *shape) {
  return shape->dilation_width > 1 ? shape->kernel_width
                                   : signet_min(shape->stride_width, shape->kernel_width);
}

static amx_conv_tap_run amx_conv_run_at(
    const signet_conv_shape *shape, int64_t pixel_bytes, int64_t index) {
  amx_conv_tap_run found = {.first = index, .apart = 1, .taps = 1};
  if (shape->dilation_width == 1) {
    found.apart = shape->stride_width;
    found.taps = signet_ceil_div(shape->kernel_width - index, shape->stride_width);
  }
  found.lines = signet_ceil_div(found.taps * pixel_bytes, line);
  return found;
}

static int64_t amx_conv_plane_bytes(const amx_conv_layout *plan) {
  // Tiles read on past the last row, for pixels that are dropped, and past the last pixel of a run.
  const int64_t overrun = (4 * tile_pixels + plan->pitch) * plan->pixel_bytes + 2 * line;
  return signet_round_up(
      plan->phase_rows * plan->phase_columns * plan->map_rows * plan->pitch * plan->pixel_bytes +
          overrun,
      line);
}

static amx_conv_layout amx_conv_lay_out(const signet_conv_shape *shape, int64_t planes) {
  amx_conv_layout plan;
  plan.channels = shape->in_channels / shape->groups;
  plan.pixel_bytes = signet_round_up(plan.channels, pixel_granule);
  plan.row_steps = 0;
  for (int64_t run = 0; run < amx_conv_run_count(shape); run++) {
    plan.row_steps += amx_conv_run_at(shape, plan.pixel_bytes, run).lines;
  }
  plan.steps = plan.row_steps * shape->kernel_height;
  plan.kept_steps = plan.steps > most_kept_steps ? recycled_steps : plan.steps;
  plan.phase_rows =
      amx_conv_phase_count(shape->kernel_height, shape->dilation_height, shape->stride_height);
  plan.phase_columns =
      amx_conv_phase_count(shape->kernel_width, shape->dilation_width, shape->stride_width);
  plan.pitch = shape->out_width +
               (int64_t)(shape->kernel_width - 1) * shape->dilation_width / shape->stride_width;
  plan.group_filters = shape->out_channels / shape->groups;
  plan.filter_blocks = signet_ceil_div(plan.group_filters, block);

  const int64_t halo =
      (int64_t)(shape->kernel_height - 1) * shape->dilation_height / shape->stride_height;
  const int64_t row_bytes =
      plan.phase_rows * plan.phase_columns * planes * plan.pitch * plan.pixel_bytes;
  const int64_t most_rows =
      signet_max(map_bytes / row_bytes - halo, signet_min(halo + 1, shape->out_height));
  const bool cuts_rows = shape->out_height >= shape->threads &&
                         (int64_t)shape->out_height * shape->out_width >= pixels_worth_cutting;
  plan.cut = signet_cut_rows(shape, most_rows, block, cuts_rows ? shape->threads : 1);
  plan.splits = cuts_rows ? 1 : signet_min(shape->threads, plan.filter_blocks);
  plan.map_rows = plan.cut.unit_rows + halo;
  return plan;
}

// One step of the reduction: where its line lies, from a pixel's first byte of a plane, and how
// many rows of a filter tile it has inputs for.
typedef struct {
  int64_t offset, rows;
} amx_conv_step_place;

typedef struct {
  int8_t *map;                 // planes × plane_bytes
  int8_t *signs;               // codes × kept steps × 2 tiles
  int32_t *raw;                // planes × 64 pixels × block
  float *total;                // 64 pixels × block
  float *rows;                 // unit rows × width × block, before pooling
  amx_conv_step_place *steps;  // steps
  int64_t *columns;            // padded columns: byte within a row and phase; −1 where unused
  size_t bytes;
} amx_conv_scratch_layout;

static int64_t amx_conv_padded_columns(const signet_conv_shape *shape) {
  return (int64_t)(shape->out_width - 1) * shape->stride_width +
         (int64_t)(shape->kernel_width - 1) * shape->dilation_width + 1;
}

static amx_conv_scratch_layout amx_conv_lay_scratch(
    const signet_conv_shape *shape, const amx_conv_layout *plan, int64_t planes, void *memory) {
  signet_scratch take = signet_scratch_at(memory);
  amx_conv_scratch_layout scratch;
  scratch.map = SIGNET_TAKE(&take, planes, amx_conv_plane_bytes(plan));
  scratch.signs = SIGNET_TAKE(&take, shape->codes, plan->kept_steps, 2 * tile_bytes);
  scratch.raw = SIGNET_TAKE(&take, planes, raw_elements, sizeof(int32_t));
  scratch.total = SIGNET_TAKE(&take, raw_elements, sizeof(float));
  scratch.rows = signet_scratch_take(&take, signet_unpooled_bytes(shape, plan->cut, block));
  scratch.steps = SIGNET_TAKE(&take, plan->steps, sizeof(amx_conv_step_place));
  scratch.columns = SIGNET_TAKE(&take, amx_conv_padded_columns(shape), sizeof(int64_t));
  scratch.bytes = take.bytes;
  return scratch;
}

// Where columns and steps lie in a plane; the same for all units.
static void amx_conv_fill_tables(
    const signet_conv_shape *shape, const amx_conv_layout *plan,
    const amx_conv_scratch_layout *scratch) {
  const int64_t phase_bytes = plan->map_rows * plan->pitch * plan->pixel_bytes;
  for (int64_t column = 0; column < amx_conv_padded_columns(shape); column++) {
    const int64_t phase = amx_conv_phase_index(
        column % shape->stride_width, shape->kernel_width, shape->dilation_width,
        shape->stride_width);
    scratch->columns[column] =
        phase < 0 ? -1 : phase * phase_bytes + column / shape->stride_width * plan->pixel_bytes;
  }
  amx_conv_step_place *step = scratch->steps;
  for (int64_t ky = 0; ky < shape->kernel_height; ky++) {
    const int64_t row = ky * shape->dilation_height;
    const int64_t row_phase = amx_conv_phase_index(
        row % shape->stride_height, shape->kernel_height, shape->dilation_height,
        shape->stride_height);
    const int64_t row_offset = row_phase * plan->phase_columns * phase_bytes +
                               row / shape->stride_height * plan->pitch * plan->pixel_bytes;
    for (int64_t index = 0; index < amx_conv_run_count(shape); index++) {
      const amx_conv_tap_run run = amx_conv_run_at(shape, plan->pixel_bytes, index);
      const int64_t bytes = run.taps * plan->pixel_bytes;
      for (int64_t part = 0; part < run.lines; part++) {
        *step++ = (amx_conv_step_place){
            .offset =
                row_offset + scratch->columns[run.first * shape->dilation_width] + part * line,
            .rows = signet_min(bytes - part * line, line) / tile_row_inputs,
        };
      }
    }
  }
}

// Packed bits: per code, group and filter block, per step and tile row, two words: one per filter
// tile, bit 4·filter + (input of the row), the order of a tile's row.
typedef uint64_t amx_conv_word;

enum { step_words = 2 * tile_pixels };

static size_t amx_conv_packed_bytes(const signet_conv_shape *shape) {
  const amx_conv_layout plan = amx_conv_lay_out(shape, 1);
  return SIGNET_BYTES(
      shape->codes, shape->groups, plan.filter_blocks, plan.steps, step_words,
      sizeof(amx_conv_word));
}

// Sets the bits of one filter and kernel row; element j of the filter's row is bit j of `bits`.
static void amx_conv_pack_row(
    const signet_conv_shape *shape, const amx_conv_layout *plan, const uint8_t *bits, int64_t first,
    int64_t lane, amx_conv_word *words) {
  const int64_t area = (int64_t)shape->kernel_height * shape->kernel_width;
  for (int64_t index = 0; index < amx_conv_run_count(shape); index++) {
    const amx_conv_tap_run run = amx_conv_run_at(shape, plan->pixel_bytes, index);
    for (int64_t tap = 0; tap < run.taps; tap++) {
      int64_t element = first + run.first + tap * run.apart;
      for (int64_t channel = 0; channel < plan->channels; channel++, element += area) {
        const int64_t place = tap * plan->pixel_bytes + channel;
        amx_conv_word *to = words + place / line * step_words + place % line / tile_row_inputs * 2 +
                            lane / tile_pixels;
        const amx_conv_word bit = signet_code_bit(bits, element);
        *to |= bit << (lane % tile_pixels * tile_row_inputs + place % tile_row_inputs);
      }
    }
    words += run.lines * step_words;
  }
}

static void amx_conv_pack(const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  const amx_conv_layout plan = amx_conv_lay_out(shape, 1);
  memset(packed, 0, amx_conv_packed_bytes(shape));
  for (int64_t each = 0; each < signet_code_rows(shape); each++) {
    const signet_code_row row = signet_code_row_at(shape, rows, each);
    const int64_t index =
        (row.code * shape->groups + row.group) * plan.filter_blocks + row.group_filter / block;
    for (int64_t ky = 0; ky < shape->kernel_height; ky++) {
      amx_conv_pack_row(
          shape, &plan, row.bits, ky * shape->kernel_width, row.group_filter % block,
          (amx_conv_word *)packed + (index * plan.steps + ky * plan.row_steps) * step_words);
    }
  }
}

#endif
