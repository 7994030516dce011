// Where new tensors lie.
#pragma once

#include <c10/core/Device.h>

namespace ctorch {

// The processor unless `ctorch_set_device` chose another.
c10::Device device();

}  // namespace ctorch
