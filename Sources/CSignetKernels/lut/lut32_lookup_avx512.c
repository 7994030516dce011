// The inner loops of the LUT convolution. As assembly, because compilers move the 28 registers of sums
// about or spill them:
//   zmm0 … 27   sums, one per pixel and vector of filters
//   zmm28, 29   the two vectors' indices, later what picks even and odd lanes
//   zmm30       a table, then what the second vector's filters found in it
//   zmm31       what the first's found
// Two permutations, then two additions: some processors hand each to a port as it comes in, and
// alternating ones get in each other's way.
#include "lut/lut32_lookup.h"

#if defined(__x86_64__)

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni")))

// clang-format off: it would break assembly apart.
#define SIGNET_TEXT(x) #x
#define SIGNET_ZMM(n) "%%zmm" SIGNET_TEXT(n)
#define SIGNET_TABLE(row, pixel) "64*" SIGNET_TEXT(pixel) "(%[from" SIGNET_TEXT(row) "])"

// What follows is done for pixel number `pixel` of row `row`, with sums in registers a and b.

#define SIGNET_CLEAR_2(row, pixel, a, b)                                         \
  "vpxord " SIGNET_ZMM(a) ", " SIGNET_ZMM(a) ", " SIGNET_ZMM(a) "\n\t"           \
  "vpxord " SIGNET_ZMM(b) ", " SIGNET_ZMM(b) ", " SIGNET_ZMM(b) "\n\t"
#define SIGNET_CLEAR_1(row, pixel, a, b)                                         \
  "vpxord " SIGNET_ZMM(a) ", " SIGNET_ZMM(a) ", " SIGNET_ZMM(a) "\n\t"

#define SIGNET_LOOK_2(permute, add, row, pixel, a, b)                            \
  "vmovdqa64 " SIGNET_TABLE(row, pixel) ", %%zmm30\n\t"                          \
  permute " %%zmm30, %%zmm28, %%zmm31\n\t"                                      \
  permute " %%zmm30, %%zmm29, %%zmm30\n\t"                                      \
  add " %%zmm31, " SIGNET_ZMM(a) ", " SIGNET_ZMM(a) "\n\t"                       \
  add " %%zmm30, " SIGNET_ZMM(b) ", " SIGNET_ZMM(b) "\n\t"
// With one vector of filters the registers b are free for what was found.
#define SIGNET_PERMUTE(permute, row, pixel, a, b)                                \
  permute " " SIGNET_TABLE(row, pixel) ", %%zmm28, " SIGNET_ZMM(b) "\n\t"
#define SIGNET_ADD(add, row, pixel, a, b)                                        \
  add " " SIGNET_ZMM(b) ", " SIGNET_ZMM(a) ", " SIGNET_ZMM(a) "\n\t"

// Saturating, though nothing saturates: on some processors that addition never takes the place of a
// permutation, on others the plain one has more places to go.
#define SIGNET_LOOK_bytes(...) SIGNET_LOOK_2("vpermb", "vpaddsw", __VA_ARGS__)
#define SIGNET_PERMUTE_bytes(...) SIGNET_PERMUTE("vpermb", __VA_ARGS__)
#define SIGNET_ADD_bytes(...) SIGNET_ADD("vpaddsw", __VA_ARGS__)
#define SIGNET_LOOK_words(...) SIGNET_LOOK_2("vpermw", "vpaddw", __VA_ARGS__)
#define SIGNET_PERMUTE_words(...) SIGNET_PERMUTE("vpermw", __VA_ARGS__)
#define SIGNET_ADD_words(...) SIGNET_ADD("vpaddw", __VA_ARGS__)
#define SIGNET_LOOK_saturated(...) SIGNET_LOOK_2("vpermw", "vpaddsw", __VA_ARGS__)
#define SIGNET_PERMUTE_saturated(...) SIGNET_PERMUTE("vpermw", __VA_ARGS__)
#define SIGNET_ADD_saturated(...) SIGNET_ADD("vpaddsw", __VA_ARGS__)

#define SIGNET_LOOKS_2(how, height, width) SIGNET_TILE_##height(width, SIGNET_LOOK_##how)
#define SIGNET_LOOKS_1(how, height, width)                                       \
  SIGNET_TILE_##height(width, SIGNET_PERMUTE_##how) SIGNET_TILE_##height(width, SIGNET_ADD_##how)

