#include <time.h>

#include "core/thread_pool.h"

// Below this many cycles a step is done before the others have noticed it.
enum { cycles_worth_sharing = 6000 };

typedef struct {
  const signet_program *program;
  const signet_step *step;
  int64_t images;
} step_context;

static void run_range(void *argument, int32_t thread, int64_t from, int64_t to) {
  const step_context *context = argument;
  const signet_step *step = context->step;
  void *scratch = context->program->scratch + (size_t)thread * context->program->scratch_stride;
  if (step->conv_kernel) {
    step->conv_kernel->run(step->arguments, context->images, from, to, scratch);
  } else {
    step->run(step->arguments, context->images, from, to, scratch);
  }
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void signet_program_run(const signet_program *program, int64_t images, uint64_t *nanoseconds) {
  for (int64_t index = 0; index < program->count; index++) {
    const signet_step *step = &program->steps[index];
    step_context context = {program, step, images};
    int64_t units =
        step->conv_kernel ? step->conv_kernel->units(step->arguments, images) : step->rows * images;
    uint64_t start = nanoseconds ? now() : 0;
    if (!program->pool || units < 2 || step->cost * images < cycles_worth_sharing) {
      run_range(&context, 0, 0, units);
    } else {
      // Convolutions bring large units; rows are handed out a few at a time.
      int64_t grain = step->conv_kernel ? 1 : units / (program->threads * 4);
      signet_thread_pool_run(program->pool, run_range, &context, units, grain > 0 ? grain : 1);
    }
    if (nanoseconds) nanoseconds[index] += now() - start;
  }
}
