#include "Processes.h"

#include <ATen/ops/empty.h>
#include <c10/util/Flags.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <cstdlib>
#include <cstring>

C10_DECLARE_int(caffe2_log_level);

using namespace ctorch;

ctorch_store *ctorch_store_connect(const char *host, uint16_t port, bool serves, const char *prefix, double timeout) {
  ctorch_store *store = nullptr;
  attempt([&] {
    // What fails is thrown, too: nobody needs it twice, with a stack trace.
    constexpr int fatal = 3;
    if (!std::getenv("TORCH_CPP_LOG_LEVEL")) FLAGS_caffe2_log_level = fatal;
    c10d::TCPStoreOptions options;
    options.port = port;
    options.isServer = serves;
    options.waitWorkers = false;
    options.timeout = milliseconds(timeout);
    auto tcp = c10::make_intrusive<c10d::TCPStore>(host, options);
    store = new ctorch_store{c10::make_intrusive<c10d::PrefixStore>(prefix, std::move(tcp))};
  });
  return store;
}

void ctorch_store_free(ctorch_store *store) { delete store; }

int ctorch_store_set_timeout(ctorch_store *store, double timeout) {
  return attempt([&] { store->value->setTimeout(milliseconds(timeout)); });
}

int ctorch_store_set(ctorch_store *store, const char *key, const char *text) {
  return attempt([&] { store->value->set(key, std::vector<uint8_t>(text, text + std::strlen(text))); });
}

int ctorch_store_has(ctorch_store *store, const char *key, bool *found) {
  return attempt([&] { *found = store->value->check({key}); });
}

ctorch_tensor *ctorch_store_get(ctorch_store *store, const char *key) {
  return make([&] {
    const auto bytes = store->value->get(key);
    auto tensor = at::empty({static_cast<int64_t>(bytes.size())}, at::kByte);
    if (!bytes.empty()) std::memcpy(tensor.mutable_data_ptr(), bytes.data(), bytes.size());
    return tensor;
  });
}

int ctorch_store_offer(ctorch_store *store, const char *key, const char *text) {
  return attempt([&] {
    store->value->compareSet(key, {}, std::vector<uint8_t>(text, text + std::strlen(text)));
  });
}
