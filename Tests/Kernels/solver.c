// The kernels of the layer problem. Their inputs are small integers, so that single precision adds
// them exactly in any order and every instruction set must give the very same codes.
#include <stdio.h>
#include <string.h>

#include "tester.h"

static const signet_solver_set sets[] = {
    SIGNET_SOLVER_REFERENCE, SIGNET_SOLVER_NEON, SIGNET_SOLVER_AVX2, SIGNET_SOLVER_AVX512};

static const char *label(const char *kernel, const signet_solver_kernels *kernels) {
  static char name[64];
  snprintf(name, sizeof name, "hashing_%s_%s", kernel, kernels->name);
  return name;
}

static float small_integer(int range) {
  return (float)((int64_t)(random_bits() % (uint64_t)(2 * range + 1)) - range);
}

static guarded floats(size_t count) { return guarded_make(count * sizeof(float), 64); }
static float *at(const guarded *block) { return (float *)(void *)block->start; }

static void products(const signet_solver_kernels *kernels, size_t m, size_t n, size_t k) {
  random_seed(m * 1000 + n * 10 + k);
  for (int transposed = 0; transposed < 2; transposed++) {
    guarded a = guarded_make(m * k * 4, 4), b = guarded_make(k * n * 4, 4);
    const size_t stride = n + 3;
    guarded c = guarded_make((m * stride - 3) * 4, 4);
    guarded workspace = floats(SIGNET_SOLVER_MATMUL_WORKSPACE);
    for (size_t i = 0; i < m * k; i++) at(&a)[i] = small_integer(5);
    for (size_t i = 0; i < k * n; i++) at(&b)[i] = small_integer(5);
    for (size_t i = 0; i < m * stride - 3; i++) at(&c)[i] = 1;
    const signet_solver_matmul product = {
        .m = m,
        .n = n,
        .k = k,
        .alpha = 2,
        .beta = transposed ? 0.5f : 1,
        .a = at(&a),
        .a_row_stride = transposed ? 1 : k,
        .a_column_stride = transposed ? m : 1,
        .b = at(&b),
        .b_row_stride = transposed ? 1 : n,
        .b_column_stride = transposed ? k : 1,
        .c = at(&c),
        .c_row_stride = stride,
        .workspace = at(&workspace)};
    kernels->matmul(&product);
    bool is_right = true;
    for (size_t i = 0; i < m; i++) {
      for (size_t j = 0; j < n; j++) {
        float sum = 0;
        for (size_t l = 0; l < k; l++) {
          sum += at(&a)[i * product.a_row_stride + l * product.a_column_stride] *
                 at(&b)[l * product.b_row_stride + j * product.b_column_stride];
        }
        is_right &= at(&c)[i * stride + j] == product.beta + 2 * sum;
      }
      for (size_t j = n; j < stride && i + 1 < m; j++) is_right &= at(&c)[i * stride + j] == 1;
    }
    check(
        is_right && guarded_is_intact(&c) && guarded_is_intact(&workspace),
        label("matmul", kernels), "%zu×%zu×%zu", m, n, k);
    guarded_free(&a);
    guarded_free(&b);
    guarded_free(&c);
    guarded_free(&workspace);
  }
}

static void inner_products(const signet_solver_kernels *kernels, size_t count) {
  random_seed(count);
  guarded code = guarded_make(count, 16), x = floats(count), y = floats(count);
  double expected[2] = {0, 0}, found[2];
  for (size_t i = 0; i < count; i++) {
    ((int8_t *)code.start)[i] = random_bits() & 1 ? 1 : -1;
    at(&x)[i] = random_float();
    at(&y)[i] = random_float();
    expected[0] += (double)((int8_t *)code.start)[i] * (double)at(&x)[i];
    expected[1] += (double)((int8_t *)code.start)[i] * (double)at(&y)[i];
  }
  kernels->dots(count, (int8_t *)code.start, at(&x), at(&y), found);
  for (int i = 0; i < 2; i++) {
    // Sixteen terms of a lane are added in single precision.
    const double error = found[i] - expected[i], bound = 16 * 0x1p-24 * (double)count;
    check(error <= bound && -error <= bound, label("dots", kernels), "%zu", count);
  }
  guarded_free(&code);
  guarded_free(&x);
  guarded_free(&y);
}

// A layer problem of S inputs, padded, and F filters: G = RᵀR of small integers.
typedef struct {
  size_t inputs, padded, filters;
  guarded gram, diagonal, correlation, codes, products, scales, active, flips, scratch;
} problem;

static problem make_problem(size_t inputs, size_t filters) {
  enum { rank = 5 };
  const size_t s =
      (inputs + SIGNET_SOLVER_PADDING - 1) / SIGNET_SOLVER_PADDING * SIGNET_SOLVER_PADDING;
  problem p = {
      inputs,
      s,
      filters,
      floats(s * s),
      floats(s),
      floats(filters * s),
      guarded_make(filters * s, 16),
      floats(filters * s),
      floats(filters),
      guarded_make(filters, 1),
      guarded_make(filters * 4, 4),
      guarded_make(filters * (SIGNET_SOLVER_PANEL + 1) * 4, 4)};
  random_seed(inputs * 31 + filters);
  float *rows = (float *)(void *)p.gram.start;
  guarded factor = floats(rank * s);
  for (int r = 0; r < rank; r++) {
    for (size_t i = 0; i < inputs; i++) at(&factor)[(size_t)r * s + i] = small_integer(2);
  }
  for (size_t i = 0; i < s; i++) {
    for (size_t j = 0; j < s; j++) {
      for (size_t r = 0; r < rank; r++) {
        rows[i * s + j] += at(&factor)[r * s + i] * at(&factor)[r * s + j];
      }
    }
    at(&p.diagonal)[i] = rows[i * s + i];
  }
  for (size_t n = 0; n < filters; n++) {
    at(&p.scales)[n] = 0.25f;
    p.active.start[n] = n % 5 != 3;
    int8_t *codes = (int8_t *)p.codes.start + n * s;
    for (size_t i = 0; i < s; i++) {
      codes[i] = random_bits() & 1 ? 1 : -1;
      // An odd number of eighths: no gain is ever exactly zero.
      at(&p.correlation)[n * s + i] = i < inputs ? small_integer(20) + 0.125f : 0;
    }
    for (size_t i = 0; i < s; i++) {
      for (size_t j = 0; j < s; j++) at(&p.products)[n * s + i] += rows[i * s + j] * codes[j];
    }
  }
  guarded_free(&factor);
  return p;
}

