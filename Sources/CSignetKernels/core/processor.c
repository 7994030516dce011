#include "CSignetProcessor.h"

#include <stddef.h>

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#endif

// clang-format off: a feature a line.
#if defined(__x86_64__)

// Each feature with its name, which the builtin wants as a literal.
#define FEATURES(each)                    \
  each(SIGNET_AVX2, "avx2")               \
  each(SIGNET_FMA, "fma")                 \
  each(SIGNET_AVXVNNI, "avxvnni")         \
  each(SIGNET_AVX512F, "avx512f")         \
  each(SIGNET_AVX512BW, "avx512bw")       \
  each(SIGNET_AVX512DQ, "avx512dq")       \
  each(SIGNET_AVX512VL, "avx512vl")       \
  each(SIGNET_AVX512VBMI, "avx512vbmi")   \
  each(SIGNET_AVX512VBMI2, "avx512vbmi2") \
  each(SIGNET_AVX512VNNI, "avx512vnni")   \
  each(SIGNET_AVX512BF16, "avx512bf16")   \
  each(SIGNET_AMX_TILE, "amx-tile")       \
  each(SIGNET_AMX_BF16, "amx-bf16")       \
  each(SIGNET_AMX_INT8, "amx-int8")

#define PRESENCE(feature, name) \
  case feature: return __builtin_cpu_supports(name);

#elif defined(__aarch64__)

#define FEATURES(each)             \
  each(SIGNET_NEON, "neon")        \
  each(SIGNET_DOTPROD, "dotprod")  \
  each(SIGNET_I8MM, "i8mm")

#if defined(__linux__)
static bool has_dotprod(void) { return getauxval(AT_HWCAP) & 1ul << 20; }
static bool has_i8mm(void) { return getauxval(AT_HWCAP2) & 1ul << 13; }
#elif defined(__APPLE__)
static bool has_system_feature(const char *name) {
  int value = 0;
  size_t size = sizeof value;
  return sysctlbyname(name, &value, &size, NULL, 0) == 0 && value != 0;
}
static bool has_dotprod(void) { return has_system_feature("hw.optional.arm.FEAT_DotProd"); }
static bool has_i8mm(void) { return has_system_feature("hw.optional.arm.FEAT_I8MM"); }
#else
static bool has_dotprod(void) { return false; }
static bool has_i8mm(void) { return false; }
#endif

// Every AArch64 processor has NEON.
static bool has_neon(void) { return true; }

#define SIGNET_NEON_PRESENT has_neon()
#define SIGNET_DOTPROD_PRESENT has_dotprod()
#define SIGNET_I8MM_PRESENT has_i8mm()
#define PRESENCE(feature, name) \
  case feature: return feature##_PRESENT;

#else
#define FEATURES(each)
#define PRESENCE(feature, name)
#endif

// clang-format on

#define NAME_OF(feature, name) \
  case feature: return name;

bool signet_processor_has(signet_feature feature) {
  switch ((int)feature) {
    FEATURES(PRESENCE)
    default: return false;
  }
}

const char *signet_feature_name(signet_feature feature) {
  switch ((int)feature) {
    FEATURES(NAME_OF)
    default: return NULL;
  }
}