// The even lanes' sums, then the odd ones', are added to 32-bit ones, or begin them.
#define SIGNET_WIDE(row, size, pixel, part)                                      \
  SIGNET_TEXT(size) "*" SIGNET_TEXT(pixel) "+64*" SIGNET_TEXT(part)              \
  "(%[wide" SIGNET_TEXT(row) "])"
#define SIGNET_WIDEN(place, sums, picked, with)                                  \
  "vmovdqa64 " place ", " SIGNET_ZMM(with) "\n\t"                                \
  "vpdpwssd " SIGNET_ZMM(picked) ", " SIGNET_ZMM(sums) ", " SIGNET_ZMM(with) "\n\t" \
  "vmovdqa64 " SIGNET_ZMM(with) ", " place "\n\t"
#define SIGNET_BEGIN(place, sums, picked, with)                                  \
  "vpmaddwd " SIGNET_ZMM(picked) ", " SIGNET_ZMM(sums) ", " SIGNET_ZMM(with) "\n\t" \
  "vmovdqa64 " SIGNET_ZMM(with) ", " place "\n\t"
#define SIGNET_WIDEN_BY_2(how, row, pixel, a, b)                                 \
  how(SIGNET_WIDE(row, 256, pixel, 0), a, 28, 30)                                \
  how(SIGNET_WIDE(row, 256, pixel, 1), a, 29, 31)                                \
  how(SIGNET_WIDE(row, 256, pixel, 2), b, 28, 30)                                \
  how(SIGNET_WIDE(row, 256, pixel, 3), b, 29, 31)
#define SIGNET_WIDEN_BY_1(how, row, pixel, a, b)                                 \
  how(SIGNET_WIDE(row, 128, pixel, 0), a, 28, 30)                                \
  how(SIGNET_WIDE(row, 128, pixel, 1), a, 29, 31)
#define SIGNET_WIDEN_2(row, pixel, a, b) SIGNET_WIDEN_BY_2(SIGNET_WIDEN, row, pixel, a, b)
#define SIGNET_WIDEN_1(row, pixel, a, b) SIGNET_WIDEN_BY_1(SIGNET_WIDEN, row, pixel, a, b)
#define SIGNET_BEGIN_2(row, pixel, a, b) SIGNET_WIDEN_BY_2(SIGNET_BEGIN, row, pixel, a, b)
#define SIGNET_BEGIN_1(row, pixel, a, b) SIGNET_WIDEN_BY_1(SIGNET_BEGIN, row, pixel, a, b)

#define SIGNET_LOAD_2                                                            \
  "vmovdqa64 (%[indices]), %%zmm28\n\t"                                          \
  "vmovdqa64 64(%[indices]), %%zmm29\n\t"                                        \
  "sub $-128, %[indices]\n\t"
#define SIGNET_LOAD_1                                                            \
  "vmovdqa64 (%[indices]), %%zmm28\n\t"                                          \
  "add $64, %[indices]\n\t"
// Those whose upper bytes are read as lower ones: no instruction but a load, which misses no port.
#define SIGNET_AGAIN_2                                                           \
  "vmovdqu64 -127(%[indices]), %%zmm28\n\t"                                      \
  "vmovdqu64 -63(%[indices]), %%zmm29\n\t"
#define SIGNET_AGAIN_1                                                           \
  "vmovdqu64 -63(%[indices]), %%zmm28\n\t"
#define SIGNET_SKIP_2 "sub $-128, %[indices]\n\t"
#define SIGNET_SKIP_1 "add $64, %[indices]\n\t"
// The indices of the second table of a pair, and what precedes them where a step begins with it.
#define SIGNET_NEXT_bytes_2 SIGNET_LOAD_2
#define SIGNET_NEXT_bytes_1 SIGNET_LOAD_1
#define SIGNET_ENTER_bytes_2
#define SIGNET_ENTER_bytes_1
#define SIGNET_NEXT_words_2 SIGNET_AGAIN_2
#define SIGNET_NEXT_words_1 SIGNET_AGAIN_1
#define SIGNET_ENTER_words_2 SIGNET_SKIP_2
#define SIGNET_ENTER_words_1 SIGNET_SKIP_1
#define SIGNET_NEXT_saturated_2 SIGNET_AGAIN_2
#define SIGNET_NEXT_saturated_1 SIGNET_AGAIN_1
#define SIGNET_ENTER_saturated_2 SIGNET_SKIP_2
#define SIGNET_ENTER_saturated_1 SIGNET_SKIP_1

