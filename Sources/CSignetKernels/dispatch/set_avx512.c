#include "depthwise/depthwise_kernels.h"
#include "amx/amx_conv.h"
#include "amx/amx_dense.h"
#include "madd16/madd16_dense_avx512.h"
#include "madd16/madd16_pairs_kernels.h"
#include "lut/lut32_conv_avx512.h"
#include "pointwise/pointwise_kernels.h"
#include "dispatch/kernel_sets.h"
#include "gemm/gemm_linear_avx512.h"
#include "lut/lut32_linear_avx512.h"
#include "madd16/madd16_linear_avx512.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define NAME(x) gemm_avx512_##x
#define LABEL "avx512"
#define LANES 16
#define VECTORS 2
#define PIXELS 12
#define WORD uint32_t
#define SIGNET_TILE_NAME "p12x32"
#include "gemm/gemm_conv.h"

// The processor's estimate of 14 bits and a step of Newton's method: half the time of a division.
static inline __attribute__((always_inline)) TARGET gemm_avx512_lanes
gemm_avx512_reciprocal(gemm_avx512_lanes x) {
  const __m512 estimate = _mm512_rcp14_ps((__m512)x);
  const __m512 rest = _mm512_fnmadd_ps((__m512)x, estimate, _mm512_set1_ps(1));
  return (gemm_avx512_lanes)_mm512_fmadd_ps(estimate, rest, estimate);
}

#define RECIPROCAL(x) gemm_avx512_reciprocal(x)
#include "rowwise/rows.h"

#include "rowwise/vector_rows.h"

static const signet_conv_kernel *const f32_conv[] = {
    &signet_f32_depthwise_avx512,
    &signet_f32_linear_avx512,
    &signet_f32_pointwise_pairs_avx512,
    &signet_f32_pointwise_avx512,
    &signet_f32_conv_dense_avx512,
    &gemm_avx512_f32_conv,
    NULL};
static const signet_conv_kernel *const f32_conv_exact[] = {
    &signet_f32_depthwise_avx512, &signet_f32_pointwise_avx512, &gemm_avx512_f32_conv, NULL};
static const signet_conv_kernel *const f32_conv_tiles[] = {
    &signet_f32_depthwise_avx512,  &signet_f32_linear_avx512, &signet_f32_conv_amx,
    &signet_f32_conv_dense_avx512, &gemm_avx512_f32_conv,     NULL};
static const signet_conv_kernel *const f32_conv_tiles_exact[] = {
    &signet_f32_depthwise_avx512, &signet_f32_conv_amx_exact, &gemm_avx512_f32_conv, NULL};
#define SIGNET_B1_CONV(lookup)                                  \
  static const signet_conv_kernel *const b1_conv_##lookup[] = { \
      &signet_b1_linear_tables_avx512,                          \
      &signet_b1_linear_avx512,                                 \
      &signet_b1_conv_tables_##lookup##_avx512,                 \
      &signet_b1_conv_pairs_avx512,                             \
      &gemm_avx512_b1_conv,                                     \
      NULL};
SIGNET_B1_CONV(words)
SIGNET_B1_CONV(saturated)
SIGNET_B1_CONV(bytes)
static const signet_conv_kernel *const b1_conv_exact[] = {
    &signet_b1_linear_avx512, &gemm_avx512_b1_conv, NULL};
static const signet_conv_kernel *const b1_conv_tiles[] = {
    &signet_b1_linear_tables_avx512, &signet_b1_linear_avx512, &signet_b1_conv_amx,
    &gemm_avx512_b1_conv, NULL};
static const signet_conv_kernel *const b1_conv_tiles_exact[] = {
    &signet_b1_linear_avx512, &signet_b1_conv_amx_exact, &gemm_avx512_b1_conv, NULL};

#define SIGNET_AVX512_SET(lookup)       \
  {                                     \
      .name = "avx512",                 \
      .f32_conv = f32_conv,             \
      .f32_conv_exact = f32_conv_exact, \
      .b1_conv = b1_conv_##lookup,      \
      .b1_conv_exact = b1_conv_exact,   \
      SIGNET_ROW_KERNELS,               \
      SIGNET_VECTOR_ROW_KERNELS,        \
  }

const signet_kernel_set signet_avx512_sets[SIGNET_LOOKUP_COUNT] = {
    [SIGNET_LOOKUP_WORDS] = SIGNET_AVX512_SET(words),
    [SIGNET_LOOKUP_SATURATED] = SIGNET_AVX512_SET(saturated),
    [SIGNET_LOOKUP_BYTES] = SIGNET_AVX512_SET(bytes),
};

// AVX-512 with convolutions on tiles.
const signet_kernel_set signet_amx_set = {
    .name = "amx",
    .f32_conv = f32_conv_tiles,
    .f32_conv_exact = f32_conv_tiles_exact,
    .b1_conv = b1_conv_tiles,
    .b1_conv_exact = b1_conv_tiles_exact,
    SIGNET_ROW_KERNELS,
    SIGNET_VECTOR_ROW_KERNELS,
};

#endif
