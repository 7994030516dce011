#ifndef CSIGNET_KERNELS_H
#define CSIGNET_KERNELS_H

#include "CSignetElementwiseKernels.h"
#include "CSignetGridKernels.h"
#include "CSignetSolverKernels.h"
#include "CSignetProcessor.h"
#include "CSignetRuntimeKernels.h"

#endif
