#ifndef SIGNET_SOLVER_POINT_H
#define SIGNET_SOLVER_POINT_H

#include <string.h>

#include "solver/solver_kernels.h"

/// The codes of one filter while they are searched, and what follows from them.
typedef struct {
  int8_t *b[SIGNET_SOLVER_CODES];                           // K × S
  float *h[SIGNET_SOLVER_CODES];                            // K × S, G b
  double matrix[SIGNET_SOLVER_CODES][SIGNET_SOLVER_CODES];  // K × K, BᵀGB
  double right[SIGNET_SOLVER_CODES];                        // K, Bᵀq
  double scales[SIGNET_SOLVER_CODES];                       // K, of the last fit
  double explained;                                         // αᵀBᵀq at the last fit
} solver_point;

static inline uint64_t solver_search_random(uint64_t *state) {
  uint64_t word = (*state += 0x9E3779B97F4A7C15ull);
  word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9ull;
  word = (word ^ (word >> 27)) * 0x94D049BB133111EBull;
  return word ^ (word >> 31);
}

/// Scales by least squares; a code that adds nothing to those before it, or no more than `noise`, gets
/// the scale 0.
static inline void solver_fit_point(int count, double noise, solver_point *p) {
  double lower[SIGNET_SOLVER_CODES][SIGNET_SOLVER_CODES];
  double rest[SIGNET_SOLVER_CODES];
  for (int k = 0; k < count; k++) {
    rest[k] = p->right[k];
    for (int l = 0; l < k; l++) {
      double sum = p->matrix[k][l];
      for (int i = 0; i < l; i++) sum -= lower[k][i] * lower[l][i] * lower[i][i];
      lower[k][l] = lower[l][l] > 0 ? sum / lower[l][l] : 0;
      rest[k] -= lower[k][l] * rest[l];
    }
    double pivot = p->matrix[k][k];
    for (int l = 0; l < k; l++) pivot -= lower[k][l] * lower[k][l] * lower[l][l];
    lower[k][k] = pivot > 1e-7 * p->matrix[k][k] && pivot > noise ? pivot : 0;
  }
  p->explained = 0;
  for (int k = count - 1; k >= 0; k--) {
    double scale = lower[k][k] > 0 ? rest[k] / lower[k][k] : 0;
    if (lower[k][k] > 0) {
      for (int l = k + 1; l < count; l++) scale -= lower[l][k] * p->scales[l];
    }
    p->scales[k] = scale;
    p->explained += scale * p->right[k];
  }
}

/// BᵀGB and Bᵀq from the codes and h.
static inline void solver_form_equations(const signet_solver_search *t, solver_point *p) {
  for (int k = 0; k < t->code_count; k++) {
    p->right[k] = 0;
    for (int l = 0; l < t->code_count; l++) p->matrix[k][l] = 0;
    for (size_t j = 0; j < t->input_count; j++) {
      const double code = p->b[k][j];
      p->right[k] += code * (double)t->correlation[j];
      for (int l = 0; l <= k; l++) p->matrix[k][l] += code * (double)p->h[l][j];
    }
    for (int l = 0; l < k; l++) p->matrix[l][k] = p->matrix[k][l];
  }
}

static inline void solver_copy_point(
    const signet_solver_search *t, solver_point *to, const solver_point *from) {
  for (int k = 0; k < t->code_count; k++) {
    memcpy(to->b[k], from->b[k], t->patch_length);
    memcpy(to->h[k], from->h[k], t->patch_length * sizeof(float));
  }
  memcpy(to->matrix, from->matrix, sizeof to->matrix);
  memcpy(to->right, from->right, sizeof to->right);
  memcpy(to->scales, from->scales, sizeof to->scales);
  to->explained = from->explained;
}

/// `best` lies in the caller's codes, the other two in the scratch buffers.
static inline void solver_place_points(
    const signet_solver_search *t, solver_point *best, solver_point *here, solver_point *kept) {
  const size_t s = t->patch_length;
  for (size_t k = 0; k < (size_t)t->code_count; k++) {
    best->b[k] = t->codes + k * t->code_stride;
    best->h[k] = t->products + k * t->code_stride;
    here->b[k] = t->code_scratch + 2 * k * s;
    here->h[k] = t->product_scratch + 2 * k * s;
    kept->b[k] = here->b[k] + s;
    kept->h[k] = here->h[k] + s;
  }
}

#endif
