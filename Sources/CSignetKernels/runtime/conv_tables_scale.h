// The scale of the table convolutions' integers, and why no sum of them can overflow.
//
// Inputs become integers X = round(x / u) with u = peak / 8191, so that the signed sum of four fits
// 16 bits; a table holds T = round(sum · m / 2¹⁵). With L the largest sum of magnitudes |x| that one
// run of one window has, n the inputs of a run,
//   Σ|X| ≤ L / u + n/2   and   Σ|T| ≤ Σ|X| · m / 2¹⁵ + (n/4)/2,
// whatever the signs are. T = 64·h + l with 0 ≤ l < 64, and Σh must stay inside a signed byte: it does
// if −8192 ≤ ΣT − Σl and ΣT < 8192, so m is the largest integer with Σ|T| ≤ 8192 − 63·n/4.
#ifndef SIGNET_CONV_TABLES_SCALE_H
#define SIGNET_CONV_TABLES_SCALE_H

#include <float.h>

#include "conv_tables_layout.h"
#include "peaks.h"

typedef struct tables_scale {
  float inverse;       // 1 / u
  int16_t multiplier;  // m
  float unit;          // what a table's 1 stands for
} tables_scale;

enum {
  tables_most_input = 8191,
  tables_most_sum = 8192,
  tables_most_low = 63,
  tables_most_multiplier = 32767,
};

// peak, largest: the largest magnitude of an image, and of its runs' sums of magnitudes
SIGNET_INLINE tables_scale tables_scale_of(float peak, float largest, int64_t inputs) {
  // Nothing but zeros, or something that is not a number.
  tables_scale scale = {.inverse = 0, .multiplier = 0, .unit = peak};
  if (!(peak > 0 && peak <= FLT_MAX && largest <= FLT_MAX)) return scale;
  const float inverse = tables_most_input / peak;
  scale.inverse = inverse <= FLT_MAX ? inverse : FLT_MAX;
  // What n additions in float32, and the product with 1 / u, may have rounded down.
  const double rounded = 1 + (double)(inputs + 4) * 0x1p-23;
  const double sum = (double)largest * (double)scale.inverse * rounded + (double)inputs / 2;
  const double room =
      tables_most_sum - (tables_most_low + 0.5) * (double)inputs / tables_group;
  const double multiplier = room * 32768 / sum;
  scale.multiplier = multiplier < tables_most_multiplier ? (int16_t)multiplier
                                                         : (int16_t)tables_most_multiplier;
  scale.unit = (float)(32768 / ((double)scale.inverse * scale.multiplier));
  return scale;
}

// The scale of one image, from what was measured of its rows. peaks: two numbers per row
SIGNET_INLINE tables_scale tables_scale_at(const signet_conv *conv, int64_t image) {
  const float *peaks = conv->peaks + image * conv->peaks_per_image;
  int32_t most[2] = {0, 0};
  for (int64_t i = 0; i < conv->peaks_per_image; i++) {
    // As bits: what is not a number is above all others.
    int32_t bits;
    memcpy(&bits, &peaks[i], sizeof bits);
    most[i % 2] = bits > most[i % 2] ? bits : most[i % 2];
  }
  float largest[2];
  memcpy(largest, most, sizeof largest);
  return tables_scale_of(largest[0], largest[1], tables_run_inputs(&conv->shape));
}

#endif
