#include "rounding.h"

#include <math.h>
#include <string.h>

// Tables of the signed sums of four inputs. A run, the inputs of a kernel row in as many 16 channels
// as make at least four taps, sums up to at most run · absmax, for which there are 8192 less what low
// parts of 6 bits and half a unit of each table take. The multiplier that makes it so is an integer,
// whose last unit is lost. Off is half a unit per table, and before that half of absmax / 8191 per input.
static double unit_of_tables(const signet_conv_shape *shape) {
  const double taps =
      shape->kernel_width < 4 ? 4 / shape->kernel_width * shape->kernel_width : shape->kernel_width;
  const double run = 16 * taps;
  const double unit = (run * (1 + run * 0x1p-22) + run / 2 / 8191) / (8192 - 63.5 * run / 4);
  const double tables = (shape->in_channels + 3) / 4;
  return unit * (1 + run / 16384) / 2 * tables / shape->in_channels + 0.5 / 8191 * (1 + 0x1p-9);
}

static double unit_of(const char *type) {
  if (strncmp(type, "i24", 3) == 0) return 1.5 / 8323072;
  if (strncmp(type, "i16", 3) == 0) return (0.5 + 32512 * 0x1p-23) / 32512;
  return 0;
}

rounding rounding_of(const signet_conv_kernel *kernel, const signet_conv_shape *shape) {
  // Half an integer, and the rounding of the product that becomes one.
  if (kernel->quantisation_step) {
    return (rounding){
        .input = (0.5 + 32767 * 0x1p-23) * (double)kernel->quantisation_step(1),
        .weight_quantisation_step = kernel->weight_quantisation_step,
        .channels = kernel->absmax_channels,
        .of_patches = !kernel->needs_absmax};
  }
  const char *end = strchr(kernel->name, '_');
  if (end && end - kernel->name >= 3 && strncmp(end - 3, "t14", 3) == 0) {
    return (rounding){.input = unit_of_tables(shape), .channels = 1};
  }
  if (end && end - kernel->name >= 3 && strncmp(end - 3, "i14", 3) == 0) {
    // The integers of a filter sum up to less than 2¹⁸, whose share of an average weight is S.
    const double patch =
        (double)(shape->in_channels / shape->groups) * shape->kernel_height * shape->kernel_width;
    return (rounding){
        .input = 0.5 / 8191 * (1 + 0x1p-9),
        .weight = fmax(1.0 / 32767, patch / ((1 << 18) - 1 - patch / 2)) / 2 * (1 + 0x1p-9),
        .channels = 1};
  }
  return (rounding){
      .input = end && end - kernel->name >= 3 ? unit_of(end - 3) : 0,
      .weight = unit_of(kernel->name),
      .channels = 1};
}
