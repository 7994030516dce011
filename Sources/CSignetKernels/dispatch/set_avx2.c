#include "depthwise/depthwise_kernels.h"
#include "madd16/madd16_dense_avx2.h"
#include "madd16/madd16_pairs_kernels.h"
#include "lut/lut16_conv_kernels.h"
#include "pointwise/pointwise_kernels.h"
#include "dispatch/kernel_sets.h"

#if defined(__x86_64__)

#define TARGET __attribute__((target("avx2,fma")))
#define NAME(x) gemm_avx2_##x
#define LABEL "avx2"
#define LANES 8
#define VECTORS 2
#define PIXELS 6
#define WORD uint16_t
#define SIGNET_TILE_NAME "p6x16"
#include "gemm/gemm_conv.h"

#define RECIPROCAL(x) (1 / (x))
#include "rowwise/rows.h"

#include "rowwise/vector_rows.h"

static const signet_conv_kernel *const f32_conv[] = {
    &signet_f32_depthwise_avx2,  &signet_f32_pointwise_avx2, &signet_f32_conv_dense_avxvnni,
    &signet_f32_conv_dense_avx2, &gemm_avx2_f32_conv,        NULL};
static const signet_conv_kernel *const f32_conv_exact[] = {
    &signet_f32_depthwise_avx2, &signet_f32_pointwise_avx2, &gemm_avx2_f32_conv, NULL};
static const signet_conv_kernel *const b1_conv[] = {
    &signet_b1_conv_tables_avx2, &signet_b1_conv_pairs_avx2, &gemm_avx2_b1_conv, NULL};
static const signet_conv_kernel *const b1_conv_exact[] = {&gemm_avx2_b1_conv, NULL};

const signet_kernel_set signet_avx2_set = {
    .name = "avx2",
    .f32_conv = f32_conv,
    .f32_conv_exact = f32_conv_exact,
    .b1_conv = b1_conv,
    .b1_conv_exact = b1_conv_exact,
    SIGNET_ROW_KERNELS,
    SIGNET_VECTOR_ROW_KERNELS,
};

#endif
