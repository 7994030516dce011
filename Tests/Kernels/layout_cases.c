// Shapes with extents near the powers of two that products overflow at: what is not sound is refused,
// and what is can be laid out by every kernel of every set, whether the processor runs it or not,
// without leaving 64 bits. Run under the undefined-behaviour sanitizer, which sees every overflow.
#include "tester.h"

enum { trials = 50000 };

// Small numbers and neighbours of powers of two, up to a largest power.
static int32_t extent(int powers) {
  const uint64_t bits = random_bits();
  if (bits % 4 == 0) return (int32_t)(bits >> 8 & 7) + 1;
  const int64_t power = INT64_C(1) << (bits >> 8) % (uint64_t)(powers + 1);
  const int64_t value = power + (int64_t)((bits >> 16) % 3) - 1;
  return (int32_t)(value < 1 ? 1 : value > INT32_MAX ? INT32_MAX : value);
}

static signet_conv_shape random_shape(void) {
  // Mostly of extents whose products are near the bounds.
  const int powers = random_bits() % 8 == 0 ? 31 : 1 + (int)(random_bits() % 20);
  signet_conv_shape shape = {
      .in_channels = extent(powers / 2),
      .in_height = extent(powers),
      .in_width = extent(powers),
      .out_channels = extent(powers / 2),
      .out_height = extent(powers),
      .out_width = extent(powers),
      .kernel_height = extent(powers / 2),
      .kernel_width = extent(powers / 2),
      .stride_height = extent(powers / 2),
      .stride_width = extent(powers / 2),
      .dilation_height = extent(powers),
      .dilation_width = extent(powers),
      .pad_top = extent(powers),
      .pad_left = extent(powers),
      .groups = 1,
      .codes = 1 + (int32_t)(random_bits() % 4),
      .threads = 1 + (int32_t)(random_bits() % 3)};
  if (random_bits() % 3 == 0) shape.groups = shape.in_channels;
  if (shape.out_height == 1) shape.stride_height = 1;
  if (shape.out_width == 1) shape.stride_width = 1;
  return shape;
}

static void lay_out(
    const signet_conv_kernel *const *candidates, signet_conv_shape shape, long *laid_out) {
  const signet_conv_kernel *chosen = signet_choose_conv(candidates, &shape);
  check(
      (chosen != NULL) == signet_conv_shape_is_sound(&shape), "layout", "a kernel for %d×%d×%d",
      shape.in_channels, shape.in_height, shape.in_width);
  if (!chosen) return;
  for (; *candidates; candidates++) {
    const signet_conv_kernel *kernel = *candidates;
    if (kernel->accepts && !kernel->accepts(&shape)) continue;
    const signet_conv conv = {.shape = shape};
    check(
        kernel->packed_bytes(&shape) > 0 && kernel->packed_bytes(&shape) <= PTRDIFF_MAX &&
            kernel->scratch_bytes(&shape, 3) <= PTRDIFF_MAX && kernel->units(&conv, 3) > 0,
        kernel->name, "laid out");
    ++*laid_out;
  }
}

void test_layouts(void) {
  long laid_out = 0;
  random_seed(5);
  for (int trial = 0; trial < trials; trial++) {
    signet_conv_shape shape = random_shape();
    const signet_kernel_set *set;
    for (int index = 0; (set = signet_kernel_set_at(index)) != NULL; index++) {
      lay_out(set->b1_conv, shape, &laid_out);
      lay_out(set->b1_conv_exact, shape, &laid_out);
    }
    shape.codes = 1;
    for (int index = 0; (set = signet_kernel_set_at(index)) != NULL; index++) {
      lay_out(set->f32_conv, shape, &laid_out);
      lay_out(set->f32_conv_exact, shape, &laid_out);
    }
  }
  check(laid_out > trials / 10, "layout", "%ld", laid_out);
  // The same map twice as high may pass a bound; extents that say nothing of each other must not.
  signet_conv_shape shape = {
      .in_channels = 16,
      .in_height = 8,
      .in_width = 8,
      .out_channels = 32,
      .out_height = 8,
      .out_width = 8,
      .kernel_height = 3,
      .kernel_width = 3,
      .stride_height = 1,
      .stride_width = 1,
      .dilation_height = 1,
      .dilation_width = 1,
      .pad_top = 1,
      .pad_left = 1,
      .groups = 1,
      .codes = 1,
      .threads = 1};
  check(signet_conv_shape_is_sound(&shape), "layout", "a plain shape");
  signet_conv_shape odd = shape;
  odd.dilation_height = 1 << 26;
  odd.dilation_width = 3 << 26;
  check(!signet_conv_shape_is_sound(&odd), "layout", "windows of 2^55 places");
  odd = shape;
  odd.groups = 3;
  check(!signet_conv_shape_is_sound(&odd), "layout", "groups that do not divide the channels");
  odd = shape;
  odd.stride_height = 0;
  check(!signet_conv_shape_is_sound(&odd), "layout", "a stride of 0");
  odd = shape;
  odd.pad_left = -1;
  check(!signet_conv_shape_is_sound(&odd), "layout", "a padding of -1");
}
