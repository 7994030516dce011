// The quantisation step of the LUT convolution of AVX-512, and why no sum of it can overflow.
//
// Inputs become integers X = round(x / u). Of the signed sums of a table's inputs either all are even
// or all are odd, so that half of one bit would be lost: an entry is half the sum, made whole by p, 0
// or 1, the parity of the table's ΣX:
//   (Σ ±X + p) / 2 = Σ of the X that are added − (ΣX − p) / 2
// Results are twice the sum of entries less the sum of p, which depends on the window alone.
//
// A run adds the entries of r steps, a chunk of a pixel's channels each, with at most n inputs and t
// tables. With L the largest sum of magnitudes of a chunk, as summed in float32 in any order,
//   |Σ entries| ≤ (r·Σ|X| + r·t) / 2,   Σ|X| ≤ L·(1 + (n + 8)·2⁻²⁴) / u + n/2
// whatever the signs are: each product and the inverse are rounded, then to an integer; and the true
// sum exceeds its float32 one by a factor of at most (1 − 2⁻²⁴)⁻ⁿ. The largest u with which the right
// side is 32767 is the step.
#ifndef SIGNET_LUT32_SCALE_H
#define SIGNET_LUT32_SCALE_H

#include "lut/lut32_layout.h"

SIGNET_INLINE float lut32_quantisation_step(const signet_conv_shape *shape, float absmax) {
  const float steps = (float)lut32_run_steps(shape);
  const float inputs = (float)lut32_chunk_channels(shape, 0);
  const float tables = (float)lut32_tables_of(shape, 0);
  const float most = 2 * 32767 / steps - inputs / 2 - tables;
  return absmax * (1 + (inputs + 8) * 0x1p-24f) / most;
}

#endif
