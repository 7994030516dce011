#ifndef SIGNET_AMX_DENSE_H
#define SIGNET_AMX_DENSE_H

#include "CSignetRuntimeKernels.h"

#if defined(__x86_64__)
// Inputs and weights as 16-bit numbers.
extern const signet_conv_kernel signet_f32_conv_amx;
// Inputs and weights as 24-bit numbers: as exact as float32.
extern const signet_conv_kernel signet_f32_conv_amx_exact;
#endif

#endif
