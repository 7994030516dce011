#ifndef SIGNET_REFERENCE_CONV_H
#define SIGNET_REFERENCE_CONV_H

#include "CSignetRuntimeKernels.h"

extern const signet_conv_kernel signet_f32_conv_reference;
extern const signet_conv_kernel signet_b1_conv_reference;

#endif
