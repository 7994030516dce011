// Float convolutions on AMX tiles. Inputs and weights both become integers of 16 bits, inputs by
// the amx_largest of their image, weights by the amx_largest of their filter. Of the four products of their
// bytes the three that matter are tile products; the product of the low bytes is below what the
// rounding loses. With three bytes each, six of nine products make the result as exact as float32.
#include "amx/amx_dense.h"

#include "madd16/madd16_dense_avx512.h"

#if defined(__x86_64__)

#define TARGET           \
  __attribute__((target( \
      "amx-tile,amx-int8,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2,popcnt")))
#define NAME(x) amx_dense_##x
#include "amx/amx_dense_layout.h"
#include "rowwise/pooling_window.h"

// From how many input channels on pairs that are read where they lie are no rival.
enum { rival_channels = 8 };

static bool amx_dense_accepts(const signet_conv_shape *shape) {
  const int64_t places = ((int64_t)(shape->kernel_height - 1) * shape->dilation_height + 1) *
                         ((int64_t)(shape->kernel_width - 1) * shape->dilation_width + 1);
  return shape->groups == 1 && signet_patch_length(shape) <= longest_patch &&
         places <= most_places && (int64_t)shape->out_height * shape->out_width >= tile_pixels;
}

// Of few channels and a small kernel, lines are mostly empty: reading pairs where they lie is faster
// then. A line, three tile products and their loads, costs about what ten pairs cost.
static bool amx_dense_accepts_fast(const signet_conv_shape *shape) {
  if (!amx_dense_accepts(shape)) return false;
  if (shape->in_channels >= rival_channels || !signet_f32_conv_dense_avx512.accepts(shape)) {
    return true;
  }
  const int64_t pairs =
      shape->kernel_height * signet_ceil_div((int64_t)shape->kernel_width * shape->in_channels, 2);
  return 10 * amx_dense_lay_out(shape, 2).steps < pairs;
}

// One input row. `from` is NULL where it is padding.
SIGNET_INLINE TARGET void amx_dense_quantise_row(
    const signet_conv *conv, const amx_dense_layout *plan, const int planes, const float *from,
    float inverse, int8_t *to, int64_t plane) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t channels = shape->in_channels;
  const int64_t bytes = amx_dense_input_row_bytes(plan);
  for (int p = 0; p < planes; p++) memset(to + p * plane, 0, (size_t)bytes);
  if (!from) return;
  const int64_t before = signet_min((int64_t)shape->pad_left * channels, bytes);
  const int64_t count = signet_min((int64_t)shape->in_width * channels, bytes - before);
  if (conv->in.pixel_stride == channels) {
    for (int64_t i = 0; i < count; i += line) {
      const __mmask64 present = amx_first_of(count - i);
      amx_quantise(planes, from + i, inverse, present, present, to + before + i, plane);
    }
    return;
  }
  for (int64_t pixel = 0; pixel * channels < count; pixel++, from += conv->in.pixel_stride) {
    for (int64_t i = 0; i < channels; i += line) {
      const __mmask64 present = amx_first_of(channels - i);
      amx_quantise(
          planes, from + i, inverse, present, present, to + before + pixel * channels + i, plane);
    }
  }
}

// Lays an input row where the masks say, into pixels it shares with others.
SIGNET_INLINE TARGET void amx_dense_spread(
    const amx_dense_layout *plan, const uint64_t *masks, const int8_t *from, int8_t *to) {
  for (int64_t i = 0; i < amx_dense_row_lines(plan); i++, to += line) {
    _mm512_mask_storeu_epi8(
        to, masks[i], _mm512_maskz_expand_epi8(masks[i], _mm512_loadu_si512(from)));
    from += __builtin_popcountll(masks[i]);
  }
}

