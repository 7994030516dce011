// Reference implementations of the kernels in rowwise/vector_rows.h, for the set of that name. The
// loops over channels are left to the compiler. A template; rowwise/rows.h comes before.
//
//   in, out: images × height × width × channels; a unit is a row of `out`
#include "CSignetElementwiseKernels.h"
#include "CSignetGridKernels.h"

SIGNET_INLINE TARGET void NAME(relu_row)(float *values, int64_t count) {
  for (int64_t i = 0; i < count; i++) values[i] = values[i] < 0 ? 0 : values[i];
}

static TARGET void NAME(average_pool)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_pooling *pooling = arguments;
  SIGNET_REQUIRE_ROWS(&pooling->out, images, from, to);
  const int64_t channels = pooling->out.channels;
  for (int64_t unit = from; unit < to; unit++) {
    const float *image = pooling->in.data + unit / pooling->out.height * pooling->in.image_stride;
    NAME(window) rows = NAME(rows_of)(pooling, (int32_t)(unit % pooling->out.height));
    float *restrict out = NAME(row_start)(&pooling->out, unit);
    for (int32_t x = 0; x < pooling->out.width; x++, out += pooling->out.pixel_stride) {
      NAME(window) columns = NAME(columns_of)(pooling, x);
      for (int64_t c = 0; c < channels; c++) out[c] = 0;
      for (int32_t y = rows.from; y < rows.to; y++) {
        for (int32_t column = columns.from; column < columns.to; column++) {
          const float *in = image + y * pooling->in.row_stride + column * pooling->in.pixel_stride;
          for (int64_t c = 0; c < channels; c++) out[c] += in[c];
        }
      }
      int64_t area = pooling->counts_padding
                         ? (int64_t)rows.padded * columns.padded
                         : (int64_t)(rows.to - rows.from) * (columns.to - columns.from);
      float share = 1.0f / (float)area;
      for (int64_t c = 0; c < channels; c++) out[c] *= share;
    }
  }
}

static TARGET void NAME(affine)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_affine *affine = arguments;
  SIGNET_REQUIRE_ROWS(&affine->out, images, from, to);
  const float *restrict scale = affine->scale;
  const float *restrict offset = affine->offset;
  for (int64_t unit = from; unit < to; unit++) {
    const float *in = NAME(row_start)(&affine->in, unit);
    float *restrict out = NAME(row_start)(&affine->out, unit);
    for (int32_t x = 0; x < affine->out.width; x++) {
      for (int64_t c = 0; c < affine->out.channels; c++) out[c] = in[c] * scale[c] + offset[c];
      if (affine->relu) NAME(relu_row)(out, affine->out.channels);
      in += affine->in.pixel_stride;
      out += affine->out.pixel_stride;
    }
  }
}

static TARGET void NAME(sum)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_sum *sum = arguments;
  SIGNET_REQUIRE_ROWS(&sum->out, images, from, to);
  SIGNET_REQUIRE(sum->count >= 1 && sum->inputs);
  for (int64_t unit = from; unit < to; unit++) {
    float *restrict out = NAME(row_start)(&sum->out, unit);
    for (int32_t x = 0; x < sum->out.width; x++, out += sum->out.pixel_stride) {
      for (int32_t input = 0; input < sum->count; input++) {
        const float *in =
            NAME(row_start)(&sum->inputs[input], unit) + x * sum->inputs[input].pixel_stride;
        if (input == 0) {
          for (int64_t c = 0; c < sum->out.channels; c++) out[c] = in[c];
        } else {
          for (int64_t c = 0; c < sum->out.channels; c++) out[c] += in[c];
        }
      }
      if (sum->relu) NAME(relu_row)(out, sum->out.channels);
    }
  }
}

static TARGET void NAME(from_planes)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_transfer *transfer = arguments;
  SIGNET_REQUIRE_ROWS(&transfer->view, images, from, to);
  SIGNET_REQUIRE(transfer->planes);
  const signet_view *view = &transfer->view;
  const int64_t plane = (int64_t)view->height * view->width;
  for (int64_t unit = from; unit < to; unit++) {
    const float *in = transfer->planes + unit / view->height * plane * view->channels +
                      unit % view->height * view->width;
    float *restrict out = NAME(row_start)(view, unit);
    if (view->channels == 3 && view->pixel_stride == 3) {
      // Color images: all three at once are whole vectors.
      for (int64_t x = 0; x < view->width; x++) {
        out[3 * x] = in[x];
        out[3 * x + 1] = in[plane + x];
        out[3 * x + 2] = in[2 * plane + x];
      }
      continue;
    }
    for (int64_t c = 0; c < view->channels; c++) {
      for (int64_t x = 0; x < view->width; x++) {
        out[x * view->pixel_stride + c] = in[c * plane + x];
      }
    }
  }
}

static TARGET void NAME(to_planes)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_transfer *transfer = arguments;
  SIGNET_REQUIRE_ROWS(&transfer->view, images, from, to);
  SIGNET_REQUIRE(transfer->planes);
  const signet_view *view = &transfer->view;
  const int64_t plane = (int64_t)view->height * view->width;
  for (int64_t unit = from; unit < to; unit++) {
    float *restrict out = transfer->planes + unit / view->height * plane * view->channels +
                          unit % view->height * view->width;
    const float *in = NAME(row_start)(view, unit);
    for (int64_t c = 0; c < view->channels; c++) {
      for (int64_t x = 0; x < view->width; x++) {
        out[c * plane + x] = in[x * view->pixel_stride + c];
      }
    }
  }
}

#include "rowwise/reference_constant_filters.h"

#define SIGNET_REFERENCE_ROW_KERNELS                                                       \
  .average_pool = NAME(average_pool), .affine = NAME(affine), .sum = NAME(sum),            \
  .from_planes = NAME(from_planes), .to_planes = NAME(to_planes),                          \
  .activation = signet_activation_run, .constants = signet_constants_run,                  \
  .binary = signet_binary_run, .softmax = signet_softmax_run, .resize = signet_resize_run, \
  .channel_sums = NAME(channel_sums), .constant_filters = NAME(constant_filters)
