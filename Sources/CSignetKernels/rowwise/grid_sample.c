// Maps read at computed places.
#include <math.h>

#include "CSignetGridKernels.h"
#include "core/conv_checks.h"
#include "rowwise/row_start.h"

// The pixels along one axis that a place is made of, and how much of each counts. One outside the map
// that counts for nothing has the index −1.
typedef struct sample_taps {
  int32_t count;
  int32_t index[4];
  float weight[4];
} sample_taps;

// The middles of the outermost elements where corners are aligned, else their outer edges, are mirrors.
static float sample_reflected(float place, int32_t extent, bool aligns_corners) {
  const float first = aligns_corners ? 0 : -0.5f;
  const float span = aligns_corners ? (float)(extent - 1) : (float)extent;
  if (span == 0) return 0;
  const float distance = fabsf(place - first);
  const float rest = fmodf(distance, span);
  const bool is_mirrored = fmodf(floorf(distance / span), 2) != 0;
  return (is_mirrored ? span - rest : rest) + first;
}

static float sample_padded(const signet_grid_sample *sample, float place, int32_t extent) {
  if (sample->padding == SIGNET_SAMPLE_ZEROS) return place;
  if (sample->padding == SIGNET_SAMPLE_REFLECTION) {
    place = sample_reflected(place, extent, sample->aligns_corners);
  }
  return fminf(fmaxf(place, 0), (float)(extent - 1));
}

// Whole places that fit an integer, wherever computed ones lie.
static int32_t sample_whole(float place) { return (int32_t)fminf(fmaxf(place, -0x1p25f), 0x1p25f); }

static int32_t sample_index(const signet_grid_sample *sample, int32_t index, int32_t extent) {
  if (index >= 0 && index < extent) return index;
  if (sample->padding == SIGNET_SAMPLE_ZEROS) return -1;
  return (int32_t)rintf(sample_padded(sample, (float)index, extent));
}

// Keys' cubic convolution kernel with a = −3/4.
static float sample_cubic(float distance) {
  const float a = -0.75f;
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return ((distance - 5) * distance + 8) * distance * a - 4 * a;
}

static sample_taps sample_axis(const signet_grid_sample *sample, float number, int32_t extent) {
  float place = sample->aligns_corners ? (number + 1) / 2 * (float)(extent - 1)
                                       : ((number + 1) * (float)extent - 1) / 2;
  // Neighbours of a cubic kernel are padded one by one.
  if (sample->mode != SIGNET_SAMPLE_CUBIC) place = sample_padded(sample, place, extent);
  if (sample->mode == SIGNET_SAMPLE_NEAREST) {
    return (sample_taps){1, {sample_index(sample, sample_whole(rintf(place)), extent)}, {1}};
  }
  const float base = floorf(place);
  const float part = isfinite(place) ? place - base : 0;
  const int32_t first = sample_whole(base);
  sample_taps taps = {.count = 2, .index = {first, first + 1}, .weight = {1 - part, part}};
  if (sample->mode == SIGNET_SAMPLE_CUBIC) {
    taps.count = 4;
    for (int32_t i = 0; i < 4; i++) {
      taps.index[i] = first - 1 + i;
      taps.weight[i] = sample_cubic(fabsf(part - (float)(i - 1)));
    }
  }
  for (int32_t i = 0; i < taps.count; i++) {
    taps.index[i] = sample_index(sample, taps.index[i], extent);
  }
  return taps;
}

static void sample_pixel(
    const signet_grid_sample *sample, const float *image, float x, float y, float *restrict out) {
  const signet_view *in = &sample->in;
  const int64_t channels = sample->out.channels;
  const sample_taps rows = sample_axis(sample, y, in->height);
  const sample_taps columns = sample_axis(sample, x, in->width);
  for (int64_t c = 0; c < channels; c++) out[c] = 0;
  for (int32_t i = 0; i < rows.count; i++) {
    if (rows.index[i] < 0) continue;
    for (int32_t j = 0; j < columns.count; j++) {
      const float weight = rows.weight[i] * columns.weight[j];
      if (columns.index[j] < 0 || weight == 0) continue;
      const float *pixel =
          image + rows.index[i] * in->row_stride + columns.index[j] * in->pixel_stride;
      for (int64_t c = 0; c < channels; c++) out[c] += weight * pixel[c];
    }
  }
}

void signet_grid_sample_run(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_grid_sample *sample = arguments;
  SIGNET_REQUIRE_ROWS(&sample->out, images, from, to);
  SIGNET_REQUIRE(signet_view_is(&sample->places, sample->out.width, 2, sample->out.height));
  SIGNET_REQUIRE(sample->in.data && sample->in.channels == sample->out.channels);
  const int32_t rows = sample->out.height;
  const signet_view *places = &sample->places;
  for (int64_t unit = from; unit < to; unit++) {
    const float *image = sample->in.data + unit / rows * sample->in.image_stride;
    const float *place = places->data + unit / rows * places->image_stride + unit % rows;
    float *out = rowwise_row_start(&sample->out, unit, rows);
    for (int32_t x = 0; x < sample->out.width; x++) {
      sample_pixel(sample, image, place[0], place[places->pixel_stride], out);
      place += places->row_stride;
      out += sample->out.pixel_stride;
    }
  }
}
