#include "Guard.h"

#include "Device.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/core/Generator.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/randperm.h>

#include <mutex>

using namespace ctorch;

struct ctorch_generator {
  at::Generator value;
};

namespace {
ctorch_generator *handle(at::Generator (*create)(uint64_t), uint64_t seed) noexcept {
  try {
    return new ctorch_generator{create(seed)};
  } catch (...) {
    remember_error();
    return nullptr;
  }
}
}  // namespace

ctorch_generator *ctorch_generator_new(uint64_t seed) {
  return handle([](uint64_t s) { return at::detail::createCPUGenerator(s); }, seed);
}

ctorch_generator *ctorch_generator_default(void) {
  return handle([](uint64_t) { return at::globalContext().defaultGenerator(device()); }, 0);
}

void ctorch_generator_free(ctorch_generator *generator) { delete generator; }

int ctorch_generator_seed(ctorch_generator *generator, uint64_t seed) {
  return attempt([&] {
    std::lock_guard<std::mutex> lock(generator->value.mutex());
    generator->value.set_current_seed(seed);
  });
}

ctorch_tensor *ctorch_generator_get_state(ctorch_generator *generator) {
  return make([&] {
    std::lock_guard<std::mutex> lock(generator->value.mutex());
    return generator->value.get_state();
  });
}

int ctorch_generator_set_state(ctorch_generator *generator, const ctorch_tensor *state) {
  return attempt([&] {
    std::lock_guard<std::mutex> lock(generator->value.mutex());
    generator->value.set_state(state->value.cpu());
  });
}

// Numbers are drawn on the processor, so that a seed gives the same ones on every device.
ctorch_tensor *ctorch_randn(const intptr_t *shape, intptr_t rank, const ctorch_generator *generator) {
  return make([&] { return at::randn(sizes(shape, rank), generator->value, at::kFloat).to(device()); });
}

ctorch_tensor *ctorch_rand(const intptr_t *shape, intptr_t rank, const ctorch_generator *generator) {
  return make([&] { return at::rand(sizes(shape, rank), generator->value, at::kFloat).to(device()); });
}
