// The plain convolutions: they read like the definition and every other kernel is held to them.
#include "gemm/reference_conv.h"

#include "core/code_bits.h"

#include <string.h>

static int64_t reference_units(const signet_conv *conv, int64_t images) {
  return images * conv->shape.out_height;
}

static size_t reference_no_scratch(const signet_conv_shape *shape, int64_t images) {
  (void)shape;
  (void)images;
  return 0;
}

static size_t reference_f32_packed_bytes(const signet_conv_shape *shape) {
  return SIGNET_BYTES(shape->out_channels, signet_patch_length(shape), sizeof(float));
}

static void reference_f32_pack(const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  memcpy(packed, rows, reference_f32_packed_bytes(shape));
}

static size_t reference_b1_bytes_per_filter(const signet_conv_shape *shape) {
  return (size_t)((signet_patch_length(shape) + 7) / 8);
}

static size_t reference_b1_packed_bytes(const signet_conv_shape *shape) {
  return SIGNET_BYTES(
      shape->codes, shape->out_channels, (int64_t)reference_b1_bytes_per_filter(shape));
}

static void reference_b1_pack(const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  memcpy(packed, rows, reference_b1_packed_bytes(shape));
}

static float reference_f32_weight(
    const signet_conv *conv, int32_t code, int32_t filter, int64_t element) {
  (void)code;
  return ((const float *)conv->packed)[filter * signet_patch_length(&conv->shape) + element];
}

static float reference_b1_weight(
    const signet_conv *conv, int32_t code, int32_t filter, int64_t element) {
  const uint8_t *codes = conv->packed;
  int64_t row = (int64_t)code * conv->shape.out_channels + filter;
  const uint8_t *bits = codes + (size_t)row * reference_b1_bytes_per_filter(&conv->shape);
  return signet_code_bit(bits, element) ? 1.0f : -1.0f;
}

typedef float (*reference_weight_function)(const signet_conv *, int32_t, int32_t, int64_t);

// Inner product of one filter of one code with the patch of output pixel (y, x).
static float reference_product(
    const signet_conv *conv, reference_weight_function weight, int64_t image, int32_t y, int32_t x,
    int32_t code, int32_t filter) {
  const signet_conv_shape *shape = &conv->shape;
  int32_t channels = shape->in_channels / shape->groups;
  int32_t first = filter / (shape->out_channels / shape->groups) * channels;
  float total = 0;
  for (int32_t c = 0; c < channels; c++) {
    for (int32_t ky = 0; ky < shape->kernel_height; ky++) {
      int32_t row = y * shape->stride_height + ky * shape->dilation_height - shape->pad_top;
      if (row < 0 || row >= shape->in_height) continue;
      for (int32_t kx = 0; kx < shape->kernel_width; kx++) {
        int32_t column = x * shape->stride_width + kx * shape->dilation_width - shape->pad_left;
        if (column < 0 || column >= shape->in_width) continue;
        int64_t element = ((int64_t)c * shape->kernel_height + ky) * shape->kernel_width + kx;
        const float *pixel = conv->in.data + image * conv->in.image_stride +
                             row * conv->in.row_stride + column * conv->in.pixel_stride;
        total += weight(conv, code, filter, element) * pixel[first + c];
      }
    }
  }
  return total;
}

static void reference_run(
    const signet_conv *conv, reference_weight_function weight, int64_t images, int64_t from,
    int64_t to) {
  const signet_conv_shape *shape = &conv->shape;
  SIGNET_REQUIRE_UNITS(conv, images, from, to, reference_units(conv, images));
  for (int64_t unit = from; unit < to; unit++) {
    int64_t image = unit / shape->out_height;
    int32_t y = (int32_t)(unit % shape->out_height);
    for (int32_t x = 0; x < shape->out_width; x++) {
      for (int32_t filter = 0; filter < shape->out_channels; filter++) {
        float value = conv->offset[filter];
        for (int32_t code = 0; code < shape->codes; code++) {
          float scale = conv->scale ? conv->scale[code * shape->out_channels + filter] : 1.0f;
          value += scale * reference_product(conv, weight, image, y, x, code, filter);
        }
        if (conv->residual.data) {
          value += conv->residual.data
                       [image * conv->residual.image_stride + y * conv->residual.row_stride +
                        x * conv->residual.pixel_stride + filter];
        }
        if (value < conv->low) value = conv->low;
        if (value > conv->high) value = conv->high;
        conv->out.data
            [image * conv->out.image_stride + y * conv->out.row_stride +
             x * conv->out.pixel_stride + filter] = value;
      }
    }
  }
}

static void reference_f32_run(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)scratch;
  reference_run(conv, reference_f32_weight, images, from, to);
}

static void reference_b1_run(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)scratch;
  reference_run(conv, reference_b1_weight, images, from, to);
}

const signet_conv_kernel signet_f32_conv_reference = {
    .name = "f32_conv_reference",
    .packed_bytes = reference_f32_packed_bytes,
    .pack = reference_f32_pack,
    .scratch_bytes = reference_no_scratch,
    .units = reference_units,
    .run = reference_f32_run,
};

const signet_conv_kernel signet_b1_conv_reference = {
    .name = "b1f32_conv_reference",
    .packed_bytes = reference_b1_packed_bytes,
    .pack = reference_b1_pack,
    .scratch_bytes = reference_no_scratch,
    .units = reference_units,
    .run = reference_b1_run,
};
