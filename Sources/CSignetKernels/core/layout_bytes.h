// Sizes of what kernels lay out in memory. Their factors come from model files, so this is the one
// place where they are multiplied and added to bytes.
#ifndef SIGNET_LAYOUT_BYTES_H
#define SIGNET_LAYOUT_BYTES_H

#include <stddef.h>
#include <stdint.h>

// Stands for every size that cannot be counted: more than any memory, and a positive number for
// callers whose sizes are signed.
#define SIGNET_UNCOUNTABLE ((size_t)PTRDIFF_MAX)

static inline size_t signet_product_of(const int64_t *factors, size_t count) {
  int64_t product = 1;
  for (size_t i = 0; i < count; i++) {
    if (factors[i] < 0 || __builtin_mul_overflow(product, factors[i], &product)) {
      return SIGNET_UNCOUNTABLE;
    }
  }
  return (size_t)product;
}

static inline size_t signet_sum_of(const size_t *terms, size_t count) {
  size_t sum = 0;
  for (size_t i = 0; i < count; i++) {
    if (__builtin_add_overflow(sum, terms[i], &sum) || sum > SIGNET_UNCOUNTABLE) {
      return SIGNET_UNCOUNTABLE;
    }
  }
  return sum;
}

// The product of extents, strides and an element's size.
#define SIGNET_BYTES(...) \
  signet_product_of(      \
      (const int64_t[]){__VA_ARGS__}, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

// The sum of such products.
#define SIGNET_TOTAL(...) \
  signet_sum_of(          \
      (const size_t[]){__VA_ARGS__}, sizeof((const size_t[]){__VA_ARGS__}) / sizeof(size_t))

// Rounded up to whole cache lines.
static inline size_t signet_line(size_t bytes) {
  return bytes > SIGNET_UNCOUNTABLE - 63 ? SIGNET_UNCOUNTABLE : (bytes + 63) / 64 * 64;
}

#endif
