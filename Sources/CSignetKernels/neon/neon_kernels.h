#ifndef SIGNET_NEON_KERNELS_H
#define SIGNET_NEON_KERNELS_H

#include "CSignetRuntimeKernels.h"

#if defined(__aarch64__)
// Take shapes only where the processor has the instructions: 8-bit matrix products (`smmla`, since
// ARMv8.6) and 8-bit inner products (`sdot`, since ARMv8.4).
extern const signet_conv_kernel signet_b1_conv_i8mm;
extern const signet_conv_kernel signet_b1_conv_dot;
#endif

#endif
