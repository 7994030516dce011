// Every convolution kernel the processor runs against the definition in double precision.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "conv_tables_bound.h"
#include "rounding.h"
#include "tester.h"

typedef struct {
  int32_t channels, height, width, filters;
  int32_t kernel_height, kernel_width, stride_height, stride_width;
  int32_t dilation_height, dilation_width;
  int32_t top, left, bottom, right;
  int32_t groups, codes, images, threads, gap;
  bool residual, relu, scaled;
  // Inputs and signs that agree, so that sums are as large as sums can be.
  bool extreme;
  // Inputs have one sign per channel, and filters those signs or their opposites: every sum is as
  // large as the magnitudes of its inputs allow.
  bool aligned;
} test_case;

static const test_case plain = {
    .channels = 3, .height = 5, .width = 4, .filters = 7, .kernel_height = 3, .kernel_width = 3,
    .stride_height = 1, .stride_width = 1, .dilation_height = 1, .dilation_width = 1,
    .top = 1, .left = 1, .bottom = 1, .right = 1, .groups = 1, .codes = 1, .images = 1,
    .threads = 1, .scaled = true,
};

static int32_t extent(
    int32_t input, int32_t padding, int32_t kernel, int32_t dilation, int32_t stride) {
  return (input + padding - dilation * (kernel - 1) - 1) / stride + 1;
}

static signet_conv_shape shape_of(const test_case *t) {
  return (signet_conv_shape){
      .in_channels = t->channels, .in_height = t->height, .in_width = t->width,
      .out_channels = t->filters,
      .out_height = extent(
          t->height, t->top + t->bottom, t->kernel_height, t->dilation_height, t->stride_height),
      .out_width = extent(
          t->width, t->left + t->right, t->kernel_width, t->dilation_width, t->stride_width),
      .kernel_height = t->kernel_height, .kernel_width = t->kernel_width,
      .stride_height = t->stride_height, .stride_width = t->stride_width,
      .dilation_height = t->dilation_height, .dilation_width = t->dilation_width,
      .pad_top = t->top, .pad_left = t->left, .groups = t->groups, .codes = t->codes,
      .threads = t->threads};
}

// One layer with its data, shared by all kernels.
typedef struct {
  const test_case *test;
  signet_conv_shape shape;
  guarded_map input, added;
  int64_t patch;
  guarded weights;  // K × filters × S float; ±1 for a binary layer
  guarded rows;     // as `pack` takes them
  guarded scales;   // K × filters
  guarded offsets;  // filters
} layer;

static float sign_of(int64_t channel) { return channel % 3 == 1 ? -1 : 1; }

// Inputs that tables round up: in each chunk of channels their integers add up to the largest one,
// or one less. 0.503 is half an integer and what the bound's own rounding takes away.
static void fill_to_the_bound(const layer *l) {
  const test_case *t = l->test;
  const int64_t pixels = (int64_t)t->images * t->height * t->width;
  const float most = 32766 - SIGNET_TABLE_CHUNK;
  const float each = floorf(most / SIGNET_TABLE_CHUNK);
  for (int64_t pixel = 0; pixel < pixels; pixel++) {
    float *values = l->input.view.data + pixel * l->input.view.pixel_stride;
    for (int64_t c = 0; c < t->channels; c++) {
      const bool is_first = c % SIGNET_TABLE_CHUNK == 0;
      const float integer = is_first ? most - (SIGNET_TABLE_CHUNK - 1) * each : each;
      values[c] = sign_of(c) * (integer + 0.503f) * 0x1p-9f / 3;
    }
  }
}

static void align(const guarded_map *input) {
  const signet_view *view = &input->view;
  const int64_t pixels = (int64_t)input->images * input->height * input->width;
  for (int64_t pixel = 0; pixel < pixels; pixel++) {
    float *values = view->data + pixel * view->pixel_stride;
    for (int64_t c = 0; c < input->channels; c++) values[c] = fabsf(values[c]) * sign_of(c);
  }
}

