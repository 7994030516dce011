#include "CSignetKernels.h"
