// Layers made of a test case: their shape, random or extreme data, codes and scales.
#include "convolution_layer.h"

#include <math.h>
#include <string.h>

#include "rounding.h"
#include "tester.h"

int32_t output_extent(
    int32_t input, int32_t padding, int32_t kernel, int32_t dilation, int32_t stride) {
  return (input + padding - dilation * (kernel - 1) - 1) / stride + 1;
}

static signet_conv_shape shape_of(const test_case *t) {
  signet_conv_shape shape = {
      .in_channels = t->channels,
      .in_height = t->height,
      .in_width = t->width,
      .out_channels = t->filters,
      .out_height = output_extent(
          t->height, t->top + t->bottom, t->kernel_height, t->dilation_height, t->stride_height),
      .out_width = output_extent(
          t->width, t->left + t->right, t->kernel_width, t->dilation_width, t->stride_width),
      .kernel_height = t->kernel_height,
      .kernel_width = t->kernel_width,
      .stride_height = t->stride_height,
      .stride_width = t->stride_width,
      .dilation_height = t->dilation_height,
      .dilation_width = t->dilation_width,
      .pad_top = t->top,
      .pad_left = t->left,
      .groups = t->groups,
      .codes = t->codes,
      .threads = t->threads};
  if (shape.out_height == 1) shape.stride_height = 1;
  if (shape.out_width == 1) shape.stride_width = 1;
  return shape;
}

static float sign_of(int64_t channel) { return channel % 3 == 1 ? -1 : 1; }

// The largest sum that the integers of a chunk of a pixel may have: what 16 bits hold, less half of one
// for each that is rounded up. A convolution adds half of several chunks' sums, rounded up for each
// table.
static float largest_chunk(const layer *l, float inputs) {
  if (l->shape.out_height == 1 && l->shape.out_width == 1) return 32766 - inputs;
  return 65534 / (float)signet_run_steps(&l->shape) - inputs - ceilf(inputs / 5);
}

// Inputs that tables round up: in each chunk of them their integers add up to the largest one, or one
// less. 0.503 is half an integer and what the bound's own rounding takes away.
static void fill_to_the_bound(const layer *l) {
  const test_case *t = l->test;
  const int64_t pixels = (int64_t)t->images * t->height * t->width;
  const int32_t inputs = t->channels < t->extreme ? t->channels : t->extreme;
  const float most = floorf(largest_chunk(l, (float)inputs));
  const float each = floorf(most / (float)inputs);
  for (int64_t pixel = 0; pixel < pixels; pixel++) {
    float *values = l->input.view.data + pixel * l->input.view.pixel_stride;
    for (int64_t c = 0; c < t->channels; c++) {
      const bool is_first = c % t->extreme == 0;
      const float integer = is_first ? most - (float)(inputs - 1) * each : each;
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

static void fill_with_ones(const guarded_map *input) {
  const signet_view *view = &input->view;
  const int64_t pixels = (int64_t)input->images * input->height * input->width;
  for (int64_t pixel = 0; pixel < pixels; pixel++) {
    for (int64_t c = 0; c < input->channels; c++) view->data[pixel * view->pixel_stride + c] = 1;
  }
}

layer layer_make(const test_case *t, bool binary) {
  layer l = {.test = t, .shape = shape_of(t)};
  random_seed(11);
  l.patch = (int64_t)(t->channels / t->groups) * t->kernel_height * t->kernel_width;
  l.input = map_make(t->images, t->height, t->width, t->channels, t->gap);
  l.added = map_make(t->images, l.shape.out_height, l.shape.out_width, t->filters, t->gap);
  map_fill(&l.input);
  map_fill(&l.added);
  if (t->extreme) fill_to_the_bound(&l);
  if (t->aligned) align(&l.input);
  if (t->ones) fill_with_ones(&l.input);
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
      if (t->ones) value = 1;
      if (binary) {
        value = value > 0 ? 1 : -1;
        if (value > 0) l.rows.start[row * row_bytes + i / 8] |= (unsigned char)(1 << (i % 8));
      }
      weights[row * l.patch + i] = value;
    }
  }
  if (!binary) memcpy(l.rows.start, l.weights.start, l.weights.bytes);
  for (int64_t i = 0; i < filters; i++) {
    ((float *)(void *)l.scales.start)[i] = binary || t->scaled ? 0.55f + 0.45f * random_float() : 1;
  }
  for (int32_t i = 0; i < t->filters; i++) {
    ((float *)(void *)l.offsets.start)[i] = random_float();
  }
  return l;
}

void layer_free(layer *l) {
  map_free(&l->input);
  map_free(&l->added);
  guarded_free(&l->weights);
  guarded_free(&l->rows);
  guarded_free(&l->scales);
  guarded_free(&l->offsets);
}
