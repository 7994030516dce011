// Loops over libtorch's threads. at::parallel_for is a plain loop in code that is compiled without
// OpenMP; the loops over tensors' elements, which are inside the library, are not.
#pragma once

#include <ATen/TensorIterator.h>
#include <ATen/ops/arange.h>

namespace ctorch {

// body(i) for all i below count, neighbours mostly on one thread.
template <class Body>
void for_each_index(int64_t count, const Body &body) {
  if (count <= 1) {
    if (count == 1) body(0);
    return;
  }
  auto indices = at::arange(count, at::kLong);
  auto iterator = at::TensorIterator::nullary_op(indices);
  iterator.for_each(
      [&](char **data, const int64_t *strides, int64_t n) {
        for (int64_t i = 0; i < n; ++i) body(*reinterpret_cast<const int64_t *>(data[0] + i * strides[0]));
      },
      /*grain_size=*/1);
}

}  // namespace ctorch
