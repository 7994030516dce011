#ifndef SIGNET_AMX_CONV_H
#define SIGNET_AMX_CONV_H

#include "CSignetRuntimeKernels.h"

#if defined(__x86_64__)
// Inputs as 16-bit numbers.
extern const signet_conv_kernel signet_b1_conv_amx;
// Inputs as 24-bit numbers: as exact as float32.
extern const signet_conv_kernel signet_b1_conv_amx_exact;
#endif

#endif
