// Activations of whole rows. A template; rowwise/functions.h comes before. Functions that few
// networks have stay with rowwise/elementwise.c.

SIGNET_INLINE TARGET NAME(vector)
    NAME(activated)(const signet_function function, float a, float b, NAME(vector) x) {
  switch (function) {
    case SIGNET_LEAKY_RELU: return x > 0 ? x : a * x;
    case SIGNET_CLIP: return NAME(clip)(x, a, b);
    case SIGNET_SIGMOID: return NAME(sigmoid)(x);
    case SIGNET_HARD_SIGMOID: return NAME(clip)(a * x + b, 0, 1);
    case SIGNET_HARD_SWISH: return x * NAME(clip)(x * (1.0f / 6) + 0.5f, 0, 1);
    case SIGNET_SILU: return NAME(silu)(x);
    case SIGNET_EXP: return NAME(exp)(x);
    case SIGNET_TANH: return NAME(tanh)(x);
    case SIGNET_GELU: return NAME(gelu)(x);
    case SIGNET_GELU_TANH: return NAME(gelu_tanh)(x);
    case SIGNET_MISH: return NAME(mish)(x);
    default: return x;
  }
}

SIGNET_INLINE TARGET void NAME(activate_run)(
    const signet_function function, const signet_activation *activation, const float *in,
    float *out, int64_t count) {
  const float a = activation->a, b = activation->b;
  SIGNET_EACH_VECTOR(at, lanes, count) {
    const NAME(vector) x = NAME(load_lanes)(in + at, lanes);
    NAME(store_lanes)(out + at, NAME(activated)(function, a, b, x), lanes);
  }
}

#define SIGNET_CASE(function) \
  case function: NAME(activate_run)(function, activation, in, out, count); return true

// Whether the function is one of those above.
static TARGET bool NAME(activate)(
    const signet_activation *activation, const float *in, float *out, int64_t count) {
  switch (activation->function) {
    SIGNET_CASE(SIGNET_LEAKY_RELU);
    SIGNET_CASE(SIGNET_CLIP);
    SIGNET_CASE(SIGNET_SIGMOID);
    SIGNET_CASE(SIGNET_HARD_SIGMOID);
    SIGNET_CASE(SIGNET_HARD_SWISH);
    SIGNET_CASE(SIGNET_SILU);
    SIGNET_CASE(SIGNET_EXP);
    SIGNET_CASE(SIGNET_TANH);
    SIGNET_CASE(SIGNET_GELU);
    SIGNET_CASE(SIGNET_GELU_TANH);
    SIGNET_CASE(SIGNET_MISH);
    default: return false;
  }
}
#undef SIGNET_CASE

static TARGET void NAME(activation)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch) {
  const signet_activation *activation = arguments;
  SIGNET_REQUIRE_ROWS(&activation->out, images, from, to);
  const signet_view *in_view = &activation->in, *out_view = &activation->out;
  const bool dense = NAME(is_dense)(in_view) && NAME(is_dense)(out_view);
  const int64_t count = dense ? (int64_t)out_view->width * out_view->channels : out_view->channels;
  for (int64_t unit = from; unit < to; unit++) {
    const float *in = NAME(row_start)(in_view, unit);
    float *out = NAME(row_start)(out_view, unit);
    for (int32_t run = 0; run < (dense ? 1 : out_view->width); run++) {
      if (!NAME(activate)(activation, in, out, count)) {
        signet_activation_run(arguments, images, from, to, scratch);
        return;
      }
      in += in_view->pixel_stride;
      out += out_view->pixel_stride;
    }
  }
}
