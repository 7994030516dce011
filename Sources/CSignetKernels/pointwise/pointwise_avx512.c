#include "pointwise/pointwise_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define NAME(x) pointwise512_##x
#define KERNEL_NAME "f32_pointwise_p6x64_avx512"
#define COST {LANES, 10.0f, 0, 0.995f, 2.4f}
#define LANES 16
#define MOST_VECTORS 4
#define MOST_PIXELS(vectors) ((vectors) == 4 ? 6 : (vectors) == 3 ? 8 : 12)
#define PART __mmask16
#define PART_OF(n) ((__mmask16)((1u << (n)) - 1))
#define LOAD_PART(from, part) ((NAME(lanes))_mm512_maskz_loadu_ps(part, from))
#define STORE_PART(to, part, value) _mm512_mask_storeu_ps(to, part, (__m512)(value))

#include "pointwise/pointwise.h"

const signet_conv_kernel signet_f32_pointwise_avx512 = POINTWISE_KERNEL;

#endif
