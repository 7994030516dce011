#include "rounding.h"

#include <math.h>
#include <string.h>

// A number that becomes an integer of up to `most`: half of one, and what scaling in float32 adds.
static double share_of(double most) { return (0.5 + most * 0x1p-23) / most; }

// Tables of the signed sums of four inputs. A run, the inputs of a kernel row in as many 16 channels
// as make at least four taps, sums up to at most run · absmax, for which there are 8192 less what low
// parts of 6 bits and half a unit of each table take. The multiplier that makes it so is an integer,
// whose last unit is lost. Off is half a unit per table, and before that half of absmax / 8191 per input.
static double share_of_tables4(const signet_conv_shape *shape) {
  const double taps =
      shape->kernel_width < 4 ? 4 / shape->kernel_width * shape->kernel_width : shape->kernel_width;
  const double run = 16 * taps;
  const double unit = (run * (1 + run * 0x1p-22) + run / 2 / 8191) / (8192 - 63.5 * run / 4);
  const double tables = (shape->in_channels + 3) / 4;
  return unit * (1 + run / 16384) / 2 * tables / shape->in_channels + 0.5 / 8191 * (1 + 0x1p-9);
}

int64_t signet_run_steps(const signet_conv_shape *shape) {
  const int64_t chunk = shape->in_channels < 64 ? shape->in_channels : 64;
  const int64_t steps =
      (shape->in_channels + 63) / 64 * (int64_t)shape->kernel_height * shape->kernel_width;
  const int64_t most =
      (shape->kernel_height * shape->kernel_width == 1 ? 26 : 39) / ((chunk + 4) / 5);
  const int64_t runs = (steps + most - 1) / most;
  return (steps + runs - 1) / runs;
}

// Tables of the signed sums of five inputs, looked up in 16 bits: the integers of a chunk, each up to
// half of one too large, sum up to at most 32767, so that the chunk's sum of magnitudes is that less
// half of one for each. With more than one output pixel, tables hold half the sums, rounded up, and
// those of several chunks are added.
static signet_rounding of_tables5(const char *kernel, const signet_conv_shape *shape) {
  const bool is_linear = strstr(kernel, "_linear_") != NULL;
  const int32_t chunk = is_linear ? 75 : 64;
  const double inputs = is_linear || shape->in_channels > chunk ? chunk : shape->in_channels;
  const double most = is_linear ? 32767 : 65534.0 / (double)signet_run_steps(shape);
  const double tables = is_linear ? 0 : ceil(inputs / 5);
  const double step = (1 + (inputs + 8) * 0x1p-24) / (most - inputs / 2 - tables);
  return (signet_rounding){
      .input = (0.5 + most * 0x1p-23) * step,
      .channels = chunk,
      .of_patches = is_linear,
      .is_independent = true};
}

// Inputs of 14 bits and weights whose magnitudes sum up to less than 2¹⁸, so that no sum of products
// leaves 32 bits; patches of 512 and fewer are laid out alike.
static signet_rounding of_narrow_products(const signet_conv_shape *shape) {
  const double patch =
      (double)(shape->in_channels / shape->groups) * shape->kernel_height * shape->kernel_width;
  const double longest = fmax(patch, 512);
  return (signet_rounding){
      .input = share_of(8191),
      .channels = 1,
      .weight = share_of(32767),
      .weight_of_sum =
          (0.5 + 32767 * 0x1p-23) * (1 + (longest + 8) * 0x1p-24) / ((1 << 18) - 1 - longest / 2),
      .is_independent = true};
}

// Inputs of 15 bits, by the largest of their pixel, which the image's bounds, and weights of which 16
// sum up to less than 2¹⁷, which all of them bound.
static signet_rounding of_pixel_products(void) {
  const int32_t chunk = 16;
  return (signet_rounding){
      .input = share_of(16383),
      .channels = 1,
      .weight = share_of(32767),
      .weight_of_sum =
          (0.5 + 32767 * 0x1p-23) * (1 + (chunk + 8) * 0x1p-24) / ((1 << 17) - chunk / 2),
      .is_independent = true};
}

// Of the type that ends at `end`: what integers of so many bits lose.
static double share_of_type(const char *type) {
  if (strncmp(type, "i24", 3) == 0) return 1.5 / 8323072;
  if (strncmp(type, "i16", 3) == 0) return share_of(32512);
  return 0;
}

signet_rounding signet_rounding_of(const char *kernel, const signet_conv_shape *shape) {
  // As in b1i16_conv…: the weights' type, then the inputs'.
  const char *end = strchr(kernel, '_');
  const char *inputs = end && end - kernel >= 3 ? end - 3 : "";
  if (strncmp(inputs, "i16_", 4) == 0 && strstr(kernel, "_table5"))
    return of_tables5(kernel, shape);
  if (strncmp(inputs, "t14", 3) == 0) {
    return (signet_rounding){.input = share_of_tables4(shape), .channels = 1};
  }
  if (strncmp(inputs, "i14", 3) == 0) return of_narrow_products(shape);
  if (strncmp(inputs, "i15", 3) == 0) return of_pixel_products();
  return (signet_rounding){
      .input = share_of_type(inputs), .channels = 1, .weight = share_of_type(kernel)};
}

double signet_weight_error(signet_rounding rounding, double sum, double largest) {
  return fmax(rounding.weight * largest, rounding.weight_of_sum * sum);
}
