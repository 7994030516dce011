#include "Guard.h"

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/avg_pool3d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/grid_sampler.h>
#include <ATen/ops/im2col.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/square.h>

using namespace ctorch;

ctorch_tensor *ctorch_conv2d(const ctorch_tensor *input, const ctorch_tensor *weight, const ctorch_tensor *bias,
                             ctorch_size2 stride, ctorch_size2 padding, ctorch_size2 dilation, intptr_t groups) {
  return make([&] {
    return at::conv2d(input->value, weight->value, optional(bias), pair(stride), pair(padding), pair(dilation), groups);
  });
}

ctorch_tensor *ctorch_linear(const ctorch_tensor *input, const ctorch_tensor *weight, const ctorch_tensor *bias) {
  return make([&] { return at::linear(input->value, weight->value, optional(bias)); });
}

ctorch_tensor *ctorch_batch_norm(const ctorch_tensor *input, const ctorch_tensor *weight, const ctorch_tensor *bias,
                                 ctorch_tensor *running_mean, ctorch_tensor *running_var, bool training,
                                 double momentum, double epsilon) {
  return make([&] {
    return at::batch_norm(input->value, optional(weight), optional(bias), optional(running_mean),
                          optional(running_var), training, momentum, epsilon, /*cudnn_enabled=*/false);
  });
}

ctorch_tensor *ctorch_max_pool2d(const ctorch_tensor *input, ctorch_size2 kernel, ctorch_size2 stride,
                                 ctorch_size2 padding, ctorch_size2 dilation, bool ceil_mode) {
  return make([&] {
    return at::max_pool2d(input->value, pair(kernel), pair(stride), pair(padding), pair(dilation), ceil_mode);
  });
}

ctorch_tensor *ctorch_avg_pool2d(const ctorch_tensor *input, ctorch_size2 kernel, ctorch_size2 stride,
                                 ctorch_size2 padding, bool ceil_mode, bool count_include_pad) {
  return make([&] {
    return at::avg_pool2d(input->value, pair(kernel), pair(stride), pair(padding), ceil_mode, count_include_pad);
  });
}

ctorch_tensor *ctorch_adaptive_avg_pool2d(const ctorch_tensor *input, ctorch_size2 output) {
  return make([&] { return at::adaptive_avg_pool2d(input->value, pair(output)); });
}

ctorch_tensor *ctorch_grid_sample(const ctorch_tensor *input, const ctorch_tensor *grid, intptr_t interpolation,
                                  intptr_t padding, bool align_corners) {
  return make([&] { return at::grid_sampler(input->value, grid->value, interpolation, padding, align_corners); });
}

ctorch_tensor *ctorch_local_response_norm(const ctorch_tensor *input, intptr_t size, double alpha, double beta,
                                          double bias) {
  return make([&] {
    const auto &x = input->value;
    TORCH_CHECK(x.dim() == 4, "expected N x C x H x W, got ", x.sizes());
    TORCH_CHECK(size > 0, "the window must hold at least one channel, got ", size);
    // The window of channels is not symmetric for even sizes: one more behind than before.
    const int64_t before = (size - 1) / 2, after = size - 1 - before;
    auto squares = at::constant_pad_nd(at::square(x), {0, 0, 0, 0, before, after});
    auto means = at::avg_pool3d(squares.unsqueeze(1), {static_cast<int64_t>(size), 1, 1}, 1).squeeze(1);
    return x.div(means.mul(alpha).add(bias).pow(beta));
  });
}

ctorch_tensor *ctorch_dropout(const ctorch_tensor *input, double probability, bool training) {
  return make([&] { return at::dropout(input->value, probability, training); });
}

ctorch_tensor *ctorch_unfold(const ctorch_tensor *input, ctorch_size2 kernel, ctorch_size2 stride,
                             ctorch_size2 padding, ctorch_size2 dilation) {
  return make([&] {
    return at::im2col(input->value, pair(kernel), pair(dilation), pair(padding), pair(stride));
  });
}
