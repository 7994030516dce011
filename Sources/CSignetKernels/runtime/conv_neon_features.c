#include "conv_neon.h"

#if defined(__aarch64__)

#if defined(__linux__)
#include <sys/auxv.h>

bool signet_has_dot(void) {
  const unsigned long asimddp = 1ul << 20;
  return getauxval(AT_HWCAP) & asimddp;
}

bool signet_has_i8mm(void) {
  const unsigned long i8mm = 1ul << 13;
  return getauxval(AT_HWCAP2) & i8mm;
}

#elif defined(__APPLE__)
#include <sys/sysctl.h>

static bool has(const char *feature) {
  int value = 0;
  size_t size = sizeof value;
  return sysctlbyname(feature, &value, &size, NULL, 0) == 0 && value != 0;
}

bool signet_has_dot(void) { return has("hw.optional.arm.FEAT_DotProd"); }
bool signet_has_i8mm(void) { return has("hw.optional.arm.FEAT_I8MM"); }

#else

bool signet_has_dot(void) { return false; }
bool signet_has_i8mm(void) { return false; }

#endif
#endif
