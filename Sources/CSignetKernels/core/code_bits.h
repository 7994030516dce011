// Binary weights as model files have them, which every binary kernel packs in an order of its own:
// K × filters rows of ⌈S/8⌉ bytes, bit j of byte k is element 8k + j, 1 means +1. Elements are in
// the order channel, tap.
#ifndef SIGNET_CODE_BITS_H
#define SIGNET_CODE_BITS_H

#include "core/geometry.h"

// The bits of one filter of one code, and where that filter stands in its layer.
typedef struct signet_code_row {
  const uint8_t *bits;
  int64_t code, group;
  int64_t filter;        // of the layer
  int64_t group_filter;  // of its group
} signet_code_row;

SIGNET_INLINE int64_t signet_code_rows(const signet_conv_shape *shape) {
  return (int64_t)shape->codes * shape->out_channels;
}

SIGNET_INLINE signet_code_row
signet_code_row_at(const signet_conv_shape *shape, const void *rows, int64_t index) {
  const int64_t bytes = signet_ceil_div(signet_patch_length(shape), 8);
  const int64_t group_filters = shape->out_channels / shape->groups;
  const int64_t filter = index % shape->out_channels;
  return (signet_code_row){
      .bits = (const uint8_t *)rows + index * bytes,
      .code = index / shape->out_channels,
      .group = filter / group_filters,
      .filter = filter,
      .group_filter = filter % group_filters,
  };
}

// 1 where the element is +1.
SIGNET_INLINE unsigned signet_code_bit(const uint8_t *bits, int64_t element) {
  return bits[element / 8] >> (element % 8) & 1u;
}

// A walk over a filter's elements that says where each lies in a patch as kernels gather it, in the
// order tap, channel.
typedef struct signet_code_walk {
  int64_t element;  // as stored
  int64_t place;    // as gathered: tap · channels + channel
  int64_t channel, tap;
  int64_t channels, taps;
} signet_code_walk;

SIGNET_INLINE signet_code_walk signet_code_walk_of(const signet_conv_shape *shape) {
  return (signet_code_walk){
      .channels = shape->in_channels / shape->groups,
      .taps = (int64_t)shape->kernel_height * shape->kernel_width};
}

SIGNET_INLINE bool signet_code_walk_ended(const signet_code_walk *walk) {
  return walk->channel == walk->channels;
}

SIGNET_INLINE void signet_code_walk_advance(signet_code_walk *walk) {
  walk->element++;
  walk->place += walk->channels;
  if (++walk->tap < walk->taps) return;
  walk->tap = 0;
  walk->place = ++walk->channel;
}

#define SIGNET_FOR_EACH_ELEMENT(walk, shape)                                               \
  for (signet_code_walk walk = signet_code_walk_of(shape); !signet_code_walk_ended(&walk); \
       signet_code_walk_advance(&walk))

#endif
