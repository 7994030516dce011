// Depthwise convolutions of the usual windows, 3×3 and 5×5 with a stride of 1 or 2. Two output rows
// go together, four or five pixels of each at a time: an input vector is loaded once for all taps and rows
// that look at it, and a block's weights and everything of its epilogue stay at hand while a row goes
// by. Rows outside the input are a vector of zeros that is read again and again; columns outside it,
// and lanes without a filter, are left out as inputs are loaded.
//
// A template, part of depthwise/depthwise.h.

enum {
  NAME(strip_pixels) = STRIP_PIXELS,
  NAME(strip_size) = 5,
  // Input rows and columns of a tile, at most.
  NAME(strip_lines) = (NAME(strip_rows) - 1) * 2 + NAME(strip_size),
  NAME(strip_columns) = (NAME(strip_pixels) - 1) * 2 + NAME(strip_size),
};

// An input row as a tile looks at it.
typedef struct NAME(line) {
  const float *start;  // column 0
  int64_t column;      // floats to the next column
} NAME(line);

// Some output rows of one block of filters.
typedef struct NAME(strip) {
  const signet_conv *conv;
  signet_cursor cursor;  // the first row's
  NAME(line) lines[NAME(strip_lines)];
  int64_t block;
  int64_t filters;  // LANES, or less in the last block
  PART part;
  NAME(bits) * most;
} NAME(strip);

// What the epilogue needs of a block.
typedef struct NAME(ending) {
  NAME(lanes) scale, offset;
} NAME(ending);

// A column of a tile that is cut: one that lies inside, and the lanes of it that count. Nothing is
// loaded from beside the input, not even without effect: where no memory is, that takes long.
typedef struct NAME(column) {
  int64_t x;
  PART part;
} NAME(column);

// sums: rows × pixels. left: the input column of the first window. cut: NULL where all columns lie
// inside and all lanes count
SIGNET_INLINE TARGET void NAME(multiply_strip)(
    const int size, const int stride, const int rows, const int pixels, const NAME(line) * lines,
    int64_t left, const NAME(column) * cut, const float *weights,
    NAME(lanes) sums[NAME(strip_rows)][NAME(strip_pixels)]) {
#pragma clang loop unroll(full)
  for (int row = 0; row < rows; row++) {
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) sums[row][p] = (NAME(lanes))0.0f;
  }
#pragma clang loop unroll(full)
  for (int line = 0; line < (rows - 1) * stride + size; line++) {
    // Compilers would load all lines at once and sum each pixel where it is stored, from the stack.
    __asm__ volatile("" ::: "memory");
#pragma clang loop unroll(full)
    for (int row = 0; row < rows; row++) {
#pragma clang loop unroll(full)
      for (int p = 0; p < pixels; p++) IN_REGISTER(sums[row][p]);
    }
    const int64_t column = lines[line].column;
    const float *from = lines[line].start + (cut ? 0 : left) * column;
    NAME(lanes) inputs[NAME(strip_columns)];
#pragma clang loop unroll(full)
    for (int x = 0; x < (pixels - 1) * stride + size; x++) {
      inputs[x] = cut ? LOAD_PART(from + cut[x].x * column, cut[x].part)
                      : *(const NAME(lanes) *)(from + x * column);
    }
#pragma clang loop unroll(full)
    for (int row = 0; row < rows; row++) {
      const int tap_row = line - row * stride;
      if (tap_row < 0 || tap_row >= size) continue;
#pragma clang loop unroll(full)
      for (int tap = 0; tap < size; tap++) {
        const NAME(lanes) weight = *(const NAME(lanes) *)(weights + (tap_row * size + tap) * LANES);
#pragma clang loop unroll(full)
        for (int p = 0; p < pixels; p++) {
          sums[row][p] += inputs[p * stride + tap] * weight;
        }
      }
    }
  }
}

