#ifndef CSIGNET_KERNELS_H
#define CSIGNET_KERNELS_H

#include "CSignetHashingKernels.h"
#include "CSignetRuntimeKernels.h"

#endif
