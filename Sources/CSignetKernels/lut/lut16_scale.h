// The quantisation step of the LUT convolution of AVX2, and why no sum of them can overflow.
//
// Inputs become integers X = round(x / u) with u = absmax / 8191, so that the signed sum of four fits
// 16 bits; a table holds T = round(sum · m / 2¹⁵). With L the largest sum of magnitudes |x| that one
// run of one window has, n the inputs of a run,
//   Σ|X| ≤ L / u + n/2   and   Σ|T| ≤ Σ|X| · m / 2¹⁵ + (n/4)/2,
// whatever the signs are. T = 64·h + l with 0 ≤ l < 64, and Σh must stay inside a signed byte: it does
// if −8192 ≤ ΣT − Σl and ΣT < 8192, so m is the largest integer with Σ|T| ≤ 8192 − 63·n/4.
#ifndef SIGNET_LUT16_SCALE_H
#define SIGNET_LUT16_SCALE_H

#include <float.h>

#include "lut/lut16_layout.h"
#include "core/absmax.h"

typedef struct lut16_scale {
  float inverse;       // 1 / u
  int16_t multiplier;  // m
  float step;          // the quantisation step of a table
} lut16_scale;

enum {
  lut16_most_input = 8191,
  lut16_most_sum = 8192,
  lut16_most_low = 63,
  lut16_most_multiplier = 32767,
};

// absmax, largest: the largest magnitude of an image, and of its runs' sums of magnitudes
SIGNET_INLINE lut16_scale lut16_scale_of(float absmax, float largest, int64_t inputs) {
  // Nothing but zeros, or something that is not a number.
  lut16_scale scale = {.inverse = 0, .multiplier = 0, .step = absmax};
  if (!(absmax > 0 && absmax <= FLT_MAX && largest <= FLT_MAX)) return scale;
  const float inverse = lut16_most_input / absmax;
  scale.inverse = inverse <= FLT_MAX ? inverse : FLT_MAX;
  // What n additions in float32, and the product with 1 / u, may have rounded down.
  const double rounded = 1 + (double)(inputs + 4) * 0x1p-23;
  const double sum = (double)largest * (double)scale.inverse * rounded + (double)inputs / 2;
  const double room = lut16_most_sum - (lut16_most_low + 0.5) * (double)inputs / lut16_group;
  const double multiplier = room * 32768 / sum;
  scale.multiplier =
      multiplier < lut16_most_multiplier ? (int16_t)multiplier : (int16_t)lut16_most_multiplier;
  scale.step = (float)(32768 / ((double)scale.inverse * scale.multiplier));
  return scale;
}

// The scale of one image, from what was measured of its rows. absmax: two numbers per row
SIGNET_INLINE lut16_scale lut16_scale_at(const signet_conv *conv, int64_t image) {
  const float *absmax = conv->absmax + image * conv->absmax_per_image;
  int32_t most[2] = {0, 0};
  for (int64_t i = 0; i < conv->absmax_per_image; i++) {
    // As bits: what is not a number is above all others.
    int32_t bits;
    memcpy(&bits, &absmax[i], sizeof bits);
    most[i % 2] = bits > most[i % 2] ? bits : most[i % 2];
  }
  float largest[2];
  memcpy(largest, most, sizeof largest);
  return lut16_scale_of(largest[0], largest[1], lut16_run_inputs(&conv->shape));
}

#endif
