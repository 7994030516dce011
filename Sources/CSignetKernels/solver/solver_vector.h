// Coordinate descent over the codes of a block of filters, and the matrix products around it
// (Documentation/method.md): a sweep walks the coordinates in panels and carries each panel's flips to
// the rest of h = G b at once, so that rows of G stay in the cache while all filters meet them.
//
//   gram: S × S; codes, products h, correlation q: filters × S; Benchmarks/hashing measures it
//
// Written once over clang's vector types and included by one file per
// instruction set, which defines LANES, TILE_ROWS, TILE_VECTORS, STRIP_VECTORS and NEGATIVE_MASK.

#include "solver/solver_kernels.h"

#define PANEL SIGNET_HASHING_PANEL

typedef float Floats __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef float FloatRegister __attribute__((vector_size(4 * LANES)));
typedef int8_t Bytes __attribute__((vector_size(LANES), aligned(1), may_alias));

static inline FloatRegister load(const float *p) { return *(const Floats *)p; }
static inline void store(float *p, FloatRegister v) { *(Floats *)p = v; }
static inline FloatRegister splat(float x) { return x - (FloatRegister){0}; }
static inline FloatRegister loadCodes(const int8_t *p) {
  return __builtin_convertvector(*(const Bytes *)p, FloatRegister);
}
static inline double sumLanes(FloatRegister v) {
  double sum = 0;
  for (int i = 0; i < LANES; i++) sum += (double)v[i];
  return sum;
}

// MARK: Coordinate descent

/// h += delta * row over `count` floats, a multiple of LANES.
static inline void axpy(size_t count, float delta, const float *row, float *h) {
  const FloatRegister d = splat(delta);
  for (size_t i = 0; i < count; i += LANES) store(h + i, load(h + i) + d * load(row + i));
}

/// Descends the coordinates [start, start + width) of one filter, keeping h right inside them only.
/// Writes the flipped coordinates relative to `start`, complemented where the code became -1.
static int32_t descendPanel(
    size_t stride, size_t start, size_t width, const float *gram, const float *diagonal,
    const float *q, float alpha, int8_t *b, float *h, int32_t *flipped) {
  const FloatRegister a = splat(alpha);
  int32_t count = 0;
  for (size_t g = 0; g < width; g += LANES) {
    const size_t at = start + g;
    uint32_t allowed = (uint32_t)((1ull << LANES) - 1);
    while (allowed) {
      const FloatRegister gain =
          loadCodes(b + at) * (load(q + at) - a * load(h + at)) + a * load(diagonal + at);
      const uint32_t mask = NEGATIVE_MASK(gain) & allowed;
      if (!mask) break;
      const uint32_t lane = (uint32_t)__builtin_ctz(mask);
      const size_t j = at + lane;
      const int8_t code = (int8_t)-b[j];
      b[j] = code;
      axpy(width, 2.0f * (float)code, gram + j * stride + start, h + start);
      const int32_t index = (int32_t)(g + lane);
      flipped[count++] = code > 0 ? index : ~index;
      allowed &= ~((2u << lane) - 1);
    }
  }
  return count;
}

/// h[strip] += Σ ±2 G[j, strip] over the flips of one panel; STRIP_VECTORS registers wide.
static inline void carryStrip(
    size_t stride, const float *rows, const int32_t *flipped, int32_t count, float *h) {
  FloatRegister sum[STRIP_VECTORS];
  for (int v = 0; v < STRIP_VECTORS; v++) sum[v] = load(h + v * LANES);
  for (int32_t f = 0; f < count; f++) {
    const int32_t entry = flipped[f];
    const float *row = rows + (size_t)(entry < 0 ? ~entry : entry) * stride;
    const FloatRegister delta = splat(entry < 0 ? -2.0f : 2.0f);
    for (int v = 0; v < STRIP_VECTORS; v++) sum[v] += delta * load(row + v * LANES);
  }
  for (int v = 0; v < STRIP_VECTORS; v++) store(h + v * LANES, sum[v]);
}

static void carryTile(
    size_t stride, size_t width, const float *rows, const int32_t *flipped, int32_t count,
    float *h) {
  size_t at = 0;
  for (; at + STRIP_VECTORS * LANES <= width; at += STRIP_VECTORS * LANES) {
    carryStrip(stride, rows + at, flipped, count, h + at);
  }
  if (at == width) return;
  for (int32_t f = 0; f < count; f++) {
    const int32_t entry = flipped[f];
    const float *row = rows + (size_t)(entry < 0 ? ~entry : entry) * stride;
    axpy(width - at, entry < 0 ? -2.0f : 2.0f, row + at, h + at);
  }
}