// Of the one row, or of the first one.
#define SIGNET_PIXELS_1(of) of(0, 0, 0, 1)
#define SIGNET_PIXELS_2(of) SIGNET_PIXELS_1(of) of(0, 1, 2, 3)
#define SIGNET_PIXELS_3(of) SIGNET_PIXELS_2(of) of(0, 2, 4, 5)
#define SIGNET_PIXELS_4(of) SIGNET_PIXELS_3(of) of(0, 3, 6, 7)
#define SIGNET_PIXELS_5(of) SIGNET_PIXELS_4(of) of(0, 4, 8, 9)
#define SIGNET_PIXELS_6(of) SIGNET_PIXELS_5(of) of(0, 5, 10, 11)
#define SIGNET_PIXELS_7(of) SIGNET_PIXELS_6(of) of(0, 6, 12, 13)
#define SIGNET_PIXELS_8(of) SIGNET_PIXELS_7(of) of(0, 7, 14, 15)
#define SIGNET_PIXELS_9(of) SIGNET_PIXELS_8(of) of(0, 8, 16, 17)
#define SIGNET_PIXELS_10(of) SIGNET_PIXELS_9(of) of(0, 9, 18, 19)
#define SIGNET_PIXELS_11(of) SIGNET_PIXELS_10(of) of(0, 10, 20, 21)
#define SIGNET_PIXELS_12(of) SIGNET_PIXELS_11(of) of(0, 11, 22, 23)
#define SIGNET_PIXELS_13(of) SIGNET_PIXELS_12(of) of(0, 12, 24, 25)
#define SIGNET_PIXELS_14(of) SIGNET_PIXELS_13(of) of(0, 13, 26, 27)
// Of the second one.
#define SIGNET_BELOW_1(of) of(1, 0, 14, 15)
#define SIGNET_BELOW_2(of) SIGNET_BELOW_1(of) of(1, 1, 16, 17)
#define SIGNET_BELOW_3(of) SIGNET_BELOW_2(of) of(1, 2, 18, 19)
#define SIGNET_BELOW_4(of) SIGNET_BELOW_3(of) of(1, 3, 20, 21)
#define SIGNET_BELOW_5(of) SIGNET_BELOW_4(of) of(1, 4, 22, 23)
#define SIGNET_BELOW_6(of) SIGNET_BELOW_5(of) of(1, 5, 24, 25)
#define SIGNET_BELOW_7(of) SIGNET_BELOW_6(of) of(1, 6, 26, 27)

#define SIGNET_TILE_1(columns, of) SIGNET_PIXELS_##columns(of)
#define SIGNET_TILE_2(columns, of) SIGNET_PIXELS_##columns(of) SIGNET_BELOW_##columns(of)

#define SIGNET_CLOBBERED                                                                      \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",    \
      "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "xmm16", "xmm17", "xmm18", "xmm19",        \
      "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27", "xmm28",        \
      "xmm29", "xmm30", "xmm31", "cc", "memory"

// clang-format on

