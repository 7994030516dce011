// Iterated local search over all codes of a filter, shared by every instruction set: the file that
// includes this one brings addRow and nextMove, where the time goes.

#include <float.h>
#include <math.h>

#include "solver/solver_point.h"

static void addRow(size_t count, float delta, const float *row, float *h);
static size_t nextMove(const SignetHashingSearch *t, const SearchPoint *p, size_t from);

static inline void flip(const SignetHashingSearch *t, SearchPoint *p, int code, size_t j) {
  const double old = p->b[code][j];
  p->right[code] -= 2 * old * (double)t->correlation[j];
  for (int k = 0; k < t->codeCount; k++) {
    if (k == code) continue;
    p->matrix[code][k] -= 2 * old * (double)p->h[k][j];
    p->matrix[k][code] = p->matrix[code][k];
  }
  p->matrix[code][code] += 4 * ((double)t->diagonal[j] - old * (double)p->h[code][j]);
  p->b[code][j] = (int8_t)-p->b[code][j];
  addRow(t->patchLength, -2 * (float)old, t->gram + j * t->patchLength, p->h[code]);
}

/// Flips the subset of the codes of one coordinate that lowers the objective most.
static inline uint64_t moveBest(const SignetHashingSearch *t, SearchPoint *p, size_t j) {
  float rest = t->correlation[j];
  for (int k = 0; k < t->codeCount; k++) rest -= (float)p->scales[k] * p->h[k][j];
  int best = 1;
  float bestGain = 0;
  for (int subset = 1; subset < 1 << t->codeCount; subset++) {
    float part = 0;
    for (int k = 0; k < t->codeCount; k++) {
      if (subset >> k & 1) part += (float)p->scales[k] * (float)p->b[k][j];
    }
    const float gain = part * (part * t->diagonal[j] + rest);
    if (subset == 1 || gain < bestGain) {
      best = subset;
      bestGain = gain;
    }
  }
  uint64_t flips = 0;
  for (int k = 0; k < t->codeCount; k++) {
    if (best >> k & 1) {
      flip(t, p, k, j);
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
static inline int isExplained(const SignetHashingSearch *t, const SearchPoint *p) {
  const double rounding = 8 * (double)FLT_EPSILON * sqrt((double)t->inputCount);
  return t->energy - p->explained <= rounding * t->energy;
}

/// Cyclic descent over the coordinates, all codes of one at a time, scales fitted before each sweep.
static inline uint64_t descendPoint(const SignetHashingSearch *t, SearchPoint *p) {
  uint64_t flips = 0;
  double reached = 0;
  int idle = 0;
  // A sweep that rounding alone keeps alive must end somewhere.
  for (int sweep = 0; sweep < 100; sweep++) {
    fitPoint(t->codeCount, t->noise, p);
    if (sweep == 0 || p->explained > reached + LEAST_PROGRESS * fabs(reached)) {
      reached = p->explained;
      idle = 0;
    } else if (++idle == IDLE_SWEEPS) {
      return flips;
    }
    if (isExplained(t, p)) return flips;
    const uint64_t before = flips;
    size_t j = nextMove(t, p, 0);
    while (j < t->patchLength) {
      flips += moveBest(t, p, j);
      if (j + 1 == t->patchLength) break;
      j = nextMove(t, p, j + 1);
    }
    if (flips == before) return flips;
  }
  fitPoint(t->codeCount, t->noise, p);
  return flips;
}

/// Forms h and the normal equations anew: every flip rounds, and a long walk adds the roundings up.
static void refreshPoint(const SignetHashingSearch *t, SearchPoint *p) {
  for (int k = 0; k < t->codeCount; k++) {
    memset(p->h[k], 0, t->patchLength * sizeof(float));
    for (size_t j = 0; j < t->inputCount; j++) {
      addRow(t->patchLength, (float)p->b[k][j], t->gram + j * t->patchLength, p->h[k]);
    }
  }
  formEquations(t, p);
}

/// Kicks: a few codes of a neighbourhood, whose inputs belong together, are flipped at random and
/// the codes descend again. The result is kept if it is not worse by more than a share, falling to
/// zero, of what kicks have lost on average.
static void search(SignetHashingSearch *t) {
  const size_t inputs = t->inputCount;
  SearchPoint best, here, kept;
  placePoints(t, &best, &here, &kept);
  formEquations(t, &best);
  t->flips = descendPoint(t, &best);
  copyPoint(t, &here, &best);
  copyPoint(t, &kept, &best);
  uint64_t state = t->seed;
  // Small kicks pay best at every length: most of a large one is only taken back.
  const size_t largest = inputs < 200 ? 2 : inputs < 400 ? inputs / 100 : 4;
  double meanLoss = 0;
  for (uint64_t kick = 0; kick < t->kicks && !isExplained(t, &best); kick++) {
    const size_t count = 2 + searchRandom(&state) % (largest - 1);
    const size_t reach = 8 * count < inputs ? 8 * count : inputs;
    const size_t first = searchRandom(&state) % (inputs - reach + 1);
    for (size_t i = 0; i < count; i++) {
      const uint64_t word = searchRandom(&state);
      flip(t, &here, (int)(word % (uint64_t)t->codeCount), first + (word >> 8) % reach);
    }
    t->flips += count + descendPoint(t, &here);
    const double loss = kept.explained - here.explained;
    if (here.explained > best.explained) copyPoint(t, &best, &here);
    if (loss > 0) meanLoss = meanLoss > 0 ? meanLoss + 0.02 * (loss - meanLoss) : loss;
    const double left = 1 - (double)kick / (double)t->kicks;
    if (loss < 0.3 * left * meanLoss) {
      copyPoint(t, &kept, &here);
    } else {
      copyPoint(t, &here, &kept);
    }
    if (kick % 1024 == 1023) {
      refreshPoint(t, &here);
      fitPoint(t->codeCount, t->noise, &here);
      copyPoint(t, &kept, &here);
    }
  }
}
