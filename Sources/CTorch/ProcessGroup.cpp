#include "Processes.h"

#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

using namespace ctorch;

namespace {

void sum_in_place(const ctorch_group *group, std::vector<at::Tensor> tensors) {
  group->gloo->allreduce_coalesced(tensors)->wait();
}

// The sum over processes of the forward pass, and of the gradients in the backward pass: every process's
// loss depends on every process's share.
struct SumOverProcesses : torch::autograd::Function<SumOverProcesses> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &value, int64_t group) {
    context->saved_data["group"] = group;
    auto sum = value.contiguous().clone();
    sum_in_place(reinterpret_cast<const ctorch_group *>(group), {sum});
    return sum;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 const torch::autograd::variable_list &gradients) {
    auto sum = gradients[0].contiguous().clone();
    sum_in_place(reinterpret_cast<const ctorch_group *>(context->saved_data["group"].toInt()), {sum});
    return {sum, at::Tensor()};
  }
};

}  // namespace

ctorch_group *ctorch_group_new(const ctorch_store *store, intptr_t rank, intptr_t count, double timeout) {
  ctorch_group *group = nullptr;
  attempt([&] {
    const auto size = static_cast<int>(count), own = static_cast<int>(rank);
    auto options = c10d::ProcessGroupGloo::Options::create_default(milliseconds(timeout));
    auto gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(store->value, own, size, std::move(options));
    auto processes = c10::make_intrusive<c10d::ProcessGroup>(store->value, own, size);
    processes->setBackend(c10::DeviceType::CPU, c10d::ProcessGroup::BackendType::GLOO, gloo);
    processes->setDefaultBackend(c10d::ProcessGroup::BackendType::GLOO);
    processes->setGroupName("signet");
    group = new ctorch_group{std::move(gloo), std::move(processes)};
  });
  return group;
}

void ctorch_group_free(ctorch_group *group) { delete group; }

int ctorch_group_sum(ctorch_group *group, ctorch_tensor *const *tensors, intptr_t count) {
  return attempt([&] { sum_in_place(group, list(tensors, count)); });
}

ctorch_tensor *ctorch_group_differentiable_sum(ctorch_group *group, const ctorch_tensor *tensor) {
  return make([&] { return SumOverProcesses::apply(tensor->value, reinterpret_cast<int64_t>(group)); });
}

int ctorch_group_broadcast(ctorch_group *group, ctorch_tensor *tensor, intptr_t from) {
  return attempt([&] {
    c10d::BroadcastOptions options;
    options.rootRank = static_cast<int64_t>(from);
    std::vector<at::Tensor> tensors{tensor->value};
    group->gloo->broadcast(tensors, options)->wait();
  });
}

ctorch_tensor *ctorch_group_gather(ctorch_group *group, const ctorch_tensor *tensor) {
  return make([&] {
    auto shape = tensor->value.sizes().vec();
    shape.insert(shape.begin(), group->gloo->getSize());
    auto all = at::empty(shape, tensor->value.options());
    std::vector<std::vector<at::Tensor>> parts{all.unbind(0)};
    std::vector<at::Tensor> own{tensor->value.contiguous()};
    group->gloo->allgather(parts, own)->wait();
    return all;
  });
}
