#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "core/thread_pool_state.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define RELAX() _mm_pause()
#elif defined(__aarch64__)
#define RELAX() __asm__ volatile("yield")
#else
#define RELAX() ((void)0)
#endif

// Longer than the gaps between the steps of one run, short enough not to burn a core that has
// nothing to do. Measured by the clock: a pause takes 1 to 140 cycles, depending on the processor.
enum {
  nanoseconds_before_sleep = 50000,
  // A worker that is this late has lost its core; spinning would keep it from getting one back.
  nanoseconds_before_yield = 20000,
  pauses_between_looks = 16,
};

static int64_t clock_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void signet_thread_pool_work(signet_thread_pool *pool, int32_t index) {
  for (int32_t turn = 0; turn < pool->threads; turn++) {
    part *of = &pool->parts[(index + turn) % pool->threads];
    for (;;) {
      int64_t from = atomic_fetch_add_explicit(&of->next, pool->grain, memory_order_relaxed);
      if (from >= of->end) break;
      int64_t to = from + pool->grain < of->end ? from + pool->grain : of->end;
      pool->function(pool->context, index, from, to);
    }
  }
}

// Waits until a generation other than `seen` begins and returns it.
static unsigned await_generation(signet_thread_pool *pool, unsigned seen) {
  const int64_t start = clock_now();
  do {
    for (int pause = 0; pause < pauses_between_looks; pause++) {
      unsigned now = atomic_load_explicit(&pool->generation, memory_order_acquire);
      if (now != seen) return now;
      RELAX();
    }
  } while (clock_now() - start < nanoseconds_before_sleep);
  pthread_mutex_lock(&pool->mutex);
  atomic_fetch_add(&pool->sleepers, 1);
  unsigned now;
  while ((now = atomic_load(&pool->generation)) == seen) {
    pthread_cond_wait(&pool->wake, &pool->mutex);
  }
  atomic_fetch_sub(&pool->sleepers, 1);
  pthread_mutex_unlock(&pool->mutex);
  return now;
}

static void begin_generation(signet_thread_pool *pool) {
  // Sequentially consistent on both sides: a worker about to sleep has either announced itself
  // before this is read, or sees the new generation.
  atomic_fetch_add(&pool->generation, 1);
  if (atomic_load(&pool->sleepers) == 0) return;
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->mutex);
}

static void *worker_main(void *argument) {
  worker *self = argument;
  signet_thread_pool *pool = self->pool;
  unsigned seen = 0;
  for (;;) {
    seen = await_generation(pool, seen);
    if (atomic_load_explicit(&pool->stop, memory_order_relaxed)) return NULL;
    signet_thread_pool_work(pool, self->index);
    atomic_fetch_sub_explicit(&pool->busy, 1, memory_order_release);
  }
}

signet_thread_pool *signet_thread_pool_create_without_workers(int32_t threads) {
  if (threads < 1) return NULL;
  signet_thread_pool *pool = NULL;
  if (posix_memalign((void **)&pool, 64, sizeof *pool) != 0) return NULL;
  *pool = (signet_thread_pool){.threads = 1};
  pool->workers = calloc((size_t)threads, sizeof *pool->workers);
  const size_t parts = (size_t)threads * sizeof *pool->parts;
  if (!pool->workers || posix_memalign((void **)&pool->parts, 64, parts) != 0) {
    free(pool->workers);
    free(pool);
    return NULL;
  }
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->wake, NULL);
  return pool;
}

signet_thread_pool *signet_thread_pool_create(int32_t threads) {
  signet_thread_pool *pool = signet_thread_pool_create_without_workers(threads);
  if (!pool) return NULL;
  for (int32_t index = 1; index < threads; index++) {
    worker *each = &pool->workers[index - 1];
    *each = (worker){.pool = pool, .index = index};
    if (pthread_create(&each->thread, NULL, worker_main, each) != 0) {
      signet_thread_pool_destroy(pool);
      return NULL;
    }
    pool->threads = index + 1;
  }
  return pool;
}

void signet_thread_pool_destroy(signet_thread_pool *pool) {
  if (!pool) return;
  atomic_store(&pool->stop, true);
  begin_generation(pool);
  for (int32_t index = 0; !pool->run_lent && index < pool->threads - 1; index++) {
    pthread_join(pool->workers[index].thread, NULL);
  }
  pthread_cond_destroy(&pool->wake);
  pthread_mutex_destroy(&pool->mutex);
  free(pool->parts);
  free(pool->workers);
  free(pool);
}

void signet_thread_pool_run(
    signet_thread_pool *pool, signet_range_function function, void *context, int64_t count,
    int64_t grain) {
  pool->function = function;
  pool->context = context;
  pool->grain = grain;
  for (int32_t index = 0; index < pool->threads; index++) {
    part *of = &pool->parts[index];
    atomic_store_explicit(&of->next, count * index / pool->threads, memory_order_relaxed);
    of->end = count * (index + 1) / pool->threads;
  }
  if (pool->run_lent) {
    pool->run_lent(pool);
    return;
  }
  atomic_store_explicit(&pool->busy, pool->threads - 1, memory_order_relaxed);
  begin_generation(pool);
  signet_thread_pool_work(pool, 0);
  const int64_t start = clock_now();
  bool late = false;
  for (int pause = 1; atomic_load_explicit(&pool->busy, memory_order_acquire) > 0; pause++) {
    if (late) {
      sched_yield();
    } else {
      RELAX();
      if (pause % pauses_between_looks == 0) late = clock_now() - start > nanoseconds_before_yield;
    }
  }
}
