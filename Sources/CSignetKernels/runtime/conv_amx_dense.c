// Float convolutions on AMX tiles. Inputs and weights both become integers of 16 bits, inputs by
// the largest of their image, weights by the largest of their filter. Of the four products of their
// bytes the three that matter are tile products; the product of the low bytes is below what the
// rounding loses. With three bytes each, six of nine products make the result as exact as float32.
#include "conv_amx_dense.h"

#include "conv_dense_avx512.h"

#if defined(__x86_64__)

#define TARGET \
  __attribute__((target("amx-tile,amx-int8,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi")))
#define NAME(x) dense_##x
#include "amx_tiles.h"
#include "peaks.h"
#include "pool_window.h"

enum {
  // The fewest input channels that are worth a tile.
  gathered_channels = 8,
  // What the gathered patches of a chunk of pixels may take of the second-level cache.
  panel_bytes = 256 * 1024,
  // What the quantised rows of a unit may take.
  map_bytes = 384 * 1024,
  // What its result before a pooling may take.
  rows_bytes = 640 * 1024,
  copy_bytes = 32,
  // Three products of bytes for each input stay within the 32 bits of a sum.
  longest_patch = 1 << 15,
};

// How a layer is laid out. The input rows of a unit, some output rows of one image, are quantised
// into planes of bytes, channels adjacent and padding included; from there the patches of a chunk
// of output pixels are gathered, in the order kernel row, kernel column, channel.
typedef struct {
  int64_t row_bytes;      // of the map
  int64_t patch_bytes;    // S, rounded up to whole lines
  int64_t steps;          // lines of a patch
  int64_t filter_blocks;
  int64_t unit_rows;      // output rows of a unit, before pooling
  int64_t pooled_rows;    // of a unit; 0 without pooling
  int64_t row_blocks;
  int64_t map_rows;
  int64_t chunk;          // pixels gathered at once, whole pairs of tiles
} dense_layout;

static bool accepts(const signet_conv_shape *shape) {
  return shape->groups == 1 && signet_patch_length(shape) <= longest_patch &&
         (int64_t)shape->out_height * shape->out_width >= tile_pixels;
}

// Of a few channels, gathering costs more than multiplying: pairs that are read where they lie win.
static bool accepts_fast(const signet_conv_shape *shape) {
  return accepts(shape) &&
         !(shape->in_channels < gathered_channels && signet_f32_conv_dense_avx512.accepts(shape));
}

static dense_layout lay_out(const signet_conv_shape *shape, int64_t planes) {
  dense_layout plan;
  const int64_t columns = (int64_t)(shape->out_width - 1) * shape->stride_width +
                          (int64_t)(shape->kernel_width - 1) * shape->dilation_width + 1;
  plan.row_bytes = columns * shape->in_channels;
  plan.patch_bytes = signet_round_up(signet_patch_length(shape), line);
  plan.steps = plan.patch_bytes / line;
  plan.filter_blocks = signet_ceil_div(shape->out_channels, block);
  const int64_t halo = (int64_t)(shape->kernel_height - 1) * shape->dilation_height + 1;
  const int64_t most_rows = signet_max(
      (map_bytes / (planes * plan.row_bytes) - halo) / shape->stride_height,
      signet_ceil_div(halo, shape->stride_height));
  const signet_conv_pool *pool = &shape->pool;
  const bool pools = pool->kernel_height > 0;
  const int64_t height = pools ? pool->out_height : shape->out_height;
  int64_t most = most_rows;
  if (pools) {
    const int64_t row = (int64_t)shape->out_width * shape->out_channels * (int64_t)sizeof(float);
    const int64_t before = signet_min(most_rows, rows_bytes / row) - pool->kernel_height;
    most = signet_max(before / pool->stride_height + 1, 1);
  }
  plan.row_blocks =
      signet_round_up(signet_ceil_div(height, most), signet_min(shape->threads, height));
  const int64_t rows = signet_ceil_div(height, plan.row_blocks);
  plan.row_blocks = signet_ceil_div(height, rows);
  plan.pooled_rows = pools ? rows : 0;
  plan.unit_rows = rows;
  if (pools) {
    plan.unit_rows = signet_min(
        (rows - 1) * pool->stride_height + pool->kernel_height, shape->out_height);
  }
  plan.map_rows = (plan.unit_rows - 1) * shape->stride_height + halo;
  const int64_t pairs = panel_bytes / (planes * plan.patch_bytes) / (2 * tile_pixels);
  plan.chunk = signet_min(signet_max(pairs, 1), 8) * 2 * tile_pixels;
  return plan;
}