// Fills the map with the input rows that the output rows from `first_row` on look at.
SIGNET_INLINE TARGET void amx_dense_quantise_input(
    const signet_conv *conv, const amx_dense_layout *plan, const amx_dense_scratch *scratch,
    const int planes, int64_t image, int64_t first_row, int64_t rows, float inverse) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t halo = plan->map_rows - plan->cut.unit_rows;
  const int64_t plane = amx_dense_map_plane(plan);
  int64_t y = first_row * shape->stride_height - shape->pad_top;
  for (int64_t row = 0; row < rows + halo; row++) {
    int8_t *to = scratch->map + row * plan->row_bytes;
    for (int64_t phase = 0; phase < shape->stride_height; phase++, y++) {
      const float *from = NULL;
      if (y >= 0 && y < shape->in_height) {
        from = conv->in.data + image * conv->in.image_stride + y * conv->in.row_stride;
      }
      if (shape->stride_height == 1) {
        amx_dense_quantise_row(conv, plan, planes, from, inverse, to, plane);
        continue;
      }
      amx_dense_quantise_row(
          conv, plan, planes, from, inverse, scratch->row, amx_dense_row_plane(plan));
      for (int p = 0; p < planes; p++) {
        amx_dense_spread(
            plan, scratch->spread + phase * amx_dense_row_lines(plan),
            scratch->row + p * amx_dense_row_plane(plan), to + p * plane);
      }
    }
  }
}

// 16 pixels × 32 filters of two planes each. Pixels are rarely whole lines, so their tiles are dear
// to load: each is loaded once.
// raw: 2 levels · a pixel tile × block
SIGNET_INLINE TARGET void amx_dense_multiply_words(
    const amx_dense_layout *plan, const int64_t *offsets, const int8_t *pixels, const int8_t *tiles,
    int32_t *raw) {
  const int64_t stride = plan->pixel_bytes;
  const int64_t plane = amx_dense_map_plane(plan);
  const int8_t *high = tiles + plan->steps * 2 * tile_bytes;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int64_t step = 0; step < plan->steps; step++) {
    const int8_t *from = pixels + offsets[step];
    _tile_loadd(5, from + plane, stride);
    _tile_loadd(6, tiles, line);
    _tile_dpbssd(0, 5, 6);
    _tile_loadd(7, tiles + tile_bytes, line);
    _tile_dpbssd(1, 5, 7);
    _tile_loadd(6, high, line);
    _tile_dpbssd(2, 5, 6);
    _tile_loadd(7, high + tile_bytes, line);
    _tile_dpbssd(3, 5, 7);
    _tile_loadd(4, from, stride);
    _tile_dpbssd(0, 4, 6);
    _tile_dpbssd(1, 4, 7);
    tiles += 2 * tile_bytes;
    high += 2 * tile_bytes;
  }
  _tile_stored(0, raw, block * sizeof(int32_t));
  _tile_stored(1, raw + 16, block * sizeof(int32_t));
  _tile_stored(2, raw + raw_elements, block * sizeof(int32_t));
  _tile_stored(3, raw + raw_elements + 16, block * sizeof(int32_t));
}

// 32 pixels × 32 filters, all products of bytes that have the same weight.
// raw: 2 pixel tiles × 16 × block
SIGNET_INLINE TARGET void amx_dense_multiply_level(
    const amx_dense_layout *plan, const int64_t *offsets, const int8_t *pixels, const int8_t *tiles,
    const int lowest, const int highest, const int sum, int32_t *raw) {
  const int64_t stride = plan->pixel_bytes;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int p = lowest; p <= highest; p++) {
    const int8_t *plane = pixels + p * amx_dense_map_plane(plan);
    const int8_t *with = tiles + (sum - p) * plan->steps * 2 * tile_bytes;
    for (int64_t step = 0; step < plan->steps; step++) {
      const int8_t *from = plane + offsets[step];
      _tile_loadd(6, with, line);
      _tile_loadd(4, from, stride);
      _tile_dpbssd(0, 4, 6);
      _tile_loadd(7, with + tile_bytes, line);
      _tile_dpbssd(1, 4, 7);
      _tile_loadd(5, from + tile_pixels * stride, stride);
      _tile_dpbssd(2, 5, 6);
      _tile_dpbssd(3, 5, 7);
      with += 2 * tile_bytes;
    }
  }
  _tile_stored(0, raw, block * sizeof(int32_t));
  _tile_stored(1, raw + 16, block * sizeof(int32_t));
  _tile_stored(2, raw + 16 * block, block * sizeof(int32_t));
  _tile_stored(3, raw + 16 * block + 16, block * sizeof(int32_t));
}

