#include <string.h>

#include "KernelTester.h"
#include "tester.h"

// Runs the suites that are named, or all.
int main(int count, char **arguments) {
  for (int suite = 0; signet_kernel_suite(suite); suite++) {
    bool is_wanted = count == 1;
    for (int i = 1; i < count; i++) {
      is_wanted |= strcmp(arguments[i], signet_kernel_suite(suite)) == 0;
    }
    if (is_wanted) signet_run_kernel_suite(suite);
  }
  if (count == 1) test_idleness();
  report();
  return signet_count_kernel_checks().failures > 0;
}