static int64_t map_plane(const dense_layout *plan) {
  return signet_round_up(plan->map_rows * plan->row_bytes, line) + 2 * line;
}

static int64_t panel_plane(const dense_layout *plan) {
  return plan->chunk * plan->patch_bytes + line;
}

typedef struct {
  int8_t *map;    // planes × map_plane
  int8_t *panel;  // planes × panel_plane
  int32_t *raw;   // planes × raw_elements
  float *rows;    // unit rows × width × filters, before pooling
  float *scale;   // filter blocks × block
  size_t bytes;
} dense_scratch;

static dense_scratch lay_scratch(
    const signet_conv_shape *shape, const dense_layout *plan, int64_t planes, uintptr_t start) {
  const size_t rows =
      plan->pooled_rows > 0
          ? signet_line(
                (size_t)(plan->unit_rows * shape->out_width * shape->out_channels) * sizeof(float))
          : 0;
  const size_t map = (size_t)(planes * map_plane(plan));
  const size_t panel = (size_t)(planes * panel_plane(plan));
  const size_t raw = (size_t)planes * raw_elements * sizeof(int32_t);
  const size_t scale = (size_t)(plan->filter_blocks * block) * sizeof(float);
  return (dense_scratch){
      .map = (int8_t *)start,
      .panel = (int8_t *)(start + map),
      .raw = (int32_t *)(start + map + panel),
      .rows = (float *)(start + map + panel + raw),
      .scale = (float *)(start + map + panel + raw + rows),
      .bytes = signet_line(map + panel + raw + rows + scale),
  };
}

// packed: filter blocks × block float, what an integer weight of 1 stands for; then
// filter blocks × planes × steps × 2 tiles
static size_t packed_bytes(const signet_conv_shape *shape, int64_t planes) {
  const dense_layout plan = lay_out(shape, planes);
  return (size_t)(plan.filter_blocks * (block * (int64_t)sizeof(float) +
                                        planes * plan.steps * 2 * tile_bytes));
}

static void pack(
    const signet_conv_shape *shape, const void *rows, void *packed, const int planes) {
  const dense_layout plan = lay_out(shape, planes);
  const int64_t patch = signet_patch_length(shape);
  const int64_t area = (int64_t)shape->kernel_height * shape->kernel_width;
  const float most = most_of(planes);
  float *units = packed;
  int8_t *tiles = (int8_t *)(units + plan.filter_blocks * block);
  memset(packed, 0, packed_bytes(shape, planes));
  for (int64_t filter = 0; filter < shape->out_channels; filter++) {
    const float *weights = (const float *)rows + filter * patch;
    const float peak = signet_peak_of(weights, patch);
    units[filter] = peak / most;
    const float inverse = peak > 0 ? most / peak : 0;
    for (int64_t i = 0; i < patch; i++) {
      // From channel, tap to tap, channel.
      const int64_t place = i % area * shape->in_channels + i / area;
      int32_t number = (int32_t)__builtin_rintf(signet_within(weights[i] * inverse, most));
      for (int p = 0; p < planes; p++) {
        const int64_t tile = ((filter / block * planes + p) * plan.steps + place / line) * 2 +
                             filter % block / tile_pixels;
        tiles[tile * tile_bytes + place % line / 4 * line + filter % tile_pixels * 4 +
              place % 4] = (int8_t)(number & 0xff);
        // What is left of the number when the byte, which is signed, is taken off.
        number = (number + 0x80) >> 8;
      }
    }
  }
}

SIGNET_INLINE TARGET void quantise_row(
    const signet_conv *conv, const dense_layout *plan, const int planes, const float *from,
    float inverse, int8_t *to, int64_t plane) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t channels = shape->in_channels;
  for (int p = 0; p < planes; p++) memset(to + p * plane, 0, (size_t)plan->row_bytes);
  if (!from) return;
  const int64_t before = signet_min((int64_t)shape->pad_left * channels, plan->row_bytes);
  const int64_t count = signet_min(
      (int64_t)shape->in_width * channels, plan->row_bytes - before);
  if (conv->in.pixel_stride == channels) {
    for (int64_t i = 0; i < count; i += line) {
      const __mmask64 present = first_of(count - i);
      quantise(planes, from + i, inverse, present, present, to + before + i, plane);
    }
    return;
  }
  for (int64_t pixel = 0; pixel * channels < count; pixel++, from += conv->in.pixel_stride) {
    for (int64_t i = 0; i < channels; i += line) {
      const __mmask64 present = first_of(channels - i);
      quantise(
          planes, from + i, inverse, present, present, to + before + pixel * channels + i, plane);
    }
  }
}

