// Iterated local search over all codes of a filter, shared by every instruction set: the file that
// includes this one brings add_row and next_move, where the time goes.

#include <float.h>
#include <math.h>

#include "solver/solver_checks.h"
#include "solver/solver_point.h"

static void solver_add_row(size_t count, float delta, const float *row, float *h);
static size_t solver_next_move(const signet_solver_search *t, const solver_point *p, size_t from);

static inline void solver_flip(const signet_solver_search *t, solver_point *p, int code, size_t j) {
  const double old = p->b[code][j];
  p->right[code] -= 2 * old * (double)t->correlation[j];
  for (int k = 0; k < t->code_count; k++) {
    if (k == code) continue;
    p->matrix[code][k] -= 2 * old * (double)p->h[k][j];
    p->matrix[k][code] = p->matrix[code][k];
  }
  p->matrix[code][code] += 4 * ((double)t->diagonal[j] - old * (double)p->h[code][j]);
  p->b[code][j] = (int8_t)-p->b[code][j];
  solver_add_row(t->patch_length, -2 * (float)old, t->gram + j * t->patch_length, p->h[code]);
}

/// Flips the subset of the codes of one coordinate that lowers the objective most.
static inline uint64_t solver_move_best(const signet_solver_search *t, solver_point *p, size_t j) {
  float rest = t->correlation[j];
  for (int k = 0; k < t->code_count; k++) rest -= (float)p->scales[k] * p->h[k][j];
  int best = 1;
  float best_gain = 0;
  for (int subset = 1; subset < 1 << t->code_count; subset++) {
    float part = 0;
    for (int k = 0; k < t->code_count; k++) {
      if (subset >> k & 1) part += (float)p->scales[k] * (float)p->b[k][j];
    }
    const float gain = part * (part * t->diagonal[j] + rest);
    if (subset == 1 || gain < best_gain) {
      best = subset;
      best_gain = gain;
    }
  }
  uint64_t flips = 0;
  for (int k = 0; k < t->code_count; k++) {
    if (best >> k & 1) {
      solver_flip(t, p, k, j);
      flips++;
    }
  }
  return flips;
}

/// Sweeps in a row that may raise what the codes explain by less than this share: where G is nearly
/// singular, moves whose gain is rounding could follow each other without end.
#define IDLE_SWEEPS 8
#define LEAST_PROGRESS 1e-7

/// Whether the codes leave no more of the outputs than rounding hides: S terms, each off by a few units
/// in the last place. What a search could still gain is not a number then.
static inline int solver_is_explained(const signet_solver_search *t, const solver_point *p) {
  const double rounding = 8 * (double)FLT_EPSILON * sqrt((double)t->input_count);
  return t->energy - p->explained <= rounding * t->energy;
}

/// Cyclic descent over the coordinates, all codes of one at a time, scales fitted before each sweep.
static inline uint64_t solver_descend_point(const signet_solver_search *t, solver_point *p) {
  uint64_t flips = 0;
  double reached = 0;
  int idle = 0;
  // A sweep that rounding alone keeps alive must end somewhere.
  for (int sweep = 0; sweep < 100; sweep++) {
    solver_fit_point(t->code_count, t->noise, p);
    if (sweep == 0 || p->explained > reached + LEAST_PROGRESS * fabs(reached)) {
      reached = p->explained;
      idle = 0;
    } else if (++idle == IDLE_SWEEPS) {
      return flips;
    }
    if (solver_is_explained(t, p)) return flips;
    const uint64_t before = flips;
    size_t j = solver_next_move(t, p, 0);
    while (j < t->patch_length) {
      flips += solver_move_best(t, p, j);
      if (j + 1 == t->patch_length) break;
      j = solver_next_move(t, p, j + 1);
    }
    if (flips == before) return flips;
  }
  solver_fit_point(t->code_count, t->noise, p);
  return flips;
}

/// Forms h and the normal equations anew: every flip rounds, and a long walk adds the roundings up.
static void solver_refresh_point(const signet_solver_search *t, solver_point *p) {
  for (int k = 0; k < t->code_count; k++) {
    memset(p->h[k], 0, t->patch_length * sizeof(float));
    for (size_t j = 0; j < t->input_count; j++) {
      solver_add_row(t->patch_length, (float)p->b[k][j], t->gram + j * t->patch_length, p->h[k]);
    }
  }
  solver_form_equations(t, p);
}

/// Kicks: a few codes of a neighbourhood, whose inputs belong together, are flipped at random and
/// the codes descend again. The result is kept if it is not worse by more than a share, falling to
/// zero, of what kicks have lost on average.
static void solver_search(signet_solver_search *t) {
  SIGNET_REQUIRE(solver_search_is_sound(t));
  const size_t inputs = t->input_count;
  solver_point best, here, kept;
  solver_place_points(t, &best, &here, &kept);
  solver_form_equations(t, &best);
  t->flips = solver_descend_point(t, &best);
  solver_copy_point(t, &here, &best);
  solver_copy_point(t, &kept, &best);
  uint64_t state = t->seed;
  // Small kicks pay best at every length: most of a large one is only taken back.
  const size_t largest = inputs < 200 ? 2 : inputs < 400 ? inputs / 100 : 4;
  double mean_loss = 0;
  for (uint64_t kick = 0; kick < t->kicks && !solver_is_explained(t, &best); kick++) {
    const size_t count = 2 + solver_search_random(&state) % (largest - 1);
    const size_t reach = 8 * count < inputs ? 8 * count : inputs;
    const size_t first = solver_search_random(&state) % (inputs - reach + 1);
    for (size_t i = 0; i < count; i++) {
      const uint64_t word = solver_search_random(&state);
      solver_flip(t, &here, (int)(word % (uint64_t)t->code_count), first + (word >> 8) % reach);
    }
    t->flips += count + solver_descend_point(t, &here);
    const double loss = kept.explained - here.explained;
    if (here.explained > best.explained) solver_copy_point(t, &best, &here);
    if (loss > 0) mean_loss = mean_loss > 0 ? mean_loss + 0.02 * (loss - mean_loss) : loss;
    const double left = 1 - (double)kick / (double)t->kicks;
    if (loss < 0.3 * left * mean_loss) {
      solver_copy_point(t, &kept, &here);
    } else {
      solver_copy_point(t, &here, &kept);
    }
    if (kick % 1024 == 1023) {
      solver_refresh_point(t, &here);
      solver_fit_point(t->code_count, t->noise, &here);
      solver_copy_point(t, &kept, &here);
    }
  }
}
