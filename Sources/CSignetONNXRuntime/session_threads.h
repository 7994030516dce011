// The threads of a session, which the operators use instead of ones of their own.
#ifndef SIGNET_ONNXRUNTIME_SESSION_THREADS_H
#define SIGNET_ONNXRUNTIME_SESSION_THREADS_H

#include <stddef.h>
#include <stdint.h>

#include "onnxruntime_interface.h"

// How many a session has, which it does not say: as many as come together, of those that are free,
// when they are called for a moment.
int32_t count_session_threads(const OrtApi *api, const OrtKernelContext *session);

// Calls function(context, i) once for each i in 0 ..< count on the session's threads.
void use_session_threads(
    const OrtApi *api, const OrtKernelContext *session, void (*function)(void *, size_t),
    void *context, size_t count);

#endif
