#ifndef CSIGNET_SOLVER_KERNELS_H
#define CSIGNET_SOLVER_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Rows of every matrix a sweep or search touches are padded with zeros to a multiple of this many
/// floats, the widest vector of any instruction set. A padded coordinate has a zero row of G and a
/// zero correlation, so no step ever flips it.
#define SIGNET_SOLVER_PADDING 16

/// Coordinates whose flips a sweep collects before it carries them to the rest of h.
#define SIGNET_SOLVER_PANEL 256

/// One block of filters in cyclic coordinate descent. S is padded, h = G b.
typedef struct {
  size_t patch_length;       // S
  size_t filter_count;       // F, filters of this block
  const float *gram;         // S × S, row-major, symmetric
  const float *diagonal;     // S
  const float *correlation;  // F × S
  const float *scales;       // F, all >= 0
  const uint8_t *active;     // F, 0: leave this filter alone
  int8_t *codes;             // F × S, -1 or +1
  float *products;           // F × S, h, kept in step with the codes
  uint32_t *flips;           // F, flips of this sweep, written
  int32_t *scratch;          // F × (SIGNET_SOLVER_PANEL + 1)
} signet_solver_sweep;

/// Codes per filter that a search handles.
#define SIGNET_SOLVER_CODES 4

/// An iterated local search of one filter's K codes; b and h are left at the best codes met.
typedef struct {
  size_t patch_length;       // S, padded
  size_t input_count;        // coordinates that may be flipped, the first of S
  int code_count;            // K
  size_t code_stride;        // elements from one code of the filter to its next
  const float *gram;         // S × S, row-major, symmetric
  const float *diagonal;     // S
  const float *correlation;  // S
  double energy;             // what the codes are to explain; a search ends where they do
  double noise;              // bᵀGb that may be rounding alone
  int8_t *codes;             // K × code_stride, the first S of each used
  float *products;           // K × code_stride, h = G b
  int8_t *code_scratch;      // 2 × K × S
  float *product_scratch;    // 2 × K × S
  uint64_t seed;
  uint64_t kicks;
  uint64_t flips;  // written
} signet_solver_search;

/// C (m × n) = beta C + alpha A (m × k) B (k × n); A and B have any strides, C's rows are contiguous.
typedef struct {
  size_t m, n, k;
  float alpha, beta;
  const float *a;
  size_t a_row_stride, a_column_stride;
  const float *b;
  size_t b_row_stride, b_column_stride;
  float *c;
  size_t c_row_stride;
  float *workspace;  // SIGNET_SOLVER_MATMUL_WORKSPACE floats
} signet_solver_matmul;

#define SIGNET_SOLVER_MATMUL_WORKSPACE (640 * 1024)

typedef enum {
  SIGNET_SOLVER_REFERENCE = 0,
  SIGNET_SOLVER_NEON = 1,
  SIGNET_SOLVER_AVX2 = 2,
  SIGNET_SOLVER_AVX512 = 3,
} signet_solver_set;

/// Every kernel for one instruction set.
typedef struct {
  const char *name;
  void (*sweep)(const signet_solver_sweep *sweep);
  void (*search)(signet_solver_search *search);
  void (*matmul)(const signet_solver_matmul *product);
  /// Writes code . x and code . y, accumulated in double.
  void (*dots)(size_t count, const int8_t *code, const float *x, const float *y, double *result);
} signet_solver_kernels;

/// The kernels of an instruction set, or NULL where the processor or the build lacks it.
const signet_solver_kernels *signet_solver_kernels_of(signet_solver_set isa);

#ifdef __cplusplus
}
#endif

#endif
