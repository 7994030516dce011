#include "depthwise/depthwise_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define NAME(x) depthwise512_##x
#define KERNEL_NAME "f32_depthwise_p8x16_avx512"
#define LANES 16
#define SMALLEST_STRIP 3
#define STRIP_PIXELS 5
#define IN_REGISTER(value) __asm__ volatile("" : "+v"(value))
#define PART __mmask16
#define PART_OF(n) ((__mmask16)((1u << (n)) - 1))
#define LOAD_PART(from, part) ((NAME(lanes))_mm512_maskz_loadu_ps(part, from))
#define STORE_PART(to, part, value) _mm512_mask_storeu_ps(to, part, (__m512)(value))

#include "depthwise/depthwise.h"

const signet_conv_kernel signet_f32_depthwise_avx512 = DEPTHWISE_KERNEL;

#endif
