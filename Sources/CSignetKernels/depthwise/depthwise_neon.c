#include "depthwise/depthwise_kernels.h"

#if defined(__aarch64__)

#include <stdint.h>
#include <string.h>

#include "neon/neon_lanes.h"

#define TARGET
#define NAME(x) depthwise128_##x
#define KERNEL_NAME "f32_depthwise_p8x4_neon"
#define LANES 4
#define SMALLEST_STRIP 3
#define STRIP_PIXELS 5
#define IN_REGISTER(value) __asm__ volatile("" : "+w"(value))
#define PART int64_t
#define PART_OF(n) ((int64_t)(n))
#define LOAD_PART(from, part) neon_load_first(from, part)
#define STORE_PART(to, part, value) neon_store_first(to, part, value)

#include "depthwise/depthwise.h"

const signet_conv_kernel signet_f32_depthwise_neon = DEPTHWISE_KERNEL;

#endif
