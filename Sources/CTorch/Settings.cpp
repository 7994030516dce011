#include "Guard.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/headeronly/version.h>

#include <limits>
#include <mutex>
#include <string>

#include <dlfcn.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

using namespace ctorch;

int ctorch_set_threads(int threads) {
  return attempt([&] {
    TORCH_CHECK(threads > 0, "expected at least one thread, got ", threads);
    // libtorch refuses to change the number of inter-op threads a second time.
    static std::once_flag once;
    std::call_once(once, [] { at::set_num_interop_threads(1); });
    at::set_num_threads(threads);
  });
}

int ctorch_threads(void) { return at::get_num_threads(); }

bool ctorch_set_flush_denormals(bool enabled) { return at::globalContext().setFlushDenormal(enabled); }

void ctorch_keep_freed_memory(void) {
#ifdef __GLIBC__
  // The most glibc allows: below it, blocks come from the heap instead of from maps of their own.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
}

void ctorch_return_freed_memory(void) {
#ifdef __GLIBC__
  // Activations that stay lie between those that go: what comes from the heap leaves holes there, a
  // fifth of all memory and more, and maps of their own do not.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 4 << 20);
  malloc_trim(0);
#endif
}

const char *ctorch_version(void) { return TORCH_VERSION; }

const char *ctorch_cpu_capability(void) {
  static const std::string name = at::get_cpu_capability();
  return name.c_str();
}

const char *ctorch_library_path(void) {
  Dl_info info;
  const auto symbol = reinterpret_cast<const void *>(&at::get_num_threads);
  return dladdr(symbol, &info) != 0 ? info.dli_fname : "";
}