// Scales, adds, holds and stores the first `count` pixels of each row.
SIGNET_INLINE TARGET void NAME(finish_strip)(
    const int rows, const int pixels, const bool whole, const NAME(strip) * strip,
    const NAME(ending) * ending, NAME(lanes) sums[NAME(strip_rows)][NAME(strip_pixels)], int64_t x,
    int64_t count, NAME(bits) * most) {
  const signet_conv *conv = strip->conv;
  const NAME(lanes) low = (NAME(lanes))conv->low, high = (NAME(lanes))conv->high;
  const int64_t pixel = conv->out.pixel_stride, added_pixel = conv->residual.pixel_stride;
#pragma clang loop unroll(full)
  for (int row = 0; row < rows; row++) {
    const signet_cursor cursor = {strip->cursor.image, strip->cursor.y + row, (int32_t)x};
    float *to = signet_pixel(&conv->out, cursor) + strip->block * LANES;
    const float *added =
        conv->residual.data ? signet_pixel(&conv->residual, cursor) + strip->block * LANES : NULL;
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) {
      if (p >= count) break;
      NAME(lanes) value = sums[row][p] * ending->scale + ending->offset;
      if (added) {
        const float *from = added + p * added_pixel;
        value += whole ? *(const NAME(lanes) *)from : LOAD_PART(from, strip->part);
      }
      value = value < low ? low : value;
      value = value > high ? high : value;
      if (whole) {
        *(NAME(lanes) *)(to + p * pixel) = value;
      } else {
        STORE_PART(to + p * pixel, strip->part, value);
        if (!strip->most) continue;
        // Lanes without a filter may hold a bound.
        value = LOAD_PART(to + p * pixel, strip->part);
      }
      const NAME(bits) magnitude = (NAME(bits))value & 0x7fffffff;
      *most = magnitude > *most ? magnitude : *most;
    }
  }
}

SIGNET_INLINE TARGET void NAME(run_strip)(
    const int size, const int stride, const int rows, const int pixels, const NAME(strip) * strip) {
  const signet_conv_shape *shape = &strip->conv->shape;
  const int64_t columns = (pixels - 1) * stride + size;
  const int64_t width = shape->out_width;
  const bool whole = strip->filters == LANES;
  const float *weights = (const float *)strip->conv->packed + strip->block * size * size * LANES;
  const float *scale = strip->conv->scale ? strip->conv->scale + strip->block * LANES : NULL;
  const NAME(ending) ending = {
      .scale = scale ? LOAD_PART(scale, strip->part) : (NAME(lanes))1.0f,
      .offset = LOAD_PART(strip->conv->offset + strip->block * LANES, strip->part)};
  NAME(bits) most = 0;
  for (int64_t tile = 0; tile < width; tile += pixels) {
    // The last tile overlaps the one before it.
    const int64_t x = signet_max(signet_min(tile, width - pixels), 0);
    const int64_t left = x * stride - shape->pad_left;
    NAME(lanes) sums[NAME(strip_rows)][NAME(strip_pixels)];
    if (whole && width >= pixels && left >= 0 && left + columns <= shape->in_width) {
      NAME(multiply_strip)(size, stride, rows, pixels, strip->lines, left, NULL, weights, sums);
      NAME(finish_strip)(rows, pixels, true, strip, &ending, sums, x, pixels, &most);
      continue;
    }
    NAME(column) cut[NAME(strip_columns)];
    for (int64_t column = 0; column < columns; column++) {
      const int64_t inside = signet_max(signet_min(left + column, shape->in_width - 1), 0);
      cut[column].x = inside;
      cut[column].part = inside == left + column ? strip->part : PART_OF(0);
    }
    NAME(multiply_strip)(size, stride, rows, pixels, strip->lines, left, cut, weights, sums);
    if (whole) {
      NAME(finish_strip)(
          rows, pixels, true, strip, &ending, sums, x, signet_min(width, pixels), &most);
    } else {
      NAME(finish_strip)(
          rows, pixels, false, strip, &ending, sums, x, signet_min(width, pixels), &most);
    }
  }
  if (strip->most) *strip->most = most > *strip->most ? most : *strip->most;
}