// All filters on `count` pixels of the map, from `first` on, of some rows of an image.
SIGNET_INLINE TARGET void amx_dense_run_chunk(
    const signet_conv *conv, const amx_dense_layout *plan, const amx_dense_scratch *scratch,
    const int planes, const amx_tile_rows *rows, int64_t first, int64_t count, float unit,
    amx_largest *absmax) {
  const signet_conv_shape *shape = &conv->shape;
  const int8_t *tiles = (const int8_t *)((const float *)conv->packed + plan->filter_blocks * block);
  for (int64_t index = 0; index < plan->filter_blocks; index++) {
    const int64_t filters = signet_min(block, shape->out_channels - index * block);
    const amx_epilogue with = amx_make_epilogue(conv, index * block, filters, scratch->scale, unit);
    const int8_t *own = tiles + index * planes * plan->steps * 2 * tile_bytes;
    for (int64_t pixel = first; pixel < first + count; pixel += 2 * tile_pixels) {
      const int8_t *pixels = scratch->map + pixel * plan->pixel_bytes;
      if (planes == 2) {
        amx_dense_multiply_words(plan, scratch->offsets, pixels, own, scratch->raw);
        amx_dense_multiply_words(
            plan, scratch->offsets, pixels + tile_pixels * plan->pixel_bytes, own,
            scratch->raw + tile_pixels * block);
      } else {
        for (int level = 0; level < planes; level++) {
          amx_dense_multiply_level(
              plan, scratch->offsets, pixels, own, level, planes - 1, planes - 1 + level,
              scratch->raw + level * raw_elements);
        }
      }
      amx_finish_tiles(
          conv, &with, planes, rows, pixel, 2 * tile_pixels, scratch->raw, NULL, absmax);
    }
  }
}

// Some rows of one image. `out_row` is where `out` has the first of them.
SIGNET_INLINE TARGET void amx_dense_run_rows(
    const signet_conv *conv, const amx_dense_layout *plan, const amx_dense_scratch *scratch,
    const int planes, int64_t image, int64_t first_row, int64_t count, int64_t out_image,
    int64_t out_row, amx_largest *found) {
  const float absmax = signet_absmax_at(conv, image);
  amx_dense_quantise_input(
      conv, plan, scratch, planes, image, first_row, count,
      absmax > 0 ? amx_most_of(planes) / absmax : 0);
  const amx_tile_rows rows = {
      .image = out_image, .first = out_row, .count = count, .pitch = plan->pitch};
  // The last pixels of the last row need no tile.
  const int64_t pixels = (count - 1) * plan->pitch + conv->shape.out_width;
  for (int64_t first = 0; first < pixels; first += chunk) {
    amx_dense_run_chunk(
        conv, plan, scratch, planes, &rows, first, signet_min(chunk, pixels - first),
        absmax / amx_most_of(planes), found);
  }
}

// Some pooled rows of one image: the rows they look at are made in working memory.
SIGNET_INLINE TARGET void amx_dense_run_pooled(
    const signet_conv *conv, const amx_dense_layout *plan, const amx_dense_scratch *scratch,
    const int planes, int64_t image, const signet_unit_rows *rows) {
  const int64_t pixel = conv->shape.out_channels;
  signet_conv own = *conv;
  own.out = (signet_view){
      .data = scratch->rows, .row_stride = pixel * conv->shape.out_width, .pixel_stride = pixel};
  amx_largest unused = {_mm512_setzero_si512()};
  if (rows->count > 0) {
    amx_dense_run_rows(&own, plan, scratch, planes, image, rows->first, rows->count, 0, 0, &unused);
  }
  amx_dense_pool_unit(conv, image, rows, scratch->rows, pixel, 0, pixel);
}

