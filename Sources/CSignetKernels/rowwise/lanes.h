// Vectors of channels, for kernels of rows. A template: the including file defines TARGET, NAME(x)
// and LANES, the floats of a vector.
#include "core/geometry.h"

enum { NAME(width) = LANES };

typedef float NAME(vector) __attribute__((ext_vector_type(LANES), aligned(4)));
typedef int32_t NAME(vector_bits) __attribute__((ext_vector_type(LANES), aligned(4)));

SIGNET_INLINE TARGET NAME(vector) NAME(load)(const float *from) {
  return *(const NAME(vector) *)from;
}

SIGNET_INLINE TARGET void NAME(store)(float *to, NAME(vector) value) {
  *(NAME(vector) *)to = value;
}

// The first lanes; the others are zero.
SIGNET_INLINE TARGET NAME(vector) NAME(load_first)(const float *from, int64_t count) {
  float lanes[NAME(width)] = {0};
  for (int64_t lane = 0; lane < count; lane++) lanes[lane] = from[lane];
  return NAME(load)(lanes);
}

SIGNET_INLINE TARGET void NAME(store_first)(float *to, NAME(vector) value, int64_t count) {
  float lanes[NAME(width)];
  NAME(store)(lanes, value);
  for (int64_t lane = 0; lane < count; lane++) to[lane] = lanes[lane];
}

// Adjacent elements in vectors, of which the last overlaps the one before it, so that none needs a
// loop of its own. Results may therefore not be written over what they are made of.
//
//   SIGNET_EACH_VECTOR (at, lanes, count) { … elements at ..< at + lanes, lanes ≤ LANES … }
#define SIGNET_EACH_VECTOR(at, lanes, count)                                 \
  for (int64_t at = 0, lanes = signet_min(count, NAME(width)); at < (count); \
       at = at + 2 * NAME(width) <= (count) || at + NAME(width) >= (count)   \
                ? at + NAME(width)                                           \
                : (count) - NAME(width))

SIGNET_INLINE TARGET NAME(vector) NAME(load_lanes)(const float *from, int64_t lanes) {
  return lanes == NAME(width) ? NAME(load)(from) : NAME(load_first)(from, lanes);
}

SIGNET_INLINE TARGET void NAME(store_lanes)(float *to, NAME(vector) value, int64_t lanes) {
  if (lanes == NAME(width)) {
    NAME(store)(to, value);
  } else {
    NAME(store_first)(to, value, lanes);
  }
}

// Whether the pixels of a row follow each other without gaps.
SIGNET_INLINE bool NAME(is_dense)(const signet_view *view) {
  return view->width == 1 || view->pixel_stride == view->channels;
}
