// Coordinate descent over the codes of a block of filters, and the matrix products around it
// (Documentation/method.md): a sweep walks the coordinates in panels and carries each panel's flips to
// the rest of h = G b at once, so that rows of G stay in the cache while all filters meet them.
//
//   gram: S × S; codes, products h, correlation q: filters × S; Benchmarks/hashing measures it
//
// Written once over clang's vector types and included by one file per
// instruction set, which defines LANES, TILE_ROWS, TILE_VECTORS, STRIP_VECTORS and NEGATIVE_MASK.

#include "solver/solver_checks.h"
#include "solver/solver_kernels.h"

#define PANEL SIGNET_SOLVER_PANEL

typedef float solver_floats __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef float solver_register __attribute__((vector_size(4 * LANES)));
typedef int8_t solver_bytes __attribute__((vector_size(LANES), aligned(1), may_alias));

static inline solver_register solver_load(const float *p) { return *(const solver_floats *)p; }
static inline void solver_store(float *p, solver_register v) { *(solver_floats *)p = v; }
static inline solver_register solver_splat(float x) { return x - (solver_register){0}; }
static inline solver_register solver_load_codes(const int8_t *p) {
  return __builtin_convertvector(*(const solver_bytes *)p, solver_register);
}
static inline double solver_sum_lanes(solver_register v) {
  double sum = 0;
  for (int i = 0; i < LANES; i++) sum += (double)v[i];
  return sum;
}

// MARK: Coordinate descent

/// h += delta * row over `count` floats, a multiple of LANES.
static inline void solver_axpy(size_t count, float delta, const float *row, float *h) {
  const solver_register d = solver_splat(delta);
  for (size_t i = 0; i < count; i += LANES)
    solver_store(h + i, solver_load(h + i) + d * solver_load(row + i));
}

/// Descends the coordinates [start, start + width) of one filter, keeping h right inside them only.
/// Writes the flipped coordinates relative to `start`, complemented where the code became -1.
static int32_t solver_descend_panel(
    size_t stride, size_t start, size_t width, const float *gram, const float *diagonal,
    const float *q, float alpha, int8_t *b, float *h, int32_t *flipped) {
  const solver_register a = solver_splat(alpha);
  int32_t count = 0;
  for (size_t g = 0; g < width; g += LANES) {
    const size_t at = start + g;
    uint32_t allowed = (uint32_t)((1ull << LANES) - 1);
    while (allowed) {
      const solver_register gain =
          solver_load_codes(b + at) * (solver_load(q + at) - a * solver_load(h + at)) +
          a * solver_load(diagonal + at);
      const uint32_t mask = NEGATIVE_MASK(gain) & allowed;
      if (!mask) break;
      const uint32_t lane = (uint32_t)__builtin_ctz(mask);
      const size_t j = at + lane;
      const int8_t code = (int8_t)-b[j];
      b[j] = code;
      solver_axpy(width, 2.0f * (float)code, gram + j * stride + start, h + start);
      const int32_t index = (int32_t)(g + lane);
      flipped[count++] = code > 0 ? index : ~index;
      allowed &= ~((2u << lane) - 1);
    }
  }
  return count;
}

/// h[strip] += Σ ±2 G[j, strip] over the flips of one panel; STRIP_VECTORS registers wide.
static inline void solver_carry_strip(
    size_t stride, const float *rows, const int32_t *flipped, int32_t count, float *h) {
  solver_register sum[STRIP_VECTORS];
  for (int v = 0; v < STRIP_VECTORS; v++) sum[v] = solver_load(h + v * LANES);
  for (int32_t f = 0; f < count; f++) {
    const int32_t entry = flipped[f];
    const float *row = rows + (size_t)(entry < 0 ? ~entry : entry) * stride;
    const solver_register delta = solver_splat(entry < 0 ? -2.0f : 2.0f);
    for (int v = 0; v < STRIP_VECTORS; v++) sum[v] += delta * solver_load(row + v * LANES);
  }
  for (int v = 0; v < STRIP_VECTORS; v++) solver_store(h + v * LANES, sum[v]);
}

static void solver_carry_tile(
    size_t stride, size_t width, const float *rows, const int32_t *flipped, int32_t count,
    float *h) {
  size_t at = 0;
  for (; at + STRIP_VECTORS * LANES <= width; at += STRIP_VECTORS * LANES) {
    solver_carry_strip(stride, rows + at, flipped, count, h + at);
  }
  if (at == width) return;
  for (int32_t f = 0; f < count; f++) {
    const int32_t entry = flipped[f];
    const float *row = rows + (size_t)(entry < 0 ? ~entry : entry) * stride;
    solver_axpy(width - at, entry < 0 ? -2.0f : 2.0f, row + at, h + at);
  }
}

