// Binary layers with one output pixel per image. There are no other pixels to share expanded
// filters with, so nothing is expanded: the 16 sums ±a ± b ± c ± d of four inputs fill a register,
// four bits of a filter are an index into it, and one permutation looks 16 filters up.
#include "linear_avx512.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define NAME(x) linear_##x
#define LANES 16
#include "conv_gather.h"

enum {
  block = 16,        // filters
  table_inputs = 4,
  tables = 8,        // of a chunk, as many as indices fit a 32-bit lane
  chunk = table_inputs * tables,
};

static bool accepts(const signet_conv_shape *shape) {
  return shape->out_height == 1 && shape->out_width == 1;
}

typedef struct {
  int64_t patch, chunks;
  int64_t group_filters, filter_blocks, splits;
} layout;

static layout lay_out(const signet_conv_shape *shape) {
  layout plan;
  plan.patch = signet_patch_length(shape);
  plan.chunks = signet_ceil_div(plan.patch, chunk);
  plan.group_filters = shape->out_channels / shape->groups;
  plan.filter_blocks = signet_ceil_div(plan.group_filters, block);
  plan.splits = signet_min(shape->threads, plan.filter_blocks);
  return plan;
}

static int64_t units(const signet_conv *conv, int64_t images) {
  return images * conv->shape.groups * lay_out(&conv->shape).splits;
}

typedef struct {
  float *patch;  // chunks × chunk
  float *raw;    // filter blocks × block
  float *total;  // filter blocks × block
  size_t bytes;
} scratch_layout;

static scratch_layout lay_scratch(const layout *plan, uintptr_t start) {
  const size_t patch = SIGNET_BYTES(plan->chunks, chunk, sizeof(float));
  const size_t raw = SIGNET_BYTES(plan->filter_blocks, block, sizeof(float));
  return (scratch_layout){
      .patch = (float *)start,
      .raw = (float *)(start + patch),
      .total = (float *)(start + patch + raw),
      .bytes = signet_line(SIGNET_TOTAL(patch, raw, raw)),
  };
}

static size_t scratch_bytes(const signet_conv_shape *shape, int64_t images) {
  (void)images;
  const layout plan = lay_out(shape);
  return lay_scratch(&plan, 0).bytes;
}

// Packed bits: codes × groups × chunks × filter blocks × block words; bit 4·table + input.
typedef uint32_t word;

static size_t packed_bytes(const signet_conv_shape *shape) {
  const layout plan = lay_out(shape);
  return SIGNET_BYTES(
      shape->codes, shape->groups, plan.chunks, plan.filter_blocks, block, sizeof(word));
}

static void pack(const signet_conv_shape *shape, const void *rows, void *packed) {
  const layout plan = lay_out(shape);
  const int64_t bytes = (plan.patch + 7) / 8;
  const int64_t channels = shape->in_channels / shape->groups;
  const int64_t area = (int64_t)shape->kernel_height * shape->kernel_width;
  memset(packed, 0, packed_bytes(shape));
  for (int64_t row = 0; row < (int64_t)shape->codes * shape->out_channels; row++) {
    const uint8_t *bits = (const uint8_t *)rows + row * bytes;
    const int64_t filter = row % shape->out_channels;
    const int64_t group = row / shape->out_channels * shape->groups + filter / plan.group_filters;
    const int64_t lane = filter % plan.group_filters;
    word *words =
        (word *)packed + group * plan.chunks * plan.filter_blocks * block + lane;
    int64_t element = 0;
    for (int64_t channel = 0; channel < channels; channel++) {
      int64_t place = channel;
      for (int64_t tap = 0; tap < area; tap++, element++, place += channels) {
        const word bit = (bits[element / 8] >> (element % 8)) & 1;
        words[place / chunk * plan.filter_blocks * block] |= bit << (place % chunk);
      }
    }
  }
}

