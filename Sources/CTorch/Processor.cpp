#include "Guard.h"

#include <ATen/cpu/Utils.h>

#include <cstdlib>
#include <cstring>

#if defined(__linux__) && defined(__x86_64__)
#include <cpuid.h>

namespace {

// Some virtual machines announce AMX but hide the CPUID leaf that lists the tile palettes. oneDNN
// then configures tiles with palette 0, and its first bfloat16 matrix product ends the process with
// an illegal instruction. The same holds where the kernel does not allow the tile registers.
bool announces_unusable_amx() {
  unsigned a, b, c, d;
  const bool announced = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d >> 24 & 1);
  if (!announced) return false;
  const bool has_palette = __get_cpuid_count(0x1d, 0, &a, &b, &c, &d) && a > 0;
  return !has_palette || !at::cpu::init_amx();
}

// oneDNN reads this once, at its first operation, so it is set while the program is loaded. A
// value chosen by the user stays.
[[maybe_unused]] const bool prepared = [] {
  if (!std::getenv("DNNL_MAX_CPU_ISA") && announces_unusable_amx()) setenv("ONEDNN_MAX_CPU_ISA", "AVX10_1_512", 0);
  return true;
}();

}  // namespace
#endif

// Without AMX, oneDNN's bfloat16 convolutions take 1.5 to 2 times as long forwards and backwards as
// its float32 ones (measured with AVX-512 BF16, 16 to 512 channels): the vector unit alone does not
// make up for the rearranging of pairs.
bool ctorch_has_bfloat16(void) {
  for (const char *name : {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"}) {
    const char *limit = std::getenv(name);
    if (limit && !std::strstr(limit, "AMX") && !std::strstr(limit, "DEFAULT")) return false;
  }
  bool found = false;
  ctorch::attempt([&] {
    const auto capabilities = at::cpu::get_cpu_capabilities();
    // "bf16" is the ARM extension.
    for (const char *name : {"amx_bf16", "bf16"}) {
      const auto entry = capabilities.find(name);
      found = found || (entry != capabilities.end() && entry->second.isBool() && entry->second.toBool());
    }
  });
  return found;
}
