#include "CSignetProcessor.h"

#include <stddef.h>

#include "conv_neon.h"

signet_processor_feature signet_processor_feature_at(int index) {
  switch (index) {
#if defined(__x86_64__)
#define FEATURE(i, name) \
  case i: return (signet_processor_feature){name, __builtin_cpu_supports(name)};
    FEATURE(0, "avx2")
    FEATURE(1, "fma")
    FEATURE(2, "avxvnni")
    FEATURE(3, "avx512f")
    FEATURE(4, "avx512bw")
    FEATURE(5, "avx512dq")
    FEATURE(6, "avx512vl")
    FEATURE(7, "avx512vbmi")
    FEATURE(8, "avx512vnni")
    FEATURE(9, "avx512bf16")
    FEATURE(10, "amx-tile")
    FEATURE(11, "amx-bf16")
    FEATURE(12, "amx-int8")
#elif defined(__aarch64__)
    case 0: return (signet_processor_feature){"neon", true};
    case 1: return (signet_processor_feature){"dotprod", signet_has_dot()};
    case 2: return (signet_processor_feature){"i8mm", signet_has_i8mm()};
#endif
  }
  return (signet_processor_feature){NULL, false};
}
