// Average pooling, a vector of channels at a time. A template; rowwise/lanes.h and
// rowwise/pooling_window.h come before.

// Some lanes of the sum of a window, added row by row.
SIGNET_INLINE TARGET NAME(vector) NAME(window_sum)(
    const float *in, const signet_view *view, int64_t height, int64_t width, int64_t lanes) {
  NAME(vector) sum = 0;
  for (int64_t y = 0; y < height; y++, in += view->row_stride) {
    const float *pixel = in;
    for (int64_t x = 0; x < width; x++, pixel += view->pixel_stride) {
      sum += NAME(load_lanes)(pixel, lanes);
    }
  }
  return sum;
}

static TARGET void NAME(average_pool)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_pooling *pooling = arguments;
  SIGNET_REQUIRE_ROWS(&pooling->out, images, from, to);
  const signet_view *view = &pooling->in;
  for (int64_t unit = from; unit < to; unit++) {
    const float *image = view->data + unit / pooling->out.height * view->image_stride;
    const NAME(window) rows = NAME(rows_of)(pooling, (int32_t)(unit % pooling->out.height));
    float *out = NAME(row_start)(&pooling->out, unit);
    for (int32_t x = 0; x < pooling->out.width; x++, out += pooling->out.pixel_stride) {
      const NAME(window) columns = NAME(columns_of)(pooling, x);
      const int64_t height = rows.to - rows.from, width = columns.to - columns.from;
      const int64_t area =
          pooling->counts_padding ? (int64_t)rows.padded * columns.padded : height * width;
      const float share = 1.0f / (float)area;
      const float *in = image + rows.from * view->row_stride + columns.from * view->pixel_stride;
      SIGNET_EACH_VECTOR(at, lanes, pooling->out.channels) {
        NAME(store_lanes)(
            out + at, share * NAME(window_sum)(in + at, view, height, width, lanes), lanes);
      }
    }
  }
}
