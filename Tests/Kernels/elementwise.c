// The kernels of single operations, of every set, against their definitions in double precision.
#include <float.h>
#include <math.h>

#include "tester.h"

enum { images = 2, height = 3, width = 5 };

static double activation(signet_function function, double x, double a, double b) {
  switch (function) {
    case SIGNET_LEAKY_RELU: return x > 0 ? x : a * x;
    case SIGNET_CLIP: return fmin(fmax(x, a), b);
    case SIGNET_SIGMOID: return 1 / (1 + exp(-x));
    case SIGNET_HARD_SIGMOID: return fmin(fmax(a * x + b, 0), 1);
    case SIGNET_HARD_SWISH: return x * fmin(fmax(x / 6 + 0.5, 0), 1);
    case SIGNET_SILU: return x / (1 + exp(-x));
    case SIGNET_EXP: return exp(x);
    case SIGNET_TANH: return tanh(x);
    case SIGNET_GELU: return 0.5 * x * (1 + erf(x / sqrt(2)));
    case SIGNET_GELU_TANH: return 0.5 * x * (1 + tanh(0.7978845608 * (x + 0.044715 * x * x * x)));
    case SIGNET_MISH: return x * tanh(log1p(exp(x)));
    case SIGNET_ABS: return fabs(x);
    // The others are held to their definitions where whole networks run.
    default: return NAN;
  }
}

// What the result of a function may be off by. Arguments of exponentials are rounded once or twice,
// which their slope, at most the result, multiplies; a dozen operations follow.
static double activation_error(signet_function function, double x, double y) {
  switch (function) {
    // Relative, down to the smallest number.
    case SIGNET_EXP: return 8 * 0x1p-24 * y + 0x1p-149;
    case SIGNET_TANH: return 12 * 0x1p-24 * fabs(y);
    // The formula itself is off by 1.5e-7 of its error function.
    case SIGNET_GELU: return (0.75e-7 + 12 * 0x1p-24) * fabs(x);
    // u is a sum of terms that may cancel nothing, so that it is off by a share of itself.
    case SIGNET_GELU_TANH: return 12 * 0x1p-24 * (1 + fabs(x)) * fmax(1, fabs(x));
    default: return 12 * 0x1p-24 * (fabs(y) + fmin(1, fabs(x)));
  }
}

static void check_activation(
    const signet_kernel_set *set, signet_function function, int32_t channels, int32_t gap,
    float reach) {
  guarded_map in = map_make(images, height, width, channels, gap);
  guarded_map out = map_make(images, height, width, channels, gap);
  map_fill(&in);
  for (int32_t pixel = 0; pixel < images * height * width; pixel++) {
    float *values = in.view.data + pixel * in.view.pixel_stride;
    for (int32_t c = 0; c < channels; c++) values[c] *= reach;
    // What is not a number stays so, and alone.
    if (pixel % 7 == 3) values[channels / 2] = NAN;
  }
  const signet_activation arguments = {in.view, out.view, function, 0.2f, 0.6f, 0};
  set->activation(&arguments, images, 0, images * height, NULL);
  double worst = 0;
  for (int32_t i = 0; i < images * height * width * channels; i++) {
    const int32_t pixel = i / channels, c = i % channels;
    const int32_t image = pixel / (height * width), y = pixel / width % height;
    const double x = (double)map_at(&in, image, y, pixel % width, c);
    const double found = (double)map_at(&out, image, y, pixel % width, c);
    if (isnan(x)) {
      if (!isnan(found)) worst = INFINITY;
      continue;
    }
    const double expected = activation(function, x, (double)0.2f, (double)0.6f);
    if (expected > FLT_MAX ? found < FLT_MAX : !(fabs(found - expected) <= INFINITY)) {
      worst = INFINITY;
    } else if (expected <= FLT_MAX) {
      worst = fmax(worst, fabs(found - expected) / activation_error(function, x, expected));
    }
  }
  check(
      worst <= 1 && map_is_intact(&out), "activation", "%s, %d, %d channels, gap %d, ±%g: %g",
      set->name, function, channels, gap, (double)reach, worst);
  map_free(&in);
  map_free(&out);
}

