// Shapes, odd and even, that convolution kernels are tried on.
#include "lut/lut_bound.h"
#include "convolutions.h"
#include "tester.h"

static const test_case plain = {
    .channels = 3,
    .height = 5,
    .width = 4,
    .filters = 7,
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
    .groups = 1,
    .codes = 1,
    .images = 1,
    .threads = 1,
    .scaled = true,
};

static const test_case vector = {
    .channels = 3,
    .height = 1,
    .width = 1,
    .filters = 37,
    .kernel_height = 1,
    .kernel_width = 1,
    .stride_height = 1,
    .stride_width = 1,
    .dilation_height = 1,
    .dilation_width = 1,
    .groups = 1,
    .codes = 1,
    .images = 1,
    .threads = 1,
    .scaled = true,
};

static void channels_and_filters(void) {
  const int32_t channels[] = {1, 2, 5, 16, 17, 33}, filters[] = {1, 3, 15, 16, 17, 31, 33, 50};
  for (size_t c = 0; c < sizeof channels / 4; c++) {
    for (size_t f = 0; f < sizeof filters / 4; f++) {
      test_case t = plain;
      t.channels = channels[c];
      t.filters = filters[f];
      t.gap = channels[c] % 3;
      run_case(t);
    }
  }
}

static void windows(int32_t channels, int32_t filters) {
  const int32_t kernels[][2] = {{1, 1}, {1, 3}, {2, 2}, {3, 1}, {5, 5}, {7, 4}};
  for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++) {
    for (int32_t stride = 1; stride <= 3; stride++) {
      for (int32_t dilation = 1; dilation <= 2; dilation++) {
        test_case t = plain;
        t.channels = channels;
        t.height = 15;
        t.width = 11;
        t.filters = filters;
        t.kernel_height = kernels[k][0];
        t.kernel_width = kernels[k][1];
        t.stride_height = stride;
        t.stride_width = 4 - stride;
        t.dilation_height = dilation;
        t.dilation_width = 3 - dilation;
        t.top = t.kernel_height / 2;
        t.left = t.kernel_width / 2;
        t.bottom = 2;
        t.right = 1;
        run_case(t);
      }
    }
  }
  // Windows that lie in the padding alone see zeros.
  test_case t = plain;
  t.channels = t.height = 2;
  t.top = 5;
  t.left = 4;
  t.bottom = 6;
  t.right = 7;
  run_case(t);
}

static void groups_and_codes(void) {
  const int32_t groups[][3] = {{6, 9, 3}, {7, 7, 7}, {4, 70, 2}, {35, 43, 1}};
  for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
    for (int32_t codes = 1; codes <= 3; codes++) {
      test_case t = plain;
      t.channels = groups[g][0];
      t.filters = groups[g][1];
      t.groups = groups[g][2];
      t.codes = codes;
      t.gap = 1;
      t.relu = codes == 2;
      run_case(t);
    }
  }
}

static void epilogues(int32_t channels) {
  for (int bits = 0; bits < 16; bits++) {
    test_case t = plain;
    t.channels = channels;
    t.filters = 19;
    t.gap = 5;
    t.residual = bits & 1;
    t.relu = bits & 2;
    t.scaled = bits & 4;
    t.held = bits & 8;
    run_case(t);
  }
}

static void vectors(void) {
  const int32_t inputs[] = {1, 7, 255, 256, 257, 700}, images[] = {1, 2, 13};
  for (size_t i = 0; i < sizeof inputs / 4; i++) {
    for (size_t n = 0; n < sizeof images / 4; n++) {
      test_case t = vector;
      t.channels = inputs[i];
      t.images = images[n];
      run_case(t);
    }
  }
}

// One output pixel, many filters, patches beyond a band of tables.
static void whole_maps(void) {
  const int32_t filters[] = {1, 32, 65, 130, 161, 224, 300};
  for (size_t f = 0; f < sizeof filters / 4; f++) {
    for (int32_t threads = 1; threads <= 3; threads++) {
      test_case t = plain;
      t.channels = 53;
      t.height = t.kernel_height = 5;
      t.width = t.kernel_width = 6;
      t.top = t.left = t.bottom = t.right = threads == 2;
      t.kernel_height += t.top;
      t.kernel_width += 2 * t.left;
      t.stride_height = 2;
      t.filters = filters[f];
      t.threads = threads;
      t.codes = 1 + (f & 1);
      t.images = 2;
      run_case(t);
    }
  }
}

