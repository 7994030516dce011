// Binary layers with one output pixel per image, in integers. Five inputs have 32 signed sums, which
// as 16-bit integers fill a register; a lane of packed words holds three indices of five bits, and
// one permutation looks 32 filters up. Narrow sums are widened after every chunk of
// the patch, whose largest sum of magnitudes bounds them.
#include "lut/lut_bound.h"
#include "lut/lut32_linear_avx512.h"

#if defined(__x86_64__)

#include "CSignetProcessor.h"
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#define NAME(x) lut32_linear_##x
#define LANES 16
#include "core/patches.h"
#include "lut/lut32_linear_layout.h"

// Of patches that are no longer, all chunks' sums together stay within 32 bits.
static bool lut32_linear_accepts(const signet_conv_shape *shape) {
  return signet_processor_has(SIGNET_AVX512VNNI) && shape->out_height == 1 &&
         shape->out_width == 1 && signet_patch_length(shape) < 1 << 22;
}

static float lut32_linear_quantisation_step(float absmax) {
  return lut_quantisation_step(absmax, chunk_inputs, 32767);
}

static int64_t lut32_linear_units(const signet_conv *conv, int64_t images) {
  return images * conv->shape.groups * lut32_linear_lay_out(&conv->shape).splits;
}

static size_t lut32_linear_scratch_bytes(const signet_conv_shape *shape, int64_t images) {
  (void)images;
  const lut32_linear_layout plan = lut32_linear_lay_out(shape);
  return lut32_linear_lay_scratch(shape, &plan, NULL).bytes;
}

// The largest sum of magnitudes of a chunk. Compared as bits, which puts what is not a number above
// all others.
static TARGET float lut32_linear_absmax_of(const float *patch, int64_t count) {
  int32_t most = 0;
  for (int64_t first = 0; first < count; first += chunk_inputs) {
    const int64_t end = signet_min(first + chunk_inputs, count);
    __m512 sums = _mm512_setzero_ps();
    for (int64_t i = first; i < end; i += 16) {
      const __mmask16 inputs = (__mmask16)((1u << signet_min(end - i, 16)) - 1);
      sums = _mm512_add_ps(sums, _mm512_abs_ps(_mm512_maskz_loadu_ps(inputs, patch + i)));
    }
    const float sum = _mm512_reduce_add_ps(sums);
    int32_t bits;
    memcpy(&bits, &sum, sizeof bits);
    most = bits > most ? bits : most;
  }
  float absmax;
  memcpy(&absmax, &most, sizeof absmax);
  return absmax;
}

static TARGET void lut32_linear_round_to_integers(
    const float *patch, int64_t count, float inverse, int16_t *numbers) {
  const __m512 factor = _mm512_set1_ps(inverse);
  for (int64_t i = 0; i < count; i += 16) {
    const __m512i integers = _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(patch + i), factor));
    _mm256_storeu_si256((__m256i *)(numbers + i), _mm512_cvtepi32_epi16(integers));
  }
}

SIGNET_INLINE TARGET __m512i lut32_linear_pair_at(const int16_t *numbers) {
  int32_t pair;
  memcpy(&pair, numbers, sizeof pair);
  return _mm512_set1_epi32(pair);
}