static layer layer_make(const test_case *t, bool binary) {
  layer l = {.test = t, .shape = shape_of(t)};
  random_seed(11);
  l.patch = (int64_t)(t->channels / t->groups) * t->kernel_height * t->kernel_width;
  l.input = map_make(t->images, t->height, t->width, t->channels, t->gap);
  l.added = map_make(t->images, l.shape.out_height, l.shape.out_width, t->filters, t->gap);
  map_fill(&l.input);
  map_fill(&l.added);
  if (t->extreme) fill_to_the_bound(&l);
  if (t->aligned) align(&l.input);
  const int64_t filters = (int64_t)t->codes * t->filters;
  const int64_t row_bytes = binary ? (l.patch + 7) / 8 : l.patch * 4;
  l.weights = guarded_make((size_t)(filters * l.patch) * 4, 4);
  l.rows = guarded_make((size_t)(filters * row_bytes), 4);
  l.scales = guarded_make((size_t)filters * 4, 4);
  l.offsets = guarded_make((size_t)t->filters * 4, 4);
  float *weights = (void *)l.weights.start;
  for (int64_t row = 0; row < filters; row++) {
    for (int64_t i = 0; i < l.patch; i++) {
      float value = random_float();
      if (t->extreme) {
        const int64_t channel = i / ((int64_t)t->kernel_height * t->kernel_width);
        value = row % 2 == 0 ? sign_of(channel) : -sign_of(channel);
      }
      if (t->aligned) {
        const int64_t channel = i / ((int64_t)t->kernel_height * t->kernel_width);
        value = fabsf(value) * sign_of(channel) * (row % 2 == 0 ? 1 : -1);
      }
      if (binary) {
        value = value > 0 ? 1 : -1;
        if (value > 0) l.rows.start[row * row_bytes + i / 8] |= (unsigned char)(1 << (i % 8));
      }
      weights[row * l.patch + i] = value;
    }
  }
  if (!binary) memcpy(l.rows.start, l.weights.start, l.weights.bytes);
  for (int64_t i = 0; i < filters; i++) {
    ((float *)(void *)l.scales.start)[i] =
        binary || t->scaled ? 0.55f + 0.45f * random_float() : 1;
  }
  for (int32_t i = 0; i < t->filters; i++) {
    ((float *)(void *)l.offsets.start)[i] = random_float();
  }
  return l;
}

static void layer_free(layer *l) {
  map_free(&l->input);
  map_free(&l->added);
  guarded_free(&l->weights);
  guarded_free(&l->rows);
  guarded_free(&l->scales);
  guarded_free(&l->offsets);
}

// The largest magnitude of a row, or sum of magnitudes of so many channels of a pixel.
static float row_peak(const layer *l, int32_t image, int32_t y, int32_t channels) {
  float peak = 0;
  for (int32_t x = 0; x < l->test->width; x++) {
    float sum = 0;
    for (int32_t c = 0; c < l->test->channels; c++) {
      if (channels <= 1 || c % channels == 0) sum = 0;
      sum += fabsf(map_at(&l->input, image, y, x, c));
      peak = fmaxf(peak, sum);
    }
  }
  return peak;
}

static double peak_of(const layer *l, int32_t image, int32_t channels) {
  float peak = 0;
  for (int32_t y = 0; y < l->test->height; y++) {
    peak = fmaxf(peak, row_peak(l, image, y, channels));
  }
  return (double)peak;
}

typedef struct {
  double value, magnitude;
  // Σ|α·w|: what an error of each input is multiplied by.
  double gain;
  // Σ|α|·(|x| + 2·peak)·what a weight may be off by, where the products of the lowest bytes are
  // dropped too.
  double weight_error;
} expectation;

// What each weight of a filter may be off by.
static double error_of_weights(const rounding *lost, const float *weights, int64_t count) {
  float sum = 0, largest = 0;
  for (int64_t i = 0; i < count; i++) {
    sum += fabsf(weights[i]);
    largest = fmaxf(largest, fabsf(weights[i]));
  }
  if (lost->weight_step) return (0.5 + 32767 * 0x1p-23) * (double)lost->weight_step(sum, largest);
  return lost->weight * (double)largest;
}

