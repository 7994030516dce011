#include "Guard.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/flatten.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/narrow.h>
#include <ATen/ops/permute.h>
#include <ATen/ops/reshape.h>
#include <ATen/ops/slice.h>
#include <ATen/ops/squeeze.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/transpose.h>
#include <ATen/ops/unsqueeze.h>

using namespace ctorch;

ctorch_tensor *ctorch_reshape(const ctorch_tensor *a, const intptr_t *shape, intptr_t rank) {
  return make([&] { return at::reshape(a->value, sizes(shape, rank)); });
}

ctorch_tensor *ctorch_expand(const ctorch_tensor *a, const intptr_t *shape, intptr_t rank) {
  return make([&] { return a->value.expand(sizes(shape, rank)); });
}

ctorch_tensor *ctorch_permute(const ctorch_tensor *a, const intptr_t *order, intptr_t rank) {
  return make([&] { return at::permute(a->value, sizes(order, rank)); });
}

ctorch_tensor *ctorch_transpose(const ctorch_tensor *a, intptr_t dim0, intptr_t dim1) {
  return make([&] { return at::transpose(a->value, static_cast<int64_t>(dim0), static_cast<int64_t>(dim1)); });
}

ctorch_tensor *ctorch_flatten(const ctorch_tensor *a, intptr_t start_dim, intptr_t end_dim) {
  return make([&] { return at::flatten(a->value, static_cast<int64_t>(start_dim), static_cast<int64_t>(end_dim)); });
}

ctorch_tensor *ctorch_squeeze(const ctorch_tensor *a, intptr_t dim) {
  return make([&] { return at::squeeze(a->value, static_cast<int64_t>(dim)); });
}

ctorch_tensor *ctorch_unsqueeze(const ctorch_tensor *a, intptr_t dim) {
  return make([&] { return at::unsqueeze(a->value, dim); });
}

ctorch_tensor *ctorch_narrow(const ctorch_tensor *a, intptr_t dim, intptr_t start, intptr_t length) {
  return make([&] { return at::narrow(a->value, dim, static_cast<int64_t>(start), static_cast<int64_t>(length)); });
}

ctorch_tensor *ctorch_slice(const ctorch_tensor *a, intptr_t dim, intptr_t start, intptr_t end, intptr_t step) {
  return make([&] { return at::slice(a->value, dim, start, end, step); });
}

ctorch_tensor *ctorch_index_select(const ctorch_tensor *a, intptr_t dim, const ctorch_tensor *index) {
  return make([&] { return at::index_select(a->value, static_cast<int64_t>(dim), index->value); });
}

ctorch_tensor *ctorch_flip(const ctorch_tensor *a, const intptr_t *dims, intptr_t count) {
  return make([&] { return at::flip(a->value, sizes(dims, count)); });
}

ctorch_tensor *ctorch_cat(const ctorch_tensor *const *parts, intptr_t count, intptr_t dim) {
  return make([&] { return at::cat(list(parts, count), static_cast<int64_t>(dim)); });
}

ctorch_tensor *ctorch_pad(const ctorch_tensor *a, const intptr_t *amounts, intptr_t count, double value) {
  return make([&] { return at::constant_pad_nd(a->value, sizes(amounts, count), value); });
}
