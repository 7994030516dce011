#include <stdlib.h>

#include "failure.h"
#include "kernel.h"
#include "kernel_state.h"
#include "onnxruntime_calls.h"
#include "session_threads.h"

typedef struct run {
  // The first member: the engine hands it back.
  signet_operator_run_context context;
  const kernel *kernel;
  OrtKernelContext *session;
  // Why an output could not be had.
  OrtStatus *status;
} run;

static float *output(
    signet_operator_run_context *context, size_t index, const int64_t *extents, size_t rank) {
  run *self = (run *)context;
  const OrtApi *api = self->kernel->api;
  OrtValue *value = NULL;
  self->status = ort_run_output(api)(self->session, index, extents, rank, &value);
  void *data = NULL;
  if (!self->status && value) self->status = ort_tensor_data(api)(value, &data);
  // Of no samples there is no buffer, and nothing is written to it.
  static float nothing;
  return self->status || !value ? NULL : data ? data : &nothing;
}

static void parallel_for(
    void *context, void (*function)(void *, size_t), void *argument, size_t count) {
  const run *self = context;
  use_session_threads(self->kernel->api, self->session, function, argument, count);
}

// Threads that were busy when they were called may be there another time.
static int32_t session_threads(kernel *self, const OrtKernelContext *session) {
  const unsigned run = atomic_fetch_add(&self->runs, 1);
  int known = atomic_load(&self->threads);
  if (run != 0 && run != 10 && run != 100) return known;
  const int found = count_session_threads(self->api, session);
  while (found > known && !atomic_compare_exchange_weak(&self->threads, &known, found)) continue;
  return found > known ? found : known;
}

static OrtStatus *read_inputs(
    const kernel *self, const OrtKernelContext *session, signet_operand *inputs) {
  for (size_t i = 0; i < self->count; i++) {
    const OrtValue *value = NULL;
    OrtStatus *status = ort_run_input(self->api)(session, self->places[i], &value);
    if (status) return status;
    if (!value) {
      return node_failure(
          self->api, self->name, "input %zu: expected a tensor, found none", self->places[i]);
    }
    status = node_tensor(self->api, self->name, "X", value, ort_float, &inputs[i]);
    if (status) return status;
  }
  return NULL;
}

OrtStatus *compute(void *state, OrtKernelContext *session) {
  kernel *self = state;
  signet_operand *inputs = malloc((self->count + 1) * sizeof *inputs);
  if (!inputs) return node_failure(self->api, self->name, "no memory is left");
  OrtStatus *status = read_inputs(self, session, inputs);
  if (!status) {
    run run = {
        .context = {inputs, self->count, session_threads(self, session), output, parallel_for},
        .kernel = self,
        .session = session};
    const bool succeeds = signet_operator_run(self->operator, &run.context);
    status = run.status ? run.status : succeeds ? NULL : last_failure(self->api);
  }
  free(inputs);
  return status;
}
