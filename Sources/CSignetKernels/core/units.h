// Which part of a layer a unit is. Units count the parts of the filters first, then groups, then
// blocks of output rows or pixels, then images.
#ifndef SIGNET_UNITS_H
#define SIGNET_UNITS_H

#include "core/geometry.h"

typedef struct signet_unit {
  int64_t image;  // of a batch; 0 where blocks go across images
  int64_t block;  // of output rows or pixels
  int64_t group, split;
} signet_unit;

// blocks: of an image; 0 where they go across images
SIGNET_INLINE signet_unit
signet_unit_at(int64_t index, int64_t blocks, int64_t groups, int64_t splits) {
  const int64_t block = index / splits / groups;
  return (signet_unit){
      .image = blocks > 0 ? block / blocks : 0,
      .block = blocks > 0 ? block % blocks : block,
      .group = index / splits % groups,
      .split = index % splits,
  };
}

// A part of something that is dealt out.
typedef struct signet_range {
  int64_t first, end;
} signet_range;

// The share of one of `splits` in `count` things.
SIGNET_INLINE signet_range signet_share(int64_t count, int64_t split, int64_t splits) {
  return (signet_range){split * count / splits, (split + 1) * count / splits};
}

#endif
