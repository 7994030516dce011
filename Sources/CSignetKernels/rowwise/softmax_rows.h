// Softmax over the channels of each pixel. A template; rowwise/functions.h comes before. Other axes,
// and logarithms, stay with rowwise/elementwise.c.

SIGNET_INLINE TARGET float NAME(largest)(const float *in, int64_t count) {
  float largest = in[0];
  int64_t i = 1;
  if (count >= 2 * NAME(width)) {
    NAME(vector) most = NAME(load)(in);
    for (i = NAME(width); i + NAME(width) <= count; i += NAME(width)) {
      const NAME(vector) value = NAME(load)(in + i);
      most = value > most ? value : most;
    }
    for (int lane = 0; lane < NAME(width); lane++) {
      largest = most[lane] > largest ? most[lane] : largest;
    }
  }
  for (; i < count; i++) largest = in[i] > largest ? in[i] : largest;
  return largest;
}

SIGNET_INLINE TARGET float NAME(total)(const float *values, int64_t count) {
  NAME(vector) sums = 0;
  int64_t i = 0;
  for (; i + NAME(width) <= count; i += NAME(width)) sums += NAME(load)(values + i);
  float total = 0;
  for (int lane = 0; lane < NAME(width); lane++) total += sums[lane];
  for (; i < count; i++) total += values[i];
  return total;
}

static TARGET void NAME(softmax_pixel)(const float *in, float *restrict out, int64_t count) {
  const float largest = NAME(largest)(in, count);
  SIGNET_EACH_VECTOR(at, lanes, count) {
    NAME(store_lanes)(out + at, NAME(exp)(NAME(load_lanes)(in + at, lanes) - largest), lanes);
  }
  const float total = NAME(total)(out, count);
  for (int64_t i = 0; i < count; i++) out[i] /= total;
}

static TARGET void NAME(softmax)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  const signet_softmax *soft = arguments;
  SIGNET_REQUIRE_ROWS(&soft->out, images, from, to);
  if (soft->axis != 0 || soft->is_logarithm) {
    signet_softmax_run(arguments, images, from, to, scratch);
    return;
  }
  for (int64_t unit = from; unit < to; unit++) {
    const float *in = NAME(row_start)(&soft->in, unit);
    float *out = NAME(row_start)(&soft->out, unit);
    for (int32_t x = 0; x < soft->out.width; x++) {
      NAME(softmax_pixel)(in, out, soft->out.channels);
      in += soft->in.pixel_stride;
      out += soft->out.pixel_stride;
    }
  }
}