static void free_problem(problem *p) {
  guarded *blocks[] = {&p->gram,   &p->diagonal, &p->correlation, &p->codes,  &p->products,
                       &p->scales, &p->active,   &p->flips,       &p->scratch};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) guarded_free(blocks[i]);
}

static bool products_are_exact(const problem *p, size_t filter) {
  const int8_t *codes = (int8_t *)p->codes.start + filter * p->padded;
  for (size_t i = 0; i < p->padded; i++) {
    float sum = 0;
    for (size_t j = 0; j < p->padded; j++) sum += at(&p->gram)[i * p->padded + j] * codes[j];
    if (sum != at(&p->products)[filter * p->padded + i]) return false;
  }
  return true;
}

static void sweeps(const signet_solver_kernels *kernels, size_t inputs, size_t filters) {
  const signet_solver_kernels *reference = signet_solver_kernels_of(SIGNET_SOLVER_REFERENCE);
  problem found = make_problem(inputs, filters), expected = make_problem(inputs, filters);
  for (int round = 0; round < 3; round++) {
    problem *both[] = {&found, &expected};
    for (int i = 0; i < 2; i++) {
      const signet_solver_sweep sweep = {
          both[i]->padded,
          filters,
          at(&both[i]->gram),
          at(&both[i]->diagonal),
          at(&both[i]->correlation),
          at(&both[i]->scales),
          both[i]->active.start,
          (int8_t *)both[i]->codes.start,
          at(&both[i]->products),
          (uint32_t *)(void *)both[i]->flips.start,
          (int32_t *)(void *)both[i]->scratch.start};
      (i == 0 ? kernels : reference)->sweep(&sweep);
    }
    const bool is_same = memcmp(found.codes.start, expected.codes.start, found.codes.bytes) == 0 &&
                         memcmp(found.flips.start, expected.flips.start, found.flips.bytes) == 0;
    check(
        is_same && products_are_exact(&found, 0) && products_are_exact(&found, filters - 1) &&
            guarded_is_intact(&found.codes) && guarded_is_intact(&found.products) &&
            guarded_is_intact(&found.scratch),
        label("sweep", kernels), "%zu inputs, %zu filters, round %d", inputs, filters, round);
  }
  free_problem(&found);
  free_problem(&expected);
}

static void searches(const signet_solver_kernels *kernels, size_t inputs, int codes) {
  problem p = make_problem(inputs, (size_t)codes);
  guarded bytes = guarded_make(2 * (size_t)codes * p.padded, 16);
  guarded numbers = floats(2 * (size_t)codes * p.padded);
  signet_solver_search search = {
      .patch_length = p.padded,
      .input_count = inputs,
      .code_count = codes,
      .code_stride = p.padded,
      .gram = at(&p.gram),
      .diagonal = at(&p.diagonal),
      .correlation = at(&p.correlation),
      .energy = 1e300,
      .codes = (int8_t *)p.codes.start,
      .products = at(&p.products),
      .code_scratch = (int8_t *)bytes.start,
      .product_scratch = at(&numbers),
      .seed = 7,
      .kicks = 50};
  kernels->search(&search);
  bool is_exact = search.flips > 0 && guarded_is_intact(&bytes) && guarded_is_intact(&numbers) &&
                  guarded_is_intact(&p.codes) && guarded_is_intact(&p.products);
  for (size_t code = 0; code < (size_t)codes; code++) is_exact &= products_are_exact(&p, code);
  check(is_exact, label("search", kernels), "%zu inputs, %d codes", inputs, codes);
  guarded_free(&bytes);
  guarded_free(&numbers);
  free_problem(&p);
}

void test_hashing(void) {
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
    const signet_solver_kernels *kernels = signet_solver_kernels_of(sets[i]);
    if (!kernels) continue;
    const size_t extents[][3] = {{1, 1, 1}, {7, 5, 3}, {17, 33, 9}, {50, 70, 300}, {130, 9, 40}};
    for (size_t e = 0; e < sizeof extents / sizeof *extents; e++) {
      products(kernels, extents[e][0], extents[e][1], extents[e][2]);
    }
    const size_t lengths[] = {16, 32, 48, 272};
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
      inner_products(kernels, lengths[l]);
    }
    const size_t inputs[] = {9, 16, 27, 250, 600};
    for (size_t l = 0; l < sizeof inputs / sizeof *inputs; l++) {
      sweeps(kernels, inputs[l], 7);
      for (int codes = 1; codes <= SIGNET_SOLVER_CODES; codes++) {
        searches(kernels, inputs[l], codes);
      }
    }
  }
}
