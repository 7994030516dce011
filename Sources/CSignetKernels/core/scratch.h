// Working memory of a thread, handed out from its start. A kernel's layout is written once: laid at
// address 0 it says how many bytes the kernel needs, laid in memory it says where they are.
#ifndef SIGNET_SCRATCH_H
#define SIGNET_SCRATCH_H

#include "core/layout_bytes.h"

typedef struct signet_scratch {
  uintptr_t start;
  // Taken so far, in whole cache lines; SIGNET_UNCOUNTABLE once a size was.
  size_t bytes;
} signet_scratch;

static inline signet_scratch signet_scratch_at(void *memory) {
  return (signet_scratch){(uintptr_t)memory, 0};
}

static inline void *signet_scratch_take(signet_scratch *scratch, size_t bytes) {
  const uintptr_t place = scratch->start + scratch->bytes;
  scratch->bytes = SIGNET_TOTAL(scratch->bytes, signet_line(bytes));
  return (void *)place;
}

// The next part, as large as the product of some extents and an element's size.
#define SIGNET_TAKE(scratch, ...) signet_scratch_take(scratch, SIGNET_BYTES(__VA_ARGS__))

#endif
