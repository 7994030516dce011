// Binary convolutions on 8-bit products, whichever instruction makes them.
#ifndef SIGNET_NEON_CONV_H
#define SIGNET_NEON_CONV_H

#include "neon/neon_bytes.h"

bool neon_bytes_accepts(const signet_conv_shape *shape);
size_t neon_bytes_packed_bytes(const signet_conv_shape *shape);
void neon_bytes_pack(const signet_conv_shape *shape, const void *rows, void *packed);
size_t neon_bytes_scratch_bytes(const signet_conv_shape *shape, int64_t images);
int64_t neon_bytes_units(const signet_conv *conv, int64_t images);
void neon_bytes_run(
    const byte_products *products, const signet_conv *conv, int64_t images, int64_t from,
    int64_t to, void *scratch);

#endif
