// Every convolution kernel the processor runs, on one layer, against the definition in double
// precision.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "convolution_layer.h"
#include "convolutions.h"
#include "rounding.h"
#include "tester.h"

static float low_of(const test_case *t) { return t->held ? -0.4f : t->relu ? 0 : -INFINITY; }

static float high_of(const test_case *t) { return t->held ? 0.3f : INFINITY; }

// The largest magnitude of a row, or sum of magnitudes of so many channels of a pixel.
static float row_absmax(const layer *l, int32_t image, int32_t y, int32_t channels) {
  float absmax = 0;
  for (int32_t x = 0; x < l->test->width; x++) {
    float sum = 0;
    for (int32_t c = 0; c < l->test->channels; c++) {
      if (channels <= 1 || c % channels == 0) sum = 0;
      sum += fabsf(map_at(&l->input, image, y, x, c));
      absmax = fmaxf(absmax, sum);
    }
  }
  return absmax;
}

static double peak_of(const layer *l, int32_t image, int32_t channels) {
  float absmax = 0;
  for (int32_t y = 0; y < l->test->height; y++) {
    absmax = fmaxf(absmax, row_absmax(l, image, y, channels));
  }
  return (double)absmax;
}

// The largest sum of magnitudes of so many adjacent elements of a patch, where there is one pixel.
static double patch_absmax(const layer *l, int32_t image, int32_t elements) {
  const test_case *t = l->test;
  const int32_t channels = t->channels / t->groups;
  float absmax = 0;
  for (int32_t group = 0; group < t->groups; group++) {
    float sum = 0;
    int64_t element = 0;
    for (int32_t ky = 0; ky < t->kernel_height; ky++) {
      for (int32_t kx = 0; kx < t->kernel_width; kx++) {
        const int32_t y = ky * t->dilation_height - t->top;
        const int32_t x = kx * t->dilation_width - t->left;
        const bool inside = y >= 0 && y < t->height && x >= 0 && x < t->width;
        for (int32_t c = 0; c < channels; c++, element++) {
          if (element % elements == 0) sum = 0;
          if (inside) sum += fabsf(map_at(&l->input, image, y, x, group * channels + c));
          absmax = fmaxf(absmax, sum);
        }
      }
    }
  }
  return (double)absmax;
}

typedef struct {
  double value, magnitude;
  // Σ|α·w|: what an error of each input is multiplied by. Σ(α·w)², where errors are independent.
  double gain, squared_gain;
  // Σ|α|·(|x| + 2·absmax)·what a weight may be off by, where the products of the lowest bytes are
  // dropped too.
  double weight_error;
  // Σ(α·x·what a weight may be off by)².
  double squared_weight_error;
} expectation;

// What each weight of a filter may be off by.
static double error_of_weights(const signet_rounding *lost, const float *weights, int64_t count) {
  double sum = 0, largest = 0;
  for (int64_t i = 0; i < count; i++) {
    sum += fabs((double)weights[i]);
    largest = fmax(largest, fabs((double)weights[i]));
  }
  return signet_weight_error(*lost, sum, largest);
}

static expectation definition(
    const layer *l, const signet_rounding *lost, int32_t image, int32_t y, int32_t x,
    int32_t filter, double absmax) {
  const test_case *t = l->test;
  const float *weights = (void *)l->weights.start;
  const float *scales = (void *)l->scales.start;
  const int32_t channels = t->channels / t->groups;
  const int32_t first = filter / (t->filters / t->groups) * channels;
  expectation e = {.value = (double)((float *)(void *)l->offsets.start)[filter]};
  e.magnitude = fabs(e.value);
  for (int32_t code = 0; code < t->codes; code++) {
    const int64_t row = (int64_t)code * t->filters + filter;
    const double weight_error = error_of_weights(lost, weights + row * l->patch, l->patch);
    for (int32_t c = 0; c < channels; c++) {
      for (int32_t ky = 0; ky < t->kernel_height; ky++) {
        for (int32_t kx = 0; kx < t->kernel_width; kx++) {
          const int32_t in_y = y * t->stride_height + ky * t->dilation_height - t->top;
          const int32_t in_x = x * t->stride_width + kx * t->dilation_width - t->left;
          if (in_y < 0 || in_y >= t->height || in_x < 0 || in_x >= t->width) continue;
          const int64_t element = (c * t->kernel_height + ky) * t->kernel_width + kx;
          const double weight = (double)scales[row] * (double)weights[row * l->patch + element];
          const double number = (double)map_at(&l->input, image, in_y, in_x, first + c);
          const double product = weight * number;
          e.value += product;
          e.magnitude += fabs(product);
          e.gain += fabs(weight);
          e.squared_gain += weight * weight;
          e.squared_weight_error += pow((double)scales[row] * weight_error * number, 2);
          e.weight_error += fabs((double)scales[row]) * weight_error * (fabs(number) + 2 * absmax);
        }
      }
    }
  }
  if (t->residual) {
    e.value += (double)map_at(&l->added, image, y, x, filter);
    e.magnitude += fabs((double)map_at(&l->added, image, y, x, filter));
  }
  e.value = fmin(fmax(e.value, (double)low_of(t)), (double)high_of(t));
  return e;
}

