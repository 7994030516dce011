#ifndef SIGNET_ONNXRUNTIME_FAILURE_H
#define SIGNET_ONNXRUNTIME_FAILURE_H

#include "onnxruntime_interface.h"

// A status with "node 'name': " and what the format says.
__attribute__((format(printf, 3, 4))) OrtStatus *node_failure(
    const OrtApi *api, const char *name, const char *format, ...);

// A status with what signet_last_error says.
OrtStatus *last_failure(const OrtApi *api);

#endif