// Patches of several chunks, more pixels than one block, batches and threads.
static void large_maps(void) {
  for (int32_t threads = 1; threads <= 3; threads++) {
    test_case t = plain;
    t.channels = 130;
    t.height = 6;
    t.width = 7;
    t.filters = 34;
    t.images = 2;
    t.threads = threads;
    run_case(t);
    t.channels = 5;
    t.height = 37;
    t.width = 43;
    t.filters = 2;
    t.stride_height = t.stride_width = threads;
    run_case(t);
  }
}

// Few channels under a large kernel, as images have: what a stride steps over may be one pixel.
static void first_layers(void) {
  const int32_t kernels[][3] = {{7, 2, 3}, {11, 4, 2}, {7, 1, 3}, {9, 3, 0}};
  for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++) {
    for (int32_t gap = 0; gap < 2; gap++) {
      test_case t = plain;
      t.height = 41;
      t.width = 38;
      t.filters = 35;
      t.kernel_height = t.kernel_width = kernels[k][0];
      t.stride_height = t.stride_width = kernels[k][1];
      t.top = t.left = kernels[k][2];
      t.images = t.threads = 1 + gap;
      t.gap = gap;
      t.relu = t.residual = gap;
      run_case(t);
    }
  }
}

// Chunks of channels whose sums reach what 16 bits hold, for filters of both signs.
static void sums_at_their_bound(void) {
  const int32_t channels[] = {64, 63, 128, 200};
  for (size_t c = 0; c < sizeof channels / 4; c++) {
    test_case t = plain;
    t.channels = channels[c];
    t.filters = 34;
    t.extreme = SIGNET_LUT_CHUNK;
    run_case(t);
  }
  // Those of patches of one pixel.
  const int32_t inputs[] = {75, 74, 150, 1300};
  for (size_t i = 0; i < sizeof inputs / 4; i++) {
    test_case t = vector;
    t.channels = inputs[i];
    t.filters = 70;
    t.extreme = 75;
    run_case(t);
  }
}

// The longest patches that integer kernels take, and ones that are longer, where every term of a sum
// is as large as terms can be: nothing may leave 32 bits.
static void long_sums(void) {
  const int32_t extents[][2] = {{65535, 2}, {65536, 2}, {32768, 16}, {32769, 16}};
  for (size_t i = 0; i < sizeof extents / sizeof *extents; i++) {
    test_case t = vector;
    t.channels = extents[i][0];
    t.width = extents[i][1];
    t.filters = 1;
    t.ones = true;
    run_case(t);
  }
}

// Sums of integers may use all bits their kernel has for them: with inputs of agreeing signs, a bound
// that is not one would be passed.
static void aligned_signs(void) {
  const int32_t channels[] = {16, 33, 64, 130}, kernels[] = {1, 2, 3, 5, 8};
  for (size_t c = 0; c < sizeof channels / 4; c++) {
    for (size_t k = 0; k < sizeof kernels / 4; k++) {
      test_case t = plain;
      t.channels = channels[c];
      t.height = 8;
      t.width = 9;
      t.filters = k % 2 ? 13 : 30;
      t.kernel_height = t.kernel_width = kernels[k];
      t.codes = t.images = 2;
      t.aligned = true;
      run_case(t);
    }
    test_case t = plain;
    t.channels = channels[c];
    t.height = 9;
    t.width = 11;
    t.filters = 33;
    t.stride_height = t.stride_width = t.dilation_height = t.dilation_width = 2;
    t.top = t.left = t.bottom = t.right = 2;
    t.relu = t.aligned = true;
    run_case(t);
  }
}

void test_convolutions(void) {
  channels_and_filters();
  windows(6, 18);
  windows(37, 29);
  groups_and_codes();
  epilogues(3);
  epilogues(29);
  vectors();
  whole_maps();
  large_maps();
  first_layers();
  sums_at_their_bound();
  long_sums();
  aligned_signs();
}
