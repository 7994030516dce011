#include "Guard.h"

#include <ATen/ops/abs.h>
#include <ATen/ops/add.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/div.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/ge.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/log.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/reciprocal.h>
#include <ATen/ops/rsub.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/square.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/where.h>

#include <cmath>

using namespace ctorch;

ctorch_tensor *ctorch_add(const ctorch_tensor *a, const ctorch_tensor *b) {
  return make([&] { return at::add(a->value, b->value); });
}

ctorch_tensor *ctorch_sub(const ctorch_tensor *a, const ctorch_tensor *b) {
  return make([&] { return at::sub(a->value, b->value); });
}

ctorch_tensor *ctorch_mul(const ctorch_tensor *a, const ctorch_tensor *b) {
  return make([&] { return at::mul(a->value, b->value); });
}

ctorch_tensor *ctorch_div(const ctorch_tensor *a, const ctorch_tensor *b) {
  return make([&] { return at::div(a->value, b->value); });
}

ctorch_tensor *ctorch_add_scalar(const ctorch_tensor *a, double b) {
  return make([&] { return at::add(a->value, b); });
}

ctorch_tensor *ctorch_mul_scalar(const ctorch_tensor *a, double b) {
  return make([&] { return at::mul(a->value, b); });
}

ctorch_tensor *ctorch_div_scalar(const ctorch_tensor *a, double b) {
  return make([&] { return at::div(a->value, b); });
}

ctorch_tensor *ctorch_rsub_scalar(const ctorch_tensor *a, double b) {
  return make([&] { return at::rsub(a->value, b); });
}

ctorch_tensor *ctorch_rdiv_scalar(const ctorch_tensor *a, double b) {
  return make([&] { return at::mul(at::reciprocal(a->value), b); });
}

ctorch_tensor *ctorch_neg(const ctorch_tensor *a) {
  return make([&] { return at::neg(a->value); });
}

ctorch_tensor *ctorch_sqrt(const ctorch_tensor *a) {
  return make([&] { return at::sqrt(a->value); });
}

ctorch_tensor *ctorch_square(const ctorch_tensor *a) {
  return make([&] { return at::square(a->value); });
}

ctorch_tensor *ctorch_exp(const ctorch_tensor *a) {
  return make([&] { return at::exp(a->value); });
}

ctorch_tensor *ctorch_log(const ctorch_tensor *a) {
  return make([&] { return at::log(a->value); });
}

ctorch_tensor *ctorch_abs(const ctorch_tensor *a) {
  return make([&] { return at::abs(a->value); });
}

ctorch_tensor *ctorch_sign(const ctorch_tensor *a) {
  return make([&] { return at::sign(a->value); });
}

ctorch_tensor *ctorch_isfinite(const ctorch_tensor *a) {
  return make([&] { return at::isfinite(a->value); });
}

ctorch_tensor *ctorch_clamp(const ctorch_tensor *a, double low, double high) {
  return make([&] {
    auto bound = [](double limit) {
      return std::isinf(limit) ? std::nullopt : std::optional<at::Scalar>(limit);
    };
    if (std::isinf(low) && std::isinf(high)) return a->value.alias();
    return at::clamp(a->value, bound(low), bound(high));
  });
}

ctorch_tensor *ctorch_maximum(const ctorch_tensor *a, const ctorch_tensor *b) {
  return make([&] { return at::maximum(a->value, b->value); });
}

ctorch_tensor *ctorch_eq(const ctorch_tensor *a, const ctorch_tensor *b) {
  return make([&] { return at::eq(a->value, b->value); });
}

ctorch_tensor *ctorch_ge(const ctorch_tensor *a, const ctorch_tensor *b) {
  return make([&] { return at::ge(a->value, b->value); });
}

ctorch_tensor *ctorch_ge_scalar(const ctorch_tensor *a, double b) {
  return make([&] { return at::ge(a->value, b); });
}

ctorch_tensor *ctorch_where(const ctorch_tensor *condition, const ctorch_tensor *a, const ctorch_tensor *b) {
  return make([&] { return at::where(condition->value, a->value, b->value); });
}

ctorch_tensor *ctorch_matmul(const ctorch_tensor *a, const ctorch_tensor *b) {
  return make([&] { return at::matmul(a->value, b->value); });
}