// The 16 signed sums of four inputs; bit j of a lane's number is the sign of input j.
SIGNET_INLINE TARGET __m512 table_of(const float *inputs) {
  const __m512i lane =
      _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  __m512 sum = _mm512_setzero_ps();
#pragma clang loop unroll(full)
  for (int input = 0; input < table_inputs; input++) {
    const __mmask16 plus = _mm512_test_epi32_mask(lane, _mm512_set1_epi32(1 << input));
    const __m512 sign = _mm512_mask_blend_ps(plus, _mm512_set1_ps(-1), _mm512_set1_ps(1));
    sum = _mm512_fmadd_ps(_mm512_set1_ps(inputs[input]), sign, sum);
  }
  return sum;
}

// raw: the filters of blocks from ..< to, all chunks of one code and group
static TARGET void look_up(
    const layout *plan, const float *patch, const word *words, int64_t from, int64_t to,
    float *raw) {
  for (int64_t part = 0; part < plan->chunks; part++, patch += chunk) {
    __m512 table[tables];
#pragma clang loop unroll(full)
    for (int i = 0; i < tables; i++) table[i] = table_of(patch + i * table_inputs);
    const word *indices = words + part * plan->filter_blocks * block;
    for (int64_t index = from; index < to; index++) {
      const __m512i bits = _mm512_loadu_si512(indices + index * block);
      __m512 sums[tables];
#pragma clang loop unroll(full)
      for (int i = 0; i < tables; i++) {
        sums[i] = _mm512_permutexvar_ps(
            _mm512_srli_epi32(bits, (unsigned)(i * table_inputs)), table[i]);
      }
      __m512 sum = _mm512_add_ps(
          _mm512_add_ps(_mm512_add_ps(sums[0], sums[1]), _mm512_add_ps(sums[2], sums[3])),
          _mm512_add_ps(_mm512_add_ps(sums[4], sums[5]), _mm512_add_ps(sums[6], sums[7])));
      if (part > 0) sum = _mm512_add_ps(sum, _mm512_loadu_ps(raw + index * block));
      _mm512_storeu_ps(raw + index * block, sum);
    }
  }
}

static TARGET void run(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  (void)images;
  const signet_conv_shape *shape = &conv->shape;
  const layout plan = lay_out(shape);
  SIGNET_REQUIRE_UNITS(conv, images, from, to, units(conv, images));
  const scratch_layout scratch = lay_scratch(&plan, (uintptr_t)memory);
  const int64_t code_words = shape->groups * plan.chunks * plan.filter_blocks * block;
  linear_copy(scratch.patch + plan.patch, NULL, plan.chunks * chunk - plan.patch);
  for (int64_t unit = from; unit < to; unit++) {
    const int64_t split = unit % plan.splits;
    const int64_t group = unit / plan.splits % shape->groups;
    const signet_cursor cursor = {unit / plan.splits / shape->groups, 0, 0};
    linear_gather(conv, group, cursor, scratch.patch, plan.patch, 0);
    const int64_t first = split * plan.filter_blocks / plan.splits;
    const int64_t end = (split + 1) * plan.filter_blocks / plan.splits;
    const int64_t filter = group * plan.group_filters + first * block;
    const int64_t filters = signet_min(end * block, plan.group_filters) - first * block;
    const bool several = shape->codes > 1;
    for (int64_t code = 0; code < shape->codes; code++) {
      const word *words = (const word *)conv->packed + code * code_words +
                          group * plan.chunks * plan.filter_blocks * block;
      look_up(&plan, scratch.patch, words, first, end, scratch.raw);
      if (several) {
        linear_add_code(
            scratch.total + first * block, scratch.raw + first * block, 1, 0,
            conv->scale + code * shape->out_channels + filter, filters, code == 0);
      }
    }
    linear_finish(
        conv, cursor, (several ? scratch.total : scratch.raw) + first * block, 1, 0, filter,
        filters, several || !conv->scale ? NULL : conv->scale + filter);
  }
}

const signet_conv_kernel signet_b1_linear_avx512 = {
    .name = "b1f32_linear_table4x16_avx512",
    .accepts = accepts,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes = scratch_bytes,
    .units = units,
    .run = run,
};

#endif
