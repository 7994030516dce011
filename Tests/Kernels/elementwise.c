// The plain kernels of single operations against their definitions.
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
    // The others are held to their definitions where whole networks run.
    default: return NAN;
  }
  return NAN;
}

static void activations(int32_t channels) {
  for (int function = SIGNET_LEAKY_RELU; function <= SIGNET_SILU; function++) {
    guarded_map in = map_make(images, height, width, channels, 1);
    guarded_map out = map_make(images, height, width, channels, 2);
    map_fill(&in);
    const signet_activation arguments = {in.view, out.view, (signet_function)function,
                                         0.2f,    0.6f,     0};
    signet_activation_run(&arguments, images, 0, images * height, NULL);
    double worst = 0;
    for (int32_t i = 0; i < images * height * width * channels; i++) {
      const int32_t pixel = i / channels, c = i % channels;
      const int32_t image = pixel / (height * width), y = pixel / width % height;
      const double x = (double)map_at(&in, image, y, pixel % width, c);
      const double expected = activation((signet_function)function, x, (double)0.2f, (double)0.6f);
      worst = fmax(worst, fabs((double)map_at(&out, image, y, pixel % width, c) - expected));
    }
    // Six operations, one of them an exponential of two units, on numbers up to 1.
    check(worst <= 8 * 0x1p-24 && map_is_intact(&out), "activation", "%d: %g", function, worst);
    map_free(&in);
    map_free(&out);
  }
}

static void softmax_sums_to_one(int32_t channels) {
  const int32_t extents[] = {channels, height, width};
  for (int32_t axis = 0; axis < 3; axis++) {
    guarded_map in = map_make(images, height, width, channels, 1);
    guarded_map out = map_make(images, height, width, channels, 0);
    map_fill(&in);
    const signet_softmax arguments = {in.view, out.view, axis, false};
    signet_softmax_run(&arguments, images, 0, images * height, NULL);
    double total = 0;
    for (int32_t image = 0; image < images; image++) {
      for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++) {
          for (int32_t c = 0; c < channels; c++) total += (double)map_at(&out, image, y, x, c);
        }
      }
    }
    const double expected = (double)images * height * width * channels / extents[axis];
    check(
        fabs(total - expected) <= expected * (extents[axis] + 8) * 0x1p-24 && map_is_intact(&out),
        "softmax", "axis %d: the sum is %g, not %g", axis, total, expected);
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

static void broadcast_product(int32_t channels) {
  guarded_map left = map_make(images, height, width, channels, 1);
  guarded_map right = map_make(images, 1, 1, channels, 0);
  guarded_map out = map_make(images, height, width, channels, 2);
  map_fill(&left);
  map_fill(&right);
  signet_view broadcast = right.view;
  broadcast.row_stride = broadcast.pixel_stride = 0;
  broadcast.height = height;
  broadcast.width = width;
  const signet_binary arguments = {left.view, broadcast, out.view, SIGNET_MULTIPLY};
  signet_binary_run(&arguments, images, 0, images * height, NULL);
  bool isRight = map_is_intact(&out);
  for (int32_t image = 0; image < images; image++) {
    for (int32_t c = 0; c < channels; c++) {
      const float expected = map_at(&left, image, 2, 3, c) * map_at(&right, image, 0, 0, c);
      isRight &= map_at(&out, image, 2, 3, c) == expected;
    }
  }
  check(isRight, "product", "%d channels", channels);
  map_free(&left);
  map_free(&right);
  map_free(&out);
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
  const int32_t channels[] = {1, 3, 16, 17};
  for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
    random_seed(i);
    activations(channels[i]);
    softmax_sums_to_one(channels[i]);
    response_norm(channels[i]);
    broadcast_product(channels[i]);
    dilated_pooling(channels[i]);
  }
}
