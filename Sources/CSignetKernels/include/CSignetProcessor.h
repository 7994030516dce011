// What a processor offers of what kernels ask for.
#ifndef CSIGNET_PROCESSOR_H
#define CSIGNET_PROCESSOR_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

// The features some kernel asks for or may come to. Those of other architectures are absent.
typedef enum signet_feature {
  SIGNET_AVX2,
  SIGNET_FMA,
  SIGNET_AVXVNNI,
  SIGNET_AVX512F,
  SIGNET_AVX512BW,
  SIGNET_AVX512DQ,
  SIGNET_AVX512VL,
  SIGNET_AVX512VBMI,
  SIGNET_AVX512VBMI2,
  SIGNET_AVX512VNNI,
  SIGNET_AVX512BF16,
  SIGNET_AMX_TILE,
  SIGNET_AMX_BF16,
  SIGNET_AMX_INT8,
  SIGNET_NEON,
  SIGNET_DOTPROD,
  SIGNET_I8MM,
  SIGNET_FEATURE_COUNT,
} signet_feature;

// Whether the processor has a feature and the operating system keeps its registers.
bool signet_processor_has(signet_feature feature);

// What compilers call a feature; NULL where this architecture cannot have it.
const char *signet_feature_name(signet_feature feature);

// The inner loops between which AVX-512's table kernels choose; all find the same sums.
typedef enum signet_lookup {
  SIGNET_LOOKUP_WORDS,      // vpermw, a plain addition
  SIGNET_LOOKUP_SATURATED,  // vpermw, a saturating addition
  SIGNET_LOOKUP_BYTES,      // vpermb, a saturating addition
  SIGNET_LOOKUP_COUNT,
} signet_lookup;

// NULL past the last.
const char *signet_lookup_name(signet_lookup lookup);

// What one lookup of 32 filters took, measured in some microseconds when first asked; 0 where the
// processor cannot run it.
double signet_lookup_nanoseconds(signet_lookup lookup);

#ifdef __cplusplus
}
#endif
#endif