static void activations(const signet_kernel_set *set, int32_t channels) {
  const signet_function functions[] = {SIGNET_LEAKY_RELU,   SIGNET_CLIP,       SIGNET_SIGMOID,
                                       SIGNET_HARD_SIGMOID, SIGNET_HARD_SWISH, SIGNET_SILU,
                                       SIGNET_EXP,          SIGNET_TANH,       SIGNET_GELU,
                                       SIGNET_GELU_TANH,    SIGNET_MISH,       SIGNET_ABS};
  const float reaches[] = {1, 12, 120};
  for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
    for (size_t r = 0; r < sizeof reaches / sizeof *reaches; r++) {
      check_activation(set, functions[f], channels, (int32_t)r % 2, reaches[r]);
    }
  }
}

// The numbers of one softmax begin at a place and lie along an axis: 0 channels, 1 rows, 2 columns.
static double softmax_at(
    const guarded_map *in, int32_t axis, int32_t image, int32_t y, int32_t x, int32_t c) {
  double sum = 0;
  const int32_t count = axis == 0 ? in->channels : axis == 1 ? height : width;
  for (int32_t i = 0; i < count; i++) {
    sum += exp((double)map_at(in, image, axis == 1 ? i : y, axis == 2 ? i : x, axis == 0 ? i : c));
  }
  return exp((double)map_at(in, image, y, x, c)) / sum;
}

static void softmax(const signet_kernel_set *set, int32_t channels) {
  for (int variant = 0; variant < 6; variant++) {
    const int32_t axis = variant % 3;
    const bool is_logarithm = variant > 2;
    guarded_map in = map_make(images, height, width, channels, 1);
    guarded_map out = map_make(images, height, width, channels, 0);
    map_fill(&in);
    const signet_softmax arguments = {in.view, out.view, axis, is_logarithm};
    set->softmax(&arguments, images, 0, images * height, NULL);
    // A sum of so many exponentials, and a quotient or a logarithm.
    const int32_t extents[] = {channels, height, width};
    const double allowed = (extents[axis] + 16) * 0x1p-24;
    double worst = 0;
    for (int32_t i = 0; i < images * height * width * channels; i++) {
      const int32_t pixel = i / channels, c = i % channels;
      const int32_t image = pixel / (height * width), y = pixel / width % height, x = pixel % width;
      const double share = softmax_at(&in, axis, image, y, x, c);
      const double expected = is_logarithm ? log(share) : share;
      const double scale = is_logarithm ? 1 + fabs(expected) : expected;
      worst = fmax(worst, fabs((double)map_at(&out, image, y, x, c) - expected) / scale);
    }
    check(
        worst <= allowed && map_is_intact(&out), "softmax", "%s, axis %d, %d channels: %g",
        set->name, axis, channels, worst);
    map_free(&in);
    map_free(&out);
  }
}

static void response_norm(int32_t channels) {
  guarded_map in = map_make(images, height, width, channels, 1);
  guarded_map out = map_make(images, height, width, channels, 1);
  map_fill(&in);
  const signet_response_norm arguments = {in.view, out.view, 2, 2, 0.2f, 0.75f, 1};
  signet_response_norm_run(&arguments, images, 0, images * height, NULL);
  double worst = 0;
  for (int32_t c = 0; c < channels; c++) {
    double energy = 0;
    for (int32_t other = c - 2; other <= c + 2; other++) {
      if (other < 0 || other >= channels) continue;
      energy += pow((double)map_at(&in, 1, 2, 4, other), 2);
    }
    const double expected = (double)map_at(&in, 1, 2, 4, c) / pow(1 + (double)0.2f * energy, 0.75);
    worst = fmax(worst, fabs((double)map_at(&out, 1, 2, 4, c) - expected));
  }
  check(worst <= 16 * 0x1p-24 && map_is_intact(&out), "response_norm", "%g", worst);
  map_free(&in);
  map_free(&out);
}

