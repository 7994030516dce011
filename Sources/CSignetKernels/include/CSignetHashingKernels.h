#ifndef CSIGNET_HASHING_KERNELS_H
#define CSIGNET_HASHING_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Rows of every matrix a sweep or search touches are padded with zeros to a multiple of this many
/// floats, the widest vector of any instruction set. A padded coordinate has a zero row of G and a
/// zero correlation, so no step ever flips it.
#define SIGNET_HASHING_PADDING 16

/// Coordinates whose flips a sweep collects before it carries them to the rest of h.
#define SIGNET_HASHING_PANEL 256

/// One block of filters in cyclic coordinate descent. S is padded, h = G b.
typedef struct {
  size_t patchLength;        // S
  size_t filterCount;        // F, filters of this block
  const float *gram;         // S × S, row-major, symmetric
  const float *diagonal;     // S
  const float *correlation;  // F × S
  const float *scales;       // F, all >= 0
  const uint8_t *active;     // F, 0: leave this filter alone
  int8_t *codes;             // F × S, -1 or +1
  float *products;           // F × S, h, kept in step with the codes
  uint32_t *flips;           // F, flips of this sweep, written
  int32_t *scratch;          // F × (SIGNET_HASHING_PANEL + 1)
} SignetHashingSweep;

/// Codes per filter that a search handles.
#define SIGNET_HASHING_CODES 4

/// An iterated local search of one filter's K codes; b and h are left at the best codes met.
typedef struct {
  size_t patchLength;        // S, padded
  size_t inputCount;         // coordinates that may be flipped, the first of S
  int codeCount;             // K
  size_t codeStride;         // elements from one code of the filter to its next
  const float *gram;         // S × S, row-major, symmetric
  const float *diagonal;     // S
  const float *correlation;  // S
  double energy;             // what the codes are to explain; a search ends where they do
  double noise;              // bᵀGb that may be rounding alone
  int8_t *codes;             // K × codeStride, the first S of each used
  float *products;           // K × codeStride, h = G b
  int8_t *codeScratch;       // 2 × K × S
  float *productScratch;     // 2 × K × S
  uint64_t seed;
  uint64_t kicks;
  uint64_t flips;  // written
} SignetHashingSearch;

/// C (m × n) = beta C + alpha A (m × k) B (k × n); A and B have any strides, C's rows are contiguous.
typedef struct {
  size_t m, n, k;
  float alpha, beta;
  const float *a;
  size_t aRowStride, aColumnStride;
  const float *b;
  size_t bRowStride, bColumnStride;
  float *c;
  size_t cRowStride;
  float *workspace;  // SIGNET_HASHING_MATMUL_WORKSPACE floats
} SignetHashingMatmul;

#define SIGNET_HASHING_MATMUL_WORKSPACE (640 * 1024)

typedef enum {
  SIGNET_HASHING_REFERENCE = 0,
  SIGNET_HASHING_NEON = 1,
  SIGNET_HASHING_AVX2 = 2,
  SIGNET_HASHING_AVX512 = 3,
} SignetHashingISA;

/// Every kernel for one instruction set.
typedef struct {
  const char *name;
  void (*sweep)(const SignetHashingSweep *sweep);
  void (*search)(SignetHashingSearch *search);
  void (*matmul)(const SignetHashingMatmul *product);
  /// Writes code . x and code . y, accumulated in double.
  void (*dots)(size_t count, const int8_t *code, const float *x, const float *y, double *result);
} SignetHashingKernels;

/// The kernels of an instruction set, or NULL where the processor or the build lacks it.
const SignetHashingKernels *signet_hashing_kernels(SignetHashingISA isa);

#ifdef __cplusplus
}
#endif

#endif
