#include "solver/solver_checks.h"
#include "solver/solver_kernels.h"

static void solver_sweep(const signet_solver_sweep *t) {
  SIGNET_REQUIRE(solver_sweep_is_sound(t));
  const size_t s = t->patch_length;
  for (size_t n = 0; n < t->filter_count; n++) {
    t->flips[n] = 0;
    if (!t->active[n]) continue;
    const float *q = t->correlation + n * s;
    int8_t *b = t->codes + n * s;
    float *h = t->products + n * s;
    const float alpha = t->scales[n];
    for (size_t j = 0; j < s; j++) {
      const float gain = (float)b[j] * (q[j] - alpha * h[j]) + alpha * t->diagonal[j];
      if (!(gain < 0)) continue;
      const float *row = t->gram + j * s;
      const float delta = -2.0f * (float)b[j];
      for (size_t i = 0; i < s; i++) h[i] += delta * row[i];
      b[j] = (int8_t)-b[j];
      t->flips[n]++;
    }
  }
}

#include "solver/solver_search.h"

static void solver_add_row(size_t count, float delta, const float *row, float *h) {
  for (size_t i = 0; i < count; i++) h[i] += delta * row[i];
}

/// The first coordinate from `from` on where flipping some of its codes lowers the objective.
static size_t solver_next_move(const signet_solver_search *t, const solver_point *p, size_t from) {
  for (size_t j = from; j < t->input_count; j++) {
    float rest = t->correlation[j];
    for (int k = 0; k < t->code_count; k++) rest -= (float)p->scales[k] * p->h[k][j];
    for (int subset = 1; subset < 1 << t->code_count; subset++) {
      float part = 0;
      for (int k = 0; k < t->code_count; k++) {
        if (subset >> k & 1) part += (float)p->scales[k] * (float)p->b[k][j];
      }
      if (part * (part * t->diagonal[j] + rest) < 0) return j;
    }
  }
  return t->patch_length;
}

static void solver_matmul(const signet_solver_matmul *p) {
  SIGNET_REQUIRE(solver_matmul_is_sound(p));
  for (size_t i = 0; i < p->m; i++) {
    float *c = p->c + i * p->c_row_stride;
    for (size_t j = 0; j < p->n; j++) {
      float sum = 0;
      for (size_t l = 0; l < p->k; l++) {
        sum += p->a[i * p->a_row_stride + l * p->a_column_stride] *
               p->b[l * p->b_row_stride + j * p->b_column_stride];
      }
      c[j] = (p->beta == 0 ? 0 : p->beta * c[j]) + p->alpha * sum;
    }
  }
}

static void solver_dots(
    size_t count, const int8_t *code, const float *x, const float *y, double *result) {
  SIGNET_REQUIRE(count == 0 || (code && x && y));
  double first = 0, second = 0;
  for (size_t i = 0; i < count; i++) {
    first += (double)code[i] * (double)x[i];
    second += (double)code[i] * (double)y[i];
  }
  result[0] = first;
  result[1] = second;
}

const signet_solver_kernels signet_solver_reference = {
    .name = "reference",
    .sweep = solver_sweep,
    .search = solver_search,
    .matmul = solver_matmul,
    .dots = solver_dots};
