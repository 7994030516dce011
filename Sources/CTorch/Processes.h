// What the files about several processes share.
#pragma once

#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "Guard.h"

struct ctorch_store {
  c10::intrusive_ptr<c10d::Store> value;
};

struct ctorch_group {
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
  // What libtorch's gradient reducer asks for: it hands all work on to `gloo`.
  c10::intrusive_ptr<c10d::ProcessGroup> processes;
};

namespace ctorch {

inline std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1e3));
}

}  // namespace ctorch
