// Convolutions whose kernels are single taps.
#include "convolutions.h"
#include "tester.h"

static const test_case plain = {
    .channels = 40,
    .height = 5,
    .width = 7,
    .filters = 40,
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

static void channel_counts(void) {
  const int32_t channels[] = {1, 3, 16, 24, 31, 32, 33, 63, 64, 65, 128, 130, 200, 515};
  const int32_t filters[] = {1, 8, 16, 17, 33, 48, 49, 64, 65, 80, 100, 144};
  for (size_t c = 0; c < sizeof channels / 4; c++) {
    for (size_t f = 0; f < sizeof filters / 4; f++) {
      test_case t = plain;
      t.channels = channels[c];
      t.filters = filters[f];
      t.height = 2 + (int32_t)f % 3;
      t.width = 11;
      t.gap = (int32_t)c % 3;
      t.threads = 1 + (int32_t)f % 3;
      t.images = 1 + (int32_t)c % 2;
      run_case(t);
    }
  }
}

static void pixel_counts(void) {
  for (int32_t width = 1; width <= 27; width++) {
    test_case t = plain;
    t.width = width;
    t.height = 1 + width % 2;
    t.filters = width % 3 == 0 ? 16 : width % 3 == 1 ? 64 : 33;
    run_case(t);
  }
}

// Rows that do not follow each other, in the input or between what is looked at.
static void strides(void) {
  for (int32_t stride = 1; stride <= 3; stride++) {
    test_case t = plain;
    t.height = 11;
    t.width = 13;
    t.stride_height = stride;
    t.stride_width = 4 - stride;
    t.images = 2;
    t.threads = stride;
    run_case(t);
  }
}

static void epilogues(void) {
  for (int bits = 0; bits < 16; bits++) {
    test_case t = plain;
    t.filters = bits % 3 == 0 ? 9 : 70;
    t.gap = bits % 4;
    t.images = 2;
    t.residual = bits & 1;
    t.relu = bits & 2;
    t.scaled = bits & 4;
    t.held = bits & 8;
    run_case(t);
  }
}

// Sums as large as they can be, over one and over several chunks of channels.
static void large_sums(void) {
  const int32_t channels[] = {24, 32, 33, 64, 512};
  for (size_t c = 0; c < sizeof channels / 4; c++) {
    test_case t = plain;
    t.channels = channels[c];
    t.filters = 64;
    t.ones = true;
    run_case(t);
    t.ones = false;
    t.aligned = true;
    run_case(t);
  }
}

// More pixels than a unit's working memory holds.
static void many_pixels(void) {
  test_case t = plain;
  t.channels = 96;
  t.height = 33;
  t.width = 40;
  t.threads = 2;
  run_case(t);
}

void test_pointwise(void) {
  channel_counts();
  pixel_counts();
  strides();
  epilogues();
  large_sums();
  many_pixels();
}