static double joined(signet_binary_function function, double a, double b) {
  switch (function) {
    case SIGNET_ADD: return a + b;
    case SIGNET_SUBTRACT: return a - b;
    case SIGNET_MULTIPLY: return a * b;
    case SIGNET_DIVIDE: return a / b;
    case SIGNET_MINIMUM: return fmin(a, b);
    case SIGNET_MAXIMUM: return fmax(a, b);
    case SIGNET_LESS: return a < b;
    default: return NAN;
  }
}

// How an operand is broadcast: not at all, along all pixels, along channels, or both.
enum { everywhere, per_channel, per_pixel, constant };

static guarded_map operand(int32_t channels, int kind, int32_t gap) {
  const bool has_pixels = kind == everywhere || kind == per_pixel;
  const bool has_channels = kind == everywhere || kind == per_channel;
  guarded_map map = map_make(
      images, has_pixels ? height : 1, has_pixels ? width : 1, has_channels ? channels : 1, gap);
  map_fill(&map);
  return map;
}

static signet_view broadcast(const guarded_map *map) {
  signet_view view = map->view;
  if (view.height == 1) view.row_stride = view.pixel_stride = 0;
  view.height = height;
  view.width = width;
  return view;
}

static double operand_at(
    const guarded_map *map, int32_t image, int32_t y, int32_t x, int32_t channel) {
  return (double)map_at(
      map, image, map->height == 1 ? 0 : y, map->width == 1 ? 0 : x,
      map->channels == 1 ? 0 : channel);
}

static void check_join(
    const signet_kernel_set *set, signet_binary_function function, int32_t channels, int left_kind,
    int right_kind, int32_t gap) {
  guarded_map left = operand(channels, left_kind, gap), right = operand(channels, right_kind, 0);
  guarded_map out = map_make(images, height, width, channels, gap);
  if (left_kind == everywhere) left.view.data[left.view.row_stride] = NAN;
  const signet_binary arguments = {broadcast(&left), broadcast(&right), out.view, function};
  set->binary(&arguments, images, 0, images * height, NULL);
  bool is_right = map_is_intact(&out);
  for (int32_t i = 0; i < images * height * width * channels; i++) {
    const int32_t pixel = i / channels, c = i % channels;
    const int32_t image = pixel / (height * width), y = pixel / width % height, x = pixel % width;
    const double a = operand_at(&left, image, y, x, c), b = operand_at(&right, image, y, x, c);
    const double expected = isnan(a) && function != SIGNET_LESS ? NAN : joined(function, a, b);
    const double found = (double)map_at(&out, image, y, x, c);
    is_right &= isnan(expected) ? isnan(found) : fabs(found - expected) <= fabs(expected) * 0x1p-24;
  }
  check(
      is_right, "binary", "%s, %d, %d channels, kinds %d %d, gap %d", set->name, function, channels,
      left_kind, right_kind, gap);
  map_free(&left);
  map_free(&right);
  map_free(&out);
}

static void joins(const signet_kernel_set *set, int32_t channels) {
  const signet_binary_function functions[] = {SIGNET_ADD,    SIGNET_SUBTRACT, SIGNET_MULTIPLY,
                                              SIGNET_DIVIDE, SIGNET_MINIMUM,  SIGNET_MAXIMUM,
                                              SIGNET_LESS};
  for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
    for (int kind = everywhere; kind <= constant; kind++) {
      check_join(set, functions[f], channels, everywhere, kind, 0);
      check_join(set, functions[f], channels, everywhere, kind, 3);
      check_join(set, functions[f], channels, kind, everywhere, 0);
    }
  }
}

