#ifndef SIGNET_CONV_AMX_H
#define SIGNET_CONV_AMX_H

#include "CSignetRuntimeKernels.h"

#if defined(__x86_64__)
extern const signet_conv_kernel signet_b1_conv_amx;
#endif

#endif
