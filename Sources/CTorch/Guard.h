// What every file of the shim shares: the handle types and the wall that no exception passes.
#pragma once

// One header per operator: a quarter of the compile time of including all of ATen.
#define AT_PER_OPERATOR_HEADERS
#include <ATen/core/Tensor.h>
#include <ATen/DimVector.h>

#include "CTorch.h"

struct ctorch_tensor {
  at::Tensor value;
};

namespace ctorch {

// Call inside `catch (...)`: keeps the text of the exception in flight for this thread.
void remember_error() noexcept;

template <class Body>
ctorch_tensor *make(Body &&body) noexcept {
  try {
    return new ctorch_tensor{body()};
  } catch (...) {
    remember_error();
    return nullptr;
  }
}

template <class Body>
int attempt(Body &&body) noexcept {
  try {
    body();
    return 0;
  } catch (...) {
    remember_error();
    return 1;
  }
}

// `intptr_t` and `int64_t` are distinct types on some systems, so sizes are copied, not cast.
inline at::DimVector sizes(const intptr_t *values, intptr_t count) {
  return at::DimVector(values, values + count);
}

inline std::array<int64_t, 2> pair(ctorch_size2 size) {
  return {static_cast<int64_t>(size.height), static_cast<int64_t>(size.width)};
}

inline std::optional<at::Tensor> optional(const ctorch_tensor *tensor) {
  return tensor ? std::optional<at::Tensor>(tensor->value) : std::nullopt;
}

template <class Handle>
std::vector<at::Tensor> list(Handle *const *tensors, intptr_t count) {
  std::vector<at::Tensor> values;
  values.reserve(static_cast<size_t>(count));
  for (intptr_t i = 0; i < count; ++i) values.push_back(tensors[i]->value);
  return values;
}

at::ScalarType scalar_type(ctorch_dtype dtype);
ctorch_dtype dtype_of(at::ScalarType type);

}  // namespace ctorch
