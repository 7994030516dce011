// The instruction sets that whole families of kernels are written for.
#ifndef SIGNET_INSTRUCTION_SETS_H
#define SIGNET_INSTRUCTION_SETS_H

#include "CSignetProcessor.h"

static inline bool signet_has_avx2_set(void) {
  return signet_processor_has(SIGNET_AVX2) && signet_processor_has(SIGNET_FMA);
}

static inline bool signet_has_avx512_set(void) {
  return signet_processor_has(SIGNET_AVX512F) && signet_processor_has(SIGNET_AVX512BW) &&
         signet_processor_has(SIGNET_AVX512VL) && signet_processor_has(SIGNET_AVX512DQ);
}

#endif