// One or two rows of a block, tiles of four or five pixels, whichever leaves less over.
#define SIGNET_STRIPS(size, stride)                                                      \
  static TARGET void NAME(run_strips_##size##_##stride)(                                 \
      const NAME(strip) * strip, int64_t rows, int64_t pixels) {                         \
    if (rows == 1 && pixels == 4) NAME(run_strip)(size, stride, 1, 4, strip);            \
    if (rows == 2 && pixels == 4) NAME(run_strip)(size, stride, 2, 4, strip);            \
    if (STRIP_PIXELS == 4) return;                                                       \
    if (rows == 1 && pixels == 5) NAME(run_strip)(size, stride, 1, STRIP_PIXELS, strip); \
    if (rows == 2 && pixels == 5) NAME(run_strip)(size, stride, 2, STRIP_PIXELS, strip); \
  }

#if SMALLEST_STRIP == 3
SIGNET_STRIPS(3, 1)
SIGNET_STRIPS(3, 2)
#endif
SIGNET_STRIPS(5, 1)
SIGNET_STRIPS(5, 2)
#undef SIGNET_STRIPS

// The input rows that the windows of some output rows look at, from the first block's filters on.
SIGNET_INLINE void NAME(find_lines)(
    const signet_conv *conv, int64_t image, int64_t y, int64_t count, int64_t block,
    NAME(line) * lines) {
  static const float zeros[LANES] = {0};
  const signet_conv_shape *shape = &conv->shape;
  const float *in = conv->in.data + image * conv->in.image_stride + block * LANES;
  const int64_t top = y * shape->stride_height - shape->pad_top;
  for (int64_t line = 0; line < count; line++) {
    const bool inside = top + line >= 0 && top + line < shape->in_height;
    lines[line].start = inside ? in + (top + line) * conv->in.row_stride : zeros;
    lines[line].column = inside ? conv->in.pixel_stride : 0;
  }
}

// Some rows and blocks of one image.
SIGNET_INLINE TARGET void NAME(run_strips)(
    const signet_conv *conv, int64_t image, int64_t first_row, int64_t end_row, int64_t first_block,
    int64_t end_block, NAME(bits) * most) {
  const signet_conv_shape *shape = &conv->shape;
  const int64_t size = shape->kernel_height, stride = shape->stride_height;
  const int64_t width = shape->out_width;
  const int64_t many = NAME(strip_pixels);
  const int64_t pixels = signet_round_up(width, many) < signet_round_up(width, 4) ? many : 4;
  NAME(strip) strip;
  strip.conv = conv;
  strip.most = most;
  for (int64_t y = first_row; y < end_row; y += NAME(strip_rows)) {
    const int64_t rows = signet_min(end_row - y, NAME(strip_rows));
    const int64_t lines = (rows - 1) * stride + size;
    strip.cursor = (signet_cursor){image, (int32_t)y, 0};
    NAME(find_lines)(conv, image, y, lines, first_block, strip.lines);
    for (strip.block = first_block; strip.block < end_block; strip.block++) {
      strip.filters = signet_min(shape->out_channels - strip.block * LANES, LANES);
      strip.part = PART_OF(strip.filters);
#if SMALLEST_STRIP == 3
      if (size == 3 && stride == 1) NAME(run_strips_3_1)(&strip, rows, pixels);
      if (size == 3 && stride == 2) NAME(run_strips_3_2)(&strip, rows, pixels);
#endif
      if (size == 5 && stride == 1) NAME(run_strips_5_1)(&strip, rows, pixels);
      if (size == 5 && stride == 2) NAME(run_strips_5_2)(&strip, rows, pixels);
      for (int64_t line = 0; line < lines; line++) {
        if (strip.lines[line].column > 0) strip.lines[line].start += LANES;
      }
    }
  }
}