static void describe(const test_case *t, char *text, size_t size) {
  snprintf(
      text, size,
      "%d×%d×%d → %d, kernel %d×%d, stride %d×%d, dilation %d×%d, padding %d %d %d %d, "
      "groups %d, codes %d, images %d, threads %d, gap %d",
      t->channels, t->height, t->width, t->filters, t->kernel_height, t->kernel_width,
      t->stride_height, t->stride_width, t->dilation_height, t->dilation_width, t->top, t->left,
      t->bottom, t->right, t->groups, t->codes, t->images, t->threads, t->gap);
}

static void compare(const layer *l, const signet_conv_kernel *kernel, const guarded_map *output) {
  const test_case *t = l->test;
  const char *name = kernel->name;
  char text[256];
  describe(t, text, sizeof text);
  // Of all results: of what they are off by, and of what rounding to the nearest integer makes that
  // on average, a twelfth of a squared step per number.
  double squares = 0, expected_squares = 0;
  bool is_independent = false;
  for (int32_t image = 0; image < t->images; image++) {
    const signet_rounding lost = signet_rounding_of(name, &l->shape);
    const double input_error = lost.input * (lost.of_patches ? patch_absmax(l, image, lost.channels)
                                                             : peak_of(l, image, lost.channels));
    const double absmax = peak_of(l, image, 1);
    for (int32_t y = 0; y < l->shape.out_height; y++) {
      for (int32_t x = 0; x < l->shape.out_width; x++) {
        for (int32_t filter = 0; filter < t->filters; filter++) {
          const expectation e = definition(l, &lost, image, y, x, filter, absmax);
          const double bound = (double)(l->patch + t->codes + 4) * 0x1p-24 * e.magnitude +
                               input_error * e.gain + e.weight_error;
          const double found = (double)map_at(output, image, y, x, filter);
          squares += pow(found - e.value, 2);
          expected_squares +=
              (input_error * input_error * e.squared_gain + e.squared_weight_error) / 3 +
              pow((double)(l->patch + t->codes + 4) * 0x1p-24 * e.magnitude, 2);
          is_independent = lost.is_independent;
          if (fabs(found - e.value) <= bound) continue;
          check(
              false, name, "image %d, pixel (%d, %d), filter %d: %g, not %g ± %g; %s", image, y, x,
              filter, found, e.value, bound, text);
          return;
        }
      }
    }
  }
  check(true, name, "%s", text);
  // Numbers that are chosen, or few, are not off by random shares of a step.
  if (!is_independent || t->extreme || t->aligned || t->ones) return;
  if ((int64_t)t->images * t->height * t->width * t->channels < 50) return;
  check(
      squares <= 2 * expected_squares, name, "off by %g of what rounding costs on average; %s",
      sqrt(squares / expected_squares), text);
}

// The largest sum of magnitudes of so many adjacent channels of a pixel of the results.
static float largest_sum(const guarded_map *output, int32_t image, int32_t channels) {
  float largest = 0;
  for (int32_t y = 0; y < output->height; y++) {
    for (int32_t x = 0; x < output->width; x++) {
      float sum = 0;
      for (int32_t c = 0; c < output->channels; c++) {
        if (c % channels == 0) sum = 0;
        sum += fabsf(map_at(output, image, y, x, c));
        largest = fmaxf(largest, sum);
      }
    }
  }
  return largest;
}

