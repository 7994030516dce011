#include "Guard.h"

#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <c10/core/GradMode.h>

using namespace ctorch;

namespace {

// The fused kernels walk the memory of parameter, gradient and state side by side, so all must
// have one layout; a gradient may come in another one (channels-last) and is then rearranged.
std::vector<at::Tensor> aligned(std::vector<at::Tensor> gradients, const std::vector<at::Tensor> &parameters) {
  for (size_t i = 0; i < gradients.size(); ++i) {
    TORCH_CHECK(gradients[i].sizes() == parameters[i].sizes(), "parameter ", i, " has shape ", parameters[i].sizes(),
                ", its gradient ", gradients[i].sizes());
    if (gradients[i].strides() == parameters[i].strides() &&
        gradients[i].scalar_type() == parameters[i].scalar_type()) {
      continue;
    }
    gradients[i] = at::empty_like(parameters[i]).copy_(gradients[i]);
  }
  return gradients;
}

void check_state(const std::vector<at::Tensor> &state, const std::vector<at::Tensor> &parameters) {
  for (size_t i = 0; i < state.size(); ++i) {
    TORCH_CHECK(state[i].sizes() == parameters[i].sizes() && state[i].strides() == parameters[i].strides() &&
                    state[i].scalar_type() == parameters[i].scalar_type(),
                "optimiser state ", i, " does not match its parameter: ", state[i].sizes(), " and ",
                parameters[i].sizes());
  }
}

void check_dense(const std::vector<at::Tensor> &parameters) {
  for (const auto &parameter : parameters) {
    TORCH_CHECK(parameter.is_non_overlapping_and_dense(), "a parameter is a view with gaps: ", parameter.sizes());
  }
}

}  // namespace

int ctorch_sgd_step(ctorch_tensor *const *parameters, ctorch_tensor *const *gradients, ctorch_tensor *const *buffers,
                    intptr_t count, ctorch_sgd_options options) {
  return attempt([&] {
    c10::NoGradGuard guard;
    const auto weights = list(parameters, count);
    check_dense(weights);
    const auto state = buffers ? list(buffers, count) : std::vector<at::Tensor>();
    check_state(state, weights);
    at::_fused_sgd_(weights, aligned(list(gradients, count), weights), state, options.weight_decay, options.momentum,
                    options.learning_rate, options.dampening, options.nesterov, /*maximize=*/false,
                    options.first_step);
  });
}

int ctorch_adam_step(ctorch_tensor *const *parameters, ctorch_tensor *const *gradients, ctorch_tensor *const *means,
                     ctorch_tensor *const *squares, intptr_t count, ctorch_adam_options options) {
  return attempt([&] {
    c10::NoGradGuard guard;
    const auto weights = list(parameters, count);
    check_dense(weights);
    const auto first = list(means, count), second = list(squares, count);
    check_state(first, weights);
    check_state(second, weights);
    const auto step = at::full({}, static_cast<double>(options.step),
                               weights.empty() ? at::TensorOptions() : weights[0].options().dtype(at::kFloat));
    const std::vector<at::Tensor> steps(static_cast<size_t>(count), step);
    const auto slopes = aligned(list(gradients, count), weights);
    if (options.decoupled) {
      at::_fused_adamw_(weights, slopes, first, second, {}, steps, options.learning_rate, options.beta1, options.beta2,
                        options.weight_decay, options.epsilon, /*amsgrad=*/false, /*maximize=*/false);
    } else {
      at::_fused_adam_(weights, slopes, first, second, {}, steps, options.learning_rate, options.beta1, options.beta2,
                       options.weight_decay, options.epsilon, /*amsgrad=*/false, /*maximize=*/false);
    }
  });
}

int ctorch_clip_gradients(ctorch_tensor *const *gradients, intptr_t count, double limit, double *norm) {
  return attempt([&] {
    c10::NoGradGuard guard;
    *norm = 0;
    if (count == 0) return;
    const auto slopes = list(gradients, count);
    *norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(slopes))).item().toDouble();
    // The same small constant as PyTorch's clip_grad_norm_.
    const double factor = limit / (*norm + 1e-6);
    if (factor < 1) at::_foreach_mul_(slopes, factor);
  });
}
