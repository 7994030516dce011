// Functions of several values, sums, and maps with constants, along whole rows. A template;
// rowwise/functions.h comes before. Functions that few networks have stay with rowwise/binary.c.

SIGNET_INLINE TARGET NAME(vector)
    NAME(joined)(const signet_binary_function function, NAME(vector) a, NAME(vector) b) {
  switch (function) {
    case SIGNET_ADD: return a + b;
    case SIGNET_SUBTRACT: return a - b;
    case SIGNET_MULTIPLY: return a * b;
    case SIGNET_DIVIDE: return a / b;
    // What is not a number stays.
    case SIGNET_MINIMUM: return a != a ? a : b != b ? b : a < b ? a : b;
    case SIGNET_MAXIMUM: return a != a ? a : b != b ? b : a > b ? a : b;
    default: return a;
  }
}

// left_step, right_step: 0 where one number is for all elements, else 1
SIGNET_INLINE TARGET void NAME(join_run)(
    const signet_binary_function function, const float *left, const int left_step,
    const float *right, const int right_step, float *out, int64_t count) {
  SIGNET_EACH_VECTOR(at, lanes, count) {
    const NAME(vector) a = left_step ? NAME(load_lanes)(left + at, lanes) : (NAME(vector)) * left;
    const NAME(vector) b =
        right_step ? NAME(load_lanes)(right + at, lanes) : (NAME(vector)) * right;
    NAME(store_lanes)(out + at, NAME(joined)(function, a, b), lanes);
  }
}

#define SIGNET_CASE(function)                                                   \
  case function:                                                                \
    if (left_step && right_step) {                                              \
      NAME(join_run)(function, left, 1, right, 1, out, count);                  \
    } else if (left_step) {                                                     \
      NAME(join_run)(function, left, 1, right, 0, out, count);                  \
    } else {                                                                    \
      NAME(join_run)(function, left, 0, right, right_step ? 1 : 0, out, count); \
    }                                                                           \
    return true

// Whether the function is one of those above.
static TARGET bool NAME(join)(
    signet_binary_function function, const float *left, bool left_step, const float *right,
    bool right_step, float *out, int64_t count) {
  switch (function) {
    SIGNET_CASE(SIGNET_ADD);
    SIGNET_CASE(SIGNET_SUBTRACT);
    SIGNET_CASE(SIGNET_MULTIPLY);
    SIGNET_CASE(SIGNET_DIVIDE);
    SIGNET_CASE(SIGNET_MINIMUM);
    SIGNET_CASE(SIGNET_MAXIMUM);
    default: return false;
  }
}
#undef SIGNET_CASE

// Whether a row of an operand is one run of as many numbers as the result's, or one number.
SIGNET_INLINE bool NAME(is_one_run)(const signet_view *view, int64_t channels) {
  return view->channels == channels ? view->width == 1 || view->pixel_stride == channels
                                    : view->width == 1 || view->pixel_stride == 0;
}

static TARGET void NAME(binary)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  const signet_binary *binary = arguments;
  SIGNET_REQUIRE_ROWS(&binary->out, images, from, to);
  const signet_view *view = &binary->out;
  const bool left_step = binary->left.channels == view->channels;
  const bool right_step = binary->right.channels == view->channels;
  const bool one_run = NAME(is_dense)(view) && NAME(is_one_run)(&binary->left, view->channels) &&
                       NAME(is_one_run)(&binary->right, view->channels);
  const int64_t count = one_run ? (int64_t)view->width * view->channels : view->channels;
  for (int64_t unit = from; unit < to; unit++) {
    const float *left = NAME(row_start)(&binary->left, unit);
    const float *right = NAME(row_start)(&binary->right, unit);
    float *out = NAME(row_start)(view, unit);
    for (int32_t run = 0; run < (one_run ? 1 : view->width); run++) {
      if (!NAME(join)(binary->function, left, left_step, right, right_step, out, count)) {
        signet_binary_run(arguments, images, from, to, scratch);
        return;
      }
      left += binary->left.pixel_stride;
      right += binary->right.pixel_stride;
      out += view->pixel_stride;
    }
  }
}

// weight, bias: NULL where there is none; step: 0 where one constant is for all channels
SIGNET_INLINE TARGET void NAME(constant_run)(
    const bool is_prelu, const float *in, const float *weight, const float *bias, int64_t step,
    float *out, int64_t count) {
  SIGNET_EACH_VECTOR(at, lanes, count) {
    const NAME(vector) x = NAME(load_lanes)(in + at, lanes);
    NAME(vector) value = x;
    if (weight) {
      value *= step ? NAME(load_lanes)(weight + at, lanes) : (NAME(vector)) * weight;
    }
    if (is_prelu) {
      value = x > 0 ? x : value;
    } else if (bias) {
      value += step ? NAME(load_lanes)(bias + at, lanes) : (NAME(vector)) * bias;
    }
    NAME(store_lanes)(out + at, value, lanes);
  }
}

