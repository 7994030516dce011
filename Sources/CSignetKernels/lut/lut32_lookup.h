// The inner loops of the LUT convolution. A register holds 32 filters' indices into one
// table as pairs of bytes; one permutation looks all of them up, one addition adds them. As
// assembly, because compilers move the 28 registers of sums about or spill them:
//   zmm0 … 27   sums, one per pixel and vector of filters
//   zmm28, 29   the two vectors' indices, later what picks even and odd lanes
//   zmm30       a table
//   zmm31       what was looked up
#ifndef SIGNET_LUT32_LOOKUP_H
#define SIGNET_LUT32_LOOKUP_H

#include <immintrin.h>

#include "lut/lut32_layout.h"

// clang-format off: it would break assembly apart.
#define SIGNET_TEXT(x) #x
#define SIGNET_ZMM(n) "%%zmm" SIGNET_TEXT(n)
#define SIGNET_TABLE(row, pixel) "64*" SIGNET_TEXT(pixel) "(%[from" SIGNET_TEXT(row) "])"

// What follows is done for pixel number `pixel` of row `row`, with sums in registers a and b.

#define SIGNET_FIRST_2(row, pixel, a, b)                                         \
  "vmovdqa64 " SIGNET_TABLE(row, pixel) ", %%zmm30\n\t"                          \
  "vpermb %%zmm30, %%zmm28, " SIGNET_ZMM(a) "\n\t"                               \
  "vpermb %%zmm30, %%zmm29, " SIGNET_ZMM(b) "\n\t"
#define SIGNET_FIRST_1(row, pixel, a, b)                                         \
  "vpermb " SIGNET_TABLE(row, pixel) ", %%zmm28, " SIGNET_ZMM(a) "\n\t"

// Saturating, though nothing saturates: this addition never takes the place of a permutation.
#define SIGNET_ADD(sums) "vpaddsw %%zmm31, " SIGNET_ZMM(sums) ", " SIGNET_ZMM(sums) "\n\t"
#define SIGNET_LOOK_2(row, pixel, a, b)                                          \
  "vmovdqa64 " SIGNET_TABLE(row, pixel) ", %%zmm30\n\t"                          \
  "vpermb %%zmm30, %%zmm28, %%zmm31\n\t" SIGNET_ADD(a)                           \
  "vpermb %%zmm30, %%zmm29, %%zmm31\n\t" SIGNET_ADD(b)
#define SIGNET_LOOK_1(row, pixel, a, b)                                          \
  "vpermb " SIGNET_TABLE(row, pixel) ", %%zmm28, %%zmm31\n\t" SIGNET_ADD(a)

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
#define SIGNET_WIDEN_BY_2(how, row, pixel, a, b)                                    \
  how(SIGNET_WIDE(row, 256, pixel, 0), a, 28, 30)                                \
  how(SIGNET_WIDE(row, 256, pixel, 1), a, 29, 31)                                \
  how(SIGNET_WIDE(row, 256, pixel, 2), b, 28, 30)                                \
  how(SIGNET_WIDE(row, 256, pixel, 3), b, 29, 31)
#define SIGNET_WIDEN_BY_1(how, row, pixel, a, b)                                    \
  how(SIGNET_WIDE(row, 128, pixel, 0), a, 28, 30)                                \
  how(SIGNET_WIDE(row, 128, pixel, 1), a, 29, 31)
#define SIGNET_WIDEN_2(row, pixel, a, b) SIGNET_WIDEN_BY_2(SIGNET_WIDEN, row, pixel, a, b)
#define SIGNET_WIDEN_1(row, pixel, a, b) SIGNET_WIDEN_BY_1(SIGNET_WIDEN, row, pixel, a, b)
#define SIGNET_BEGIN_2(row, pixel, a, b) SIGNET_WIDEN_BY_2(SIGNET_BEGIN, row, pixel, a, b)
#define SIGNET_BEGIN_1(row, pixel, a, b) SIGNET_WIDEN_BY_1(SIGNET_BEGIN, row, pixel, a, b)

#define SIGNET_INDICES_2                                                         \
  "vmovdqa64 (%[indices]), %%zmm28\n\t"                                          \
  "vmovdqa64 64(%[indices]), %%zmm29\n\t"                                        \
  "sub $-128, %[indices]\n\t"
#define SIGNET_INDICES_1                                                         \
  "vmovdqa64 (%[indices]), %%zmm28\n\t"                                          \
  "add $64, %[indices]\n\t"

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

typedef void (*lut32_look_up_function)(
    const lut32_step *steps, int64_t count, int64_t table_stride, const uint16_t *indices,
    int32_t *wide);