// Entry i of a table adds input k where bit k of i is set and subtracts it otherwise.
static TARGET void lut32_linear_make_tables(
    const int16_t *numbers, int64_t count, int16_t *tables) {
  // Packing puts four sums of the one register and four of the other side by side, so that bits 0, 1,
  // 3 and 4 of an entry are its lane's before, and bit 2 says from which register it came.
  const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i one = _mm512_set1_epi16(1);
  __m512i signs[2];
  for (int pair = 0; pair < 2; pair++) {
    const __m512i bits = _mm512_srli_epi32(lane, (unsigned)(2 * pair));
    const __m512i low = _mm512_and_si512(bits, _mm512_set1_epi32(1));
    const __m512i high = _mm512_slli_epi32(_mm512_and_si512(bits, _mm512_set1_epi32(2)), 15);
    // Twice a bit less one.
    signs[pair] = _mm512_sub_epi16(_mm512_slli_epi16(_mm512_or_si512(low, high), 1), one);
  }
  const __m512i alone = _mm512_set1_epi32(1);
  for (int64_t table = 0; table < count; table++) {
    const int16_t *of_table = numbers + table * table_inputs;
    const __m512i first = _mm512_madd_epi16(lut32_linear_pair_at(of_table), signs[0]);
    const __m512i four = _mm512_dpwssd_epi32(first, lut32_linear_pair_at(of_table + 3), signs[1]);
    const __m512i middle = _mm512_madd_epi16(lut32_linear_pair_at(of_table + 2), alone);
    _mm512_store_si512(
        tables + table * table_entries,
        _mm512_packs_epi32(_mm512_sub_epi32(four, middle), _mm512_add_epi32(four, middle)));
  }
}

// sums: vectors × vector filters
SIGNET_INLINE TARGET void lut32_linear_look_up(
    const int vectors, const int16_t *tables, const uint16_t *lanes, int64_t words, int32_t *sums) {
  const __m512i even = _mm512_set1_epi32(1), odd = _mm512_set1_epi32(1 << 16);
  __m512i wide[2 * block_vectors];
#pragma clang loop unroll(full)
  for (int v = 0; v < 2 * vectors; v++) wide[v] = _mm512_load_si512(sums + v * 16);
  while (words > 0) {
    const int64_t count = signet_min(words, chunk_words);
    __m512i narrow[block_vectors];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) narrow[v] = _mm512_setzero_si512();
    for (int64_t word = 0; word < count; word++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) {
        _mm_prefetch((const char *)(lanes + v * vector_filters) + ahead, _MM_HINT_T0);
      }
#pragma clang loop unroll(full)
      for (int t = 0; t < word_tables; t++) {
        const __m512i table = _mm512_load_si512(tables + t * table_entries);
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) {
          const __m512i index = _mm512_srli_epi16(
              _mm512_loadu_si512(lanes + v * vector_filters), (unsigned)(t * table_inputs));
          narrow[v] = _mm512_add_epi16(narrow[v], _mm512_permutexvar_epi16(index, table));
        }
      }
      tables += word_tables * table_entries;
      lanes += vectors * vector_filters;
    }
    words -= count;
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      wide[2 * v] = _mm512_dpwssd_epi32(wide[2 * v], narrow[v], even);
      wide[2 * v + 1] = _mm512_dpwssd_epi32(wide[2 * v + 1], narrow[v], odd);
    }
  }
#pragma clang loop unroll(full)
  for (int v = 0; v < 2 * vectors; v++) _mm512_store_si512(sums + v * 16, wide[v]);
}

typedef void (*lut32_linear_look_up_function)(
    const int16_t *tables, const uint16_t *lanes, int64_t words, int32_t *sums);

#define LOOK_UP(vectors)                                                            \
  static TARGET void look_up_##vectors(                                             \
      const int16_t *tables, const uint16_t *lanes, int64_t words, int32_t *sums) { \
    lut32_linear_look_up(vectors, tables, lanes, words, sums);                      \
  }
// clang-format off
LOOK_UP(1)
LOOK_UP(2)
LOOK_UP(3)
LOOK_UP(4)
LOOK_UP(5)
LOOK_UP(6)
LOOK_UP(7)
LOOK_UP(8)
// clang-format on

static const lut32_linear_look_up_function look_ups[block_vectors] = {
    look_up_1, look_up_2, look_up_3, look_up_4, look_up_5, look_up_6, look_up_7, look_up_8};

