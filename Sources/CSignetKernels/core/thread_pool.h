#ifndef SIGNET_THREAD_POOL_H
#define SIGNET_THREAD_POOL_H

#include "CSignetRuntimeKernels.h"

typedef void (*signet_range_function)(void *context, int32_t thread, int64_t from, int64_t to);

// Calls `function` for ranges of `grain` that cover 0 ..< count, on all threads, and waits for the
// last. Only one caller at a time.
void signet_thread_pool_run(
    signet_thread_pool *pool, signet_range_function function, void *context, int64_t count,
    int64_t grain);

#endif
