// Float layers with one output pixel per image. Every weight is used once per image, so the time is
// that of reading them: they are kept in 16 bits, by the largest of their filter, and multiplied in
// float32. All images of a batch meet a block of filters while it is in the cache.
#include "madd16/madd16_linear_avx512.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define NAME(x) madd16_linear_##x
#define LANES 16
#include "core/absmax.h"
#include "core/patches.h"
#include "core/units.h"

enum {
  block = 16,  // filters
  chains = 4,  // sums in flight
  // Streams of weights are read ahead of by this many bytes.
  ahead = 2048,
};

static const float most = 32767;

static bool madd16_linear_accepts(const signet_conv_shape *shape) {
  return shape->out_height == 1 && shape->out_width == 1 && shape->groups == 1;
}

typedef struct {
  int64_t patch, blocks, splits;
} madd16_linear_layout;

static madd16_linear_layout madd16_linear_lay_out(const signet_conv_shape *shape) {
  madd16_linear_layout plan;
  plan.patch = signet_patch_length(shape);
  plan.blocks = signet_ceil_div(shape->out_channels, block);
  plan.splits = signet_min(shape->threads, plan.blocks);
  return plan;
}

static int64_t madd16_linear_units(const signet_conv *conv, int64_t images) {
  (void)images;
  return madd16_linear_lay_out(&conv->shape).splits;
}

// patches: images × S floats
static size_t madd16_linear_scratch_bytes(const signet_conv_shape *shape, int64_t images) {
  return signet_line(SIGNET_BYTES(images, madd16_linear_lay_out(shape).patch, sizeof(float)));
}

// packed: blocks × block float, the quantisation steps; then blocks × S × block int16
static size_t madd16_linear_packed_bytes(const signet_conv_shape *shape) {
  const madd16_linear_layout plan = madd16_linear_lay_out(shape);
  return SIGNET_TOTAL(
      SIGNET_BYTES(plan.blocks, block, sizeof(float)),
      SIGNET_BYTES(plan.blocks, block, plan.patch, sizeof(int16_t)));
}

static void madd16_linear_pack(const signet_conv_shape *shape, const void *rows, void *packed) {
  SIGNET_REQUIRE_PACKING(shape, rows, packed);
  const madd16_linear_layout plan = madd16_linear_lay_out(shape);
  const int64_t area = (int64_t)shape->kernel_height * shape->kernel_width;
  float *scales = packed;
  int16_t *numbers = (int16_t *)(scales + plan.blocks * block);
  memset(packed, 0, madd16_linear_packed_bytes(shape));
  for (int64_t filter = 0; filter < shape->out_channels; filter++) {
    const float *weights = (const float *)rows + filter * plan.patch;
    const float absmax = signet_absmax_of(weights, plan.patch);
    scales[filter] = absmax / most;
    const float inverse = absmax > 0 ? most / absmax : 0;
    int16_t *to = numbers + filter / block * plan.patch * block + filter % block;
    for (int64_t i = 0; i < plan.patch; i++) {
      // From channel, tap to tap, channel.
      const int64_t place = i % area * shape->in_channels + i / area;
      to[place * block] = (int16_t)__builtin_rintf(signet_within(weights[i] * inverse, most));
    }
  }
}

// The sums of one block of filters.
static TARGET __m512 madd16_linear_dot(const int16_t *weights, const float *patch, int64_t count) {
  __m512 sums[chains] = {0};
  int64_t i = 0;
  for (; i + chains <= count; i += chains) {
#pragma clang loop unroll(full)
    for (int chain = 0; chain < chains; chain++) {
      const int16_t *from = weights + (i + chain) * block;
      _mm_prefetch((const char *)from + ahead, _MM_HINT_T0);
      const __m512 weight =
          _mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(_mm256_loadu_si256((const __m256i *)from)));
      sums[chain] = _mm512_fmadd_ps(weight, _mm512_set1_ps(patch[i + chain]), sums[chain]);
    }
  }
  for (; i < count; i++) {
    const __m512 weight = _mm512_cvtepi32_ps(
        _mm512_cvtepi16_epi32(_mm256_loadu_si256((const __m256i *)(weights + i * block))));
    sums[0] = _mm512_fmadd_ps(weight, _mm512_set1_ps(patch[i]), sums[0]);
  }
  return _mm512_add_ps(_mm512_add_ps(sums[0], sums[1]), _mm512_add_ps(sums[2], sums[3]));
}

static TARGET void madd16_linear_run(
    const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *memory) {
  const signet_conv_shape *shape = &conv->shape;
  const madd16_linear_layout plan = madd16_linear_lay_out(shape);
  SIGNET_REQUIRE_UNITS(conv, images, from, to, madd16_linear_units(conv, images));
  float *patches = memory;
  const float *scales = conv->packed;
  const int16_t *numbers = (const int16_t *)(scales + plan.blocks * block);
  for (int64_t image = 0; image < images; image++) {
    const signet_cursor cursor = {image, 0, 0};
    madd16_linear_gather(conv, 0, cursor, patches + image * plan.patch, plan.patch, 0);
  }
  const int64_t end = signet_share(plan.blocks, to, plan.splits).first;
  for (int64_t index = signet_share(plan.blocks, from, plan.splits).first; index < end; index++) {
    const int64_t filter = index * block;
    const int64_t filters = signet_min(block, shape->out_channels - filter);
    for (int64_t image = 0; image < images; image++) {
      const signet_cursor cursor = {image, 0, 0};
      float raw[block];
      const __m512 sums = madd16_linear_dot(
          numbers + index * plan.patch * block, patches + image * plan.patch, plan.patch);
      _mm512_storeu_ps(raw, _mm512_mul_ps(sums, _mm512_loadu_ps(scales + filter)));
      madd16_linear_finish(
          conv, cursor, raw, 1, block, filter, filters, conv->scale ? conv->scale + filter : NULL);
    }
  }
}

const signet_conv_kernel signet_f32_linear_avx512 = {
    .name = "i16f32_linear_x16_avx512",
    .accepts = madd16_linear_accepts,
    .packed_bytes = madd16_linear_packed_bytes,
    .pack = madd16_linear_pack,
    .scratch_bytes = madd16_linear_scratch_bytes,
    .units = madd16_linear_units,
    .run = madd16_linear_run,
};

#endif
