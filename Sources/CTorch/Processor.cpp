#include "Guard.h"

#include <ATen/cpu/Utils.h>

#include <cstdlib>
#include <cstring>

#include "Device.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#if defined(__linux__) && defined(__x86_64__)
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

namespace {

// Intel's vector units multiply bfloat16 at half the rate that would pay for rearranging pairs:
// without AMX, oneDNN's bfloat16 convolutions took 1.5 to 2 times as long as its float32 ones
// (measured on Sapphire Rapids, 16 to 512 channels). AMD's run at full rate, and there mixed
// precision was 1.6 times as fast (measured on Zen 5).
bool has_full_rate_vectors() {
#if defined(__x86_64__)
  unsigned a, b, c, d;
  return __get_cpuid(0, &a, &b, &c, &d) && b == signature_AMD_ebx;
#else
  return false;
#endif
}

bool may_use_amx() {
  for (const char *name : {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"}) {
    const char *limit = std::getenv(name);
    if (limit && !std::strstr(limit, "AMX") && !std::strstr(limit, "DEFAULT")) return false;
  }
  return true;
}

}  // namespace

bool ctorch_has_bfloat16(void) {
  if (!ctorch::device().is_cpu()) return true;
  bool found = false;
  ctorch::attempt([&] {
    const auto capabilities = at::cpu::get_cpu_capabilities();
    const auto has = [&](const char *name) {
      const auto entry = capabilities.find(name);
      return entry != capabilities.end() && entry->second.isBool() && entry->second.toBool();
    };
    // "bf16" is the ARM extension.
    found = has("bf16") || (has("amx_bf16") && may_use_amx()) ||
            (has("avx512_bf16") && has_full_rate_vectors());
  });
  return found;
}
