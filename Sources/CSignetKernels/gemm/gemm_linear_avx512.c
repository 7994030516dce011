// Binary layers with one output pixel per image. There are no other pixels to share expanded
// filters with, so nothing is expanded: the 16 sums ±a ± b ± c ± d of four inputs fill a register,
// four bits of a filter are an index into it, and one permutation looks 16 filters up.
#include "gemm/gemm_linear_avx512.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define NAME(x) gemm_linear_##x
#define LANES 16
#include "core/code_bits.h"
#include "core/patches.h"
#include "core/scratch.h"
#include "core/units.h"

enum {
  block = 16,  // filters
  table_inputs = 4,
  tables = 8,  // of a chunk, as many as indices fit a 32-bit lane
  chunk = table_inputs * tables,
};

static bool gemm_linear_accepts(const signet_conv_shape *shape) {
  return shape->out_height == 1 && shape->out_width == 1;
}

typedef struct {
  int64_t patch, chunks;
  int64_t group_filters, filter_blocks, splits;
} gemm_linear_layout;

static gemm_linear_layout gemm_linear_lay_out(const signet_conv_shape *shape) {
  gemm_linear_layout plan;
  plan.patch = signet_patch_length(shape);
  plan.chunks = signet_ceil_div(plan.patch, chunk);
  plan.group_filters = shape->out_channels / shape->groups;
  plan.filter_blocks = signet_ceil_div(plan.group_filters, block);
  plan.splits = signet_min(shape->threads, plan.filter_blocks);
  return plan;
}

static int64_t gemm_linear_units(const signet_conv *conv, int64_t images) {
  return images * conv->shape.groups * gemm_linear_lay_out(&conv->shape).splits;
}

typedef struct {
  float *patch;  // chunks × chunk
  float *raw;    // filter blocks × block
  float *total;  // filter blocks × block
  size_t bytes;
} gemm_linear_scratch_layout;

static gemm_linear_scratch_layout gemm_linear_lay_scratch(
    const gemm_linear_layout *plan, void *memory) {
  signet_scratch take = signet_scratch_at(memory);
  gemm_linear_scratch_layout scratch;
  scratch.patch = SIGNET_TAKE(&take, plan->chunks, chunk, sizeof(float));
  scratch.raw = SIGNET_TAKE(&take, plan->filter_blocks, block, sizeof(float));
  scratch.total = SIGNET_TAKE(&take, plan->filter_blocks, block, sizeof(float));
  scratch.bytes = take.bytes;
  return scratch;
}

static size_t gemm_linear_scratch_bytes(const signet_conv_shape *shape, int64_t images) {
  (void)images;
  const gemm_linear_layout plan = gemm_linear_lay_out(shape);
  return gemm_linear_lay_scratch(&plan, NULL).bytes;
}

// Packed bits: codes × groups × chunks × filter blocks × block words; bit 4·table + input.
typedef uint32_t gemm_linear_word;

static size_t gemm_linear_packed_bytes(const signet_conv_shape *shape) {
  const gemm_linear_layout plan = gemm_linear_lay_out(shape);
  return SIGNET_BYTES(
      shape->codes, shape->groups, plan.chunks, plan.filter_blocks, block,
      sizeof(gemm_linear_word));
}

static void gemm_linear_pack(const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  const gemm_linear_layout plan = gemm_linear_lay_out(shape);
  memset(packed, 0, gemm_linear_packed_bytes(shape));
  for (int64_t index = 0; index < signet_code_rows(shape); index++) {
    const signet_code_row row = signet_code_row_at(shape, rows, index);
    const int64_t group = row.code * shape->groups + row.group;
    gemm_linear_word *words = (gemm_linear_word *)packed +
                              group * plan.chunks * plan.filter_blocks * block + row.group_filter;
    SIGNET_FOR_EACH_ELEMENT (at, shape) {
      words[at.place / chunk * plan.filter_blocks * block] |=
          (gemm_linear_word)signet_code_bit(row.bits, at.element) << (at.place % chunk);
    }
  }
}

