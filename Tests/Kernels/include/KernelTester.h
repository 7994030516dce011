// Checks of the C kernels against their definitions: for the program in main.c, which sanitizers and
// emulators run, and for the runtime's tests.
#ifndef SIGNET_KERNEL_TESTER_PUBLIC_H
#define SIGNET_KERNEL_TESTER_PUBLIC_H

#include "rounding.h"

// The name of a suite, NULL behind the last.
const char *signet_kernel_suite(int index);

// Runs a suite, telling on standard error what fails: not from two threads at once.
void signet_run_kernel_suite(int index);

// How many checks there were, and how many of them failed, since the process began.
typedef struct {
  long checks, failures;
} signet_kernel_checks;

signet_kernel_checks signet_count_kernel_checks(void);

#endif