// clang-format off
#define SIGNET_LOOK_UP(how, vectors, height, width)                                            \
  static TARGET void look_up_##how##_##vectors##_##height##_##width(                           \
      const lut32_step *steps, int64_t count, int64_t offset, int64_t table_stride,            \
      const uint16_t *indices, int32_t *wide, bool begins) {                                   \
    const int32_t even = 1, odd = 1 << 16;                                                     \
    int32_t *below = wide + (width) * (vectors) * vector_filters;                              \
    const char *from, *from_below;                                                             \
    int64_t left, first;                                                                       \
    __asm__ volatile(                                                                          \
        SIGNET_TILE_##height(width, SIGNET_CLEAR_##vectors)                                    \
        "5:\n\t"                                                                               \
        "mov (%[steps]), %[from0]\n\t"                                                         \
        "mov 8(%[steps]), %[from1]\n\t"                                                        \
        "add %[offset], %[from0]\n\t"                                                          \
        "add %[offset], %[from1]\n\t"                                                          \
        "mov 16(%[steps]), %[left]\n\t"                                                        \
        "mov 24(%[steps]), %[first]\n\t"                                                       \
        "add $32, %[steps]\n\t"                                                                \
        "dec %[first]\n\t"                                                                     \
        "jz 6f\n\t"                                                                            \
        ".p2align 5\n"                                                                         \
        "1:\n\t"                                                                               \
        SIGNET_LOAD_##vectors                                                                  \
        SIGNET_LOOKS_##vectors(how, height, width)                                             \
        "add %[stride], %[from0]\n\t"                                                          \
        "add %[stride], %[from1]\n"                                                            \
        "2:\n\t"                                                                               \
        SIGNET_NEXT_##how##_##vectors                                                          \
        SIGNET_LOOKS_##vectors(how, height, width)                                             \
        "add %[stride], %[from0]\n\t"                                                          \
        "add %[stride], %[from1]\n\t"                                                          \
        "dec %[left]\n\t"                                                                      \
        "jnz 1b\n\t"                                                                           \
        "dec %[count]\n\t"                                                                     \
        "jnz 5b\n\t"                                                                           \
        "jmp 4f\n"                                                                             \
        "6:\n\t"                                                                               \
        SIGNET_ENTER_##how##_##vectors                                                         \
        "jmp 2b\n"                                                                             \
        "4:\n\t"                                                                               \
        "vpbroadcastd %[even], %%zmm28\n\t"                                                    \
        "vpbroadcastd %[odd], %%zmm29\n\t"                                                     \
        "test %[begins], %[begins]\n\t"                                                        \
        "jnz 8f\n\t"                                                                           \
        SIGNET_TILE_##height(width, SIGNET_WIDEN_##vectors)                                    \
        "jmp 9f\n"                                                                             \
        "8:\n\t"                                                                               \
        SIGNET_TILE_##height(width, SIGNET_BEGIN_##vectors)                                    \
        "9:\n"                                                                                 \
        : [from0] "=&r"(from), [from1] "=&r"(from_below), [left] "=&r"(left),                  \
          [first] "=&r"(first), [indices] "+r"(indices), [steps] "+r"(steps),                  \
          [count] "+r"(count)                                                                  \
        : [offset] "r"(offset), [stride] "r"(table_stride), [wide0] "r"(wide),                 \
          [wide1] "r"(below), [begins] "r"((int64_t)begins), [even] "m"(even), [odd] "m"(odd)  \
        : SIGNET_CLOBBERED);                                                                   \
  }
#define SIGNET_EACH_NARROW(do, how, vectors, rows)                                             \
  do(how, vectors, rows, 1) do(how, vectors, rows, 2) do(how, vectors, rows, 3)                \
  do(how, vectors, rows, 4) do(how, vectors, rows, 5) do(how, vectors, rows, 6)                \
  do(how, vectors, rows, 7)
#define SIGNET_EACH_WIDE(do, how, vectors, rows)                                               \
  do(how, vectors, rows, 8) do(how, vectors, rows, 9) do(how, vectors, rows, 10)               \
  do(how, vectors, rows, 11) do(how, vectors, rows, 12) do(how, vectors, rows, 13)             \
  do(how, vectors, rows, 14)
#define SIGNET_LOOK_UP_NAME(how, vectors, rows, columns)                                       \
  look_up_##how##_##vectors##_##rows##_##columns,

// By vectors − 1, rows − 1, columns − 1.
#define SIGNET_LOOK_UPS(how)                                                                   \
  SIGNET_EACH_NARROW(SIGNET_LOOK_UP, how, 1, 1)                                                \
  SIGNET_EACH_WIDE(SIGNET_LOOK_UP, how, 1, 1)                                                  \
  SIGNET_EACH_NARROW(SIGNET_LOOK_UP, how, 1, 2)                                                \
  SIGNET_EACH_NARROW(SIGNET_LOOK_UP, how, 2, 1)                                                \
  SIGNET_EACH_WIDE(SIGNET_LOOK_UP, how, 2, 1)                                                  \
  SIGNET_EACH_NARROW(SIGNET_LOOK_UP, how, 2, 2)                                                \
  const lut32_look_up_table signet_lut32_look_ups_##how = {              \
      {{SIGNET_EACH_NARROW(SIGNET_LOOK_UP_NAME, how, 1, 1)                                     \
        SIGNET_EACH_WIDE(SIGNET_LOOK_UP_NAME, how, 1, 1)},                                     \
       {SIGNET_EACH_NARROW(SIGNET_LOOK_UP_NAME, how, 1, 2)}},                                  \
      {{SIGNET_EACH_NARROW(SIGNET_LOOK_UP_NAME, how, 2, 1)                                     \
        SIGNET_EACH_WIDE(SIGNET_LOOK_UP_NAME, how, 2, 1)},                                     \
       {SIGNET_EACH_NARROW(SIGNET_LOOK_UP_NAME, how, 2, 2)}},                                  \
  };
// clang-format on

SIGNET_LOOK_UPS(bytes)
SIGNET_LOOK_UPS(words)
SIGNET_LOOK_UPS(saturated)

#endif
