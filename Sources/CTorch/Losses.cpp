#include "Guard.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/kl_div.h>
#include <ATen/ops/mse_loss.h>

using namespace ctorch;

ctorch_tensor *ctorch_cross_entropy(const ctorch_tensor *logits, const ctorch_tensor *classes, double label_smoothing) {
  return make([&] {
    return at::cross_entropy_loss(logits->value, classes->value, {}, at::Reduction::Mean, /*ignore_index=*/-100,
                                  label_smoothing);
  });
}

ctorch_tensor *ctorch_kl_divergence(const ctorch_tensor *log_q, const ctorch_tensor *log_p) {
  return make([&] {
    TORCH_CHECK(log_q->value.dim() == 2, "expected N x C, got ", log_q->value.sizes());
    TORCH_CHECK(log_q->value.sizes() == log_p->value.sizes(), "shapes differ: ", log_q->value.sizes(), " and ",
                log_p->value.sizes());
    const auto sum = at::kl_div(log_q->value, log_p->value, at::Reduction::Sum, /*log_target=*/true);
    return sum.div(static_cast<double>(log_q->value.size(0)));
  });
}
