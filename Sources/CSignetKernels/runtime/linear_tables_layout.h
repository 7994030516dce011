// How linear layers with tables of signed sums are laid out: the packed indices, the vectors of filters
// that meet a table together, the working memory.
#ifndef SIGNET_LINEAR_TABLES_LAYOUT_H
#define SIGNET_LINEAR_TABLES_LAYOUT_H

#include "conv_walk.h"

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
} layout;

static layout lay_out(const signet_conv_shape *shape) {
  layout plan;
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
} vector_block;

SIGNET_INLINE int64_t first_vector(const layout *plan, int64_t split) {
  return split * plan->vectors / plan->splits;
}

SIGNET_INLINE vector_block block_at(const layout *plan, int64_t split, int64_t vector) {
  const int64_t first = first_vector(plan, split);
  const int64_t block = vector - (vector - first) % block_vectors;
  return (vector_block){
      block, signet_min(first_vector(plan, split + 1) - block, block_vectors)};
}

// In whole vectors.
SIGNET_INLINE int64_t padded_inputs(const layout *plan) {
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
} scratch_layout;

static scratch_layout lay_scratch(
    const signet_conv_shape *shape, const layout *plan, uintptr_t start) {
  const int64_t inputs = padded_inputs(plan);
  const int64_t filters = plan->vectors * vector_filters;
  const size_t tables = band_words * word_tables * table_entries * sizeof(int16_t);
  const size_t numbers = SIGNET_BYTES(inputs, sizeof(int16_t));
  const size_t patch = SIGNET_BYTES(inputs, sizeof(float));
  const size_t sums = SIGNET_BYTES(shape->codes, filters, sizeof(int32_t));
  const size_t raw = SIGNET_BYTES(filters, sizeof(float));
  scratch_layout scratch;
  scratch.tables = (int16_t *)start;
  scratch.numbers = (int16_t *)(start += tables);
  scratch.patch = (float *)(start += numbers);
  scratch.sums = (int32_t *)(start += patch);
  scratch.raw = (float *)(start += sums);
  scratch.total = (float *)(start += raw);
  scratch.bytes = SIGNET_TOTAL(tables, numbers, patch, sums, raw, raw);
  return scratch;
}

// packed: codes × groups × blocks × words × vectors of the block × 32 lanes, bit 5·table + input.
// Even lanes hold the first 16 filters of a vector, odd ones the others.
SIGNET_INLINE int64_t group_lanes(const layout *plan) {
  return plan->vectors * plan->words * vector_filters;
}

static size_t packed_bytes(const signet_conv_shape *shape) {
  const layout plan = lay_out(shape);
  return SIGNET_BYTES(shape->codes, shape->groups, group_lanes(&plan), sizeof(uint16_t));
}

// Where the first word of a filter lies, within its code and group.
SIGNET_INLINE uint16_t *first_word(
    const layout *plan, uint16_t *lanes, int64_t filter, int64_t *stride) {
  const int64_t vector = filter / vector_filters;
  const int64_t lane = filter % vector_filters;
  int64_t split = 0;
  while (first_vector(plan, split + 1) <= vector) split++;
  const vector_block block = block_at(plan, split, vector);
  *stride = block.count * vector_filters;
  return lanes + block.first * plan->words * vector_filters +
         (vector - block.first) * vector_filters + lane % 16 * 2 + lane / 16;
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
    int64_t stride;
    uint16_t *words = first_word(
        &plan, (uint16_t *)packed + group * group_lanes(&plan), filter % plan.group_filters,
        &stride);
    for (int64_t element = 0; element < plan.patch; element++) {
      // From channel, tap to tap, channel.
      const int64_t place = element % area * channels + element / area;
      const int bit = (bits[element / 8] >> (element % 8)) & 1;
      words[place / word_inputs * stride] |= (uint16_t)(bit << (place % word_inputs));
    }
  }
}

#endif
