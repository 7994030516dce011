#include "gemm/reference_conv.h"
#include "dispatch/kernel_sets.h"

#define TARGET
#define NAME(x) reference_##x
#include "rowwise/rows.h"

#include "rowwise/reference_rows.h"

static const signet_conv_kernel *const f32_conv[] = {&signet_f32_conv_reference, NULL};
static const signet_conv_kernel *const b1_conv[] = {&signet_b1_conv_reference, NULL};

const signet_kernel_set signet_reference_set = {
    .name = "reference",
    .f32_conv = f32_conv,
    .f32_conv_exact = f32_conv,
    .b1_conv = b1_conv,
    .b1_conv_exact = b1_conv,
    SIGNET_ROW_KERNELS,
    SIGNET_REFERENCE_ROW_KERNELS,
};
