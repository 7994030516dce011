// Exponentials and what is made of them. What is not a number stays. A
// template, like rowwise/lanes.h, which comes before; RECIPROCAL(x) is 1 / x of numbers from 1 on,
// which may be off by two units in the last place.
//
// e^x = 2^n · e^r with n = round(x / ln 2), so that |r| ≤ ln 2 / 2, and e^r by its series to the
// seventh power: what is left out is less than 6·10⁻⁹ of it, a tenth of what rounding costs.

SIGNET_INLINE TARGET NAME(vector) NAME(clip)(NAME(vector) x, float low, float high) {
  x = x < low ? (NAME(vector))low : x;
  return x > high ? (NAME(vector))high : x;
}

// e^r · 2^n, n whole; as two factors, so that neither leaves the range of floats before the product
// does.
SIGNET_INLINE TARGET NAME(vector) NAME(scaled_series)(NAME(vector) r, NAME(vector_bits) n) {
  NAME(vector) sum = r * (1.0f / 5040) + 1.0f / 720;
  sum = sum * r + 1.0f / 120;
  sum = sum * r + 1.0f / 24;
  sum = sum * r + 1.0f / 6;
  sum = sum * r + 0.5f;
  sum = sum * r + 1.0f;
  sum = sum * r + 1.0f;
  const NAME(vector_bits) half = n >> 1;
  return sum * (NAME(vector))((half + 127) << 23) * (NAME(vector))((n - half + 127) << 23);
}

SIGNET_INLINE TARGET NAME(vector) NAME(exp)(NAME(vector) x) {
  // Past these the result is 0 or infinite.
  x = NAME(clip)(x, -104, 89);
  // Adding a number whose last bit is 1 rounds to whole numbers, which then stand in the low bits.
  const float rounding = 0x1.8p23f;
  const NAME(vector) shifted = x * 1.44269504f + rounding;
  const NAME(vector) whole = shifted - rounding;
  // ln 2 as a sum, whose first part has few enough bits to be multiplied exactly.
  const NAME(vector) r = (x - whole * 0x1.62e4p-1f) - whole * 0x1.7f7d1cp-20f;
  const NAME(vector_bits) n =
      (NAME(vector_bits))shifted - (NAME(vector_bits))((NAME(vector))rounding);
  return NAME(scaled_series)(r, n);
}

// 1 + e^−x, of which neither the large nor the small ones matter that leave the range of floats: one
// factor does, and the series to the sixth power, as the sum has no more bits.
SIGNET_INLINE TARGET NAME(vector) NAME(logistic_divisor)(NAME(vector) x) {
  x = NAME(clip)(x, -87, 87);
  const float rounding = 0x1.8p23f;
  const NAME(vector) shifted = x * -1.44269504f + rounding;
  const NAME(vector) whole = shifted - rounding;
  const NAME(vector) r = (-x - whole * 0x1.62e4p-1f) - whole * 0x1.7f7d1cp-20f;
  NAME(vector) sum = r * (1.0f / 720) + 1.0f / 120;
  sum = sum * r + 1.0f / 24;
  sum = sum * r + 1.0f / 6;
  sum = sum * r + 0.5f;
  sum = sum * r + 1.0f;
  sum = sum * r + 1.0f;
  // Adds n to the exponent: the low bits of `shifted` are n, and what else they are is shifted out.
  const NAME(vector_bits) exponent = (NAME(vector_bits))shifted << 23;
  return 1 + (NAME(vector))((NAME(vector_bits))sum + exponent);
}

SIGNET_INLINE TARGET NAME(vector) NAME(sigmoid)(NAME(vector) x) {
  return RECIPROCAL(NAME(logistic_divisor)(x));
}

SIGNET_INLINE TARGET NAME(vector) NAME(silu)(NAME(vector) x) {
  return x * RECIPROCAL(NAME(logistic_divisor)(x));
}

SIGNET_INLINE TARGET NAME(vector) NAME(magnitude)(NAME(vector) x) {
  return (NAME(vector))((NAME(vector_bits))x & 0x7fffffff);
}

// The magnitude of one number with the sign of another.
SIGNET_INLINE TARGET NAME(vector) NAME(signed_as)(NAME(vector) magnitude, NAME(vector) sign) {
  const NAME(vector_bits) bit = (NAME(vector_bits))sign & (int32_t)0x80000000;
  return (NAME(vector))((NAME(vector_bits))magnitude | bit);
}

// Around zero, where the other formula cancels, the series up to x¹⁵; what is left out is less than
// 2·10⁻⁹ of it.
SIGNET_INLINE TARGET NAME(vector) NAME(tanh)(NAME(vector) x) {
  const NAME(vector) square = x * x;
  NAME(vector) series = square * (-929569.0f / 638512875.0f) + 21844.0f / 6081075;
  series = series * square - 1382.0f / 155925;
  series = series * square + 62.0f / 2835;
  series = series * square - 17.0f / 315;
  series = series * square + 2.0f / 15;
  series = series * square - 1.0f / 3;
  series = x + x * square * series;
  const NAME(vector) magnitude = NAME(magnitude)(x);
  const NAME(vector) far = NAME(signed_as)(1 - 2 / (1 + NAME(exp)(2 * magnitude)), x);
  return magnitude < 0.5f ? series : far;
}

// x/2 · (1 + tanh(u)) is x / (1 + e^−2u).
SIGNET_INLINE TARGET NAME(vector) NAME(gelu_tanh)(NAME(vector) x) {
  const NAME(vector) u = 0.79788456f * (x + 0.044715f * x * x * x);
  return x * RECIPROCAL(NAME(logistic_divisor)(2 * u));
}

// Abramowitz and Stegun, 7.1.26: off by at most 1.5·10⁻⁷.
SIGNET_INLINE TARGET NAME(vector) NAME(erf)(NAME(vector) x) {
  const NAME(vector) magnitude = NAME(magnitude)(x);
  const NAME(vector) t = 1 / (1 + 0.3275911f * magnitude);
  NAME(vector) sum = t * 1.061405429f - 1.453152027f;
  sum = sum * t + 1.421413741f;
  sum = sum * t - 0.284496736f;
  sum = sum * t + 0.254829592f;
  return NAME(signed_as)(1 - sum * t * NAME(exp)(-magnitude * magnitude), x);
}

SIGNET_INLINE TARGET NAME(vector) NAME(gelu)(NAME(vector) x) {
  return 0.5f * x * (1 + NAME(erf)(x * 0.70710678f));
}

// x · tanh(ln(1 + e^x)), with tanh(ln a) = (a² − 1) / (a² + 1). Past 20 the quotient is 1.
SIGNET_INLINE TARGET NAME(vector) NAME(mish)(NAME(vector) x) {
  const NAME(vector) power = NAME(exp)(x > 20 ? (NAME(vector))20 : x);
  const NAME(vector) excess = power * (power + 2);
  return x * (excess / (excess + 2));
}
