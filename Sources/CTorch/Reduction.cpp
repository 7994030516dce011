#include "Guard.h"

#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/norm.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/var.h>

#include <numeric>

using namespace ctorch;

namespace {
// libtorch takes "no dimensions" for all of them in some reductions and refuses it in others.
at::DimVector reduced(const ctorch_tensor *a, const intptr_t *dims, intptr_t count) {
  if (count > 0) return sizes(dims, count);
  at::DimVector all(a->value.dim());
  std::iota(all.begin(), all.end(), 0);
  return all;
}
}  // namespace

ctorch_tensor *ctorch_sum(const ctorch_tensor *a, const intptr_t *dims, intptr_t count, bool keep) {
  return make([&] { return at::sum(a->value, reduced(a, dims, count), keep); });
}

ctorch_tensor *ctorch_mean(const ctorch_tensor *a, const intptr_t *dims, intptr_t count, bool keep) {
  return make([&] { return at::mean(a->value, reduced(a, dims, count), keep); });
}

ctorch_tensor *ctorch_var(const ctorch_tensor *a, const intptr_t *dims, intptr_t count, bool unbiased, bool keep) {
  return make([&] { return at::var(a->value, reduced(a, dims, count), unbiased, keep); });
}

ctorch_tensor *ctorch_amax(const ctorch_tensor *a, const intptr_t *dims, intptr_t count, bool keep) {
  return make([&] { return at::amax(a->value, reduced(a, dims, count), keep); });
}

ctorch_tensor *ctorch_amin(const ctorch_tensor *a, const intptr_t *dims, intptr_t count, bool keep) {
  return make([&] { return at::amin(a->value, reduced(a, dims, count), keep); });
}

ctorch_tensor *ctorch_norm(const ctorch_tensor *a) {
  return make([&] { return at::norm(a->value); });
}

ctorch_tensor *ctorch_argmax(const ctorch_tensor *a, intptr_t dim, bool keep) {
  return make([&] { return at::argmax(a->value, dim, keep); });
}
