#include "Guard.h"

#include <ATen/ops/ceil.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/elu.h>
#include <ATen/ops/erf.h>
#include <ATen/ops/floor.h>
#include <ATen/ops/fmod.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/le.h>
#include <ATen/ops/lt.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/prod.h>
#include <ATen/ops/round.h>
#include <ATen/ops/sin.h>

using namespace ctorch;

ctorch_tensor *ctorch_floor(const ctorch_tensor *a) {
  return make([&] { return at::floor(a->value); });
}

ctorch_tensor *ctorch_ceil(const ctorch_tensor *a) {
  return make([&] { return at::ceil(a->value); });
}

ctorch_tensor *ctorch_round(const ctorch_tensor *a) {
  return make([&] { return at::round(a->value); });
}

ctorch_tensor *ctorch_sin(const ctorch_tensor *a) {
  return make([&] { return at::sin(a->value); });
}

ctorch_tensor *ctorch_cos(const ctorch_tensor *a) {
  return make([&] { return at::cos(a->value); });
}

ctorch_tensor *ctorch_erf(const ctorch_tensor *a) {
  return make([&] { return at::erf(a->value); });
}

ctorch_tensor *ctorch_gelu(const ctorch_tensor *a, bool by_tanh) {
  return make([&] { return at::gelu(a->value, by_tanh ? "tanh" : "none"); });
}

ctorch_tensor *ctorch_elu(const ctorch_tensor *a, double scale, double gain, double reach) {
  return make([&] { return at::elu(a->value, scale, gain, 1 / reach); });
}

ctorch_tensor *ctorch_pow(const ctorch_tensor *a, const ctorch_tensor *b) {
  return make([&] { return at::pow(a->value, b->value); });
}

ctorch_tensor *ctorch_fmod(const ctorch_tensor *a, const ctorch_tensor *b) {
  return make([&] { return at::fmod(a->value, b->value); });
}

ctorch_tensor *ctorch_minimum(const ctorch_tensor *a, const ctorch_tensor *b) {
  return make([&] { return at::minimum(a->value, b->value); });
}

ctorch_tensor *ctorch_lt(const ctorch_tensor *a, const ctorch_tensor *b) {
  return make([&] { return at::lt(a->value, b->value); });
}

ctorch_tensor *ctorch_le(const ctorch_tensor *a, const ctorch_tensor *b) {
  return make([&] { return at::le(a->value, b->value); });
}

ctorch_tensor *ctorch_prod(const ctorch_tensor *a, intptr_t dim) {
  return make([&] { return at::prod(a->value, dim); });
}