// rows, columns and channels: whether constants differ along them
static void check_constants(
    const signet_kernel_set *set, int32_t channels, int along, bool has_weight, bool has_bias,
    bool prelu) {
  const int32_t rows = along & 1 ? height : 1, columns = along & 2 ? width : 1;
  const int32_t depth = along & 4 ? channels : 1;
  guarded_map weight = map_make(1, rows, columns, depth, 0),
              bias = map_make(1, rows, columns, depth, 0);
  guarded_map in = map_make(images, height, width, channels, 2);
  guarded_map out = map_make(images, height, width, channels, 1);
  map_fill(&weight);
  map_fill(&bias);
  map_fill(&in);
  const signet_constants arguments = {
      .in = in.view,
      .out = out.view,
      .weight = has_weight ? weight.view.data : NULL,
      .bias = has_bias ? bias.view.data : NULL,
      .row_stride = rows == 1 ? 0 : columns * depth,
      .pixel_stride = columns == 1 ? 0 : depth,
      .channel_stride = depth == 1 ? 0 : 1,
      .prelu = prelu};
  set->constants(&arguments, images, 0, images * height, NULL);
  bool is_right = map_is_intact(&out);
  for (int32_t i = 0; i < images * height * width * channels; i++) {
    const int32_t pixel = i / channels, c = i % channels;
    const int32_t image = pixel / (height * width), y = pixel / width % height, x = pixel % width;
    const int32_t row = rows == 1 ? 0 : y, column = columns == 1 ? 0 : x, at = depth == 1 ? 0 : c;
    const double number = (double)map_at(&in, image, y, x, c);
    double expected = number * (has_weight ? (double)map_at(&weight, 0, row, column, at) : 1);
    if (prelu && number > 0) expected = number;
    if (!prelu && has_bias) expected += (double)map_at(&bias, 0, row, column, at);
    is_right &= fabs((double)map_at(&out, image, y, x, c) - expected) <= 3 * 0x1p-24;
  }
  check(
      is_right, "constants", "%s, %d channels, along %d, %d %d %d", set->name, channels, along,
      has_weight, has_bias, prelu);
  map_free(&weight);
  map_free(&bias);
  map_free(&in);
  map_free(&out);
}

static void constants(const signet_kernel_set *set, int32_t channels) {
  for (int along = 0; along < 8; along++) {
    check_constants(set, channels, along, true, true, false);
    check_constants(set, channels, along, true, false, false);
    check_constants(set, channels, along, false, true, false);
    check_constants(set, channels, along, true, false, true);
  }
}

enum { large_height = 7, large_width = 11, most_taps = 3 };

// Taps of which some have no weight, for elements of which one lies outside.
static signet_resize_axis axis(
    int32_t *places, float *weights, int32_t taps, int32_t count, int32_t extent) {
  for (int32_t element = 0; element < count; element++) {
    for (int32_t tap = 0; tap < taps; tap++) {
      const int32_t place = element * taps + tap;
      places[place] = (element + tap) % extent;
      weights[place] = taps == 1 ? 1 : tap == element % (taps + 1) ? 0 : random_float();
    }
    if (element == count - 1) places[element * taps] = -1;
  }
  return (signet_resize_axis){taps, places, weights};
}

static double resized(
    const signet_resize *resize, const guarded_map *in, int32_t image, int32_t y, int32_t x,
    int32_t c) {
  const signet_resize_axis *rows = &resize->rows, *columns = &resize->columns;
  if (rows->places[y * rows->taps] < 0 || columns->places[x * columns->taps] < 0) {
    return (double)resize->outside;
  }
  double sum = 0;
  for (int32_t i = 0; i < rows->taps; i++) {
    for (int32_t j = 0; j < columns->taps; j++) {
      const int32_t row = y * rows->taps + i, column = x * columns->taps + j;
      const double weight = (double)rows->weights[row] * (double)columns->weights[column];
      // What has no weight may be no number.
      if (weight == 0) continue;
      sum += weight * (double)map_at(in, image, rows->places[row], columns->places[column], c);
    }
  }
  return sum;
}

static void resize(const signet_kernel_set *set, int32_t channels) {
  int32_t row_places[large_height * most_taps], column_places[large_width * most_taps];
  float row_weights[large_height * most_taps], column_weights[large_width * most_taps];
  for (int32_t taps = 1; taps <= most_taps; taps++) {
    guarded_map in = map_make(images, height, width, channels, 1);
    guarded_map out = map_make(images, large_height, large_width, channels, 2);
    map_fill(&in);
    const signet_resize arguments = {
        in.view, out.view, axis(row_places, row_weights, taps, large_height, height),
        axis(column_places, column_weights, taps, large_width, width), 0.75f};
    set->resize(&arguments, images, 0, images * large_height, NULL);
    double worst = 0;
    for (int32_t i = 0; i < images * large_height * large_width * channels; i++) {
      const int32_t pixel = i / channels, c = i % channels;
      const int32_t image = pixel / (large_height * large_width);
      const int32_t y = pixel / large_width % large_height, x = pixel % large_width;
      const double expected = resized(&arguments, &in, image, y, x, c);
      worst = fmax(worst, fabs((double)map_at(&out, image, y, x, c) - expected));
    }
    // Nine products of two factors up to 1, added.
    check(
        worst <= 9 * 12 * 0x1p-24 && map_is_intact(&out), "resize", "%s, %d channels, %d taps: %g",
        set->name, channels, taps, worst);
    map_free(&in);
    map_free(&out);
  }
}