// The 16 signed sums of four inputs; bit j of a lane's number is the sign of input j.
SIGNET_INLINE TARGET __m512 gemm_linear_table_of(const float *inputs) {
  const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
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
static TARGET void gemm_linear_look_up(
    const gemm_linear_layout *plan, const float *patch, const gemm_linear_word *words, int64_t from,
    int64_t to, float *raw) {
  for (int64_t part = 0; part < plan->chunks; part++, patch += chunk) {
    __m512 table[tables];
#pragma clang loop unroll(full)
    for (int i = 0; i < tables; i++) table[i] = gemm_linear_table_of(patch + i * table_inputs);
    const gemm_linear_word *indices = words + part * plan->filter_blocks * block;
    for (int64_t index = from; index < to; index++) {
      const __m512i bits = _mm512_loadu_si512(indices + index * block);
      __m512 sums[tables];
#pragma clang loop unroll(full)
      for (int i = 0; i < tables; i++) {
        sums[i] =
            _mm512_permutexvar_ps(_mm512_srli_epi32(bits, (unsigned)(i * table_inputs)), table[i]);
      }
      __m512 sum = _mm512_add_ps(
          _mm512_add_ps(_mm512_add_ps(sums[0], sums[1]), _mm512_add_ps(sums[2], sums[3])),
          _mm512_add_ps(_mm512_add_ps(sums[4], sums[5]), _mm512_add_ps(sums[6], sums[7])));
      if (part > 0) sum = _mm512_add_ps(sum, _mm512_loadu_ps(raw + index * block));
      _mm512_storeu_ps(raw + index * block, sum);
    }
  }
}

static TARGET void gemm_linear_run(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  (void)images;
  const signet_conv_shape *shape = &conv->shape;
  const gemm_linear_layout plan = gemm_linear_lay_out(shape);
  SIGNET_REQUIRE_UNITS(conv, images, from, to, gemm_linear_units(conv, images));
  const gemm_linear_scratch_layout scratch = gemm_linear_lay_scratch(&plan, memory);
  const int64_t code_words = shape->groups * plan.chunks * plan.filter_blocks * block;
  gemm_linear_copy(scratch.patch + plan.patch, NULL, plan.chunks * chunk - plan.patch);
  for (int64_t unit = from; unit < to; unit++) {
    const signet_unit place = signet_unit_at(unit, 1, shape->groups, plan.splits);
    const int64_t group = place.group;
    const signet_cursor cursor = {place.image, 0, 0};
    gemm_linear_gather(conv, group, cursor, scratch.patch, plan.patch, 0);
    const signet_range blocks = signet_share(plan.filter_blocks, place.split, plan.splits);
    const int64_t first = blocks.first;
    const int64_t filter = group * plan.group_filters + first * block;
    const int64_t filters = signet_min(blocks.end * block, plan.group_filters) - first * block;
    const bool several = shape->codes > 1;
    for (int64_t code = 0; code < shape->codes; code++) {
      const gemm_linear_word *words = (const gemm_linear_word *)conv->packed + code * code_words +
                                      group * plan.chunks * plan.filter_blocks * block;
      gemm_linear_look_up(&plan, scratch.patch, words, first, blocks.end, scratch.raw);
      if (several) {
        gemm_linear_add_code(
            scratch.total + first * block, scratch.raw + first * block, 1, 0,
            conv->scale + code * shape->out_channels + filter, filters, code == 0);
      }
    }
    gemm_linear_finish(
        conv, cursor, (several ? scratch.total : scratch.raw) + first * block, 1, 0, filter,
        filters, several || !conv->scale ? NULL : conv->scale + filter);
  }
}

const signet_conv_kernel signet_b1_linear_avx512 = {
    .name = "b1f32_linear_table4x16_avx512",
    .accepts = gemm_linear_accepts,
    .packed_bytes = gemm_linear_packed_bytes,
    .pack = gemm_linear_pack,
    .scratch_bytes = gemm_linear_scratch_bytes,
    .units = gemm_linear_units,
    .run = gemm_linear_run,
};

#endif
