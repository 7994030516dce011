// What a processor offers of what kernels ask for.
#ifndef CSIGNET_PROCESSOR_H
#define CSIGNET_PROCESSOR_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct signet_processor_feature {
  // As compilers call it.
  const char *name;
  bool is_present;
} signet_processor_feature;

// The features some kernel asks for or may come to, by index; the name is NULL past the end.
signet_processor_feature signet_processor_feature_at(int index);

#ifdef __cplusplus
}
#endif
#endif