static void sweep(const SignetHashingSweep *t) {
  const size_t s = t->patchLength;
  for (size_t n = 0; n < t->filterCount; n++) t->flips[n] = 0;
  for (size_t start = 0; start < s; start += PANEL) {
    const size_t width = s - start < PANEL ? s - start : PANEL;
    for (size_t n = 0; n < t->filterCount; n++) {
      int32_t *list = t->scratch + n * (PANEL + 1);
      list[PANEL] = 0;
      if (!t->active[n]) continue;
      list[PANEL] = descendPanel(
          s, start, width, t->gram, t->diagonal, t->correlation + n * s, t->scales[n],
          t->codes + n * s, t->products + n * s, list);
      t->flips[n] += (uint32_t)list[PANEL];
    }
    for (size_t tile = 0; tile < s; tile += PANEL) {
      if (tile == start) continue;
      const size_t tileWidth = s - tile < PANEL ? s - tile : PANEL;
      for (size_t n = 0; n < t->filterCount; n++) {
        const int32_t *list = t->scratch + n * (PANEL + 1);
        if (list[PANEL] == 0) continue;
        carryTile(
            s, tileWidth, t->gram + start * s + tile, list, list[PANEL],
            t->products + n * s + tile);
      }
    }
  }
}

#include "solver/solver_search.h"

static void addRow(size_t count, float delta, const float *row, float *h) {
  axpy(count, delta, row, h);
}

/// nextMove for a number of codes the compiler knows.
static inline __attribute__((always_inline)) size_t
nextMoveOf(const int codes, const SignetHashingSearch *t, const SearchPoint *p, size_t from) {
  FloatRegister scale[SIGNET_HASHING_CODES];
  for (int k = 0; k < codes; k++) scale[k] = splat((float)p->scales[k]);
  size_t at = from - from % LANES;
  uint32_t allowed = (uint32_t)(((1ull << LANES) - 1) << (from - at));
  for (; at < t->patchLength; at += LANES) {
    FloatRegister rest = load(t->correlation + at);
    FloatRegister part[1 << SIGNET_HASHING_CODES];
    part[0] = (FloatRegister){0};
    for (int k = 0; k < codes; k++) {
      rest -= scale[k] * load(p->h[k] + at);
      const FloatRegister own = scale[k] * loadCodes(p->b[k] + at);
      for (int subset = 0; subset < 1 << k; subset++) part[subset + (1 << k)] = part[subset] + own;
    }
    const FloatRegister diagonal = load(t->diagonal + at);
    uint32_t mask = 0;
    for (int subset = 1; subset < 1 << codes; subset++) {
      mask |= NEGATIVE_MASK(part[subset] * (part[subset] * diagonal + rest));
    }
    mask &= allowed;
    if (mask) return at + (size_t)__builtin_ctz(mask);
    allowed = (uint32_t)((1ull << LANES) - 1);
  }
  return t->patchLength;
}

/// The first coordinate from `from` on where flipping some of its codes lowers the objective.
static size_t nextMove(const SignetHashingSearch *t, const SearchPoint *p, size_t from) {
  switch (t->codeCount) {
    case 1: return nextMoveOf(1, t, p, from);
    case 2: return nextMoveOf(2, t, p, from);
    case 3: return nextMoveOf(3, t, p, from);
    default: return nextMoveOf(4, t, p, from);
  }
}

static void dots(size_t count, const int8_t *code, const float *x, const float *y, double *result) {
  double first = 0, second = 0;
  size_t i = 0;
  while (i + LANES <= count) {
    // Sixteen terms a lane in float, then on in double: the rounding of a long sum stays small.
    const size_t end = i + 16 * LANES < count ? i + 16 * LANES : count;
    FloatRegister sumX = {0}, sumY = {0};
    for (; i + LANES <= end; i += LANES) {
      const FloatRegister b = loadCodes(code + i);
      sumX += b * load(x + i);
      sumY += b * load(y + i);
    }
    first += sumLanes(sumX);
    second += sumLanes(sumY);
  }
  for (; i < count; i++) {
    first += (double)code[i] * (double)x[i];
    second += (double)code[i] * (double)y[i];
  }
  result[0] = first;
  result[1] = second;
}

// MARK: Matrix product

#define TILE_COLUMNS (TILE_VECTORS * LANES)
enum {
  depthBlock = 256,
  rowBlock = (768 / TILE_ROWS) * TILE_ROWS,
  columnBlock = (1024 / TILE_COLUMNS) * TILE_COLUMNS,
};

/// Strips of TILE_ROWS rows, within a strip depth-major, short strips padded with zeros.
static void packA(
    const SignetHashingMatmul *p, size_t i0, size_t rows, size_t l0, size_t depth, float *out) {
  for (size_t i = 0; i < rows; i += TILE_ROWS) {
    const size_t live = rows - i < TILE_ROWS ? rows - i : TILE_ROWS;
    if (live == TILE_ROWS && p->aRowStride == 1) {
      const float *from = p->a + i0 + i + l0 * p->aColumnStride;
      for (size_t l = 0; l < depth; l++, out += TILE_ROWS, from += p->aColumnStride) {
        for (size_t r = 0; r < TILE_ROWS; r++) out[r] = p->alpha * from[r];
      }
      continue;
    }
    for (size_t r = 0; r < TILE_ROWS; r++) {
      const float *from =
          p->a + (i0 + i + (r < live ? r : 0)) * p->aRowStride + l0 * p->aColumnStride;
      const float scale = r < live ? p->alpha : 0;
      for (size_t l = 0; l < depth; l++) {
        out[l * TILE_ROWS + r] = r < live ? scale * from[l * p->aColumnStride] : 0;
      }
    }
    out += TILE_ROWS * depth;
  }
}

