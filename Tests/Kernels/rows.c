// The kernels that go row by row, on strided maps: each set against the reference.
#include <math.h>
#include <stdio.h>

#include "tester.h"

typedef struct {
  signet_view in, out;
  int64_t rows;
  int variant;
  // 64 floats
  const float *numbers;
} row_case;

typedef void (*row_run)(const signet_kernel_set *set, const row_case *test);

// In two parts: a row must not depend on which thread does it.
static void call(signet_run_function run, const void *arguments, int64_t rows) {
  run(arguments, 2, rows / 2, rows, NULL);
  run(arguments, 2, 0, rows / 2, NULL);
}

static void pooling(const signet_kernel_set *set, const row_case *test) {
  const signet_pooling arguments = {
      .in = test->in,
      .out = test->out,
      .kernel_height = 3,
      .kernel_width = 2,
      .stride_height = 2,
      .stride_width = 3,
      .pad_top = 1,
      .pad_left = 1,
      .pad_bottom = 1,
      .pad_right = 1,
      .counts_padding = test->variant == 1};
  call(test->variant == 2 ? set->max_pool : set->average_pool, &arguments, test->rows);
}

static void affine(const signet_kernel_set *set, const row_case *test) {
  const signet_affine arguments = {
      .in = test->in,
      .out = test->out,
      .scale = test->numbers,
      .offset = test->numbers + 31,
      .relu = test->variant == 1};
  call(set->affine, &arguments, test->rows);
}

static void sum(const signet_kernel_set *set, const row_case *test) {
  const signet_view inputs[3] = {test->in, test->in, test->in};
  const signet_sum arguments = {
      .inputs = inputs, .count = 3, .out = test->out, .relu = test->variant == 1};
  call(set->sum, &arguments, test->rows);
}

static void place(const signet_kernel_set *set, const row_case *test) {
  const signet_placement arguments = {
      .in = test->in,
      .out = test->out,
      .top = 2,
      .left = 1,
      .channels_before = 1,
      .channel_step = 1,
      .value = 0.5f};
  call(set->place, &arguments, test->rows);
}

// Channels are summed in one group and in as many as divide them by three.
static void channel_sums(const signet_kernel_set *set, const row_case *test) {
  signet_view out = test->out;
  out.channels = test->variant == 1 && test->in.channels % 3 == 0 ? test->in.channels / 3 : 1;
  const signet_channel_sums arguments = {.in = test->in, .out = out};
  call(set->channel_sums, &arguments, test->rows);
}

// Windows with gaps that hang over on all sides, and those of other places behind the map.
static void constant_filters(const signet_kernel_set *set, const row_case *test) {
  signet_view sums = test->in;
  sums.channels = test->variant == 1 && test->out.channels % 3 == 0 ? 3 : 1;
  // What is added lies in the input's first rows and columns.
  signet_view residual = test->in;
  residual.height = test->out.height;
  residual.width = test->out.width;
  const signet_view none = {0};
  const signet_constant_filters arguments = {
      .sums = sums,
      .out = test->out,
      .residual = test->variant == 2 ? residual : none,
      .factors = test->numbers,
      .kernel_height = 3,
      .kernel_width = 2,
      .stride_height = 2,
      .stride_width = 3,
      .dilation_height = 2,
      .dilation_width = 3,
      .pad_top = 3,
      .pad_left = 2};
  call(set->constant_filters, &arguments, test->rows);
}

static void compare(
    const char *kernel, const signet_kernel_set *set, float tolerance, const guarded_map *expected,
    const guarded_map *found) {
  char name[64];
  snprintf(name, sizeof name, "f32_%s_%s", kernel, set->name);
  for (int32_t image = 0; image < found->images; image++) {
    for (int32_t y = 0; y < found->height; y++) {
      for (int32_t x = 0; x < found->width; x++) {
        for (int32_t c = 0; c < found->channels; c++) {
          const float a = map_at(expected, image, y, x, c), b = map_at(found, image, y, x, c);
          if (fabsf(a - b) <= tolerance) continue;
          check(
              false, name, "%d channels, (%d, %d, %d, %d): %g, not %g", found->channels, image, y,
              x, c, (double)b, (double)a);
          return;
        }
      }
    }
  }
  check(map_is_intact(found), name, "%d channels: wrote outside", found->channels);
}