// Fills the map with the input rows that the output rows from `first_row` on look at.
SIGNET_INLINE TARGET void quantise_input(
    const signet_conv *conv, const dense_layout *plan, const dense_scratch *scratch,
    const int planes, int64_t image, int64_t first_row, int64_t rows, float inverse) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t needed = (rows - 1) * shape->stride_height +
                         (int64_t)(shape->kernel_height - 1) * shape->dilation_height + 1;
  for (int64_t row = 0; row < needed; row++) {
    const int64_t y = first_row * shape->stride_height + row - shape->pad_top;
    const float *from = NULL;
    if (y >= 0 && y < shape->in_height) {
      from = conv->in.data + image * conv->in.image_stride + y * conv->in.row_stride;
    }
    quantise_row(
        conv, plan, planes, from, inverse, scratch->map + row * plan->row_bytes,
        map_plane(plan));
  }
}

// Copies a run of bytes for each of `count` pixels that lie `step` and `patch_bytes` apart. Unless it
// is the last of its patches, it may write on into what the next run fills.
SIGNET_INLINE TARGET void copy_runs(
    int8_t *to, int64_t patch_bytes, const int8_t *from, int64_t step, int64_t bytes, bool last,
    int64_t count) {
  for (int64_t done = 0; done < bytes; done += copy_bytes) {
    const int8_t *source = from + done;
    int8_t *target = to + done;
    if (last && bytes - done < copy_bytes) {
      const __mmask32 part = ((__mmask32)1 << (bytes - done)) - 1;
      for (int64_t pixel = 0; pixel < count; pixel++, source += step, target += patch_bytes) {
        _mm256_mask_storeu_epi8(target, part, _mm256_loadu_si256((const __m256i *)source));
      }
    } else {
      for (int64_t pixel = 0; pixel < count; pixel++, source += step, target += patch_bytes) {
        _mm256_storeu_si256((__m256i *)target, _mm256_loadu_si256((const __m256i *)source));
      }
    }
  }
}

// The patches of `count` neighbouring output pixels of a row, from where the first one looks.
SIGNET_INLINE TARGET void gather_row(
    const signet_conv_shape *shape, const dense_layout *plan, const int8_t *from, int64_t count,
    int8_t *to) {
  const int64_t step = (int64_t)shape->stride_width * shape->in_channels;
  // Side by side, the taps of a kernel row are one run.
  const int64_t runs = shape->dilation_width == 1 ? 1 : shape->kernel_width;
  const int64_t bytes = (int64_t)shape->kernel_width / runs * shape->in_channels;
  for (int32_t ky = 0; ky < shape->kernel_height; ky++) {
    for (int64_t run = 0; run < runs; run++, to += bytes) {
      copy_runs(
          to, plan->patch_bytes, from + run * shape->dilation_width * shape->in_channels, step,
          bytes, ky + 1 == shape->kernel_height && run + 1 == runs, count);
    }
    from += shape->dilation_height * plan->row_bytes;
  }
}

// Gathers the patches of `count` output pixels; `first` counts from the unit's first.
SIGNET_INLINE TARGET void gather(
    const signet_conv_shape *shape, const dense_layout *plan, const dense_scratch *scratch,
    const int planes, int64_t first, int64_t count) {
  for (int64_t done = 0; done < count;) {
    const int64_t x = (first + done) % shape->out_width;
    const int64_t y = (first + done) / shape->out_width;
    const int64_t run = signet_min(shape->out_width - x, count - done);
    for (int p = 0; p < planes; p++) {
      gather_row(
          shape, plan,
          scratch->map + p * map_plane(plan) + y * shape->stride_height * plan->row_bytes +
              x * shape->stride_width * shape->in_channels,
          run, scratch->panel + p * panel_plane(plan) + done * plan->patch_bytes);
    }
    done += run;
  }
}