// Both directions against where each number belongs.
static void planes(const signet_kernel_set *set, int32_t channels) {
  const int32_t widths[] = {1, 7, 8, 21};
  for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
    guarded_map map = map_make(images, height, widths[w], channels, (int32_t)w % 3);
    guarded_map back = map_make(images, height, widths[w], channels, (int32_t)w % 2);
    map_fill(&map);
    const size_t floats = (size_t)(images * height * widths[w] * channels);
    guarded block = guarded_make(floats * sizeof(float), sizeof(float));
    float *data = (float *)(void *)block.start;
    set->to_planes(&(signet_transfer){map.view, data}, images, 0, images * height, NULL);
    set->from_planes(&(signet_transfer){back.view, data}, images, 0, images * height, NULL);
    bool is_right = map_is_intact(&back) && guarded_is_intact(&block);
    const float *next = data;
    for (int32_t image = 0; image < images; image++) {
      for (int32_t c = 0; c < channels; c++) {
        for (int32_t y = 0; y < height; y++) {
          for (int32_t x = 0; x < widths[w]; x++, next++) {
            is_right &= *next == map_at(&map, image, y, x, c);
            is_right &= *next == map_at(&back, image, y, x, c);
          }
        }
      }
    }
    check(is_right, "planes", "%s, %d channels, width %d", set->name, channels, widths[w]);
    guarded_free(&block);
    map_free(&map);
    map_free(&back);
  }
}

static void dilated_pooling(int32_t channels) {
  for (int maximum = 0; maximum < 2; maximum++) {
    guarded_map in = map_make(images, 6, 7, channels, 1);
    guarded_map out = map_make(images, 4, 3, channels, 1);
    map_fill(&in);
    const signet_dilated_pooling arguments = {
        {.in = in.view,
         .out = out.view,
         .kernel_height = 2,
         .kernel_width = 3,
         .stride_height = 2,
         .stride_width = 2,
         .pad_top = 1,
         .pad_left = 1,
         .pad_bottom = 1,
         .pad_right = 1},
        1,
        2,
        maximum};
    signet_dilated_pooling_run(&arguments, images, 0, images * 4, NULL);
    // Pixel (0, 0): rows −1 and 0, columns −1, 1 and 3.
    for (int32_t c = 0; c < channels; c++) {
      const float a = map_at(&in, 0, 0, 1, c), b = map_at(&in, 0, 0, 3, c);
      const float expected = maximum ? fmaxf(a, b) : (a + b) / 2;
      check(fabsf(map_at(&out, 0, 0, 0, c) - expected) <= 4 * 0x1p-24f, "dilated_pool", "%d", c);
    }
    check(map_is_intact(&out), "dilated_pool", "wrote outside");
    map_free(&in);
    map_free(&out);
  }
}

void test_elementwise(void) {
  const int32_t channels[] = {1, 3, 4, 8, 9, 15, 16, 17, 24, 33};
  for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
    random_seed(i);
    response_norm(channels[i]);
    dilated_pooling(channels[i]);
    const signet_kernel_set *set;
    for (int index = 0; (set = signet_kernel_set_at(index)) != NULL; index++) {
      if (!signet_kernel_set_is_available(set)) continue;
      activations(set, channels[i]);
      softmax(set, channels[i]);
      joins(set, channels[i]);
      constants(set, channels[i]);
      resize(set, channels[i]);
      planes(set, channels[i]);
    }
  }
}
