// Pools that work on threads of the program around them.
#include <assert.h>

#include "core/thread_pool_state.h"

static void lent_work(void *context, size_t index) {
  signet_thread_pool_work(context, (int32_t)index);
}

static void lent_run(signet_thread_pool *pool) {
  // Whoever comes takes what is left, so that it does not matter how many come together.
  if (pool->lender) {
    pool->lender(pool->owner, lent_work, pool, (size_t)pool->threads);
  } else {
    signet_thread_pool_work(pool, 0);
  }
}

signet_thread_pool *signet_thread_pool_create_borrowing(int32_t threads) {
  signet_thread_pool *pool = signet_thread_pool_create_without_workers(threads);
  if (!pool) return NULL;
  pool->threads = threads;
  pool->run_lent = lent_run;
  return pool;
}

void signet_thread_pool_lend(signet_thread_pool *pool, signet_parallel_for lender, void *owner) {
  assert(pool->run_lent);
  pool->lender = lender;
  pool->owner = owner;
}