// 32 pixels × 32 filters, all products of bytes that have the same weight.
// raw: 2 pixel tiles × 16 × block
SIGNET_INLINE TARGET void multiply(
    const dense_layout *plan, const int8_t *patches, const int8_t *tiles, const int lowest,
    const int highest, const int sum, int32_t *raw) {
  const int64_t stride = plan->patch_bytes;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int p = lowest; p <= highest; p++) {
    const int8_t *from = patches + p * panel_plane(plan);
    const int8_t *with = tiles + (sum - p) * plan->steps * 2 * tile_bytes;
    for (int64_t step = 0; step < plan->steps; step++) {
      _tile_loadd(6, with, line);
      _tile_loadd(4, from, stride);
      _tile_dpbssd(0, 4, 6);
      _tile_loadd(7, with + tile_bytes, line);
      _tile_dpbssd(1, 4, 7);
      _tile_loadd(5, from + tile_pixels * stride, stride);
      _tile_dpbssd(2, 5, 6);
      _tile_dpbssd(3, 5, 7);
      with += 2 * tile_bytes;
      from += line;
    }
  }
  _tile_stored(0, raw, block * sizeof(int32_t));
  _tile_stored(1, raw + 16, block * sizeof(int32_t));
  _tile_stored(2, raw + 16 * block, block * sizeof(int32_t));
  _tile_stored(3, raw + 16 * block + 16, block * sizeof(int32_t));
}

// Stores pixels of a pair of tiles; `first` counts from the unit's first.
SIGNET_INLINE TARGET void finish_pixels(
    const signet_conv *conv, const epilogue *with, const int planes, int64_t image,
    int64_t first_row, int64_t first, int64_t count, const int32_t *raw) {
  const int64_t width = conv->shape.out_width;
  for (int64_t done = 0; done < count;) {
    const int64_t x = (first + done) % width;
    const int64_t run = signet_min(width - x, count - done);
    const signet_cursor cursor = {
        image, (int32_t)(first_row + (first + done) / width), (int32_t)x};
    finish_run(conv, with, planes, cursor, run, raw + done * block, NULL);
    done += run;
  }
}

SIGNET_INLINE TARGET void run_chunk(
    const signet_conv *conv, const dense_layout *plan, const dense_scratch *scratch,
    const int planes, int64_t image, int64_t first_row, int64_t first, int64_t count,
    float unit) {
  const signet_conv_shape *shape = &conv->shape;
  const int8_t *tiles =
      (const int8_t *)((const float *)conv->packed + plan->filter_blocks * block);
  for (int64_t index = 0; index < plan->filter_blocks; index++) {
    const int64_t filters = signet_min(block, shape->out_channels - index * block);
    const epilogue with =
        make_epilogue(conv, index * block, filters, scratch->scale, unit);
    const int8_t *own = tiles + index * planes * plan->steps * 2 * tile_bytes;
    for (int64_t pixel = 0; pixel < count; pixel += 2 * tile_pixels) {
      const int8_t *patches = scratch->panel + pixel * plan->patch_bytes;
#pragma clang loop unroll(full)
      for (int level = 0; level < planes; level++) {
        multiply(
            plan, patches, own, level, planes - 1, planes - 1 + level,
            scratch->raw + level * raw_elements);
      }
      finish_pixels(
          conv, &with, planes, image, first_row, first + pixel,
          signet_min(2 * tile_pixels, count - pixel), scratch->raw);
    }
  }
}

// Some rows of one image. `out_row` is where `out` has the first of them.
SIGNET_INLINE TARGET void run_rows(
    const signet_conv *conv, const dense_layout *plan, const dense_scratch *scratch,
    const int planes, int64_t image, int64_t first_row, int64_t rows, int64_t out_image,
    int64_t out_row) {
  const signet_conv_shape *shape = &conv->shape;
  const float peak = signet_peak(conv, image);
  quantise_input(
      conv, plan, scratch, planes, image, first_row, rows, peak > 0 ? most_of(planes) / peak : 0);
  const int64_t pixels = rows * shape->out_width;
  for (int64_t first = 0; first < pixels; first += plan->chunk) {
    const int64_t count = signet_min(plan->chunk, pixels - first);
    gather(shape, plan, scratch, planes, first, count);
    run_chunk(
        conv, plan, scratch, planes, out_image, out_row, first, count, peak / most_of(planes));
  }
}

