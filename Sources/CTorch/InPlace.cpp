#include "Guard.h"

#include <cmath>

using namespace ctorch;

int ctorch_copy_(ctorch_tensor *a, const ctorch_tensor *source) {
  return attempt([&] { a->value.copy_(source->value); });
}

int ctorch_zero_(ctorch_tensor *a) {
  return attempt([&] { a->value.zero_(); });
}

int ctorch_add_(ctorch_tensor *a, const ctorch_tensor *b, double scale) {
  return attempt([&] { a->value.add_(b->value, scale); });
}

int ctorch_add_scalar_(ctorch_tensor *a, double b) {
  return attempt([&] { a->value.add_(b); });
}

int ctorch_mul_(ctorch_tensor *a, const ctorch_tensor *b) {
  return attempt([&] { a->value.mul_(b->value); });
}

int ctorch_mul_scalar_(ctorch_tensor *a, double b) {
  return attempt([&] { a->value.mul_(b); });
}

int ctorch_clamp_(ctorch_tensor *a, double low, double high) {
  return attempt([&] {
    if (!std::isinf(low)) a->value.clamp_min_(low);
    if (!std::isinf(high)) a->value.clamp_max_(high);
  });
}

int ctorch_lerp_(ctorch_tensor *a, const ctorch_tensor *end, double weight) {
  return attempt([&] { a->value.lerp_(end->value, weight); });
}