// The sums of all codes of some filters: codes × vectors × vector filters.
SIGNET_INLINE TARGET void lut32_linear_sum_up(
    const signet_conv_shape *shape, const lut32_linear_layout *plan,
    const lut32_linear_scratch_layout *scratch, const uint16_t *packed, int64_t group,
    int64_t split) {
  const int64_t filters = plan->vectors * vector_filters;
  memset(scratch->sums, 0, (size_t)(shape->codes * filters) * sizeof(int32_t));
  for (int64_t word = 0; word < plan->words; word += band_words) {
    const int64_t words = signet_min(plan->words - word, band_words);
    lut32_linear_make_tables(
        scratch->numbers + word * word_inputs, words * word_tables, scratch->tables);
    for (int64_t code = 0; code < shape->codes; code++) {
      const uint16_t *lanes =
          packed + (code * shape->groups + group) * lut32_linear_group_lanes(plan);
      lut32_linear_vector_block block;
      for (int64_t vector = lut32_linear_first_vector(plan, split);
           vector < lut32_linear_first_vector(plan, split + 1); vector += block.count) {
        block = lut32_linear_block_at(plan, split, vector);
        look_ups[block.count - 1](
            scratch->tables, lanes + (vector * plan->words + word * block.count) * vector_filters,
            words, scratch->sums + code * filters + vector * vector_filters);
      }
    }
  }
}

SIGNET_INLINE TARGET void lut32_linear_to_floats(
    const int32_t *sums, int64_t count, float step, float *to) {
  const __m512 factor = _mm512_set1_ps(step);
  for (int64_t i = 0; i < count; i += 16) {
    _mm512_storeu_ps(
        to + i, _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_loadu_si512(sums + i)), factor));
  }
}

static TARGET void lut32_linear_run(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  (void)images;
  const signet_conv_shape *shape = &conv->shape;
  const lut32_linear_layout plan = lut32_linear_lay_out(shape);
  SIGNET_REQUIRE_UNITS(conv, images, from, to, lut32_linear_units(conv, images));
  const lut32_linear_scratch_layout scratch = lut32_linear_lay_scratch(shape, &plan, memory);
  const int64_t inputs = lut32_linear_padded_inputs(&plan);
  lut32_linear_copy(scratch.patch + plan.patch, NULL, inputs - plan.patch);
  for (int64_t unit = from; unit < to; unit++) {
    const signet_unit place = signet_unit_at(unit, 1, shape->groups, plan.splits);
    const int64_t split = place.split;
    const int64_t group = place.group;
    const signet_cursor cursor = {place.image, 0, 0};
    lut32_linear_gather(conv, group, cursor, scratch.patch, plan.patch, 0);
    const float absmax = lut32_linear_absmax_of(scratch.patch, plan.patch);
    const float step = lut32_linear_quantisation_step(absmax);
    lut32_linear_round_to_integers(
        scratch.patch, inputs, absmax > 0 ? 1 / step : 0, scratch.numbers);
    lut32_linear_sum_up(shape, &plan, &scratch, conv->packed, group, split);
    const int64_t first = lut32_linear_first_vector(&plan, split) * vector_filters;
    const int64_t end = lut32_linear_first_vector(&plan, split + 1) * vector_filters;
    const int64_t filter = group * plan.group_filters + first;
    const int64_t filters = signet_min(end, plan.group_filters) - first;
    const bool several = shape->codes > 1;
    for (int64_t code = 0; code < shape->codes; code++) {
      lut32_linear_to_floats(
          scratch.sums + code * plan.vectors * vector_filters + first, end - first, step,
          scratch.raw + first);
      if (several) {
        lut32_linear_add_code(
            scratch.total + first, scratch.raw + first, 1, 0,
            conv->scale + code * shape->out_channels + filter, filters, code == 0);
      }
    }
    lut32_linear_finish(
        conv, cursor, (several ? scratch.total : scratch.raw) + first, 1, 0, filter, filters,
        several || !conv->scale ? NULL : conv->scale + filter);
  }
}

const signet_conv_kernel signet_b1_linear_tables_avx512 = {
    .name = "b1i16_linear_table5x32_avx512vnni",
    .absmax_channels = chunk_inputs,
    .accepts = lut32_linear_accepts,
    .packed_bytes = lut32_linear_packed_bytes,
    .pack = lut32_linear_pack,
    .scratch_bytes = lut32_linear_scratch_bytes,
    .units = lut32_linear_units,
    .run = lut32_linear_run,
};

#endif
