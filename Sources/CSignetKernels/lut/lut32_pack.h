// How the LUT convolution's weights are laid out:
// codes × filter blocks × words under a kernel × vectors × 32, in the order in which tables are looked
// up. Even lanes hold the first 16 filters of a vector, odd ones the others.
#ifndef SIGNET_LUT32_PACK_H
#define SIGNET_LUT32_PACK_H

#include "core/code_bits.h"
#include "lut/lut32_lookup.h"

// How weights are packed and looked up.
typedef struct {
  // Tables whose indices share 16 bits.
  int64_t word_tables;
  const lut32_look_up_table *look_ups;
} lut32_method;

SIGNET_INLINE int64_t lut32_vectors_of(const signet_conv_shape *shape, int64_t block) {
  return shape->out_channels - block * block_filters > vector_filters ? 2 : 1;
}

// 16-bit words of a vector of filters.
SIGNET_INLINE int64_t lut32_vector_words(
    const lut32_method *method, const signet_conv_shape *shape, const lut32_layout *plan) {
  const int64_t of_pixel = method->word_tables == 1 ? plan->tables : plan->words;
  return of_pixel * shape->kernel_height * shape->kernel_width * vector_filters;
}

// Those of a step in which one lane has its indices.
SIGNET_INLINE int64_t lut32_step_words(const lut32_method *method, const lut32_step *step) {
  return method->word_tables == 1 ? (step->pairs - 1) * word_tables + step->first : step->pairs;
}

SIGNET_INLINE int64_t lut32_code_words(
    const lut32_method *method, const signet_conv_shape *shape, const lut32_layout *plan) {
  return signet_ceil_div(shape->out_channels, vector_filters) *
         lut32_vector_words(method, shape, plan);
}

SIGNET_INLINE size_t
lut32_packed_bytes(const lut32_method *method, const signet_conv_shape *shape) {
  const lut32_layout plan = lut32_lay_out(shape);
  // The upper bytes of the last words are read with one byte behind them.
  return SIGNET_TOTAL(
      SIGNET_BYTES(shape->codes, lut32_code_words(method, shape, &plan), sizeof(uint16_t)), 64);
}

// Where the indices of an element's table are, within the vectors of its block of filters.
typedef struct {
  int64_t word;   // the first vector's: a word of each vector follows
  int64_t byte;   // of the word
  int64_t input;  // of the table
} lut32_index_place;

SIGNET_INLINE lut32_index_place lut32_index_place_of(
    const lut32_method *method, const signet_conv_shape *shape, const signet_code_walk *at) {
  const int64_t area = (int64_t)shape->kernel_height * shape->kernel_width;
  const int64_t chunk = at->channel / SIGNET_LUT_CHUNK;
  const int64_t tables = lut32_tables_of(shape, chunk);
  const int64_t input = at->channel % SIGNET_LUT_CHUNK / tables;
  const int64_t table = at->channel % SIGNET_LUT_CHUNK % tables;
  // The words of the chunks before, then of each tap.
  if (method->word_tables == 1) {
    return (lut32_index_place){chunk * chunk_tables * area + at->tap * tables + table, 0, input};
  }
  const int64_t first = lut32_first_pair(tables);
  const int64_t place = table + word_tables - first;
  const int64_t chunk_words = signet_ceil_div(chunk_tables, word_tables);
  const int64_t words = signet_ceil_div(tables, word_tables);
  return (lut32_index_place){
      .word = chunk * chunk_words * area + at->tap * words + place / word_tables,
      .byte = place % word_tables,
      .input = input};
}

// A lane's bits in its word, for a filter's place among 32. bytes: the two indices of a 16-bit entry
// are 2·index and 2·index + 1.
SIGNET_INLINE uint16_t
lut32_index_bits(const lut32_method *method, const lut32_index_place *place, unsigned bit) {
  if (method->word_tables == 1) return (uint16_t)(bit * 0x0202u << place->input);
  return (uint16_t)(bit << (place->byte * 8 + place->input));
}

SIGNET_INLINE void lut32_pack(
    const lut32_method *method, const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  const lut32_layout plan = lut32_lay_out(shape);
  const int64_t count = shape->codes * lut32_code_words(method, shape, &plan);
  uint16_t *indices = packed;
  memset(packed, 0, lut32_packed_bytes(method, shape));
  for (int64_t i = 0; method->word_tables == 1 && i < count; i++) indices[i] = 0x0100;
  for (int64_t each = 0; each < signet_code_rows(shape); each++) {
    const signet_code_row row = signet_code_row_at(shape, rows, each);
    const int64_t block = row.filter / block_filters;
    const int64_t vectors = lut32_vectors_of(shape, block);
    const int64_t vector = row.filter % block_filters / vector_filters;
    const int64_t lane = row.filter % vector_filters;
    uint16_t *of_filter = indices + row.code * lut32_code_words(method, shape, &plan) +
                          block * 2 * lut32_vector_words(method, shape, &plan) +
                          vector * vector_filters + lane % 16 * 2 + lane / 16;
    SIGNET_FOR_EACH_ELEMENT (at, shape) {
      const lut32_index_place place = lut32_index_place_of(method, shape, &at);
      of_filter[place.word * vectors * vector_filters] |=
          lut32_index_bits(method, &place, signet_code_bit(row.bits, at.element));
    }
  }
}

#endif
