#include "KernelTester.h"
#include "tester.h"

static const struct {
  const char *name;
  void (*run)(void);
} suites[] = {
    {"convolutions", test_convolutions}, {"depthwise", test_depthwise},
    {"pointwise", test_pointwise},       {"layouts", test_layouts},
    {"lut16 scales", test_lut16_scales}, {"rows", test_rows},
    {"elementwise", test_elementwise},   {"hashing", test_hashing},
    {"threads", test_threads},
};

const char *signet_kernel_suite(int index) {
  return index < (int)(sizeof suites / sizeof *suites) ? suites[index].name : NULL;
}

void signet_run_kernel_suite(int index) { suites[index].run(); }
