// The absmax, the largest magnitude, of an image's inputs or of a filter's weights: integer kernels
// derive their quantisation step from it. It is gathered row by row, so that it does not depend on
// how work is shared.
#ifndef SIGNET_ABSMAX_H
#define SIGNET_ABSMAX_H

#include "core/geometry.h"

// Compared as bits, which orders magnitudes and puts what is not a number above all others.
SIGNET_INLINE float signet_absmax_at(const signet_conv *conv, int64_t image) {
  const float *parts = conv->absmax + image * conv->absmax_per_image;
  int32_t most = 0;
  for (int64_t i = 0; i < conv->absmax_per_image; i++) {
    int32_t bits;
    memcpy(&bits, &parts[i], sizeof bits);
    most = bits > most ? bits : most;
  }
  float absmax;
  memcpy(&absmax, &most, sizeof absmax);
  return absmax;
}

// The largest magnitude of some weights.
SIGNET_INLINE float signet_absmax_of(const float *weights, int64_t count) {
  float absmax = 0;
  for (int64_t i = 0; i < count; i++) {
    const float magnitude = weights[i] < 0 ? -weights[i] : weights[i];
    absmax = magnitude > absmax ? magnitude : absmax;
  }
  return absmax;
}

// Numbers of at most this magnitude; what is not a number becomes the least.
SIGNET_INLINE float signet_within(float value, float most) {
  return value > -most ? (value < most ? value : most) : -most;
}

#endif
