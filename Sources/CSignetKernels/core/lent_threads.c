// Pools that work on threads of the program around them.
#include <assert.h>

#include "core/thread_pool_state.h"

signet_thread_pool *signet_thread_pool_create_borrowing(int32_t threads) {
  signet_thread_pool *pool = signet_thread_pool_create_without_workers(threads);
  if (!pool) return NULL;
  pool->threads = threads;
  pool->borrows = true;
  return pool;
}

void signet_thread_pool_lend(signet_thread_pool *pool, signet_parallel_for lender, void *owner) {
  assert(pool->borrows);
  pool->lender = lender;
  pool->owner = owner;
}

static void work(void *context, size_t index) { signet_thread_pool_work(context, (int32_t)index); }

void signet_thread_pool_run_lent(signet_thread_pool *pool) {
  assert(pool->borrows);
  // Whoever comes takes what is left, so that it does not matter how many come together.
  if (pool->lender) {
    pool->lender(pool->owner, work, pool, (size_t)pool->threads);
  } else {
    signet_thread_pool_work(pool, 0);
  }
}
