#include "Guard.h"

#include <ATen/ops/abs.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/flatten.h>
#include <ATen/ops/ge.h>
#include <ATen/ops/le.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/where.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "Parallel.h"

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

struct Extent {
  int64_t codes, filters, length;  // K, O, S

  // body(filter) for all; about 32 Ki elements a task, below which a second thread costs more than it
  // gives.
  template <class Body>
  void for_filters(const Body &body) const {
    const int64_t grain = std::max<int64_t>(1, 32768 / std::max<int64_t>(1, codes * length));
    ctorch::for_each_index((filters + grain - 1) / grain, [&](int64_t task) {
      for (int64_t o = task * grain; o < std::min(filters, (task + 1) * grain); ++o) body(o);
    });
  }
};

Extent extent(const at::Tensor &latent, const at::Tensor &scale) {
  TORCH_CHECK(latent.dim() >= 2 && scale.dim() == 2 && latent.size(0) == scale.size(0) &&
                  latent.size(1) == scale.size(1),
              "latent weights K x O x ... and scales K x O do not agree: ", latent.sizes(), " and ", scale.sizes());
  TORCH_CHECK(latent.scalar_type() == at::kFloat && scale.scalar_type() == at::kFloat,
              "latent weights and scales must be float32, got ", latent.scalar_type(), " and ", scale.scalar_type());
  const int64_t filters = latent.size(0) * latent.size(1);
  return {latent.size(0), latent.size(1), filters > 0 ? latent.numel() / filters : 0};
}

// out[o, s] = Σ_k scale[k, o] · sign(latent[k, o, s]), with sign(0) = +1
void reconstruct(const Extent &e, const float *latent, const float *scale, float *out) {
  e.for_filters([&](int64_t o) {
    float *row = out + o * e.length;
    for (int64_t k = 0; k < e.codes; ++k) {
      const float *w = latent + (k * e.filters + o) * e.length;
      const float a = scale[k * e.filters + o];
      if (k == 0) {
        for (int64_t s = 0; s < e.length; ++s) row[s] = w[s] >= 0 ? a : -a;
      } else {
        for (int64_t s = 0; s < e.length; ++s) row[s] += w[s] >= 0 ? a : -a;
      }
    }
  });
}

// One pass over one filter: its latent gradient (where wanted) and, as result, its scale gradient.
float backpropagate(int64_t length, const float *grad, const float *w, float a, float clip, float *latent_grad) {
  // Sixteen partial sums let the compiler use vector registers without reordering the sum at will.
  constexpr int64_t lanes = 16;
  float partial[lanes] = {};
  const int64_t body = length - length % lanes;
  for (int64_t s = 0; s < body; s += lanes) {
    for (int64_t j = 0; j < lanes; ++j) partial[j] += w[s + j] >= 0 ? grad[s + j] : -grad[s + j];
  }
  double sum = 0;
  for (int64_t s = body; s < length; ++s) sum += w[s] >= 0 ? grad[s] : -grad[s];
  for (float lane : partial) sum += lane;
  if (latent_grad) {
    for (int64_t s = 0; s < length; ++s) latent_grad[s] = std::fabs(w[s]) <= clip ? a * grad[s] : 0;
  }
  return static_cast<float>(sum);
}

// The same in libtorch's own operations, for devices other than the processor.
at::Tensor reconstructed(const at::Tensor &latent, const at::Tensor &scale) {
  auto shape = scale.sizes().vec();
  shape.resize(static_cast<size_t>(latent.dim()), 1);
  const auto a = scale.reshape(shape);
  return at::where(latent.ge(0), a, a.neg()).sum(0);
}

variable_list backpropagated(const at::Tensor &grad, const at::Tensor &latent, const at::Tensor &scale, double clip,
                             bool wants_latent) {
  auto shape = scale.sizes().vec();
  const auto g = grad.unsqueeze(0);
  const auto signed_grad = at::where(latent.ge(0), g, g.neg());
  auto scale_grad = signed_grad.flatten(2).sum(2);
  shape.resize(static_cast<size_t>(latent.dim()), 1);
  auto latent_grad = wants_latent ? at::mul(at::mul(g, scale.reshape(shape)), latent.abs().le(clip)) : at::Tensor();
  return {latent_grad, scale_grad, at::Tensor()};
}

struct BinaryWeight : torch::autograd::Function<BinaryWeight> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &latent, const at::Tensor &scale, double clip) {
    const auto e = extent(latent, scale);
    const auto w = latent.contiguous(), a = scale.contiguous();
    context->save_for_backward({w, a});
    context->saved_data["clip"] = clip;
    if (!w.is_cpu()) return reconstructed(w, a);
    auto out = at::empty(latent.sizes().slice(1), latent.options());
    reconstruct(e, w.const_data_ptr<float>(), a.const_data_ptr<float>(), out.mutable_data_ptr<float>());
    return out;
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &latent = saved[0], &scale = saved[1];
    const auto e = extent(latent, scale);
    const auto clip = static_cast<float>(context->saved_data["clip"].toDouble());
    const auto grad = gradients[0].to(at::kFloat).contiguous();
    if (!latent.is_cpu()) {
      const double limit = context->saved_data["clip"].toDouble();
      return backpropagated(grad, latent, scale, limit, context->needs_input_grad(0));
    }
    auto scale_grad = at::empty_like(scale);
    const bool wants_latent = context->needs_input_grad(0);
    auto latent_grad = wants_latent ? at::empty_like(latent) : at::Tensor();

    const float *g = grad.const_data_ptr<float>(), *w = latent.const_data_ptr<float>();
    const float *a = scale.const_data_ptr<float>();
    float *dw = wants_latent ? latent_grad.mutable_data_ptr<float>() : nullptr;
    float *da = scale_grad.mutable_data_ptr<float>();
    e.for_filters([&](int64_t o) {
      for (int64_t k = 0; k < e.codes; ++k) {
        const int64_t row = k * e.filters + o;
        da[row] = backpropagate(e.length, g + o * e.length, w + row * e.length, a[row], clip,
                                dw ? dw + row * e.length : nullptr);
      }
    });
    return {latent_grad, scale_grad, at::Tensor()};
  }
};

}  // namespace

ctorch_tensor *ctorch_binary_weight(const ctorch_tensor *latent, const ctorch_tensor *scale, double clip) {
  return ctorch::make([&] { return BinaryWeight::apply(latent->value, scale->value, clip); });
}
