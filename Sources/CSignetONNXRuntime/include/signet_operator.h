/* What the operators of domain ai.signet are made of, between onnxruntime's side, which is C, and
 * the engine's, which is Swift. Every function that can fail says why in signet_last_error. */
#ifndef SIGNET_OPERATOR_H
#define SIGNET_OPERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIGNET_OPERAND_MAX_RANK = 8 };

/* A tensor: one that a node stores, or one that a run is given. */
typedef struct signet_operand {
  /* NULL where the node leaves it out. */
  const void *values;
  size_t count;
  size_t rank;
  int64_t extents[SIGNET_OPERAND_MAX_RANK];
} signet_operand;

/* A binary convolution or linear layer, and what is done with its results. */
typedef struct signet_layer {
  /* The node's. */
  const char *name;
  bool is_linear;
  /* O x I/group x kH x kW, or O x I */
  int64_t weight_shape[4];
  size_t weight_rank;
  /* Height and width; top, left, bottom, right. */
  int64_t strides[2], pads[4], dilations[2];
  int64_t group;
  /* Results are held within; -infinity and infinity where they are not. */
  float low, high;
  bool has_residual;
  /* uint8: rows x bytes, and optionally codes of each filter. */
  signet_operand codes, code_counts;
  /* float32: a scale per row; optionally per filter, per input channel, per filter. */
  signet_operand scales, constants, input_scales, bias;
  /* C x H x W of the usual input; rank 0 where the node does not say. */
  int64_t input_shape[3];
  size_t input_rank;
} signet_layer;

typedef struct signet_operator signet_operator;

/* NULL on failure. */
signet_operator *signet_operator_of_layer(const signet_layer *layer);

/* `model`: uint8, the bytes of a model file, which are copied. */
signet_operator *signet_operator_of_block(
    const char *name, const signet_operand *model, size_t inputs, size_t outputs);

void signet_operator_free(signet_operator *self);

/* One run, from where it gets what it needs. */
typedef struct signet_operator_run_context {
  /* float32, batch first. */
  const signet_operand *inputs;
  size_t input_count;
  /* That parallel_for may use. */
  int32_t threads;
  /* Gives the buffer of an output of those extents; NULL ends the run. */
  float *(*output)(
      struct signet_operator_run_context *self, size_t index, const int64_t *extents, size_t rank);
  /* Calls function(context, i) once for each i in 0 ..< count, and returns after the last. */
  void (*parallel_for)(
      void *self, void (*function)(void *context, size_t i), void *context, size_t count);
} signet_operator_run_context;

bool signet_operator_run(signet_operator *self, signet_operator_run_context *context);

#endif