static void solver_sweep(const signet_solver_sweep *t) {
  SIGNET_REQUIRE(solver_sweep_is_sound(t));
  const size_t s = t->patch_length;
  for (size_t n = 0; n < t->filter_count; n++) t->flips[n] = 0;
  for (size_t start = 0; start < s; start += PANEL) {
    const size_t width = s - start < PANEL ? s - start : PANEL;
    for (size_t n = 0; n < t->filter_count; n++) {
      int32_t *list = t->scratch + n * (PANEL + 1);
      list[PANEL] = 0;
      if (!t->active[n]) continue;
      list[PANEL] = solver_descend_panel(
          s, start, width, t->gram, t->diagonal, t->correlation + n * s, t->scales[n],
          t->codes + n * s, t->products + n * s, list);
      t->flips[n] += (uint32_t)list[PANEL];
    }
    for (size_t tile = 0; tile < s; tile += PANEL) {
      if (tile == start) continue;
      const size_t tile_width = s - tile < PANEL ? s - tile : PANEL;
      for (size_t n = 0; n < t->filter_count; n++) {
        const int32_t *list = t->scratch + n * (PANEL + 1);
        if (list[PANEL] == 0) continue;
        solver_carry_tile(
            s, tile_width, t->gram + start * s + tile, list, list[PANEL],
            t->products + n * s + tile);
      }
    }
  }
}

#include "solver/solver_search.h"

static void solver_add_row(size_t count, float delta, const float *row, float *h) {
  solver_axpy(count, delta, row, h);
}

/// next_move for a number of codes the compiler knows.
static inline __attribute__((always_inline)) size_t solver_next_move_of(
    const int codes, const signet_solver_search *t, const solver_point *p, size_t from) {
  solver_register scale[SIGNET_SOLVER_CODES];
  for (int k = 0; k < codes; k++) scale[k] = solver_splat((float)p->scales[k]);
  size_t at = from - from % LANES;
  uint32_t allowed = (uint32_t)(((1ull << LANES) - 1) << (from - at));
  for (; at < t->patch_length; at += LANES) {
    solver_register rest = solver_load(t->correlation + at);
    solver_register part[1 << SIGNET_SOLVER_CODES];
    part[0] = (solver_register){0};
    for (int k = 0; k < codes; k++) {
      rest -= scale[k] * solver_load(p->h[k] + at);
      const solver_register own = scale[k] * solver_load_codes(p->b[k] + at);
      for (int subset = 0; subset < 1 << k; subset++) part[subset + (1 << k)] = part[subset] + own;
    }
    const solver_register diagonal = solver_load(t->diagonal + at);
    uint32_t mask = 0;
    for (int subset = 1; subset < 1 << codes; subset++) {
      mask |= NEGATIVE_MASK(part[subset] * (part[subset] * diagonal + rest));
    }
    mask &= allowed;
    if (mask) return at + (size_t)__builtin_ctz(mask);
    allowed = (uint32_t)((1ull << LANES) - 1);
  }
  return t->patch_length;
}

/// The first coordinate from `from` on where flipping some of its codes lowers the objective.
static size_t solver_next_move(const signet_solver_search *t, const solver_point *p, size_t from) {
  switch (t->code_count) {
    case 1: return solver_next_move_of(1, t, p, from);
    case 2: return solver_next_move_of(2, t, p, from);
    case 3: return solver_next_move_of(3, t, p, from);
    default: return solver_next_move_of(4, t, p, from);
  }
}

