// Pools: every range is done once, whoever shares the processor; pools know nothing of each other.
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "core/thread_pool.h"
#include "tester.h"

enum { callers = 4, pool_threads = 3, jobs = 200, count = 1000 };

typedef struct {
  // Not atomic: a range belongs to one thread at a time, and a job to one caller.
  int32_t done[count];
  atomic_int threads_seen;
} ledger;

static void mark(void *context, int32_t thread, int64_t from, int64_t to) {
  ledger *book = context;
  atomic_fetch_or(&book->threads_seen, 1 << thread);
  for (int64_t i = from; i < to; i++) book->done[i]++;
}

// Jobs one after the other, with and without time to fall asleep in between.
static void *use_a_pool(void *argument) {
  long *failures = argument;
  signet_thread_pool *pool = signet_thread_pool_create(pool_threads);
  if (!pool) {
    *failures = jobs;
    return NULL;
  }
  ledger book = {0};
  for (int job = 0; job < jobs; job++) {
    signet_thread_pool_run(pool, mark, &book, count - job, 1 + job % 9);
    for (int i = 0; i < count; i++) {
      // Entry i is in every job up to the one that first leaves it out.
      const int32_t last = count - 1 - i;
      if (book.done[i] != (job < last ? job : last) + 1) ++*failures;
    }
    if (job % 50 == 49) nanosleep(&(struct timespec){0, 1000000}, NULL);
  }
  signet_thread_pool_destroy(pool);
  return NULL;
}

// A pool that is destroyed while its workers sleep, or spin, or have not begun.
static void short_lives(void) {
  for (int life = 0; life < 30; life++) {
    signet_thread_pool *pool = signet_thread_pool_create(1 + life % 5);
    if (life % 3 == 1) nanosleep(&(struct timespec){0, 200000}, NULL);
    signet_thread_pool_destroy(pool);
    check(pool != NULL, "threads", "life %d", life);
  }
  check(signet_thread_pool_create(0) == NULL, "threads", "without threads");
  signet_thread_pool_destroy(NULL);
}

// Runs the parts from the last to the first, on as many threads as a job chooses: one.
static void lend_one(
    void *owner, void (*function)(void *context, size_t i), void *context, size_t parts) {
  ++*(int *)owner;
  for (size_t i = parts; i-- > 0;) function(context, i);
}

typedef struct {
  void (*function)(void *context, size_t i);
  void *context;
  size_t i;
} lent_part;

static void *run_part(void *argument) {
  const lent_part *part = argument;
  part->function(part->context, part->i);
  return NULL;
}

// A thread for each part.
static void lend_all(
    void *owner, void (*function)(void *context, size_t i), void *context, size_t parts) {
  ++*(int *)owner;
  pthread_t threads[pool_threads];
  lent_part lent[pool_threads];
  for (size_t i = 0; i < parts; i++) {
    lent[i] = (lent_part){function, context, i};
    pthread_create(&threads[i], NULL, run_part, &lent[i]);
  }
  for (size_t i = 0; i < parts; i++) pthread_join(threads[i], NULL);
}

// Whoever lends threads, and however many of them come.
static void borrowed_threads(void) {
  signet_thread_pool *pool = signet_thread_pool_create_borrowing(pool_threads);
  signet_parallel_for lenders[] = {NULL, lend_one, lend_all};
  ledger book = {0};
  int loans = 0;
  for (int job = 0; job < 60; job++) {
    signet_thread_pool_lend(pool, lenders[job % 3], &loans);
    signet_thread_pool_run(pool, mark, &book, count, 1 + job % 9);
    for (int i = 0; i < count; i++) {
      check(book.done[i] == job + 1, "threads", "job %d: %d", job, book.done[i]);
    }
  }
  check(loans == 40, "threads", "%d loans", loans);
  signet_thread_pool_destroy(pool);
  check(signet_thread_pool_create_borrowing(0) == NULL, "threads", "none borrowed");
}

// Workers that wait for the next run let go of their cores soon.
void test_idleness(void) {
  signet_thread_pool *pool = signet_thread_pool_create(pool_threads);
  ledger book = {0};
  signet_thread_pool_run(pool, mark, &book, count, 1);
  nanosleep(&(struct timespec){0, 20000000}, NULL);
  const clock_t before = clock();
  nanosleep(&(struct timespec){0, 100000000}, NULL);
  const double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
  check(seconds < 0.02, "threads", "%g s of processor time in 0.1 s without work", seconds);
  signet_thread_pool_destroy(pool);
}

void test_threads(void) {
  short_lives();
  borrowed_threads();
  pthread_t threads[callers];
  long failures[callers] = {0};
  for (int i = 0; i < callers; i++) pthread_create(&threads[i], NULL, use_a_pool, &failures[i]);
  for (int i = 0; i < callers; i++) {
    pthread_join(threads[i], NULL);
    check(failures[i] == 0, "threads", "%ld ranges were not done once", failures[i]);
  }
}