// All steps for height × width pixels and one or two vectors of filters.
// indices: steps' tables × vectors × 32; wide: height × width × vectors × 2 × 16
#define SIGNET_LOOK_UP(vectors, height, width)                                                                                  \
  static TARGET void look_up_##vectors##_##height##_##width(                                                                    \
      const lut32_step *steps, int64_t count, int64_t table_stride, const uint16_t *indices,                                    \
      int32_t *wide) {                                                                                                          \
    const int32_t even = 1, odd = 1 << 16;                                                                                      \
    int32_t *below = wide + (width) * (vectors) * vector_filters;                                                               \
    for (int64_t each = 0; each < count; each++) {                                                                              \
      const char *from = steps[each].rows[0], *from_below = steps[each].rows[1];                                                \
      int64_t left = steps[each].tables;                                                                                        \
      __asm__ volatile(                                                                                                         \
          SIGNET_INDICES_##vectors SIGNET_TILE_##height(                                                                        \
              width,                                                                                                            \
              SIGNET_FIRST_##vectors) "dec %[left]\n\t"                                                                         \
                                      "jz 2f\n\t"                                                                               \
                                      ".p2align 5\n"                                                                            \
                                      "1:\n\t"                                                                                  \
                                      "add %[stride], %[from0]\n\t"                                                             \
                                      "add %[stride], %[from1]\n\t" SIGNET_INDICES_##vectors SIGNET_TILE_##height(              \
                                          width,                                                                                \
                                          SIGNET_LOOK_##vectors) "dec %[left]\n\t"                                              \
                                                                 "jnz 1b\n"                                                     \
                                                                 "2:\n\t"                                                       \
                                                                 "vpbroadcastd %[even], "                                       \
                                                                 "%%zmm28\n\t"                                                  \
                                                                 "vpbroadcastd %[odd], "                                        \
                                                                 "%%zmm29\n\t"                                                  \
                                                                 "test %[each], %[each]\n\t"                                    \
                                                                 "jz 3f\n\t" SIGNET_TILE_##height(                              \
                                                                     width,                                                     \
                                                                     SIGNET_WIDEN_##vectors) "jmp"                              \
                                                                                             " 4f"                              \
                                                                                             "\n"                               \
                                                                                             "3:"                               \
                                                                                             "\n"                               \
                                                                                             "\t" SIGNET_TILE_##height(         \
                                                                                                 width,                         \
                                                                                                 SIGNET_BEGIN_##vectors) "4:\n" \
          :                                                                                                                     \
          [from0] "+r"(from), [from1] "+r"(from_below), [left] "+r"(left), [indices] "+r"(indices)                              \
          : [stride] "r"(table_stride), [wide0] "r"(wide), [wide1] "r"(below), [each] "r"(each),                                \
            [even] "m"(even), [odd] "m"(odd)                                                                                    \
          : SIGNET_CLOBBERED);                                                                                                  \
    }                                                                                                                           \
  }
#define SIGNET_EACH_NARROW(do, vectors, rows)                                           \
  do                                                                                    \
  (vectors, rows, 1) do(vectors, rows, 2) do(vectors, rows, 3) do(vectors, rows, 4) do( \
      vectors, rows, 5) do(vectors, rows, 6) do(vectors, rows, 7)
#define SIGNET_EACH_WIDE(do, vectors, rows)                                               \
  do                                                                                      \
  (vectors, rows, 8) do(vectors, rows, 9) do(vectors, rows, 10) do(vectors, rows, 11) do( \
      vectors, rows, 12) do(vectors, rows, 13) do(vectors, rows, 14)
#define SIGNET_LOOK_UP_NAME(vectors, rows, columns) look_up_##vectors##_##rows##_##columns,

SIGNET_EACH_NARROW(SIGNET_LOOK_UP, 1, 1)
SIGNET_EACH_WIDE(SIGNET_LOOK_UP, 1, 1)
SIGNET_EACH_NARROW(SIGNET_LOOK_UP, 1, 2)
SIGNET_EACH_NARROW(SIGNET_LOOK_UP, 2, 1)
SIGNET_EACH_WIDE(SIGNET_LOOK_UP, 2, 1)
SIGNET_EACH_NARROW(SIGNET_LOOK_UP, 2, 2)

// By vectors − 1, rows − 1, columns − 1.
static const lut32_look_up_function look_ups[2][2][tile_pixels] = {
    {{SIGNET_EACH_NARROW(SIGNET_LOOK_UP_NAME, 1, 1) SIGNET_EACH_WIDE(SIGNET_LOOK_UP_NAME, 1, 1)},
     {SIGNET_EACH_NARROW(SIGNET_LOOK_UP_NAME, 1, 2)}},
    {{SIGNET_EACH_NARROW(SIGNET_LOOK_UP_NAME, 2, 1) SIGNET_EACH_WIDE(SIGNET_LOOK_UP_NAME, 2, 1)},
     {SIGNET_EACH_NARROW(SIGNET_LOOK_UP_NAME, 2, 2)}},
};

#endif