static expectation definition(
    const layer *l, const rounding *lost, int32_t image, int32_t y, int32_t x, int32_t filter,
    double peak) {
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
          const double weight =
              (double)scales[row] * (double)weights[row * l->patch + element];
          const double number = (double)map_at(&l->input, image, in_y, in_x, first + c);
          const double product = weight * number;
          e.value += product;
          e.magnitude += fabs(product);
          e.gain += fabs(weight);
          e.weight_error += fabs((double)scales[row]) * weight_error * (fabs(number) + 2 * peak);
        }
      }
    }
  }
  if (t->residual) {
    e.value += (double)map_at(&l->added, image, y, x, filter);
    e.magnitude += fabs((double)map_at(&l->added, image, y, x, filter));
  }
  if (t->relu && e.value < 0) e.value = 0;
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

static void compare(
    const layer *l, const signet_conv_kernel *kernel, const guarded_map *output) {
  const test_case *t = l->test;
  const char *name = kernel->name;
  char text[256];
  describe(t, text, sizeof text);
  for (int32_t image = 0; image < t->images; image++) {
    const rounding lost = rounding_of(kernel, &l->shape);
    const double input_error = lost.input * peak_of(l, image, lost.channels);
    const double peak = peak_of(l, image, 1);
    for (int32_t y = 0; y < l->shape.out_height; y++) {
      for (int32_t x = 0; x < l->shape.out_width; x++) {
        for (int32_t filter = 0; filter < t->filters; filter++) {
          const expectation e = definition(l, &lost, image, y, x, filter, peak);
          const double bound =
              (double)(l->patch + t->codes + 4) * 0x1p-24 * e.magnitude +
              input_error * e.gain + e.weight_error;
          const double found = (double)map_at(output, image, y, x, filter);
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
}

// The peaks of an image's units have its results' as their largest, to the bit.
static void compare_peaks(
    const signet_conv *conv, const signet_conv_kernel *kernel, int64_t units_per_image,
    const guarded_map *output) {
  for (int32_t image = 0; image < output->images; image++) {
    float expected = 0, found = 0;
    for (int32_t y = 0; y < conv->out.height; y++) {
      for (int32_t x = 0; x < conv->out.width; x++) {
        for (int32_t c = 0; c < conv->out.channels; c++) {
          expected = fmaxf(expected, fabsf(map_at(output, image, y, x, c)));
        }
      }
    }
    for (int64_t unit = 0; unit < units_per_image; unit++) {
      found = fmaxf(found, conv->unit_peaks[image * units_per_image + unit]);
    }
    check(found == expected, kernel->name, "image %d: a peak of %g, not %g", image, found, expected);
  }
}

static void run_kernel(const layer *l, const signet_conv_kernel *kernel, bool binary) {
  const test_case *t = l->test;
  const signet_conv_shape *shape = &l->shape;
  guarded packed = guarded_make(kernel->packed_bytes(shape), 64);
  guarded scratch = guarded_make(kernel->scratch_bytes(shape, t->images), 64);
  guarded_map output = map_make(t->images, shape->out_height, shape->out_width, t->filters, t->gap);
  const int64_t rows = (int64_t)t->images * t->height;
  const int64_t row_numbers = kernel->measure ? 2 : 1;
  guarded peaks = guarded_make((size_t)(rows * row_numbers) * sizeof(float), sizeof(float));
  const signet_measurement measurement = {
      .in = l->input.view, .shape = *shape, .peaks = (float *)(void *)peaks.start};
  for (int32_t row = 0; row < rows; row++) {
    if (kernel->measure) {
      kernel->measure(&measurement, t->images, row, row + 1, scratch.start);
    } else {
      measurement.peaks[row] = 
          row_peak(l, row / t->height, row % t->height, kernel->peak_channels);
    }
  }
  kernel->pack(shape, l->rows.start, packed.start);
  signet_conv conv = {
      .shape = *shape, .in = l->input.view, .out = output.view,
      .residual = t->residual ? l->added.view : (signet_view){0}, .packed = packed.start,
      .scale = binary || t->scaled ? (float *)(void *)l->scales.start : NULL,
      .offset = (float *)(void *)l->offsets.start, .peaks = (float *)(void *)peaks.start,
      .peaks_per_image = row_numbers * t->height, .relu = t->relu};
  const int64_t units = kernel->units(&conv, t->images);
  guarded unit_peaks = guarded_make((size_t)units * sizeof(float), sizeof(float));
  if (kernel->gives_peaks) conv.unit_peaks = (float *)(void *)unit_peaks.start;
  // Backwards and one by one: each unit must stand alone.
  for (int64_t unit = units - 1; unit >= 0; unit--) {
    kernel->run(&conv, t->images, unit, unit + 1, scratch.start);
  }
  check(
      map_is_intact(&output) && map_is_intact(&l->input) && guarded_is_intact(&packed) &&
          guarded_is_intact(&scratch) && guarded_is_intact(&peaks) &&
          guarded_is_intact(&unit_peaks),
      kernel->name, "wrote outside its output");
  compare(l, kernel, &output);
  if (kernel->gives_peaks) compare_peaks(&conv, kernel, units / t->images, &output);
  guarded_free(&unit_peaks);
  guarded_free(&packed);
  guarded_free(&scratch);
  guarded_free(&peaks);
  map_free(&output);
}

static bool is_among(const signet_conv_kernel *const *candidates, const signet_conv_kernel *kernel) {
  while (*candidates && *candidates != kernel) candidates++;
  return *candidates != NULL;
}

// All candidates of all sets that take the shape, not only those an engine would choose.
static void run_case(test_case t) {
  for (int binary = 0; binary < 2; binary++) {
    if (!binary && t.codes > 1) continue;
    layer l = layer_make(&t, binary);
    const signet_kernel_set *set;
    for (int index = 0; (set = signet_kernel_set_at(index)) != NULL; index++) {
      if (!signet_kernel_set_is_available(set)) continue;
      const signet_conv_kernel *const *fast = binary ? set->b1_conv : set->f32_conv;
      const signet_conv_kernel *const *exact = binary ? set->b1_conv_exact : set->f32_conv_exact;
      for (int list = 0; list < 2; list++) {
        for (const signet_conv_kernel *const *next = list ? exact : fast; *next; next++) {
          if (list && is_among(fast, *next)) continue;
          if ((*next)->accepts && !(*next)->accepts(&l.shape)) continue;
          run_kernel(&l, *next, binary);
        }
      }
    }
    layer_free(&l);
  }
}

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
  for (int bits = 0; bits < 8; bits++) {
    test_case t = plain;
    t.channels = channels;
    t.filters = 19;
    t.gap = 5;
    t.residual = bits & 1;
    t.relu = bits & 2;
    t.scaled = bits & 4;
    run_case(t);
  }
}

static void vectors(void) {
  const int32_t inputs[] = {1, 7, 255, 256, 257, 700}, images[] = {1, 2, 13};
  for (size_t i = 0; i < sizeof inputs / 4; i++) {
    for (size_t n = 0; n < sizeof images / 4; n++) {
      test_case t = plain;
      t.channels = inputs[i];
      t.height = t.width = t.kernel_height = t.kernel_width = 1;
      t.top = t.left = t.bottom = t.right = 0;
      t.filters = 37;
      t.images = images[n];
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
  const int32_t channels[] = {65, 64, 130, 200};
  for (size_t c = 0; c < sizeof channels / 4; c++) {
    test_case t = plain;
    t.channels = channels[c];
    t.filters = 34;
    t.extreme = true;
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
  large_maps();
  first_layers();
  sums_at_their_bound();
  aligned_signs();
}
