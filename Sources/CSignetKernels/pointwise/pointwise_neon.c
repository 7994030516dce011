#include "pointwise/pointwise_kernels.h"

#if defined(__aarch64__)

#include <stdint.h>
#include <string.h>

#include "neon/neon_lanes.h"

#define TARGET
#define NAME(x) pointwise128_##x
#define KERNEL_NAME "f32_pointwise_p6x16_neon"
#define COST {0}
#define LANES 4
#define MOST_VECTORS 4
#define MOST_PIXELS(vectors) ((vectors) == 4 ? 6 : (vectors) == 3 ? 8 : 12)
#define PART int64_t
#define PART_OF(n) ((int64_t)(n))
#define LOAD_PART(from, part) neon_load_first(from, part)
#define STORE_PART(to, part, value) neon_store_first(to, part, value)

#include "pointwise/pointwise.h"

const signet_conv_kernel signet_f32_pointwise_neon = POINTWISE_KERNEL;

#endif
