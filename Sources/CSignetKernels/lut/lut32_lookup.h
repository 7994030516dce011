// The inner loops of the LUT convolution: one permutation looks the indices of 32 filters up in one
// table, one addition adds what was found. There are several, which find the same and of which none
// is the fastest on every processor (lut32_choice.h):
//   bytes      vpermb and a saturating addition; an index is a pair of bytes, those of a 16-bit entry
//   words      vpermw and a plain addition; vpermw ignores the upper bits of each 16, so that two
//              indices are a byte each
//   saturated  vpermw and a saturating addition
#ifndef SIGNET_LUT32_LOOKUP_H
#define SIGNET_LUT32_LOOKUP_H

#include "lut/lut32_layout.h"

// Looks one run up for some pixels and one or two vectors of filters, and begins their 32-bit sums or
// adds to them.
// offset: bytes from the tables of a row's first pixel to those of the tile's
// indices: as the steps have them; wide: rows × columns × vectors × 2 × 16
typedef void (*lut32_look_up_function)(
    const lut32_step *steps, int64_t count, int64_t offset, int64_t table_stride,
    const uint16_t *indices, int32_t *wide, bool begins);

// By vectors − 1, rows − 1, columns − 1.
typedef lut32_look_up_function lut32_look_up_table[2][2][tile_pixels];

#if defined(__x86_64__)
extern const lut32_look_up_table signet_lut32_look_ups_bytes;
extern const lut32_look_up_table signet_lut32_look_ups_words;
extern const lut32_look_up_table signet_lut32_look_ups_saturated;
#endif

#endif
