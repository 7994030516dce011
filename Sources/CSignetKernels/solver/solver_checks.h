// What must hold of the arguments of the solver's kernels.
#ifndef SIGNET_SOLVER_CHECKS_H
#define SIGNET_SOLVER_CHECKS_H

#include <stdbool.h>

#include "CSignetSolverKernels.h"
#include "core/require.h"

// Whether rows are whole vectors of every instruction set.
static inline bool solver_is_padded(size_t patch_length) {
  return patch_length > 0 && patch_length % SIGNET_SOLVER_PADDING == 0;
}

static inline bool solver_sweep_is_sound(const signet_solver_sweep *t) {
  return solver_is_padded(t->patch_length) && t->gram && t->diagonal && t->correlation &&
         t->scales && t->active && t->codes && t->products && t->flips && t->scratch;
}

static inline bool solver_search_is_sound(const signet_solver_search *t) {
  return solver_is_padded(t->patch_length) && t->input_count > 0 &&
         t->input_count <= t->patch_length && t->code_count >= 1 &&
         t->code_count <= SIGNET_SOLVER_CODES && t->code_stride >= t->patch_length && t->gram &&
         t->diagonal && t->correlation && t->codes && t->products && t->code_scratch &&
         t->product_scratch;
}

static inline bool solver_matmul_is_sound(const signet_solver_matmul *p) {
  return p->c_row_stride >= p->n && p->workspace &&
         (p->m == 0 || p->n == 0 || (p->c && (p->k == 0 || (p->a && p->b))));
}

#endif
