#include "Guard.h"

#include <ATen/ops/add.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/relu.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "BatchNormLoops.h"
#include "Parallel.h"

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace ctorch {
namespace {

// One set of loops per element type, each compiled for several processors. Whether there is a residual
// is asked outside of the loops, not for every number.
#define CTORCH_LOOPS(T, suffix)                                                                                      \
  CTORCH_CLONES void moments_##suffix(const T *x, int64_t rows, int64_t channels, const float *origin,               \
                                      double *sums) {                                                                \
    add_up_moments(x, rows, channels, origin, sums);                                                                 \
  }                                                                                                                  \
  CTORCH_CLONES void forward_##suffix(const T *x, const T *residual, int64_t rows, int64_t channels,                 \
                                      const float *mean, const float *scale, const float *bias, T *y) {              \
    if (residual) {                                                                                                  \
      normalize(x, residual, rows, channels, mean, scale, bias, y);                                                  \
    } else {                                                                                                         \
      normalize<T>(x, nullptr, rows, channels, mean, scale, bias, y);                                                \
    }                                                                                                                \
  }                                                                                                                  \
  CTORCH_CLONES void gradients_##suffix(const T *dy, const T *y, const T *x, int64_t rows, int64_t channels,         \
                                        const float *mean, T *masked, double *sums) {                                \
    if (masked) {                                                                                                    \
      add_up_gradients(dy, y, x, rows, channels, mean, masked, sums);                                                \
    } else {                                                                                                         \
      add_up_gradients<T>(dy, y, x, rows, channels, mean, nullptr, sums);                                            \
    }                                                                                                                \
  }                                                                                                                  \
  CTORCH_CLONES void backward_##suffix(const T *dy, const T *y, const T *x, int64_t rows, int64_t channels,          \
                                       const float *mean, const float *a, const float *b, const float *c, T *dx) {   \
    normalize_gradients(dy, y, x, rows, channels, mean, a, b, c, dx);                                                \
  }

CTORCH_LOOPS(float, float)
CTORCH_LOOPS(c10::BFloat16, bfloat16)
#undef CTORCH_LOOPS

template <class T>
struct Loops;
template <>
struct Loops<float> {
  static constexpr auto moments = moments_float;
  static constexpr auto forward = forward_float;
  static constexpr auto gradients = gradients_float;
  static constexpr auto backward = backward_float;
};
template <>
struct Loops<c10::BFloat16> {
  static constexpr auto moments = moments_bfloat16;
  static constexpr auto forward = forward_bfloat16;
  static constexpr auto gradients = gradients_bfloat16;
  static constexpr auto backward = backward_bfloat16;
};

// N × C × H × W with adjacent channels, cut into blocks of rows that stay in a core's cache. The cut
// does not depend on the number of threads, so neither do sums.
struct Rows {
  int64_t channels, count, block;
  explicit Rows(const at::Tensor &x)
      : channels(x.size(1)), count(x.numel() / channels), block(std::max<int64_t>(1, 16384 / channels)) {}
  int64_t blocks() const { return (count + block - 1) / block; }

  // body(first row, rows, index of the block)
  template <class Body>
  void for_blocks(const Body &body) const {
    for_each_index(blocks(),
                   [&](int64_t index) { body(index * block, std::min(block, count - index * block), index); });
  }

  // The sums of all blocks: 2 × C. body also gets where to leave a block's.
  template <class Body>
  std::vector<double> add_up(const Body &body) const {
    std::vector<double> parts(static_cast<size_t>(blocks() * 2 * channels));
    for_blocks([&](int64_t first, int64_t rows, int64_t index) { body(first, rows, &parts[index * 2 * channels]); });
    std::vector<double> sums(static_cast<size_t>(2 * channels));
    for (size_t i = 0; i < parts.size(); ++i) sums[i % sums.size()] += parts[i];
    return sums;
  }
};

