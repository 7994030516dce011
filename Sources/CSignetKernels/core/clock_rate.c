#include <time.h>

#include "CSignetRuntimeKernels.h"

// Rotations that wait for each other: one a cycle on every processor there is.
enum { rotations_per_turn = 8, turns = 2000, trials = 200 };

static uint64_t rotate(uint64_t value) {
#if defined(__x86_64__)
  __asm__ volatile("ror $1, %0\n ror $3, %0\n ror $1, %0\n ror $5, %0\n"
                   "ror $1, %0\n ror $3, %0\n ror $1, %0\n ror $5, %0\n"
                   : "+r"(value));
#elif defined(__aarch64__)
  __asm__ volatile("ror %0, %0, #1\n ror %0, %0, #3\n ror %0, %0, #1\n ror %0, %0, #5\n"
                   "ror %0, %0, #1\n ror %0, %0, #3\n ror %0, %0, #1\n ror %0, %0, #5\n"
                   : "+r"(value));
#endif
  return value;
}

double signet_clock_rate(void) {
#if defined(__x86_64__) || defined(__aarch64__)
  double best = 0;
  uint64_t value = 1;
  for (int trial = 0; trial < trials; trial++) {
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int turn = 0; turn < turns; turn++) value = rotate(value);
    clock_gettime(CLOCK_MONOTONIC, &end);
    const double nanoseconds =
        (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
    const double rate = (double)rotations_per_turn * turns / nanoseconds * 1e9;
    if (nanoseconds > 0 && rate > best) best = rate;
  }
  return best;
#else
  return 0;
#endif
}
