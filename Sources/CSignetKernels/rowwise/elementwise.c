#include "CSignetElementwiseKernels.h"

#include <math.h>

#include "core/conv_checks.h"
#include "rowwise/row_start.h"

static float rowwise_clip(float x, float low, float high) {
  float raised = x < low ? low : x;
  return raised > high ? high : raised;
}

static float rowwise_softplus(float x) { return (x > 0 ? x : 0) + log1pf(expf(-fabsf(x))); }

static float rowwise_gelu_tanh(float x) {
  const float slope = 0.79788456f;
  return 0.5f * x * (1 + tanhf(slope * (x + 0.044715f * x * x * x)));
}

#define ROWWISE_LOOP(expression)        \
  for (int64_t i = 0; i < count; i++) { \
    const float x = in[i];              \
    out[i] = (expression);              \
  }                                     \
  break

// Functions without parameters that few networks have.
static void rowwise_apply_elementary(
    signet_function function, const float *in, float *restrict out, int64_t count) {
  switch (function) {
    case SIGNET_EXP: ROWWISE_LOOP(expf(x));
    case SIGNET_LOG: ROWWISE_LOOP(logf(x));
    case SIGNET_SQRT: ROWWISE_LOOP(sqrtf(x));
    case SIGNET_RECIPROCAL: ROWWISE_LOOP(1 / x);
    case SIGNET_ABS: ROWWISE_LOOP(fabsf(x));
    case SIGNET_NEGATE: ROWWISE_LOOP(-x);
    case SIGNET_SIGN: ROWWISE_LOOP(x > 0 ? 1 : x < 0 ? -1 : x);
    case SIGNET_FLOOR: ROWWISE_LOOP(floorf(x));
    case SIGNET_CEIL: ROWWISE_LOOP(ceilf(x));
    case SIGNET_ROUND: ROWWISE_LOOP(nearbyintf(x));
    case SIGNET_SIN: ROWWISE_LOOP(sinf(x));
    case SIGNET_COS: ROWWISE_LOOP(cosf(x));
    case SIGNET_TANH: ROWWISE_LOOP(tanhf(x));
    case SIGNET_ERF: ROWWISE_LOOP(erff(x));
    case SIGNET_GELU: ROWWISE_LOOP(0.5f * x * (1 + erff(x * 0.70710678f)));
    case SIGNET_GELU_TANH: ROWWISE_LOOP(rowwise_gelu_tanh(x));
    case SIGNET_SOFTPLUS: ROWWISE_LOOP(rowwise_softplus(x));
    case SIGNET_SOFTSIGN: ROWWISE_LOOP(x / (1 + fabsf(x)));
    case SIGNET_MISH: ROWWISE_LOOP(x * tanhf(rowwise_softplus(x)));
    case SIGNET_NOT: ROWWISE_LOOP(x == 0);
    default: break;
  }
}

static void rowwise_apply(
    const signet_activation *activation, const float *in, float *restrict out) {
  const float a = activation->a, b = activation->b;
  const int64_t count = activation->out.channels;
  switch (activation->function) {
    case SIGNET_LEAKY_RELU:
      for (int64_t i = 0; i < count; i++) out[i] = in[i] > 0 ? in[i] : a * in[i];
      break;
    case SIGNET_CLIP:
      for (int64_t i = 0; i < count; i++) out[i] = rowwise_clip(in[i], a, b);
      break;
    case SIGNET_SIGMOID:
      for (int64_t i = 0; i < count; i++) out[i] = 1 / (1 + expf(-in[i]));
      break;
    case SIGNET_HARD_SIGMOID:
      for (int64_t i = 0; i < count; i++) out[i] = rowwise_clip(a * in[i] + b, 0, 1);
      break;
    case SIGNET_HARD_SWISH:
      for (int64_t i = 0; i < count; i++) out[i] = in[i] * rowwise_clip(in[i] / 6 + 0.5f, 0, 1);
      break;
    case SIGNET_SILU:
      for (int64_t i = 0; i < count; i++) out[i] = in[i] / (1 + expf(-in[i]));
      break;
    case SIGNET_ELU:
      for (int64_t i = 0; i < count; i++) {
        out[i] = activation->c * (in[i] > 0 ? in[i] : a * expm1f(in[i] / b));
      }
      break;
    case SIGNET_THRESHOLDED_RELU:
      for (int64_t i = 0; i < count; i++) out[i] = in[i] > a ? in[i] : 0;
      break;
    case SIGNET_POWER:
      for (int64_t i = 0; i < count; i++) out[i] = a == 2 ? in[i] * in[i] : powf(in[i], a);
      break;
    default: rowwise_apply_elementary(activation->function, in, out, count);
  }
}

