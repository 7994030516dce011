#include "session_threads.h"

#include <sched.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "onnxruntime_calls.h"

enum {
  most_threads = 64,
  // Longer than a sleeping thread takes to wake up.
  nanoseconds_of_a_call = 300000,
};

static int64_t clock_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

typedef struct {
  int64_t deadline;
  int32_t expected;
  atomic_int arrived;
} roll_call;

// One thread stays in each, so that another one must come for the next.
static void arrive(void *context, size_t index) {
  roll_call *call = context;
  (void)index;
  if (clock_now() >= call->deadline) return;
  atomic_fetch_add(&call->arrived, 1);
  while (atomic_load(&call->arrived) < call->expected && clock_now() < call->deadline) {
    sched_yield();
  }
}

int32_t count_session_threads(const OrtApi *api, const OrtKernelContext *session) {
  const long processors = sysconf(_SC_NPROCESSORS_ONLN);
  if (processors < 2) return 1;
  const int32_t most = processors > most_threads ? most_threads : (int32_t)processors;
  roll_call call = {.deadline = clock_now() + nanoseconds_of_a_call, .expected = most};
  use_session_threads(api, session, arrive, &call, (size_t)most);
  const int arrived = atomic_load(&call.arrived);
  return arrived < 1 ? 1 : arrived;
}

void use_session_threads(
    const OrtApi *api, const OrtKernelContext *session, void (*function)(void *, size_t),
    void *context, size_t count) {
  OrtStatus *status = ort_parallel_for(api)(session, function, count, 0, context);
  if (!status) return;
  // It refuses before it begins.
  ort_release_status(api)(status);
  for (size_t i = 0; i < count; i++) function(context, i);
}