// The absmax of an image's units have its results' as their largest: to the bit, or, of sums, to what
// their order may change.
static void compare_absmax(
    const signet_conv *conv, const signet_conv_kernel *kernel, int64_t units_per_image,
    const guarded_map *output) {
  for (int32_t image = 0; image < output->images; image++) {
    const int32_t channels = kernel->gives_sums > 0 ? kernel->gives_sums : 1;
    const float expected = largest_sum(output, image, channels);
    const float allowed = (float)(channels - 1) * 0x1p-23f * expected;
    float found = 0;
    for (int64_t unit = 0; unit < units_per_image; unit++) {
      found = fmaxf(found, conv->unit_absmax[image * units_per_image + unit]);
    }
    check(
        fabsf(found - expected) <= allowed, kernel->name, "image %d: an absmax of %g, not %g",
        image, found, expected);
  }
}

// Runs a kernel on all its units, with the pooling of `shape`, if any.
static void run_units(
    const layer *l, const signet_conv_kernel *kernel, const signet_conv_shape *shape, bool binary,
    const guarded_map *output) {
  const test_case *t = l->test;
  guarded packed = guarded_make(kernel->packed_bytes(shape), 64);
  guarded scratch = guarded_make(kernel->scratch_bytes(shape, t->images), 64);
  const int64_t rows = (int64_t)t->images * t->height;
  const int64_t row_numbers = kernel->measure ? 2 : 1;
  guarded absmax = guarded_make((size_t)(rows * row_numbers) * sizeof(float), sizeof(float));
  const signet_measurement measurement = {
      .in = l->input.view, .shape = *shape, .absmax = (float *)(void *)absmax.start};
  for (int32_t row = 0; row < rows; row++) {
    if (kernel->measure) {
      kernel->measure(&measurement, t->images, row, row + 1, scratch.start);
    } else {
      measurement.absmax[row] =
          row_absmax(l, row / t->height, row % t->height, kernel->absmax_channels);
    }
  }
  kernel->pack(shape, l->rows.start, packed.start);
  const bool pools = shape->pooling.kernel_height > 0;
  signet_conv conv = {
      .shape = *shape,
      .in = l->input.view,
      .out = output->view,
      .residual = t->residual && !pools ? l->added.view : (signet_view){0},
      .packed = packed.start,
      .scale = binary || t->scaled ? (float *)(void *)l->scales.start : NULL,
      .offset = (float *)(void *)l->offsets.start,
      .absmax = (float *)(void *)absmax.start,
      .absmax_per_image = row_numbers * t->height,
      .low = low_of(t),
      .high = high_of(t)};
  const int64_t units = kernel->units(&conv, t->images);
  guarded unit_absmax = guarded_make((size_t)units * sizeof(float), sizeof(float));
  const bool gives = kernel->gives_absmax || kernel->gives_sums > 0;
  if (gives && !pools) conv.unit_absmax = (float *)(void *)unit_absmax.start;
  // Backwards and one by one: each unit must stand alone.
  for (int64_t unit = units - 1; unit >= 0; unit--) {
    kernel->run(&conv, t->images, unit, unit + 1, scratch.start);
  }
  check(
      map_is_intact(output) && map_is_intact(&l->input) && guarded_is_intact(&packed) &&
          guarded_is_intact(&scratch) && guarded_is_intact(&absmax) &&
          guarded_is_intact(&unit_absmax),
      kernel->name, "wrote outside its output");
  if (conv.unit_absmax) compare_absmax(&conv, kernel, units / t->images, output);
  guarded_free(&unit_absmax);
  guarded_free(&packed);
  guarded_free(&scratch);
  guarded_free(&absmax);
}

static float pooled_at(
    const guarded_map *from, const signet_conv_pooling *pooling, int32_t image, int32_t y,
    int32_t x, int32_t channel) {
  float most = -INFINITY;
  for (int32_t ky = 0; ky < pooling->kernel_height; ky++) {
    for (int32_t kx = 0; kx < pooling->kernel_width; kx++) {
      const int32_t in_y = y * pooling->stride_height + ky - pooling->pad_top;
      const int32_t in_x = x * pooling->stride_width + kx - pooling->pad_left;
      if (in_y < 0 || in_y >= from->height || in_x < 0 || in_x >= from->width) continue;
      most = fmaxf(most, map_at(from, image, in_y, in_x, channel));
    }
  }
  return most;
}

