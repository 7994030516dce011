// What a node of a graph says about itself.
#ifndef SIGNET_ONNXRUNTIME_NODE_H
#define SIGNET_ONNXRUNTIME_NODE_H

#include "onnxruntime_interface.h"
#include "signet_operator.h"

enum { longest_node_name = 256 };

typedef struct node {
  const OrtApi *api;
  const OrtKernelInfo *info;
  char name[longest_node_name];
  size_t input_count, output_count;
} node;

OrtStatus *node_open(node *self, const OrtApi *api, const OrtKernelInfo *info);

// `value` keeps what it has where the node does not have the attribute.
OrtStatus *node_integers(
    const node *self, const char *name, size_t least, size_t most, int64_t *value, size_t *count);
OrtStatus *node_integer(const node *self, const char *name, int64_t *value);

// results within `low` and `high`, of the attributes `activation` and `activation_params`
OrtStatus *node_bounds(const node *self, float *low, float *high);

// The tensor that the file stores as an input; empty where an optional one is left out.
OrtStatus *node_stored(
    const node *self, size_t index, const char *label, int type, int is_optional,
    signet_operand *operand);

// Whether the input is there.
OrtStatus *node_has_input(const node *self, size_t index, bool *has);

// Values and extents of a tensor, which must be of `type`.
OrtStatus *node_tensor(
    const OrtApi *api, const char *name, const char *label, const OrtValue *value, int type,
    signet_operand *operand);

#endif
