// Changes between channels that are planes and channels that are adjacent: squares of eight pixels ×
// eight channels are turned in registers. A template; rowwise/lanes.h comes before.

enum { NAME(square) = 8 };

typedef float NAME(square_row) __attribute__((ext_vector_type(8), aligned(4)));

#define SIGNET_PAIR(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)

// Rows become columns.
SIGNET_INLINE TARGET void NAME(turn)(
    const float *from, int64_t from_stride, float *to, int64_t to_stride) {
  NAME(square_row) rows[NAME(square)], pairs[NAME(square)];
#pragma clang loop unroll(full)
  for (int i = 0; i < NAME(square); i++) {
    rows[i] = *(const NAME(square_row) *)(from + i * from_stride);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < NAME(square); i += 2) {
    pairs[i] = SIGNET_PAIR(rows[i], rows[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    pairs[i + 1] = SIGNET_PAIR(rows[i], rows[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < NAME(square); i += 4) {
    rows[i] = SIGNET_PAIR(pairs[i], pairs[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    rows[i + 1] = SIGNET_PAIR(pairs[i], pairs[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    rows[i + 2] = SIGNET_PAIR(pairs[i + 1], pairs[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
    rows[i + 3] = SIGNET_PAIR(pairs[i + 1], pairs[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < NAME(square) / 2; i++) {
    *(NAME(square_row) *)(to + i * to_stride) =
        SIGNET_PAIR(rows[i], rows[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *(NAME(square_row) *)(to + (i + 4) * to_stride) =
        SIGNET_PAIR(rows[i], rows[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}
#undef SIGNET_PAIR

// to: columns × `to_stride`, from: rows × `from_stride`. Squares at the ends overlap those before.
SIGNET_INLINE TARGET void NAME(transpose)(
    const float *from, int64_t from_stride, float *to, int64_t to_stride, int64_t rows,
    int64_t columns) {
  if (rows < NAME(square) || columns < NAME(square)) {
    for (int64_t row = 0; row < rows; row++) {
      for (int64_t column = 0; column < columns; column++) {
        to[column * to_stride + row] = from[row * from_stride + column];
      }
    }
    return;
  }
  for (int64_t row = 0; row < rows; row += NAME(square)) {
    const int64_t first_row = signet_min(row, rows - NAME(square));
    for (int64_t column = 0; column < columns; column += NAME(square)) {
      const int64_t first_column = signet_min(column, columns - NAME(square));
      NAME(turn)(
          from + first_row * from_stride + first_column, from_stride,
          to + first_column * to_stride + first_row, to_stride);
    }
  }
}

// Colour images: all three channels at once are whole vectors.
SIGNET_INLINE TARGET void NAME(interleave)(
    const float *in, int64_t plane, float *restrict out, int64_t width) {
  for (int64_t x = 0; x < width; x++) {
    out[3 * x] = in[x];
    out[3 * x + 1] = in[plane + x];
    out[3 * x + 2] = in[2 * plane + x];
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
    float *out = NAME(row_start)(view, unit);
    if (view->channels == 3 && view->pixel_stride == 3) {
      NAME(interleave)(in, plane, out, view->width);
    } else {
      NAME(transpose)(in, plane, out, view->pixel_stride, view->channels, view->width);
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
    float *out = transfer->planes + unit / view->height * plane * view->channels +
                 unit % view->height * view->width;
    NAME(transpose)(
        NAME(row_start)(view, unit), view->pixel_stride, out, plane, view->width, view->channels);
  }
}