// The statistics of a batch, which the running ones follow. statistics: mean and 1/σ, 2 × C
void measure(const Rows &rows, const std::vector<double> &sums, const float *origin, double momentum, double epsilon,
             float *running_mean, float *running_var, float *statistics) {
  const auto n = static_cast<double>(rows.count);
  for (int64_t c = 0; c < rows.channels; ++c) {
    const double offset = sums[c] / n;
    const double mean = static_cast<double>(origin[c]) + offset;
    const double variance = std::max(0.0, sums[rows.channels + c] / n - offset * offset);
    statistics[c] = static_cast<float>(mean);
    statistics[rows.channels + c] = static_cast<float>(1 / std::sqrt(variance + epsilon));
    const auto follow = [&](float &running, double value) {
      running = static_cast<float>((1 - momentum) * static_cast<double>(running) + momentum * value);
    };
    follow(running_mean[c], mean);
    follow(running_var[c], variance * n / (n - 1));
  }
}

template <class T>
at::Tensor forward(const at::Tensor &x, const at::Tensor &residual, const at::Tensor &weight, const at::Tensor &bias,
                   const at::Tensor &running_mean, const at::Tensor &running_var, double momentum, double epsilon,
                   const at::Tensor &statistics) {
  const Rows rows(x);
  const int64_t channels = rows.channels;
  const T *from = x.const_data_ptr<T>();
  const T *added = residual.defined() ? residual.const_data_ptr<T>() : nullptr;
  // Any number near the mean will do.
  std::vector<float> origin(static_cast<size_t>(channels)), scale(origin.size());
  for (int64_t c = 0; c < channels; ++c) origin[c] = load(&from[c]);
  const auto sums = rows.add_up([&](int64_t first, int64_t count, double *part) {
    Loops<T>::moments(from + first * channels, count, channels, origin.data(), part);
  });
  float *mean = statistics.mutable_data_ptr<float>();
  measure(rows, sums, origin.data(), momentum, epsilon, running_mean.mutable_data_ptr<float>(),
          running_var.mutable_data_ptr<float>(), mean);
  const float *w = weight.const_data_ptr<float>(), *b = bias.const_data_ptr<float>();
  for (int64_t c = 0; c < channels; ++c) scale[c] = w[c] * mean[channels + c];
  auto y = at::empty_like(x);
  T *to = y.mutable_data_ptr<T>();
  rows.for_blocks([&](int64_t first, int64_t count, int64_t) {
    const int64_t place = first * channels;
    Loops<T>::forward(from + place, added ? added + place : nullptr, count, channels, mean, scale.data(), b,
                      to + place);
  });
  return y;
}

struct Gradients {
  at::Tensor input, residual, weight, bias;
};

template <class T>
Gradients backward(const at::Tensor &gradient, const at::Tensor &x, const at::Tensor &y, const at::Tensor &weight,
                   const at::Tensor &statistics, bool adds) {
  const Rows rows(x);
  const int64_t channels = rows.channels;
  Gradients made{at::empty_like(x), adds ? at::empty_like(x) : at::Tensor(), at::empty_like(weight),
                 at::empty_like(weight)};
  const T *dy = gradient.const_data_ptr<T>(), *out = y.const_data_ptr<T>(), *from = x.const_data_ptr<T>();
  T *masked = adds ? made.residual.mutable_data_ptr<T>() : nullptr;
  const float *mean = statistics.const_data_ptr<float>(), *inverse = mean + channels;
  const auto sums = rows.add_up([&](int64_t first, int64_t count, double *part) {
    const int64_t place = first * channels;
    Loops<T>::gradients(dy + place, out + place, from + place, count, channels, mean,
                        masked ? masked + place : nullptr, part);
  });
  const auto n = static_cast<double>(rows.count);
  const float *w = weight.const_data_ptr<float>();
  float *dw = made.weight.mutable_data_ptr<float>(), *db = made.bias.mutable_data_ptr<float>();
  std::vector<float> a(static_cast<size_t>(channels)), b(a.size()), c(a.size());
  for (int64_t i = 0; i < channels; ++i) {
    const double by = static_cast<double>(inverse[i]), slope = static_cast<double>(w[i]) * by;
    dw[i] = static_cast<float>(sums[channels + i] * by);
    db[i] = static_cast<float>(sums[i]);
    a[i] = static_cast<float>(slope);
    b[i] = static_cast<float>(-slope * by * by * sums[channels + i] / n);
    c[i] = static_cast<float>(-slope * sums[i] / n);
  }
  T *dx = made.input.mutable_data_ptr<T>();
  rows.for_blocks([&](int64_t first, int64_t count, int64_t) {
    const int64_t place = first * channels;
    Loops<T>::backward(dy + place, out + place, from + place, count, channels, mean, a.data(), b.data(), c.data(),
                       dx + place);
  });
  return made;
}