static void packB(
    const SignetHashingMatmul *p, size_t l0, size_t depth, size_t j0, size_t columns, float *out) {
  for (size_t j = 0; j < columns; j += TILE_COLUMNS) {
    const size_t live = columns - j < TILE_COLUMNS ? columns - j : TILE_COLUMNS;
    for (size_t l = 0; l < depth; l++, out += TILE_COLUMNS) {
      const float *from = p->b + (l0 + l) * p->bRowStride + (j0 + j) * p->bColumnStride;
      if (live == TILE_COLUMNS && p->bColumnStride == 1) {
        for (int v = 0; v < TILE_VECTORS; v++) store(out + v * LANES, load(from + v * LANES));
        continue;
      }
      for (size_t c = 0; c < TILE_COLUMNS; c++) out[c] = c < live ? from[c * p->bColumnStride] : 0;
    }
  }
}

/// One TILE_ROWS × TILE_COLUMNS tile of C += A B from packed strips.
static inline void tile(size_t depth, const float *a, const float *b, float *c, size_t stride) {
  FloatRegister sum[TILE_ROWS][TILE_VECTORS];
#pragma clang loop unroll(full)
  for (int r = 0; r < TILE_ROWS; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECTORS; v++) sum[r][v] = (FloatRegister){0};
  }
  for (size_t l = 0; l < depth; l++, a += TILE_ROWS, b += TILE_COLUMNS) {
    FloatRegister x[TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECTORS; v++) x[v] = load(b + v * LANES);
#pragma clang loop unroll(full)
    for (int r = 0; r < TILE_ROWS; r++) {
      const FloatRegister y = splat(a[r]);
#pragma clang loop unroll(full)
      for (int v = 0; v < TILE_VECTORS; v++) sum[r][v] += y * x[v];
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < TILE_ROWS; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECTORS; v++) {
      store(
          c + (size_t)r * stride + v * LANES, load(c + (size_t)r * stride + v * LANES) + sum[r][v]);
    }
  }
}

static void edgeTile(
    size_t depth, const float *a, const float *b, float *c, size_t stride, size_t rows,
    size_t columns) {
  float part[TILE_ROWS * TILE_COLUMNS] = {0};
  tile(depth, a, b, part, TILE_COLUMNS);
  for (size_t r = 0; r < rows; r++) {
    for (size_t j = 0; j < columns; j++) c[r * stride + j] += part[r * TILE_COLUMNS + j];
  }
}

static void scaleRows(const SignetHashingMatmul *p) {
  if (p->beta == 1) return;
  for (size_t i = 0; i < p->m; i++) {
    float *c = p->c + i * p->cRowStride;
    for (size_t j = 0; j < p->n; j++) c[j] = p->beta == 0 ? 0 : p->beta * c[j];
  }
}

static void matmul(const SignetHashingMatmul *p) {
  float *const packedB = p->workspace;
  float *const packedA = p->workspace + depthBlock * columnBlock;
  scaleRows(p);
  for (size_t j0 = 0; j0 < p->n; j0 += columnBlock) {
    const size_t columns = p->n - j0 < columnBlock ? p->n - j0 : columnBlock;
    for (size_t l0 = 0; l0 < p->k; l0 += depthBlock) {
      const size_t depth = p->k - l0 < depthBlock ? p->k - l0 : depthBlock;
      packB(p, l0, depth, j0, columns, packedB);
      for (size_t i0 = 0; i0 < p->m; i0 += rowBlock) {
        const size_t rows = p->m - i0 < rowBlock ? p->m - i0 : rowBlock;
        packA(p, i0, rows, l0, depth, packedA);
        for (size_t j = 0; j < columns; j += TILE_COLUMNS) {
          for (size_t i = 0; i < rows; i += TILE_ROWS) {
            const float *a = packedA + i * depth;
            const float *b = packedB + j * depth;
            float *c = p->c + (i0 + i) * p->cRowStride + j0 + j;
            const size_t liveRows = rows - i < TILE_ROWS ? rows - i : TILE_ROWS;
            const size_t liveColumns = columns - j < TILE_COLUMNS ? columns - j : TILE_COLUMNS;
            if (liveRows == TILE_ROWS && liveColumns == TILE_COLUMNS) {
              tile(depth, a, b, c, p->cRowStride);
            } else {
              edgeTile(depth, a, b, c, p->cRowStride, liveRows, liveColumns);
            }
          }
        }
      }
    }
  }
}
_Static_assert(
    depthBlock *(rowBlock + columnBlock) <= SIGNET_HASHING_MATMUL_WORKSPACE,
    "the workspace holds both packed blocks");
_Static_assert(SIGNET_HASHING_PADDING % LANES == 0, "padded rows are whole vectors");
