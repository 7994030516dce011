// What the kernels' tests share: memory between pages that nobody may touch, repeatable numbers,
// and the count of what was checked.
#ifndef SIGNET_KERNEL_TESTER_H
#define SIGNET_KERNEL_TESTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CSignetKernels.h"

// A block between two inaccessible pages. It ends at the second one, so that reading or writing
// past it kills the process, as far as its alignment allows; the bytes in between, and those before
// it on its first page, hold canaries.
typedef struct guarded {
  unsigned char *start;
  size_t bytes;
  unsigned char *mapping;
  size_t mapped;
} guarded;

guarded guarded_make(size_t bytes, size_t alignment);
// Whether all canaries are as they were.
bool guarded_is_intact(const guarded *block);
void guarded_free(guarded *block);

// A map whose pixels lie `gap` floats apart, with canaries in the gaps.
typedef struct guarded_map {
  guarded block;
  int32_t images, height, width, channels, gap;
  signet_view view;
} guarded_map;

guarded_map map_make(int32_t images, int32_t height, int32_t width, int32_t channels, int32_t gap);
void map_fill(guarded_map *map);
float map_at(const guarded_map *map, int32_t image, int32_t y, int32_t x, int32_t channel);
bool map_is_intact(const guarded_map *map);
void map_free(guarded_map *map);

void random_seed(uint64_t seed);
// −1 … 1
float random_float(void);
uint64_t random_bits(void);

// Counts a check of `name`; prints what failed.
__attribute__((format(printf, 3, 4))) void check(
    bool holds, const char *name, const char *format, ...);
// Prints how often each name was checked.
void report(void);

void test_convolutions(void);
void test_depthwise(void);
void test_pointwise(void);
void test_layouts(void);
void test_lut16_scales(void);
void test_rows(void);
void test_elementwise(void);
void test_hashing(void);
void test_threads(void);
// Measures the process, so that nothing else may run in it.
void test_idleness(void);

#endif
