// Each inner loop is timed for some microseconds on what a tile looks up in one run.
#include "lut/lut32_choice.h"

#include <stdlib.h>

#if defined(__x86_64__)

#include <pthread.h>
#include <time.h>

#include "lut/lut32_lookup.h"

enum {
  trials = 12,
  runs_per_trial = 3,
  steps = run_tables / chunk_tables,
  // A step of each tap of a kernel row.
  columns = tile_pixels + steps,
};

typedef struct {
  _Alignas(64) char tables[chunk_tables * columns * table_bytes];
  // Enough for every method, and what `words` reads behind its last.
  _Alignas(64) uint16_t indices[(run_tables + 1) * block_filters];
  _Alignas(64) int32_t sums[tile_pixels * block_filters];
} probe;

static double nanoseconds[SIGNET_LOOKUP_COUNT];
static signet_lookup fastest;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static const lut32_look_up_table *table_of(signet_lookup lookup) {
  switch (lookup) {
    case SIGNET_LOOKUP_WORDS: return &signet_lut32_look_ups_words;
    case SIGNET_LOOKUP_SATURATED: return &signet_lut32_look_ups_saturated;
    default: return &signet_lut32_look_ups_bytes;
  }
}

// Of one lookup.
static double time_of(signet_lookup lookup, probe *on) {
  lut32_step list[steps];
  for (int step = 0; step < steps; step++) {
    const char *from = on->tables + step * table_bytes;
    list[step] = (lut32_step){
        {from, from},
        (chunk_tables + word_tables - 1) / word_tables,
        lut32_first_pair(chunk_tables)};
  }
  const double start = now();
  for (int run = 0; run < runs_per_trial; run++) {
    (*table_of(lookup))[1][0][tile_pixels - 1](
        list, steps, 0, columns * table_bytes, on->indices, on->sums, run == 0);
  }
  return (now() - start) / (runs_per_trial * run_tables * tile_pixels * 2);
}

static void measure(void) {
  fastest = SIGNET_LOOKUP_BYTES;
  if (!signet_processor_has(SIGNET_AVX512VBMI) || !signet_processor_has(SIGNET_AVX512VNNI)) return;
  probe *on = aligned_alloc(_Alignof(probe), sizeof *on);
  if (!on) return;
  memset(on, 0, sizeof *on);
  // In turns, so that a slow moment meets all.
  for (int trial = 0; trial < trials; trial++) {
    for (signet_lookup each = 0; each < SIGNET_LOOKUP_COUNT; each++) {
      const double time = time_of(each, on);
      if (trial == 0 || time < nanoseconds[each]) nanoseconds[each] = time;
    }
  }
  for (signet_lookup each = 0; each < SIGNET_LOOKUP_COUNT; each++) {
    if (nanoseconds[each] < nanoseconds[fastest]) fastest = each;
  }
  free(on);
}

signet_lookup signet_lut32_fastest(void) {
  pthread_once(&once, measure);
  return fastest;
}

double signet_lookup_nanoseconds(signet_lookup lookup) {
  pthread_once(&once, measure);
  return lookup < SIGNET_LOOKUP_COUNT ? nanoseconds[lookup] : 0;
}

#else

double signet_lookup_nanoseconds(signet_lookup lookup) {
  (void)lookup;
  return 0;
}

#endif

const char *signet_lookup_name(signet_lookup lookup) {
  switch (lookup) {
    case SIGNET_LOOKUP_WORDS: return "words";
    case SIGNET_LOOKUP_SATURATED: return "saturated";
    case SIGNET_LOOKUP_BYTES: return "bytes";
    default: return NULL;
  }
}
