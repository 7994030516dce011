// Convolutions of many small groups, depthwise ones first of all.
#include "convolutions.h"
#include "tester.h"

static const test_case plain = {
    .channels = 19,
    .height = 9,
    .width = 23,
    .filters = 19,
    .kernel_height = 3,
    .kernel_width = 3,
    .stride_height = 1,
    .stride_width = 1,
    .dilation_height = 1,
    .dilation_width = 1,
    .top = 1,
    .left = 1,
    .bottom = 1,
    .right = 1,
    .groups = 19,
    .codes = 1,
    .images = 1,
    .threads = 1,
    .scaled = true,
};

static test_case of_channels(int32_t groups, int32_t channels, int32_t filters) {
  test_case t = plain;
  t.groups = groups;
  t.channels = groups * channels;
  t.filters = groups * filters;
  return t;
}

static void channel_counts(void) {
  const int32_t counts[] = {2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 130, 500};
  for (size_t c = 0; c < sizeof counts / 4; c++) {
    test_case t = of_channels(counts[c], 1, 1);
    t.gap = (int32_t)c % 3;
    t.threads = 1 + (int32_t)c % 3;
    t.images = 1 + (int32_t)c % 2;
    run_case(t);
  }
}

static void widths(void) {
  for (int32_t width = 1; width <= 20; width++) {
    test_case t = of_channels(21, 1, 1);
    t.width = width;
    t.height = 21 - width;
    run_case(t);
  }
}

static void windows(test_case t) {
  const int32_t kernels[][2] = {{1, 1}, {3, 3}, {5, 5}, {2, 3}, {7, 1}, {1, 6}};
  for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++) {
    for (int32_t stride = 1; stride <= 3; stride++) {
      for (int32_t dilation = 1; dilation <= 3; dilation++) {
        t.height = 20;
        t.width = 22;
        t.kernel_height = kernels[k][0];
        t.kernel_width = kernels[k][1];
        t.stride_height = stride;
        t.stride_width = 4 - stride;
        t.dilation_height = dilation;
        t.dilation_width = 4 - dilation;
        t.top = t.kernel_height / 2;
        t.left = t.kernel_width / 2 * dilation;
        t.bottom = 2;
        t.right = dilation - 1;
        t.threads = stride;
        run_case(t);
      }
    }
  }
}

// Windows that reach over the map, lie beside it, or cover it.
static void borders(test_case t) {
  t.height = 2;
  t.width = 3;
  t.top = 5;
  t.left = 4;
  t.bottom = 6;
  t.right = 7;
  run_case(t);
  t.dilation_height = 5;
  t.dilation_width = 4;
  run_case(t);
  t.stride_height = 3;
  t.stride_width = 5;
  run_case(t);
  t = of_channels(t.groups, t.channels / t.groups, t.filters / t.groups);
  t.height = t.kernel_height = 6;
  t.width = t.kernel_width = 5;
  t.top = t.left = t.bottom = t.right = 0;
  for (t.threads = 1; t.threads <= 4; t.threads++) run_case(t);
}

static void epilogues(test_case t) {
  for (int bits = 0; bits < 16; bits++) {
    t.gap = 3;
    t.images = 2;
    t.residual = bits & 1;
    t.relu = bits & 2;
    t.scaled = bits & 4;
    t.held = bits & 8;
    run_case(t);
  }
}

// channels and filters of a group
static void groups(void) {
  const int32_t groups[][3] = {{7, 1, 2},  {5, 1, 3}, {23, 2, 1}, {3, 2, 2},  {9, 4, 4},
                               {2, 8, 16}, {6, 3, 5}, {2, 9, 3},  {2, 3, 17}, {11, 8, 8}};
  for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
    test_case t = of_channels(groups[g][0], groups[g][1], groups[g][2]);
    t.threads = 1 + (int32_t)g % 3;
    run_case(t);
    borders(t);
  }
}

// Rows of which a unit can keep few, so that units are cut anew.
static void long_rows(void) {
  test_case t = of_channels(3, 8, 2);
  t.width = 700;
  t.height = 7;
  t.threads = 2;
  run_case(t);
  t.dilation_height = 2;
  t.top = t.bottom = 2;
  run_case(t);
}

void test_depthwise(void) {
  channel_counts();
  widths();
  windows(of_channels(37, 1, 1));
  windows(of_channels(5, 2, 4));
  borders(of_channels(37, 1, 1));
  epilogues(of_channels(37, 1, 1));
  epilogues(of_channels(8, 2, 3));
  groups();
  long_rows();
}