void signet_activation_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_activation *activation = arguments;
  SIGNET_REQUIRE_ROWS(&activation->out, images, from, to);
  const int32_t rows = activation->out.height;
  for (int64_t unit = from; unit < to; unit++) {
    const float *in = rowwise_row_start(&activation->in, unit, rows);
    float *out = rowwise_row_start(&activation->out, unit, rows);
    for (int32_t x = 0; x < activation->out.width; x++) {
      rowwise_apply(activation, in, out);
      in += activation->in.pixel_stride;
      out += activation->out.pixel_stride;
    }
  }
}

void signet_constants_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_constants *constants = arguments;
  SIGNET_REQUIRE_ROWS(&constants->out, images, from, to);
  const int32_t rows = constants->out.height;
  const int64_t stride = constants->channel_stride;
  for (int64_t unit = from; unit < to; unit++) {
    const float *in = rowwise_row_start(&constants->in, unit, rows);
    float *restrict out = rowwise_row_start(&constants->out, unit, rows);
    int64_t place = unit % rows * constants->row_stride;
    for (int32_t x = 0; x < constants->out.width; x++) {
      const float *weight = constants->weight ? constants->weight + place : NULL;
      const float *bias = constants->bias ? constants->bias + place : NULL;
      for (int64_t c = 0; c < constants->out.channels; c++) {
        float scaled = weight ? weight[c * stride] * in[c] : in[c];
        if (constants->prelu) {
          out[c] = in[c] > 0 ? in[c] : scaled;
        } else {
          out[c] = bias ? scaled + bias[c * stride] : scaled;
        }
      }
      place += constants->pixel_stride;
      in += constants->in.pixel_stride;
      out += constants->out.pixel_stride;
    }
  }
}

void signet_response_norm_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_response_norm *norm = arguments;
  SIGNET_REQUIRE_ROWS(&norm->out, images, from, to);
  const int32_t rows = norm->out.height;
  const int64_t channels = norm->out.channels;
  for (int64_t unit = from; unit < to; unit++) {
    const float *in = rowwise_row_start(&norm->in, unit, rows);
    float *restrict out = rowwise_row_start(&norm->out, unit, rows);
    for (int32_t x = 0; x < norm->out.width; x++) {
      for (int64_t c = 0; c < channels; c++) {
        int64_t first = c < norm->before ? 0 : c - norm->before;
        int64_t last = c + norm->after < channels ? c + norm->after : channels - 1;
        float energy = 0;
        for (int64_t other = first; other <= last; other++) energy += in[other] * in[other];
        out[c] = in[c] / powf(norm->bias + norm->share * energy, norm->beta);
      }
      in += norm->in.pixel_stride;
      out += norm->out.pixel_stride;
    }
  }
}

// `count` elements `stride` apart, the result `out_stride` apart.
static void rowwise_softmax(
    const float *in, int64_t stride, float *out, int64_t out_stride, int64_t count,
    bool is_logarithm) {
  float maximum = in[0];
  for (int64_t i = 1; i < count; i++) {
    if (in[i * stride] > maximum) maximum = in[i * stride];
  }
  float sum = 0;
  for (int64_t i = 0; i < count; i++) {
    out[i * out_stride] = expf(in[i * stride] - maximum);
    sum += out[i * out_stride];
  }
  const float shift = maximum + logf(sum);
  for (int64_t i = 0; i < count; i++) {
    float *value = out + i * out_stride;
    *value = is_logarithm ? in[i * stride] - shift : *value / sum;
  }
}

