#include "Guard.h"

#include <ATen/ops/hardsigmoid.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/prelu.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tanh.h>

using namespace ctorch;

ctorch_tensor *ctorch_relu(const ctorch_tensor *a) {
  return make([&] { return at::relu(a->value); });
}

int ctorch_relu_(ctorch_tensor *a) {
  return attempt([&] { at::relu_(a->value); });
}

ctorch_tensor *ctorch_leaky_relu(const ctorch_tensor *a, double slope) {
  return make([&] { return at::leaky_relu(a->value, slope); });
}

ctorch_tensor *ctorch_prelu(const ctorch_tensor *a, const ctorch_tensor *slope) {
  return make([&] { return at::prelu(a->value, slope->value); });
}

ctorch_tensor *ctorch_sigmoid(const ctorch_tensor *a) {
  return make([&] { return at::sigmoid(a->value); });
}

ctorch_tensor *ctorch_tanh(const ctorch_tensor *a) {
  return make([&] { return at::tanh(a->value); });
}

ctorch_tensor *ctorch_hardswish(const ctorch_tensor *a) {
  return make([&] { return at::hardswish(a->value); });
}

ctorch_tensor *ctorch_hardsigmoid(const ctorch_tensor *a) {
  return make([&] { return at::hardsigmoid(a->value); });
}

ctorch_tensor *ctorch_softmax(const ctorch_tensor *a, intptr_t dim) {
  return make([&] { return at::softmax(a->value, static_cast<int64_t>(dim)); });
}

ctorch_tensor *ctorch_log_softmax(const ctorch_tensor *a, intptr_t dim) {
  return make([&] { return at::log_softmax(a->value, static_cast<int64_t>(dim)); });
}