// From maps of two images, in_height × in_width, to out_height × out_width and more channels.
static void run(
    const char *kernel, row_run function, int variants, int32_t in_height, int32_t in_width,
    int32_t out_height, int32_t out_width, int32_t more) {
  // At most a dozen operations on numbers up to 1, contracted or not; sums of all channels grow with
  // each of them.
  const float tolerance = (function == channel_sums ? 33 * 33 : 12) * 0x1p-24f;
  const int32_t channels[] = {1, 3, 15, 16, 17, 33};
  guarded constants = guarded_make(64 * sizeof(float), sizeof(float));
  float *numbers = (float *)(void *)constants.start;
  for (int i = 0; i < 64; i++) numbers[i] = (float)(i % 7) / 7 - 0.4f;
  const signet_kernel_set *reference = NULL, *set;
  for (int index = 0; (set = signet_kernel_set_at(index)) != NULL; index++) reference = set;
  for (size_t c = 0; c < sizeof channels / sizeof *channels; c++) {
    for (int variant = 0; variant < variants; variant++) {
      random_seed((uint64_t)channels[c]);
      guarded_map input = map_make(2, in_height, in_width, channels[c], 3);
      map_fill(&input);
      guarded_map expected = map_make(2, out_height, out_width, channels[c] + more, 5);
      row_case test = {input.view, expected.view, 2 * out_height, variant, numbers};
      function(reference, &test);
      for (int index = 0; (set = signet_kernel_set_at(index)) != NULL; index++) {
        if (!signet_kernel_set_is_available(set)) continue;
        guarded_map found = map_make(2, out_height, out_width, channels[c] + more, 5);
        test.out = found.view;
        function(set, &test);
        compare(kernel, set, tolerance, &expected, &found);
        map_free(&found);
      }
      check(map_is_intact(&input), kernel, "wrote into its input");
      map_free(&input);
      map_free(&expected);
    }
  }
  guarded_free(&constants);
}

// The largest magnitude of each row, whatever its sign, or sum of magnitudes of some channels; what is
// not a number is largest.
static void absmax(const signet_kernel_set *set, int32_t channels, int32_t gap, int32_t adjacent) {
  enum { height = 3, width = 7, rows = 2 * height };
  char name[64];
  snprintf(name, sizeof name, "f32_absmax_%s", set->name);
  random_seed(5);
  guarded_map source = map_make(2, height, width, channels, gap);
  map_fill(&source);
  guarded block = guarded_make(rows * sizeof(float), sizeof(float));
  float *found = (float *)(void *)block.start;
  const signet_absmax arguments = {.in = source.view, .channels = adjacent, .absmax = found};
  for (int spoilt = 0; spoilt < 2; spoilt++) {
    if (spoilt) source.view.data[4 * source.view.row_stride + source.view.pixel_stride] = NAN;
    call(set->absmax, &arguments, rows);
    for (int32_t row = 0; row < rows; row++) {
      float expected = 0, sum = 0;
      for (int32_t x = 0; x < width; x++) {
        for (int32_t c = 0; c < channels; c++) {
          if (c % adjacent == 0) sum = 0;
          sum += fabsf(map_at(&source, row / height, row % height, x, c));
          expected = fmaxf(expected, sum);
        }
      }
      // Sums are added in another order.
      const bool is_right = spoilt && row == 4
                                ? isnan(found[row])
                                : fabsf(found[row] - expected) <= expected * adjacent * 0x1p-24f;
      check(
          is_right, name, "%d channels by %d, row %d: %g, not %g", channels, adjacent, row,
          (double)found[row], (double)expected);
    }
  }
  check(guarded_is_intact(&block) && map_is_intact(&source), name, "wrote outside");
  guarded_free(&block);
  map_free(&source);
}

static void absmaxes(void) {
  const int32_t maps[][2] = {{1, 0}, {17, 3}, {40, 0}, {66, 1}}, adjacent[] = {1, 3, 16, 33};
  const signet_kernel_set *set;
  for (int index = 0; (set = signet_kernel_set_at(index)) != NULL; index++) {
    if (!signet_kernel_set_is_available(set)) continue;
    for (size_t m = 0; m < sizeof maps / sizeof *maps; m++) {
      for (size_t a = 0; a < sizeof adjacent / 4; a++) {
        absmax(set, maps[m][0], maps[m][1], adjacent[a]);
      }
    }
  }
}

void test_rows(void) {
  absmaxes();
  run("pool", pooling, 3, 7, 6, 4, 3, 0);
  run("affine", affine, 2, 5, 3, 5, 3, 0);
  run("sum", sum, 2, 5, 3, 5, 3, 0);
  run("place", place, 1, 3, 4, 6, 5, 2);
  run("channel_sums", channel_sums, 2, 5, 3, 5, 3, 0);
  run("constant_filters", constant_filters, 3, 7, 6, 5, 4, 0);
}