static TARGET void NAME(constants)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_constants *constants = arguments;
  SIGNET_REQUIRE_ROWS(&constants->out, images, from, to);
  const signet_view *view = &constants->out;
  const int64_t step = constants->channel_stride;
  for (int64_t unit = from; unit < to; unit++) {
    const float *in = NAME(row_start)(&constants->in, unit);
    float *out = NAME(row_start)(view, unit);
    int64_t place = unit % view->height * constants->row_stride;
    for (int32_t x = 0; x < view->width; x++) {
      const float *weight = constants->weight ? constants->weight + place : NULL;
      const float *bias = constants->bias ? constants->bias + place : NULL;
      if (constants->prelu) {
        NAME(constant_run)(true, in, weight, bias, step, out, view->channels);
      } else {
        NAME(constant_run)(false, in, weight, bias, step, out, view->channels);
      }
      place += constants->pixel_stride;
      in += constants->in.pixel_stride;
      out += view->pixel_stride;
    }
  }
}

static TARGET void NAME(affine)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  (void)images;
  (void)scratch;
  const signet_affine *affine = arguments;
  SIGNET_REQUIRE_ROWS(&affine->out, images, from, to);
  const NAME(vector) low = affine->relu ? (NAME(vector))0.0f : (NAME(vector)) - __builtin_inff();
  for (int64_t unit = from; unit < to; unit++) {
    const float *in = NAME(row_start)(&affine->in, unit);
    float *out = NAME(row_start)(&affine->out, unit);
    for (int32_t x = 0; x < affine->out.width; x++) {
      SIGNET_EACH_VECTOR(at, lanes, affine->out.channels) {
        const NAME(vector) value =
            NAME(load_lanes)(in + at, lanes) * NAME(load_lanes)(affine->scale + at, lanes) +
            NAME(load_lanes)(affine->offset + at, lanes);
        NAME(store_lanes)(out + at, value < low ? low : value, lanes);
      }
      in += affine->in.pixel_stride;
      out += affine->out.pixel_stride;
    }
  }
}

// second: NULL where there is one input
SIGNET_INLINE TARGET void NAME(sum_run)(
    const float *first, const float *second, bool relu, float *out, int64_t count) {
  const NAME(vector) low = relu ? (NAME(vector))0.0f : (NAME(vector)) - __builtin_inff();
  SIGNET_EACH_VECTOR(at, lanes, count) {
    NAME(vector) value = NAME(load_lanes)(first + at, lanes);
    if (second) value += NAME(load_lanes)(second + at, lanes);
    NAME(store_lanes)(out + at, value < low ? low : value, lanes);
  }
}

// Further inputs, after the first two.
static TARGET void NAME(add_inputs)(const signet_sum *sum, int64_t unit) {
  for (int32_t input = 2; input < sum->count; input++) {
    const bool is_last = input == sum->count - 1;
    const float *in = NAME(row_start)(&sum->inputs[input], unit);
    float *out = NAME(row_start)(&sum->out, unit);
    for (int32_t x = 0; x < sum->out.width; x++) {
      for (int64_t c = 0; c < sum->out.channels; c++) {
        const float value = out[c] + in[c];
        out[c] = is_last && sum->relu && value < 0 ? 0 : value;
      }
      in += sum->inputs[input].pixel_stride;
      out += sum->out.pixel_stride;
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
  const signet_view *view = &sum->out, *first_view = &sum->inputs[0];
  const signet_view *second_view = sum->count > 1 ? &sum->inputs[1] : NULL;
  const bool dense = NAME(is_dense)(view) && NAME(is_dense)(first_view) &&
                     (!second_view || NAME(is_dense)(second_view));
  const int64_t count = dense ? (int64_t)view->width * view->channels : view->channels;
  for (int64_t unit = from; unit < to; unit++) {
    const float *first = NAME(row_start)(first_view, unit);
    const float *second = second_view ? NAME(row_start)(second_view, unit) : NULL;
    float *out = NAME(row_start)(view, unit);
    for (int32_t x = 0; x < (dense ? 1 : view->width); x++) {
      NAME(sum_run)(first, second, sum->relu && sum->count <= 2, out, count);
      first += first_view->pixel_stride;
      if (second) second += second_view->pixel_stride;
      out += view->pixel_stride;
    }
    NAME(add_inputs)(sum, unit);
  }
}
