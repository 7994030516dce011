// The arithmetic of a batch norm with a sum and a ReLU behind it, on rows of C adjacent channels: each
// loop reads and writes every number once. T is float or c10::BFloat16; sums are in float32 within a
// block of rows and in float64 beyond.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include <c10/util/BFloat16.h>

// Compiled for several processors, of which the loader takes the best.
#if defined(__x86_64__) && defined(__linux__) && defined(__clang__)
#define CTORCH_CLONES __attribute__((target_clones("default", "arch=haswell", "arch=skylake-avx512")))
#else
#define CTORCH_CLONES
#endif
#define CTORCH_INLINE inline __attribute__((always_inline))

namespace ctorch {

CTORCH_INLINE float load(const float *from) { return *from; }

CTORCH_INLINE float load(const c10::BFloat16 *from) {
  const uint32_t bits = static_cast<uint32_t>(from->x) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

CTORCH_INLINE void store(float *to, float value) { *to = value; }

// To the nearest, to even where two are as near.
CTORCH_INLINE void store(c10::BFloat16 *to, float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  to->x = static_cast<uint16_t>(value != value ? 0x7fc0 : rounded);
}

// Channels whose sums stay in registers.
constexpr int64_t lanes = 16;

// Calls body(first channel, count) for all channels, with a constant count where that is `lanes`.
template <class Body>
CTORCH_INLINE void for_lanes(int64_t channels, const Body &body) {
  int64_t c = 0;
  for (; c + lanes <= channels; c += lanes) body(c, std::integral_constant<int64_t, lanes>());
  if (c < channels) body(c, channels - c);
}

// sums: 2 × C, the first two moments around `origin`
template <class T>
CTORCH_INLINE void add_up_moments(const T *x, int64_t rows, int64_t channels, const float *origin, double *sums) {
  for_lanes(channels, [&](int64_t first, auto count) __attribute__((always_inline)) {
    float ones[lanes] = {}, squares[lanes] = {}, m[lanes];
    for (int64_t j = 0; j < count; ++j) m[j] = origin[first + j];
    const T *from = x + first;
    for (int64_t r = 0; r < rows; ++r, from += channels) {
      for (int64_t j = 0; j < count; ++j) {
        const float offset = load(&from[j]) - m[j];
        ones[j] += offset;
        squares[j] += offset * offset;
      }
    }
    for (int64_t j = 0; j < count; ++j) {
      sums[first + j] = static_cast<double>(ones[j]);
      sums[channels + first + j] = static_cast<double>(squares[j]);
    }
  });
}

// y = max(0, (x − mean) · scale + bias + residual); residual may be null
template <class T>
CTORCH_INLINE void normalize(const T *x, const T *residual, int64_t rows, int64_t channels, const float *mean,
                             const float *scale, const float *bias, T *__restrict y) {
  for_lanes(channels, [&](int64_t first, auto count) __attribute__((always_inline)) {
    float m[lanes], by[lanes], shift[lanes];
    for (int64_t j = 0; j < count; ++j) m[j] = mean[first + j], by[j] = scale[first + j], shift[j] = bias[first + j];
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t place = r * channels + first;
      for (int64_t j = 0; j < count; ++j) {
        float value = (load(&x[place + j]) - m[j]) * by[j] + shift[j];
        if (residual) value += load(&residual[place + j]);
        // What is not a number stays.
        store(&y[place + j], value <= 0 ? 0 : value);
      }
    }
  });
}

// What of a gradient passes the ReLU.
template <class T>
CTORCH_INLINE float passed(const T *dy, const T *y, int64_t place) {
  // Read first: a read that depends on a comparison is a branch.
  const float gradient = load(&dy[place]);
  return load(&y[place]) > 0 ? gradient : 0;
}

// sums: 2 × C, Σg and Σg·(x − mean) of the gradients g behind the ReLU, which are kept in `masked`
// unless that is null
template <class T>
CTORCH_INLINE void add_up_gradients(const T *dy, const T *y, const T *x, int64_t rows, int64_t channels,
                                    const float *mean, T *__restrict masked, double *sums) {
  for_lanes(channels, [&](int64_t first, auto count) __attribute__((always_inline)) {
    float ones[lanes] = {}, products[lanes] = {}, m[lanes];
    for (int64_t j = 0; j < count; ++j) m[j] = mean[first + j];
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t place = r * channels + first;
      for (int64_t j = 0; j < count; ++j) {
        const float g = passed(dy, y, place + j);
        ones[j] += g;
        products[j] += g * (load(&x[place + j]) - m[j]);
        if (masked) store(&masked[place + j], g);
      }
    }
    for (int64_t j = 0; j < count; ++j) {
      sums[first + j] = static_cast<double>(ones[j]);
      sums[channels + first + j] = static_cast<double>(products[j]);
    }
  });
}

// dx = a · g + b · (x − mean) + c
template <class T>
CTORCH_INLINE void normalize_gradients(const T *dy, const T *y, const T *x, int64_t rows, int64_t channels,
                                       const float *mean, const float *a, const float *b, const float *c,
                                       T *__restrict dx) {
  for_lanes(channels, [&](int64_t first, auto count) __attribute__((always_inline)) {
    float m[lanes], by[lanes], slope[lanes], shift[lanes];
    for (int64_t j = 0; j < count; ++j) {
      m[j] = mean[first + j], by[j] = a[first + j], slope[j] = b[first + j], shift[j] = c[first + j];
    }
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t place = r * channels + first;
      for (int64_t j = 0; j < count; ++j) {
        const float offset = load(&x[place + j]) - m[j];
        store(&dx[place + j], by[j] * passed(dy, y, place + j) + slope[j] * offset + shift[j]);
      }
    }
  });
}

}  // namespace ctorch
