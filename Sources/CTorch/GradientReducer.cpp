#include "Processes.h"

#include <c10/util/Exception.h>
#include <torch/csrc/distributed/c10d/reducer.hpp>

using namespace ctorch;

namespace {

// libtorch warns once where every parameter has a gradient, which is the usual case here.
struct Silence : c10::WarningHandler {
  void process(const c10::Warning &) override {}
};

}  // namespace

struct ctorch_reducer {
  std::shared_ptr<c10d::Reducer> value;
};

ctorch_reducer *ctorch_reducer_new(const ctorch_group *group, ctorch_tensor *const *parameters, intptr_t count,
                                   intptr_t bucket_bytes) {
  ctorch_reducer *reducer = nullptr;
  attempt([&] {
    const auto bytes = static_cast<size_t>(bucket_bytes);
    // Gradients come from the last layer to the first: buckets that are filled in that order are on
    // their way while the rest of the backward pass still runs.
    auto weights = list(parameters, count);
    std::reverse(weights.begin(), weights.end());
    auto buckets = std::get<0>(c10d::compute_bucket_assignment_by_size(weights, {bytes}));
    // Parameters without a gradient are looked for in every step, by which libtorch keeps the buckets
    // as they are: rebuilt ones would add in another order, and a resumed run would differ.
    reducer = new ctorch_reducer{std::make_shared<c10d::Reducer>(
        weights, std::move(buckets), group->processes, std::vector<bool>(weights.size(), false),
        static_cast<int64_t>(bytes), /*find_unused_parameters=*/true, /*gradient_as_bucket_view=*/false,
        std::unordered_map<size_t, std::string>(), static_cast<int64_t>(bytes),
        /*skip_all_reduce_unused_params=*/false, /*use_python_reducer=*/false, std::vector<int64_t>())};
  });
  return reducer;
}

void ctorch_reducer_free(ctorch_reducer *reducer) {
  attempt([&] { delete reducer; });
}

int ctorch_reducer_prepare(ctorch_reducer *reducer, const ctorch_tensor *loss) {
  return attempt([&] {
    static Silence silence;
    c10::WarningUtils::WarningHandlerGuard guard(&silence);
    reducer->value->prepare_for_backward({loss->value});
  });
}