// Pooled in the kernel is what is pooled of its result, to the bit.
static void compare_pooling(
    const layer *l, const signet_conv_kernel *kernel, bool binary, const guarded_map *unpooled,
    signet_conv_pooling pooling) {
  const test_case *t = l->test;
  signet_conv_shape shape = l->shape;
  pooling.out_height = output_extent(
      shape.out_height, 2 * pooling.pad_top, pooling.kernel_height, 1, pooling.stride_height);
  pooling.out_width = output_extent(
      shape.out_width, 2 * pooling.pad_left, pooling.kernel_width, 1, pooling.stride_width);
  if (shape.out_height + 2 * pooling.pad_top < pooling.kernel_height ||
      shape.out_width + 2 * pooling.pad_left < pooling.kernel_width) {
    return;
  }
  shape.pooling = pooling;
  guarded_map output =
      map_make(t->images, pooling.out_height, pooling.out_width, t->filters, t->gap);
  run_units(l, kernel, &shape, binary, &output);
  bool same = true;
  for (int32_t image = 0; image < t->images; image++) {
    for (int32_t y = 0; y < pooling.out_height; y++) {
      for (int32_t x = 0; x < pooling.out_width; x++) {
        for (int32_t c = 0; c < t->filters; c++) {
          same = same &&
                 map_at(&output, image, y, x, c) == pooled_at(unpooled, &pooling, image, y, x, c);
        }
      }
    }
  }
  check(
      same, kernel->name, "pooled by %d×%d, stride %d×%d", pooling.kernel_height,
      pooling.kernel_width, pooling.stride_height, pooling.stride_width);
  map_free(&output);
}

static void run_kernel(const layer *l, const signet_conv_kernel *kernel, bool binary) {
  const test_case *t = l->test;
  const signet_conv_shape *shape = &l->shape;
  guarded_map output = map_make(t->images, shape->out_height, shape->out_width, t->filters, t->gap);
  run_units(l, kernel, shape, binary, &output);
  compare(l, kernel, &output);
  if (kernel->takes_pooling && !t->residual) {
    const signet_conv_pooling pools[] = {
        {.kernel_height = 2, .kernel_width = 2, .stride_height = 2, .stride_width = 2},
        {.kernel_height = 3,
         .kernel_width = 3,
         .stride_height = 2,
         .stride_width = 2,
         .pad_top = 1,
         .pad_left = 1},
        {.kernel_height = 1, .kernel_width = 3, .stride_height = 3, .stride_width = 1},
    };
    for (size_t i = 0; i < sizeof pools / sizeof *pools; i++) {
      compare_pooling(l, kernel, binary, &output, pools[i]);
    }
  }
  map_free(&output);
}

// The candidates that were run on a layer: sets share some.
typedef struct {
  const signet_conv_kernel *kernels[64];
  size_t count;
} kernel_list;

static bool is_listed(const kernel_list *list, const signet_conv_kernel *kernel) {
  for (size_t i = 0; i < list->count; i++) {
    if (list->kernels[i] == kernel) return true;
  }
  return false;
}

static void run_candidates(
    const layer *l, const signet_conv_kernel *const *candidates, bool binary, kernel_list *done) {
  for (; *candidates; candidates++) {
    if (is_listed(done, *candidates)) continue;
    done->kernels[done->count++] = *candidates;
    if ((*candidates)->accepts && !(*candidates)->accepts(&l->shape)) continue;
    run_kernel(l, *candidates, binary);
  }
}

static void run_set(const layer *l, const signet_kernel_set *set, bool binary, kernel_list *done) {
  run_candidates(l, binary ? set->b1_conv : set->f32_conv, binary, done);
  run_candidates(l, binary ? set->b1_conv_exact : set->f32_conv_exact, binary, done);
}

void run_case(test_case t) {
  for (int binary = 0; binary < 2; binary++) {
    if (!binary && t.codes > 1) continue;
    layer l = layer_make(&t, binary);
    kernel_list done = {.count = 0};
    const signet_kernel_set *set;
    for (int index = 0; (set = signet_kernel_set_at(index)) != NULL; index++) {
      if (!signet_kernel_set_is_available(set)) continue;
      run_set(&l, set, binary, &done);
      for (signet_lookup lookup = 0; lookup < SIGNET_LOOKUP_COUNT; lookup++) {
        const signet_kernel_set *other = signet_kernel_set_with_lookup(set, lookup);
        if (other) run_set(&l, other, binary, &done);
      }
    }
    layer_free(&l);
  }
}
