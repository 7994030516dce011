// Iterated local search, shared by every instruction set: the file that includes this one brings
// addRow and nextGain, where the time goes.

#include <string.h>

/// One set of codes while it is searched: b, h = G b, b·q and b·h.
typedef struct {
  int8_t *b;
  float *h;
  double correlation, energy;
} SearchPoint;

static inline uint64_t searchRandom(uint64_t *state) {
  uint64_t word = (*state += 0x9E3779B97F4A7C15ull);
  word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9ull;
  word = (word ^ (word >> 27)) * 0x94D049BB133111EBull;
  return word ^ (word >> 31);
}

/// What the codes explain with their best scale, (b·q)² / b·Gb.
static inline double explained(const SearchPoint *p) {
  if (!(p->correlation > 0) || !(p->energy > 0)) return 0;
  return p->correlation * p->correlation / p->energy;
}

static inline void flip(const SignetHashingSearch *t, SearchPoint *p, size_t j) {
  const double code = p->b[j];
  p->correlation -= 2 * code * (double)t->correlation[j];
  p->energy += 4 * ((double)t->diagonal[j] - code * (double)p->h[j]);
  p->b[j] = (int8_t)-p->b[j];
  addRow(t->patchLength, -2 * (float)code, t->gram + j * t->patchLength, p->h);
}

static inline void copyPoint(const SignetHashingSearch *t, SearchPoint *to, const SearchPoint *from) {
  memcpy(to->b, from->b, t->patchLength);
  memcpy(to->h, from->h, t->patchLength * sizeof(float));
  to->correlation = from->correlation;
  to->energy = from->energy;
}

/// Cyclic coordinate descent with the best scale at the start of each sweep.
static inline uint64_t descendPoint(const SignetHashingSearch *t, SearchPoint *p) {
  uint64_t flips = 0;
  // A sweep that rounding alone keeps alive must end somewhere.
  for (int sweep = 0; sweep < 100; sweep++) {
    if (!(p->correlation > 0) || !(p->energy > 0)) break;
    const float alpha = (float)(p->correlation / p->energy);
    const uint64_t before = flips;
    size_t j = nextGain(t->patchLength, 0, t, alpha, p->b, p->h);
    while (j < t->patchLength) {
      flip(t, p, j);
      flips++;
      if (j + 1 == t->patchLength) break;
      j = nextGain(t->patchLength, j + 1, t, alpha, p->b, p->h);
    }
    if (flips == before) break;
  }
  return flips;
}

/// Forms h and its products anew: every flip rounds, and a long walk adds the roundings up.
static void refreshPoint(const SignetHashingSearch *t, SearchPoint *p) {
  memset(p->h, 0, t->patchLength * sizeof(float));
  for (size_t j = 0; j < t->inputCount; j++) {
    addRow(t->patchLength, (float)p->b[j], t->gram + j * t->patchLength, p->h);
  }
  p->correlation = 0;
  p->energy = 0;
  for (size_t j = 0; j < t->inputCount; j++) {
    p->correlation += (double)p->b[j] * (double)t->correlation[j];
    p->energy += (double)p->b[j] * (double)p->h[j];
  }
}

/// Kicks: a few codes of a neighbourhood, whose inputs belong together, are flipped at random and
/// the codes descend again. The result is kept if it is not worse by more than a share, falling to
/// zero, of what kicks have lost on average.
static void search(SignetHashingSearch *t) {
  const size_t s = t->patchLength;
  const size_t inputs = t->inputCount;
  SearchPoint best = {.b = t->codes, .h = t->product};
  SearchPoint here = {.b = t->codeScratch, .h = t->productScratch};
  SearchPoint kept = {.b = t->codeScratch + s, .h = t->productScratch + s};
  for (size_t j = 0; j < inputs; j++) {
    best.correlation += (double)best.b[j] * (double)t->correlation[j];
    best.energy += (double)best.b[j] * (double)best.h[j];
  }
  t->flips = descendPoint(t, &best);
  copyPoint(t, &here, &best);
  copyPoint(t, &kept, &best);
  uint64_t state = t->seed;
  const size_t largest = inputs / 100 > 2 ? inputs / 100 : 2;
  double meanLoss = 0;
  for (uint64_t kick = 0; kick < t->kicks; kick++) {
    const size_t count = 2 + searchRandom(&state) % (largest - 1);
    const size_t reach = 8 * count < inputs ? 8 * count : inputs;
    const size_t first = searchRandom(&state) % (inputs - reach + 1);
    for (size_t i = 0; i < count; i++) flip(t, &here, first + searchRandom(&state) % reach);
    t->flips += count + descendPoint(t, &here);
    const double loss = explained(&kept) - explained(&here);
    if (explained(&here) > explained(&best)) copyPoint(t, &best, &here);
    if (loss > 0) meanLoss = meanLoss > 0 ? meanLoss + 0.02 * (loss - meanLoss) : loss;
    const double left = 1 - (double)kick / (double)t->kicks;
    if (loss < 0.3 * left * meanLoss) {
      copyPoint(t, &kept, &here);
    } else {
      copyPoint(t, &here, &kept);
    }
    if (kick % 1024 == 1023) {
      refreshPoint(t, &here);
      copyPoint(t, &kept, &here);
    }
  }
}
