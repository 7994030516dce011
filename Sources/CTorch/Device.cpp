#include "Device.h"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/detail/MPSHooksInterface.h>
#include <dlfcn.h>

#include <atomic>
#include <string>

#include "Guard.h"

using namespace ctorch;

namespace {

std::atomic<c10::Device> chosen{c10::Device(c10::kCPU)};

// The GPU part of libtorch is a library of its own, which nothing here is linked against.
bool has_cuda() {
  static const bool loaded = [] {
    std::string path = ctorch_library_path();
    const auto slash = path.rfind('/');
    path = (slash == std::string::npos ? std::string() : path.substr(0, slash + 1)) + "libtorch_cuda.so";
    return dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr;
  }();
  return loaded && at::globalContext().hasCUDA();
}

int cuda_count() { return has_cuda() ? at::detail::getCUDAHooks().deviceCount() : 0; }

bool has_mps() { return at::detail::getMPSHooks().hasMPS(); }

c10::Device available(const std::string &name) {
  if (name == "auto") {
    if (cuda_count() > 0) return c10::Device(c10::kCUDA, 0);
    return has_mps() ? c10::Device(c10::kMPS) : c10::Device(c10::kCPU);
  }
  const c10::Device device(name);
  if (device.is_cuda()) {
    TORCH_CHECK(has_cuda(), "looked for CUDA: this libtorch is built without it");
    const int count = cuda_count(), index = device.has_index() ? device.index() : 0;
    TORCH_CHECK(index < count, "looked for the GPU number ", index, ": there are ", count);
    return c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
  }
  TORCH_CHECK(!device.is_mps() || has_mps(), "looked for Metal: this libtorch or this machine is without it");
  TORCH_CHECK(device.is_cpu() || device.is_mps(), "expected cpu, cuda, cuda:N, mps or auto");
  return device;
}

}  // namespace

namespace ctorch {

c10::Device device() { return chosen.load(std::memory_order_relaxed); }

}  // namespace ctorch

int ctorch_set_device(const char *name) {
  return attempt([&] {
    const auto device = available(name);
    if (!device.is_cpu()) at::globalContext().lazyInitDevice(device.type());
    chosen.store(device, std::memory_order_relaxed);
  });
}

bool ctorch_computes_on_processor(void) { return device().is_cpu(); }
