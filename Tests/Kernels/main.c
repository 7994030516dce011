#include <stdio.h>
#include <string.h>

#include "tester.h"

static const struct {
  const char *name;
  void (*run)(void);
} suites[] = {
    {"convolutions", test_convolutions},
    {"depthwise", test_depthwise},
    {"layouts", test_layouts},
    {"lut16 scales", test_lut16_scales},
    {"rows", test_rows},
    {"elementwise", test_elementwise},
    {"hashing", test_hashing},
    {"threads", test_threads},
};

// Runs the suites that are named, or all.
int main(int count, char **arguments) {
  for (size_t suite = 0; suite < sizeof suites / sizeof *suites; suite++) {
    bool is_wanted = count == 1;
    for (int i = 1; i < count; i++) is_wanted |= strcmp(arguments[i], suites[suite].name) == 0;
    if (is_wanted) suites[suite].run();
  }
  return report();
}
