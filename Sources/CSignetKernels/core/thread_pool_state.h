#ifndef SIGNET_THREAD_POOL_STATE_H
#define SIGNET_THREAD_POOL_STATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/thread_pool.h"

typedef struct {
  signet_thread_pool *pool;
  int32_t index;
  pthread_t thread;
} worker;

// The part of a job that one thread begins with. Rows of one layer then mostly meet the rows of the
// layer before in the cache of the core that made them.
typedef struct {
  _Alignas(64) atomic_llong next;
  int64_t end;
} part;

struct signet_thread_pool {
  int32_t threads;
  worker *workers;  // threads − 1
  part *parts;      // threads, the caller's first
  // Of a pool that borrows its threads: runs the job that is written down. NULL where they are its own.
  void (*run_lent)(signet_thread_pool *pool);
  signet_parallel_for lender;
  void *owner;

  // The job. Written by the caller before `generation` is released, read after it is acquired.
  signet_range_function function;
  void *context;
  int64_t grain;

  _Alignas(64) atomic_uint generation;
  _Alignas(64) atomic_int busy;
  atomic_int sleepers;
  atomic_bool stop;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
};

// A pool that works with one part for each thread, and has no threads yet.
signet_thread_pool *signet_thread_pool_create_without_workers(int32_t threads);

// Does a thread's own part of the job, then what the others have not begun.
void signet_thread_pool_work(signet_thread_pool *pool, int32_t index);

#endif
