#include "conv_reference.h"
#include "kernel_sets.h"

#define TARGET
#define NAME(x) reference_##x
#include "rows.h"

const signet_kernel_set signet_reference_set = {
    .name = "reference",
    .f32_conv = &signet_f32_conv_reference,
    .b1_conv = &signet_b1_conv_reference,
    SIGNET_ROW_KERNELS,
};