// Some pooled rows of one image: the rows they look at are made in working memory.
SIGNET_INLINE TARGET void run_pooled(
    const signet_conv *conv, const dense_layout *plan, const dense_scratch *scratch,
    const int planes, int64_t image, int64_t first_pooled) {
  const signet_conv_shape *shape = &conv->shape;
  const signet_conv_pool *pool = &shape->pool;
  const int64_t end = signet_min(first_pooled + plan->pooled_rows, pool->out_height);
  const int64_t pixel = shape->out_channels;
  const int64_t row = pixel * shape->out_width;
  const int64_t first = signet_max(first_pooled * pool->stride_height - pool->pad_top, 0);
  const int64_t behind = signet_min(
      (end - 1) * pool->stride_height - pool->pad_top + pool->kernel_height, shape->out_height);
  signet_conv own = *conv;
  own.out = (signet_view){
      .data = scratch->rows, .row_stride = row, .pixel_stride = pixel};
  if (behind > first) run_rows(&own, plan, scratch, planes, image, first, behind - first, 0, 0);
  for (int64_t y = first_pooled; y < end; y++) {
    const dense_window rows = dense_window_at(
        (int32_t)y, pool->stride_height, pool->kernel_height, pool->pad_top, 0,
        shape->out_height);
    float *out = conv->out.data + image * conv->out.image_stride + y * conv->out.row_stride;
    for (int32_t x = 0; x < pool->out_width; x++, out += conv->out.pixel_stride) {
      const dense_window columns = dense_window_at(
          x, pool->stride_width, pool->kernel_width, pool->pad_left, 0, shape->out_width);
      dense_max_window(
          out, scratch->rows + (rows.from - first) * row + columns.from * pixel, row, pixel,
          rows.to - rows.from, columns.to - columns.from, pixel);
    }
  }
}

SIGNET_INLINE TARGET void run(
    const signet_conv *conv, const int planes, int64_t from, int64_t to, void *memory) {
  const signet_conv_shape *shape = &conv->shape;
  const dense_layout plan = lay_out(shape, planes);
  const dense_scratch scratch = lay_scratch(shape, &plan, planes, (uintptr_t)memory);
  const float *units = conv->packed;
  // The sums begin at the product of the highest byte and the lowest.
  const float lowest = planes == 2 ? 0x1p8f : 0x1p16f;
  for (int64_t filter = 0; filter < shape->out_channels; filter++) {
    scratch.scale[filter] = units[filter] * lowest * (conv->scale ? conv->scale[filter] : 1);
  }
  configure();
  for (int64_t index = from; index < to; index++) {
    const int64_t image = index / plan.row_blocks;
    if (plan.pooled_rows > 0) {
      run_pooled(
          conv, &plan, &scratch, planes, image, index % plan.row_blocks * plan.pooled_rows);
      continue;
    }
    const int64_t first_row = index % plan.row_blocks * plan.unit_rows;
    const int64_t rows = signet_min(plan.unit_rows, shape->out_height - first_row);
    run_rows(conv, &plan, &scratch, planes, image, first_row, rows, image, first_row);
  }
  _tile_release();
}

static int64_t units(const signet_conv *conv, int64_t images, int64_t planes) {
  return images * lay_out(&conv->shape, planes).row_blocks;
}

static size_t scratch_bytes(const signet_conv_shape *shape, int64_t planes) {
  const dense_layout plan = lay_out(shape, planes);
  return lay_scratch(shape, &plan, planes, 0).bytes;
}

#define KERNEL(bits, planes)                                                                  \
  static size_t packed_bytes_i##bits(const signet_conv_shape *shape) {                        \
    return packed_bytes(shape, planes);                                                       \
  }                                                                                           \
  static void pack_i##bits(const signet_conv_shape *shape, const void *rows, void *packed) {  \
    pack(shape, rows, packed, planes);                                                        \
  }                                                                                           \
  static size_t scratch_bytes_i##bits(const signet_conv_shape *shape, int64_t images) {       \
    (void)images;                                                                             \
    return scratch_bytes(shape, planes);                                                      \
  }                                                                                           \
  static int64_t units_i##bits(const signet_conv *conv, int64_t images) {                     \
    return units(conv, images, planes);                                                       \
  }                                                                                           \
  static TARGET void run_i##bits(                                                             \
      const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {      \
    (void)images;                                                                             \
    run(conv, planes, from, to, memory);                                                      \
  }

KERNEL(16, 2)
KERNEL(24, 3)

const signet_conv_kernel signet_f32_conv_amx = {
    .name = "i16i16_conv_p32x32_amx",
    .needs_peaks = true,
    .takes_pooling = true,
    .accepts = accepts_fast,
    .packed_bytes = packed_bytes_i16,
    .pack = pack_i16,
    .scratch_bytes = scratch_bytes_i16,
    .units = units_i16,
    .run = run_i16,
};

const signet_conv_kernel signet_f32_conv_amx_exact = {
    .name = "i24i24_conv_p32x32_amx",
    .needs_peaks = true,
    .takes_pooling = true,
    .accepts = accepts,
    .packed_bytes = packed_bytes_i24,
    .pack = pack_i24,
    .scratch_bytes = scratch_bytes_i24,
    .units = units_i24,
    .run = run_i24,
};

#endif
