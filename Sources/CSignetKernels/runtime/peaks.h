// The largest magnitude of an image's inputs, which integer kernels scale them by. It is gathered
// row by row, so that it does not depend on how work is shared.
#ifndef SIGNET_PEAKS_H
#define SIGNET_PEAKS_H

#include "conv_walk.h"

// Compared as bits, which orders magnitudes and puts what is not a number above all others.
SIGNET_INLINE float signet_peak(const signet_conv *conv, int64_t image) {
  const float *peaks = conv->peaks + image * conv->peaks_per_image;
  int32_t most = 0;
  for (int64_t i = 0; i < conv->peaks_per_image; i++) {
    int32_t bits;
    memcpy(&bits, &peaks[i], sizeof bits);
    most = bits > most ? bits : most;
  }
  float peak;
  memcpy(&peak, &most, sizeof peak);
  return peak;
}

// The largest magnitude of some weights.
SIGNET_INLINE float signet_peak_of(const float *weights, int64_t count) {
  float peak = 0;
  for (int64_t i = 0; i < count; i++) {
    const float magnitude = weights[i] < 0 ? -weights[i] : weights[i];
    peak = magnitude > peak ? magnitude : peak;
  }
  return peak;
}

// Numbers of at most this magnitude; what is not a number becomes the least.
SIGNET_INLINE float signet_within(float value, float most) {
  return value > -most ? (value < most ? value : most) : -most;
}

#endif
