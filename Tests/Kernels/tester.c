#include "tester.h"
#include "KernelTester.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { canary_byte = 0xA7, most_names = 128, most_messages = 20 };
static const uint32_t canary_bits = 0x4B5AA5B4;

guarded guarded_make(size_t bytes, size_t alignment) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const size_t inner = (bytes + alignment + page - 1) / page * page;
  guarded block = {.bytes = bytes, .mapped = inner + 2 * page};
  block.mapping =
      mmap(NULL, block.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block.mapping == MAP_FAILED) {
    perror("mmap");
    exit(2);
  }
  unsigned char *end = block.mapping + page + inner;
  memset(block.mapping + page, canary_byte, inner);
  if (mprotect(block.mapping, page, PROT_NONE) != 0 || mprotect(end, page, PROT_NONE) != 0) {
    perror("mprotect");
    exit(2);
  }
  block.start = (unsigned char *)((uintptr_t)(end - bytes) / alignment * alignment);
  memset(block.start, 0, bytes);
  return block;
}

bool guarded_is_intact(const guarded *block) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const unsigned char *first = block->mapping + page;
  const unsigned char *last = block->mapping + block->mapped - page;
  for (const unsigned char *p = first; p < block->start; p++) {
    if (*p != canary_byte) return false;
  }
  for (const unsigned char *p = block->start + block->bytes; p < last; p++) {
    if (*p != canary_byte) return false;
  }
  return true;
}

void guarded_free(guarded *block) { munmap(block->mapping, block->mapped); }

static float canary(void) {
  float value;
  memcpy(&value, &canary_bits, sizeof value);
  return value;
}

guarded_map map_make(int32_t images, int32_t height, int32_t width, int32_t channels, int32_t gap) {
  const int64_t stride = channels + gap;
  const int64_t pixels = (int64_t)images * height * width;
  // Nothing behind the last pixel: a gap is only promised between pixels.
  const size_t floats = (size_t)(pixels * stride - gap);
  guarded_map map = {guarded_make(floats * sizeof(float), sizeof(float)),
                     images,
                     height,
                     width,
                     channels,
                     gap,
                     {0}};
  float *data = (float *)(void *)map.block.start;
  for (size_t i = 0; i < floats; i++) data[i] = canary();
  map.view =
      (signet_view){data, height * width * stride, width * stride, stride, height, width, channels};
  return map;
}

static float *place(const guarded_map *map, int32_t image, int32_t y, int32_t x, int32_t channel) {
  const signet_view *view = &map->view;
  return view->data + image * view->image_stride + y * view->row_stride + x * view->pixel_stride +
         channel;
}

void map_fill(guarded_map *map) {
  for (int32_t image = 0; image < map->images; image++) {
    for (int32_t y = 0; y < map->height; y++) {
      for (int32_t x = 0; x < map->width; x++) {
        for (int32_t c = 0; c < map->channels; c++) *place(map, image, y, x, c) = random_float();
      }
    }
  }
}

float map_at(const guarded_map *map, int32_t image, int32_t y, int32_t x, int32_t channel) {
  return *place(map, image, y, x, channel);
}

bool map_is_intact(const guarded_map *map) {
  const uint32_t *bits = (const uint32_t *)(const void *)map->block.start;
  const int64_t stride = map->channels + map->gap;
  const size_t floats = map->block.bytes / sizeof(float);
  for (size_t i = 0; i < floats; i++) {
    if ((int64_t)i % stride >= map->channels && bits[i] != canary_bits) return false;
  }
  return guarded_is_intact(&map->block);
}

void map_free(guarded_map *map) { guarded_free(&map->block); }

static uint64_t state = 1;

void random_seed(uint64_t seed) { state = seed; }

// SplitMix64
uint64_t random_bits(void) {
  uint64_t word = (state += 0x9E3779B97F4A7C15ull);
  word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9ull;
  word = (word ^ (word >> 27)) * 0x94D049BB133111EBull;
  return word ^ (word >> 31);
}

float random_float(void) { return (float)(random_bits() >> 40) * 0x1p-23f - 1; }

static struct {
  char name[80];
  long checks, failures;
} counts[most_names];
static int names = 0, messages = 0;

void check(bool holds, const char *name, const char *format, ...) {
  int index = 0;
  while (index < names && strcmp(counts[index].name, name) != 0) index++;
  if (index == most_names) {
    fprintf(stderr, "more than %d names\n", most_names);
    exit(2);
  }
  if (index == names) snprintf(counts[names++].name, sizeof counts[0].name, "%s", name);
  counts[index].checks++;
  if (holds) return;
  counts[index].failures++;
  if (messages++ >= most_messages) return;
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s: ", name);
  vfprintf(stderr, format, arguments);
  fprintf(stderr, "\n");
  va_end(arguments);
}

void report(void) {
  for (int index = 0; index < names; index++) {
    printf("  %-36s %6ld checks", counts[index].name, counts[index].checks);
    if (counts[index].failures > 0) printf(", %ld FAILED", counts[index].failures);
    printf("\n");
  }
}

signet_kernel_checks signet_count_kernel_checks(void) {
  signet_kernel_checks all = {0};
  for (int index = 0; index < names; index++) {
    all.checks += counts[index].checks;
    all.failures += counts[index].failures;
  }
  return all;
}
