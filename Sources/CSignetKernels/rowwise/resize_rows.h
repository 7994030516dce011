// Resampling, pixel by pixel: the sum of some input pixels. A template; rowwise/lanes.h comes before.

// The places and weights that an output row or column is made of.
typedef struct NAME(taps) {
  const int32_t *places;
  const float *weights;
  int32_t count;
} NAME(taps);

SIGNET_INLINE NAME(taps) NAME(taps_at)(const signet_resize_axis *axis, int64_t element) {
  return (NAME(taps)){
      axis->places + element * axis->taps, axis->weights + element * axis->taps, axis->taps};
}

// Without the taps at its ends that have no weight: what they look at may be no number.
SIGNET_INLINE NAME(taps) NAME(trimmed)(NAME(taps) taps) {
  if (taps.places[0] < 0) return taps;
  while (taps.count > 1 && taps.weights[taps.count - 1] == 0) taps.count--;
  while (taps.count > 1 && taps.weights[0] == 0) {
    taps.places++;
    taps.weights++;
    taps.count--;
  }
  return taps;
}

// Some lanes of an output pixel of any number of taps.
SIGNET_INLINE TARGET NAME(vector) NAME(resampled)(
    const float *image, const signet_view *in, NAME(taps) rows, NAME(taps) columns, int64_t lanes) {
  NAME(vector) sum = 0;
  for (int32_t i = 0; i < rows.count; i++) {
    const float *row = image + rows.places[i] * in->row_stride;
    for (int32_t j = 0; j < columns.count; j++) {
      const float weight = rows.weights[i] * columns.weights[j];
      if (weight == 0) continue;
      sum += weight * NAME(load_lanes)(row + columns.places[j] * in->pixel_stride, lanes);
    }
  }
  return sum;
}

// An output pixel of at most two rows × two columns, all of which have a weight.
SIGNET_INLINE TARGET void NAME(blend)(
    const float *image, const signet_view *in, const int rows, const int columns,
    NAME(taps) row_taps, NAME(taps) column_taps, float *out, int64_t channels) {
  const float *pixels[2][2];
  NAME(vector) weights[2][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
    for (int j = 0; j < columns; j++) {
      pixels[i][j] =
          image + row_taps.places[i] * in->row_stride + column_taps.places[j] * in->pixel_stride;
      weights[i][j] = (NAME(vector))(row_taps.weights[i] * column_taps.weights[j]);
    }
  }
  SIGNET_EACH_VECTOR(at, lanes, channels) {
    NAME(vector) sum = 0;
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
      for (int j = 0; j < columns; j++) {
        sum += weights[i][j] * NAME(load_lanes)(pixels[i][j] + at, lanes);
      }
    }
    NAME(store_lanes)(out + at, sum, lanes);
  }
}

SIGNET_INLINE TARGET void NAME(resize_pixel)(
    const float *image, const signet_resize *resize, NAME(taps) rows, NAME(taps) columns,
    float *out) {
  const int64_t channels = resize->out.channels;
  const signet_view *in = &resize->in;
  if (rows.places[0] < 0 || columns.places[0] < 0) {
    for (int64_t c = 0; c < channels; c++) out[c] = resize->outside;
  } else if (rows.count == 1 && columns.count == 1) {
    NAME(blend)(image, in, 1, 1, rows, columns, out, channels);
  } else if (rows.count == 1 && columns.count == 2) {
    NAME(blend)(image, in, 1, 2, rows, columns, out, channels);
  } else if (rows.count == 2 && columns.count == 1) {
    NAME(blend)(image, in, 2, 1, rows, columns, out, channels);
  } else if (rows.count == 2 && columns.count == 2) {
    NAME(blend)(image, in, 2, 2, rows, columns, out, channels);
  } else {
    SIGNET_EACH_VECTOR(at, lanes, channels) {
      NAME(store_lanes)(out + at, NAME(resampled)(image + at, in, rows, columns, lanes), lanes);
    }
  }
}

static TARGET void NAME(resize)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_resize *resize = arguments;
  SIGNET_REQUIRE_ROWS(&resize->out, images, from, to);
  const signet_view *view = &resize->out;
  for (int64_t unit = from; unit < to; unit++) {
    const float *image = resize->in.data + unit / view->height * resize->in.image_stride;
    const NAME(taps) rows = NAME(trimmed)(NAME(taps_at)(&resize->rows, unit % view->height));
    float *out = NAME(row_start)(view, unit);
    for (int32_t x = 0; x < view->width; x++, out += view->pixel_stride) {
      const NAME(taps) columns = NAME(trimmed)(NAME(taps_at)(&resize->columns, x));
      NAME(resize_pixel)(image, resize, rows, columns, out);
    }
  }
}
