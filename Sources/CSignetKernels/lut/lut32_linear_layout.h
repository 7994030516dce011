// How the LUT kernel of linear layers is laid out: the packed indices, the vectors of filters
// that meet a table together, the working memory.
#ifndef SIGNET_LUT32_LINEAR_LAYOUT_H
#define SIGNET_LUT32_LINEAR_LAYOUT_H

#include "core/code_bits.h"
#include "core/scratch.h"
#include "core/units.h"

enum {
  table_inputs = 5,
  table_entries = 32,
  word_tables = 3,
  word_inputs = word_tables * table_inputs,
  chunk_words = 5,
  chunk_inputs = chunk_words * word_inputs,
  // Tables stay in the first-level cache until all filters have met them.
  band_words = 16 * chunk_words,
  vector_filters = 32,
  // Vectors of filters that meet a table together.
  block_vectors = 8,
  // Indices come from afar and are read ahead of by this many bytes.
  ahead = 4096,
};

typedef struct {
  int64_t patch, words;
  int64_t group_filters, vectors, splits;
} lut32_linear_layout;

static lut32_linear_layout lut32_linear_lay_out(const signet_conv_shape *shape) {
  lut32_linear_layout plan;
  plan.patch = signet_patch_length(shape);
  plan.words = signet_ceil_div(plan.patch, word_inputs);
  plan.group_filters = shape->out_channels / shape->groups;
  plan.vectors = signet_ceil_div(plan.group_filters, vector_filters);
  plan.splits = signet_min(shape->threads, plan.vectors);
  return plan;
}

// Vectors that are met together, by the part of the filters they belong to.
typedef struct {
  int64_t first, count;
} lut32_linear_vector_block;

SIGNET_INLINE int64_t lut32_linear_first_vector(const lut32_linear_layout *plan, int64_t split) {
  return signet_share(plan->vectors, split, plan->splits).first;
}

SIGNET_INLINE lut32_linear_vector_block
lut32_linear_block_at(const lut32_linear_layout *plan, int64_t split, int64_t vector) {
  const int64_t first = lut32_linear_first_vector(plan, split);
  const int64_t block = vector - (vector - first) % block_vectors;
  return (lut32_linear_vector_block){
      block, signet_min(lut32_linear_first_vector(plan, split + 1) - block, block_vectors)};
}

// In whole vectors.
SIGNET_INLINE int64_t lut32_linear_padded_inputs(const lut32_linear_layout *plan) {
  return signet_round_up(plan->words * word_inputs, 32);
}

typedef struct {
  float *patch;      // padded inputs
  int16_t *numbers;  // padded inputs
  int16_t *tables;   // band words × word tables × table entries
  int32_t *sums;     // codes × vectors × vector filters
  float *raw;        // vectors × vector filters
  float *total;      // vectors × vector filters
  size_t bytes;
} lut32_linear_scratch_layout;

static lut32_linear_scratch_layout lut32_linear_lay_scratch(
    const signet_conv_shape *shape, const lut32_linear_layout *plan, void *memory) {
  const int64_t inputs = lut32_linear_padded_inputs(plan);
  const int64_t filters = plan->vectors * vector_filters;
  signet_scratch take = signet_scratch_at(memory);
  lut32_linear_scratch_layout scratch;
  scratch.tables = SIGNET_TAKE(&take, band_words, word_tables, table_entries, sizeof(int16_t));
  scratch.numbers = SIGNET_TAKE(&take, inputs, sizeof(int16_t));
  scratch.patch = SIGNET_TAKE(&take, inputs, sizeof(float));
  scratch.sums = SIGNET_TAKE(&take, shape->codes, filters, sizeof(int32_t));
  scratch.raw = SIGNET_TAKE(&take, filters, sizeof(float));
  scratch.total = SIGNET_TAKE(&take, filters, sizeof(float));
  scratch.bytes = take.bytes;
  return scratch;
}

// packed: codes × groups × blocks × words × vectors of the block × 32 lanes, bit 5·table + input.
// Even lanes hold the first 16 filters of a vector, odd ones the others.
SIGNET_INLINE int64_t lut32_linear_group_lanes(const lut32_linear_layout *plan) {
  return plan->vectors * plan->words * vector_filters;
}

static size_t lut32_linear_packed_bytes(const signet_conv_shape *shape) {
  const lut32_linear_layout plan = lut32_linear_lay_out(shape);
  return SIGNET_BYTES(
      shape->codes, shape->groups, lut32_linear_group_lanes(&plan), sizeof(uint16_t));
}

// Where the first word of a filter lies, within its code and group.
SIGNET_INLINE uint16_t *lut32_linear_first_word(
    const lut32_linear_layout *plan, uint16_t *lanes, int64_t filter, int64_t *stride) {
  const int64_t vector = filter / vector_filters;
  const int64_t lane = filter % vector_filters;
  int64_t split = 0;
  while (lut32_linear_first_vector(plan, split + 1) <= vector) split++;
  const lut32_linear_vector_block block = lut32_linear_block_at(plan, split, vector);
  *stride = block.count * vector_filters;
  return lanes + block.first * plan->words * vector_filters +
         (vector - block.first) * vector_filters + lane % 16 * 2 + lane / 16;
}

static void lut32_linear_pack(const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  const lut32_linear_layout plan = lut32_linear_lay_out(shape);
  memset(packed, 0, lut32_linear_packed_bytes(shape));
  for (int64_t index = 0; index < signet_code_rows(shape); index++) {
    const signet_code_row row = signet_code_row_at(shape, rows, index);
    const int64_t group = row.code * shape->groups + row.group;
    int64_t stride;
    uint16_t *words = lut32_linear_first_word(
        &plan, (uint16_t *)packed + group * lut32_linear_group_lanes(&plan), row.group_filter,
        &stride);
    SIGNET_FOR_EACH_ELEMENT (at, shape) {
      words[at.place / word_inputs * stride] |=
          (uint16_t)(signet_code_bit(row.bits, at.element) << (at.place % word_inputs));
    }
  }
}

#endif
