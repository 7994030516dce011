#include "Guard.h"

#include <c10/core/GradMode.h>

using namespace ctorch;

int ctorch_set_requires_grad(ctorch_tensor *tensor, bool value) {
  return attempt([&] { tensor->value.set_requires_grad(value); });
}

bool ctorch_requires_grad(const ctorch_tensor *tensor) { return tensor->value.requires_grad(); }

int ctorch_grad(const ctorch_tensor *tensor, ctorch_tensor **grad) {
  return attempt([&] {
    const auto &value = tensor->value.grad();
    *grad = value.defined() ? new ctorch_tensor{value} : nullptr;
  });
}

int ctorch_set_grad(ctorch_tensor *tensor, const ctorch_tensor *grad) {
  return attempt([&] { tensor->value.mutable_grad() = grad ? grad->value : at::Tensor(); });
}

int ctorch_backward(const ctorch_tensor *tensor, const ctorch_tensor *seed, bool retain_graph) {
  return attempt([&] { tensor->value.backward(seed ? seed->value : at::Tensor(), retain_graph); });
}

bool ctorch_set_grad_enabled(bool enabled) {
  const bool previous = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(enabled);
  return previous;
}

bool ctorch_grad_enabled(void) { return c10::GradMode::is_enabled(); }
