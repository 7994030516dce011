#include "depthwise/depthwise_kernels.h"
#include "neon/neon_kernels.h"
#include "pointwise/pointwise_kernels.h"
#include "dispatch/kernel_sets.h"

// NEON is part of every AArch64 processor; products of bytes are not, and their kernels look.
#if defined(__aarch64__)

#define TARGET
#define NAME(x) gemm_neon_##x
#define LABEL "neon"
#define LANES 4
#define VECTORS 4
#define PIXELS 6
#define WORD uint16_t
#define SIGNET_TILE_NAME "p6x16"
#include "gemm/gemm_conv.h"

#define RECIPROCAL(x) (1 / (x))
#include "rowwise/rows.h"

#include "rowwise/vector_rows.h"

static const signet_conv_kernel *const f32_conv[] = {
    &signet_f32_depthwise_neon, &signet_f32_pointwise_neon, &gemm_neon_f32_conv, NULL};
static const signet_conv_kernel *const b1_conv[] = {
    &signet_b1_conv_i8mm, &signet_b1_conv_dot, &gemm_neon_b1_conv, NULL};
static const signet_conv_kernel *const b1_conv_exact[] = {&gemm_neon_b1_conv, NULL};

const signet_kernel_set signet_neon_set = {
    .name = "neon",
    .f32_conv = f32_conv,
    .f32_conv_exact = f32_conv,
    .b1_conv = b1_conv,
    .b1_conv_exact = b1_conv_exact,
    SIGNET_ROW_KERNELS,
    SIGNET_VECTOR_ROW_KERNELS,
};

#endif
