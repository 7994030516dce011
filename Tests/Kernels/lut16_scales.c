// The scales of kernels that look up signed sums: with inputs built to reach it, no integer sum passes
// what its kernel holds, and some come within a thousandth of it, or within one.
#include <math.h>
#include <stdlib.h>

#include "lut/lut_bound.h"
#include "lut/lut16_scale.h"
#include "tester.h"

// The integers of a chunk at the bound, rounded up as far as they go, and of random ones.
static void chunks_of_words(void) {
  double largest = 0;
  for (int trial = 0; trial < 20000; trial++) {
    const int inputs = trial % SIGNET_LUT_CHUNK + 1;
    float values[SIGNET_LUT_CHUNK], sum = 0;
    // Every other time a few integers and a little more than a half: what rounding moves most.
    const float integer = (float)(random_bits() % (32700 / (unsigned)inputs));
    for (int i = 0; i < inputs; i++) {
      values[i] = trial % 2 ? integer + 0.5f + (float)(trial % 20) * 0x1p-10f : random_float();
      sum += fabsf(values[i]);
    }
    const float inverse = 1 / lut_quantisation_step(sum, SIGNET_LUT_CHUNK, 32767);
    double total = 0;
    for (int i = 0; i < inputs; i++) total += (double)fabsf(rintf(values[i] * inverse));
    largest = fmax(largest, total);
  }
  check(largest <= 32767, "table step", "a sum of %g", largest);
  check(largest >= 32740, "table step", "no sum above %g", largest);
}

// What a table of four inputs holds for the signs that make the sum −(|x₀| + … + |x₃|), or its opposite.
static int32_t table_entry(const float *inputs, lut16_scale scale, bool is_negative) {
  int32_t sum = 0;
  for (int i = 0; i < lut16_group; i++) {
    sum += (int32_t)rintf(fabsf(inputs[i]) * scale.inverse);
  }
  const int32_t product = (is_negative ? -sum : sum) * scale.multiplier;
  return (product + (1 << 14)) >> 15;
}

// The high parts of a run's entries, summed in a signed byte. One input of each group is the absmax or
// a share of it, drawn so that sometimes all low parts are 63, which leaves the high ones the most.
static void runs_of_bytes(void) {
  const int64_t lengths[] = {48, 64, 96, 128};
  int32_t least = 0, most = 0, largest = 0;
  for (int trial = 0; trial < 60000; trial++) {
    const int64_t inputs = lengths[trial % 4], groups = inputs / lut16_group;
    float values[128] = {0}, sum = 0;
    const float absmax = 0.5f + fabsf(random_float()), share = fabsf(random_float());
    const uint64_t full = random_bits() % (uint64_t)(groups + 1);
    for (int64_t group = 0; group < groups; group++) {
      float *four = values + group * lut16_group;
      four[0] = group == 0 || (uint64_t)group < full ? absmax : absmax * share;
      for (int i = 1; i < lut16_group && trial % 3 == 0; i++) four[i] = absmax * random_float();
      for (int i = 0; i < lut16_group; i++) sum += fabsf(four[i]);
    }
    const lut16_scale scale = lut16_scale_of(absmax, sum, inputs);
    for (int negative = 0; negative < 2; negative++) {
      int32_t high = 0, total = 0;
      for (int64_t group = 0; group < groups; group++) {
        const int32_t entry = table_entry(values + group * lut16_group, scale, negative);
        high += entry >> lut16_low_bits;
        total += entry;
      }
      least = high < least ? high : least;
      most = high > most ? high : most;
      largest = abs(total) > largest ? abs(total) : largest;
    }
  }
  check(
      least >= INT8_MIN && most <= INT8_MAX, "lut16 scale", "high parts of %d to %d", least, most);
  check(least <= INT8_MIN + 1, "lut16 scale", "no high parts below %d", least);
  check(largest * lut16_runs_in_16_bits <= INT16_MAX, "lut16 scale", "a run of %d", largest);
}

void test_lut16_scales(void) {
  random_seed(5);
  chunks_of_words();
  runs_of_bytes();
}