struct BatchNormAddReLU : torch::autograd::Function<BatchNormAddReLU> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &x, const std::optional<at::Tensor> &residual,
                            const at::Tensor &weight, const at::Tensor &bias, const at::Tensor &running_mean,
                            const at::Tensor &running_var, double momentum, double epsilon) {
    auto statistics = at::empty({2, x.size(1)}, weight.options());
    const auto compute = x.scalar_type() == at::kFloat ? ctorch::forward<float> : ctorch::forward<c10::BFloat16>;
    auto y = compute(x, residual.value_or(at::Tensor()), weight, bias, running_mean, running_var, momentum, epsilon, statistics);
    context->save_for_backward({x, y, weight, statistics});
    context->saved_data["adds"] = residual.has_value();
    return y;
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &y = saved[1], &weight = saved[2], &statistics = saved[3];
    const auto gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const auto compute = x.scalar_type() == at::kFloat ? ctorch::backward<float> : ctorch::backward<c10::BFloat16>;
    auto made = compute(gradient, x, y, weight, statistics, context->saved_data["adds"].toBool());
    return {made.input, made.residual, made.weight, made.bias, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

bool is_taken(const at::Tensor &x, const std::optional<at::Tensor> &residual,
              const std::vector<std::optional<at::Tensor>> &parameters) {
  if (x.dim() != 4 || !x.device().is_cpu() || !x.is_contiguous(at::MemoryFormat::ChannelsLast)) return false;
  if (x.scalar_type() != at::kFloat && x.scalar_type() != at::kBFloat16) return false;
  if (x.size(1) == 0 || x.numel() < 2 * x.size(1)) return false;
  if (residual && (residual->sizes() != x.sizes() || residual->scalar_type() != x.scalar_type())) return false;
  for (const auto &parameter : parameters) {
    if (!parameter || parameter->scalar_type() != at::kFloat || !parameter->is_contiguous() ||
        parameter->dim() != 1 || parameter->size(0) != x.size(1)) {
      return false;
    }
  }
  return true;
}

}  // namespace
}  // namespace ctorch

ctorch_tensor *ctorch_batch_norm_add_relu(const ctorch_tensor *input, const ctorch_tensor *residual,
                                          const ctorch_tensor *weight, const ctorch_tensor *bias,
                                          ctorch_tensor *running_mean, ctorch_tensor *running_var, double momentum,
                                          double epsilon) {
  using namespace ctorch;
  return make([&] {
    const auto added = optional(residual), w = optional(weight), b = optional(bias);
    const auto mean = optional(running_mean), variance = optional(running_var);
    if (is_taken(input->value, added, {w, b, mean, variance})) {
      const auto adjacent = added ? std::optional(added->contiguous(at::MemoryFormat::ChannelsLast)) : std::nullopt;
      return BatchNormAddReLU::apply(input->value, adjacent, *w, *b, *mean, *variance, momentum, epsilon);
    }
    auto y = at::batch_norm(input->value, w, b, mean, variance, /*training=*/true, momentum, epsilon,
                            /*cudnn_enabled=*/false);
    return at::relu(added ? at::add(y, *added) : y);
  });
}