void signet_softmax_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_softmax *soft = arguments;
  SIGNET_REQUIRE_ROWS(&soft->out, images, from, to);
  const signet_view *from_view = &soft->in, *to_view = &soft->out;
  const int32_t rows = to_view->height;
  for (int64_t unit = from; unit < to; unit++) {
    const float *in = rowwise_row_start(from_view, unit, rows);
    float *out = rowwise_row_start(to_view, unit, rows);
    switch (soft->axis) {
      case 0:
        for (int32_t x = 0; x < to_view->width; x++) {
          rowwise_softmax(
              in + x * from_view->pixel_stride, 1, out + x * to_view->pixel_stride, 1,
              to_view->channels, soft->is_logarithm);
        }
        break;
      case 1:
        // A column crosses all rows: the unit of the first row does the whole image.
        if (unit % rows != 0) break;
        for (int32_t x = 0; x < to_view->width; x++) {
          for (int32_t c = 0; c < to_view->channels; c++) {
            rowwise_softmax(
                in + x * from_view->pixel_stride + c, from_view->row_stride,
                out + x * to_view->pixel_stride + c, to_view->row_stride, rows, soft->is_logarithm);
          }
        }
        break;
      default:
        for (int32_t c = 0; c < to_view->channels; c++) {
          rowwise_softmax(
              in + c, from_view->pixel_stride, out + c, to_view->pixel_stride, to_view->width,
              soft->is_logarithm);
        }
    }
  }
}

void signet_gather_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_gather *gather = arguments;
  SIGNET_REQUIRE_ROWS(&gather->out, images, from, to);
  const int32_t rows = gather->out.height;
  const int64_t channels = gather->out.channels;
  for (int64_t unit = from; unit < to; unit++) {
    const float *image = gather->in.data + unit / rows * gather->in.image_stride;
    const int32_t *offsets = gather->offsets + unit % rows * gather->out.width * channels;
    float *restrict out = rowwise_row_start(&gather->out, unit, rows);
    for (int32_t x = 0; x < gather->out.width; x++) {
      for (int64_t c = 0; c < channels; c++) out[c] = image[offsets[c]];
      offsets += channels;
      out += gather->out.pixel_stride;
    }
  }
}

// Places of a window inside the input, and inside the padded input, along one axis.
static int64_t rowwise_taps(
    int64_t start, int64_t kernel, int64_t dilation, int64_t low, int64_t high) {
  int64_t count = 0;
  for (int64_t k = 0; k < kernel; k++) {
    int64_t place = start + k * dilation;
    count += place >= low && place < high;
  }
  return count;
}

void signet_dilated_pooling_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_dilated_pooling *dilated = arguments;
  SIGNET_REQUIRE_ROWS(&dilated->pooling.out, images, from, to);
  const signet_pooling *pooling = &dilated->pooling;
  const signet_view *in = &pooling->in;
  const int64_t channels = pooling->out.channels;
  const int32_t rows = pooling->out.height;
  for (int64_t unit = from; unit < to; unit++) {
    const float *image = in->data + unit / rows * in->image_stride;
    float *restrict out = rowwise_row_start(&pooling->out, unit, rows);
    const int64_t top = unit % rows * pooling->stride_height - pooling->pad_top;
    for (int32_t x = 0; x < pooling->out.width; x++, out += pooling->out.pixel_stride) {
      const int64_t left = (int64_t)x * pooling->stride_width - pooling->pad_left;
      for (int64_t c = 0; c < channels; c++) out[c] = dilated->is_maximum ? -INFINITY : 0;
      for (int64_t i = 0; i < pooling->kernel_height; i++) {
        const int64_t y = top + i * dilated->dilation_height;
        if (y < 0 || y >= in->height) continue;
        for (int64_t j = 0; j < pooling->kernel_width; j++) {
          const int64_t column = left + j * dilated->dilation_width;
          if (column < 0 || column >= in->width) continue;
          const float *pixel = image + y * in->row_stride + column * in->pixel_stride;
          if (dilated->is_maximum) {
            for (int64_t c = 0; c < channels; c++) out[c] = pixel[c] > out[c] ? pixel[c] : out[c];
          } else {
            for (int64_t c = 0; c < channels; c++) out[c] += pixel[c];
          }
        }
      }
      if (dilated->is_maximum) continue;
      const bool padded = pooling->counts_padding;
      const int64_t area =
          rowwise_taps(
              top, pooling->kernel_height, dilated->dilation_height, padded ? -pooling->pad_top : 0,
              in->height + (padded ? pooling->pad_bottom : 0)) *
          rowwise_taps(
              left, pooling->kernel_width, dilated->dilation_width, padded ? -pooling->pad_left : 0,
              in->width + (padded ? pooling->pad_right : 0));
      for (int64_t c = 0; c < channels; c++) out[c] /= (float)area;
    }
  }
}
