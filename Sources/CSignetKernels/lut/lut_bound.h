// Chunks of inputs that lookup tables in narrow integers are made of, and the scale of kernels that
// widen the narrow sums after each chunk: its sum of magnitudes bounds every narrow sum, whatever the
// signs. Where several chunks are summed before, see lut32_scale.h.
#ifndef SIGNET_LUT_BOUND_H
#define SIGNET_LUT_BOUND_H

#include "core/geometry.h"

enum {
  // Channels of a convolution's chunk; the last of a pixel may have fewer. As many as filters are done at
  // once, so that the layer before can find the sums.
  SIGNET_LUT_CHUNK = 64,
};

// The quantisation step with which no sum of a chunk's rounded inputs leaves −most … most.
// absmax: the largest sum of the magnitudes of a chunk, as summed in float32 in any order.
//
// An input x becomes an integer of at most |x|/step·(1 + 2⁻²⁴)² + 1/2: the product's and the
// inverse's rounding, then that to an integer. Their sum over n inputs is at most
// (1 + 2⁻²⁴)²·Σ|x|/step + n/2, and the true Σ|x| exceeds its float32 sum by a factor of at most
// (1 − 2⁻²⁴)⁻ⁿ. 1 + (n + 8)·2⁻²⁴ covers both and the rounding done here.
SIGNET_INLINE float lut_quantisation_step(float absmax, int64_t chunk, float most) {
  const float inputs = (float)chunk;
  return absmax * (1 + (inputs + 8) * 0x1p-24f) / (most - inputs / 2);
}

#endif