static void solver_dots(
    size_t count, const int8_t *code, const float *x, const float *y, double *result) {
  SIGNET_REQUIRE(count == 0 || (code && x && y));
  double first = 0, second = 0;
  size_t i = 0;
  while (i + LANES <= count) {
    // Sixteen terms a lane in float, then on in double: the rounding of a long sum stays small.
    const size_t end = i + 16 * LANES < count ? i + 16 * LANES : count;
    solver_register sum_x = {0}, sum_y = {0};
    for (; i + LANES <= end; i += LANES) {
      const solver_register b = solver_load_codes(code + i);
      sum_x += b * solver_load(x + i);
      sum_y += b * solver_load(y + i);
    }
    first += solver_sum_lanes(sum_x);
    second += solver_sum_lanes(sum_y);
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
  depth_block = 256,
  row_block = (768 / TILE_ROWS) * TILE_ROWS,
  column_block = (1024 / TILE_COLUMNS) * TILE_COLUMNS,
};

/// Strips of TILE_ROWS rows, within a strip depth-major, short strips padded with zeros.
static void solver_pack_a(
    const signet_solver_matmul *p, size_t i0, size_t rows, size_t l0, size_t depth, float *out) {
  for (size_t i = 0; i < rows; i += TILE_ROWS) {
    const size_t live = rows - i < TILE_ROWS ? rows - i : TILE_ROWS;
    if (live == TILE_ROWS && p->a_row_stride == 1) {
      const float *from = p->a + i0 + i + l0 * p->a_column_stride;
      for (size_t l = 0; l < depth; l++, out += TILE_ROWS, from += p->a_column_stride) {
        for (size_t r = 0; r < TILE_ROWS; r++) out[r] = p->alpha * from[r];
      }
      continue;
    }
    for (size_t r = 0; r < TILE_ROWS; r++) {
      const float *from =
          p->a + (i0 + i + (r < live ? r : 0)) * p->a_row_stride + l0 * p->a_column_stride;
      const float scale = r < live ? p->alpha : 0;
      for (size_t l = 0; l < depth; l++) {
        out[l * TILE_ROWS + r] = r < live ? scale * from[l * p->a_column_stride] : 0;
      }
    }
    out += TILE_ROWS * depth;
  }
}

static void solver_pack_b(
    const signet_solver_matmul *p, size_t l0, size_t depth, size_t j0, size_t columns, float *out) {
  for (size_t j = 0; j < columns; j += TILE_COLUMNS) {
    const size_t live = columns - j < TILE_COLUMNS ? columns - j : TILE_COLUMNS;
    for (size_t l = 0; l < depth; l++, out += TILE_COLUMNS) {
      const float *from = p->b + (l0 + l) * p->b_row_stride + (j0 + j) * p->b_column_stride;
      if (live == TILE_COLUMNS && p->b_column_stride == 1) {
        for (int v = 0; v < TILE_VECTORS; v++)
          solver_store(out + v * LANES, solver_load(from + v * LANES));
        continue;
      }
      for (size_t c = 0; c < TILE_COLUMNS; c++)
        out[c] = c < live ? from[c * p->b_column_stride] : 0;
    }
  }
}

/// One TILE_ROWS × TILE_COLUMNS tile of C += A B from packed strips.
static inline void solver_tile(
    size_t depth, const float *a, const float *b, float *c, size_t stride) {
  solver_register sum[TILE_ROWS][TILE_VECTORS];
#pragma clang loop unroll(full)
  for (int r = 0; r < TILE_ROWS; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECTORS; v++) sum[r][v] = (solver_register){0};
  }
  for (size_t l = 0; l < depth; l++, a += TILE_ROWS, b += TILE_COLUMNS) {
    solver_register x[TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECTORS; v++) x[v] = solver_load(b + v * LANES);
#pragma clang loop unroll(full)
    for (int r = 0; r < TILE_ROWS; r++) {
      const solver_register y = solver_splat(a[r]);
#pragma clang loop unroll(full)
      for (int v = 0; v < TILE_VECTORS; v++) sum[r][v] += y * x[v];
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < TILE_ROWS; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECTORS; v++) {
      solver_store(
          c + (size_t)r * stride + v * LANES,
          solver_load(c + (size_t)r * stride + v * LANES) + sum[r][v]);
    }
  }
}

static void solver_edge_tile(
    size_t depth, const float *a, const float *b, float *c, size_t stride, size_t rows,
    size_t columns) {
  float part[TILE_ROWS * TILE_COLUMNS] = {0};
  solver_tile(depth, a, b, part, TILE_COLUMNS);
  for (size_t r = 0; r < rows; r++) {
    for (size_t j = 0; j < columns; j++) c[r * stride + j] += part[r * TILE_COLUMNS + j];
  }
}

static void solver_scale_rows(const signet_solver_matmul *p) {
  if (p->beta == 1) return;
  for (size_t i = 0; i < p->m; i++) {
    float *c = p->c + i * p->c_row_stride;
    for (size_t j = 0; j < p->n; j++) c[j] = p->beta == 0 ? 0 : p->beta * c[j];
  }
}

static void solver_matmul(const signet_solver_matmul *p) {
  SIGNET_REQUIRE(solver_matmul_is_sound(p));
  float *const packed_b = p->workspace;
  float *const packed_a = p->workspace + depth_block * column_block;
  solver_scale_rows(p);
  for (size_t j0 = 0; j0 < p->n; j0 += column_block) {
    const size_t columns = p->n - j0 < column_block ? p->n - j0 : column_block;
    for (size_t l0 = 0; l0 < p->k; l0 += depth_block) {
      const size_t depth = p->k - l0 < depth_block ? p->k - l0 : depth_block;
      solver_pack_b(p, l0, depth, j0, columns, packed_b);
      for (size_t i0 = 0; i0 < p->m; i0 += row_block) {
        const size_t rows = p->m - i0 < row_block ? p->m - i0 : row_block;
        solver_pack_a(p, i0, rows, l0, depth, packed_a);
        for (size_t j = 0; j < columns; j += TILE_COLUMNS) {
          for (size_t i = 0; i < rows; i += TILE_ROWS) {
            const float *a = packed_a + i * depth;
            const float *b = packed_b + j * depth;
            float *c = p->c + (i0 + i) * p->c_row_stride + j0 + j;
            const size_t live_rows = rows - i < TILE_ROWS ? rows - i : TILE_ROWS;
            const size_t live_columns = columns - j < TILE_COLUMNS ? columns - j : TILE_COLUMNS;
            if (live_rows == TILE_ROWS && live_columns == TILE_COLUMNS) {
              solver_tile(depth, a, b, c, p->c_row_stride);
            } else {
              solver_edge_tile(depth, a, b, c, p->c_row_stride, live_rows, live_columns);
            }
          }
        }
      }
    }
  }
}
_Static_assert(
    depth_block *(row_block + column_block) <= SIGNET_SOLVER_MATMUL_WORKSPACE,
    "the workspace holds both packed blocks");
_Static_assert(SIGNET_SOLVER_PADDING % LANES == 0, "padded rows are whole vectors");