SIGNET_INLINE TARGET void amx_dense_run(
    const signet_conv *conv, const int planes, int64_t from, int64_t to, void *memory) {
  const signet_conv_shape *shape = &conv->shape;
  const amx_dense_layout plan = amx_dense_lay_out(shape, planes);
  const amx_dense_scratch scratch = amx_dense_lay_scratch(shape, &plan, planes, memory);
  const float *units = conv->packed;
  // The sums begin at the product of the highest byte and the lowest.
  const float lowest = planes == 2 ? 0x1p8f : 0x1p16f;
  for (int64_t filter = 0; filter < shape->out_channels; filter++) {
    scratch.scale[filter] = units[filter] * lowest * (conv->scale ? conv->scale[filter] : 1);
  }
  amx_dense_fill_tables(shape, &plan, &scratch);
  amx_configure();
  for (int64_t index = from; index < to; index++) {
    const signet_unit place = signet_unit_at(index, plan.cut.row_blocks, 1, 1);
    const int64_t image = place.image;
    const signet_unit_rows rows = signet_rows_at(shape, plan.cut, place.block);
    if (plan.cut.pooled_rows > 0) {
      amx_dense_run_pooled(conv, &plan, &scratch, planes, image, &rows);
      continue;
    }
    amx_largest found = {_mm512_setzero_si512()};
    amx_dense_run_rows(
        conv, &plan, &scratch, planes, image, rows.first, rows.count, image, rows.first, &found);
    amx_leave_absmax(conv, index, found);
  }
  _tile_release();
}

static int64_t amx_dense_units(const signet_conv *conv, int64_t images, int64_t planes) {
  return images * amx_dense_lay_out(&conv->shape, planes).cut.row_blocks;
}

static size_t amx_dense_scratch_bytes(const signet_conv_shape *shape, int64_t planes) {
  const amx_dense_layout plan = amx_dense_lay_out(shape, planes);
  return amx_dense_lay_scratch(shape, &plan, planes, NULL).bytes;
}

#define KERNEL(bits, planes)                                                                      \
  static size_t amx_dense_packed_bytes_i##bits(const signet_conv_shape *shape) {                  \
    return amx_dense_packed_bytes(shape, planes);                                                 \
  }                                                                                               \
  static void amx_dense_pack_i##bits(                                                             \
      const signet_conv_shape *shape, const void *rows, void *packed) {                           \
    amx_dense_pack(shape, rows, packed, planes);                                                  \
  }                                                                                               \
  static size_t amx_dense_scratch_bytes_i##bits(const signet_conv_shape *shape, int64_t images) { \
    (void)images;                                                                                 \
    return amx_dense_scratch_bytes(shape, planes);                                                \
  }                                                                                               \
  static int64_t amx_dense_units_i##bits(const signet_conv *conv, int64_t images) {               \
    return amx_dense_units(conv, images, planes);                                                 \
  }                                                                                               \
  static TARGET void amx_dense_run_i##bits(                                                       \
      const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {          \
    SIGNET_REQUIRE_UNITS(conv, images, from, to, amx_dense_units(conv, images, planes));          \
    (void)images;                                                                                 \
    amx_dense_run(conv, planes, from, to, memory);                                                \
  }

KERNEL(16, 2)
KERNEL(24, 3)

const signet_conv_kernel signet_f32_conv_amx = {
    .name = "i16i16_conv_p32x32_amx",
    .needs_absmax = true,
    .takes_pooling = true,
    .gives_absmax = true,
    .accepts = amx_dense_accepts_fast,
    .packed_bytes = amx_dense_packed_bytes_i16,
    .pack = amx_dense_pack_i16,
    .scratch_bytes = amx_dense_scratch_bytes_i16,
    .units = amx_dense_units_i16,
    .run = amx_dense_run_i16,
};

const signet_conv_kernel signet_f32_conv_amx_exact = {
    .name = "i24i24_conv_p32x32_amx",
    .needs_absmax = true,
    .takes_pooling = true,
    .gives_absmax = true,
    .accepts = amx_dense_accepts,
    .packed_bytes = amx_dense_packed_bytes_i24,
    .pack = amx_dense_pack_i24,
    .scratch_bytes = amx_dense_scratch_bytes_i24,
    .units = amx_dense_units_i24,
    .run = amx_dense_run_i24,
};

#endif
