#include "kernel.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "kernel_state.h"
#include "node.h"
#include "onnxruntime_calls.h"

void destroy(void *state) {
  kernel *self = state;
  if (!self) return;
  signet_operator_free(self->operator);
  free(self);
}

// Takes the operator; NULL is the failure to make it.
static OrtStatus *hand(
    const node *node, signet_operator *operator, const size_t *places, size_t count,
    void **handle) {
  if (!operator) return last_failure(node->api);
  kernel *self = malloc(sizeof *self + count * sizeof *self->places);
  if (!self) {
    signet_operator_free(operator);
    return node_failure(node->api, node->name, "no memory is left");
  }
  self->api = node->api;
  self->operator = operator;
  self->count = count;
  atomic_init(&self->threads, 1);
  atomic_init(&self->runs, 0);
  memcpy(self->places, places, count * sizeof *places);
  memcpy(self->name, node->name, sizeof self->name);
  *handle = self;
  return NULL;
}

static OrtStatus *read_layer(const node *node, signet_layer *layer) {
  OrtStatus *status = node_integers(
      node, "weight_shape", layer->is_linear ? 2 : 4, layer->is_linear ? 2 : 4, layer->weight_shape,
      &layer->weight_rank);
  if (!status && layer->weight_rank == 0) {
    status = node_failure(node->api, node->name, "weight_shape: expected integers, found none");
  }
  if (!status) status = node_integers(node, "strides", 2, 2, layer->strides, NULL);
  if (!status) status = node_integers(node, "pads", 4, 4, layer->pads, NULL);
  if (!status) status = node_integers(node, "dilations", 2, 2, layer->dilations, NULL);
  if (!status) status = node_integer(node, "group", &layer->group);
  if (!status) status = node_bounds(node, &layer->low, &layer->high);
  const struct {
    size_t index;
    const char *label;
    int type, is_optional;
    signet_operand *operand;
  } stored[] = {
      {layer_codes, "codes", ort_uint8, 0, &layer->codes},
      {layer_scales, "scales", ort_float, 0, &layer->scales},
      {layer_bias, "bias", ort_float, 1, &layer->bias},
      {layer_constants, "constants", ort_float, 1, &layer->constants},
      {layer_input_scales, "input_scales", ort_float, 1, &layer->input_scales},
      {layer_code_counts, "code_counts", ort_uint8, 1, &layer->code_counts},
  };
  for (size_t i = 0; !status && i < sizeof stored / sizeof *stored; i++) {
    status = node_stored(
        node, stored[i].index, stored[i].label, stored[i].type, stored[i].is_optional,
        stored[i].operand);
  }
  if (!status) status = node_has_input(node, layer_residual, &layer->has_residual);
  if (!status) {
    status = node_integers(node, "input_shape", 3, 3, layer->input_shape, &layer->input_rank);
  }
  return status;
}

static OrtStatus *create_layer(
    const OrtApi *api, const OrtKernelInfo *info, bool is_linear, void **handle) {
  *handle = NULL;
  node node;
  OrtStatus *status = node_open(&node, api, info);
  if (status) return status;
  signet_layer layer = {
      .name = node.name,
      .is_linear = is_linear,
      .strides = {1, 1},
      .dilations = {1, 1},
      .group = 1};
  status = read_layer(&node, &layer);
  if (status) return status;
  const size_t places[] = {layer_x, layer_residual};
  return hand(&node, signet_operator_of_layer(&layer), places, layer.has_residual ? 2 : 1, handle);
}

OrtStatus *create_convolution(
    const OrtCustomOp *operator, const OrtApi *api, const OrtKernelInfo *info, void **handle) {
  (void)operator;
  return create_layer(api, info, false, handle);
}

OrtStatus *create_linear(
    const OrtCustomOp *operator, const OrtApi *api, const OrtKernelInfo *info, void **handle) {
  (void)operator;
  return create_layer(api, info, true, handle);
}

OrtStatus *create_block(
    const OrtCustomOp *operator, const OrtApi *api, const OrtKernelInfo *info, void **handle) {
  (void)operator;
  *handle = NULL;
  node node;
  OrtStatus *status = node_open(&node, api, info);
  if (status) return status;
  signet_operand model;
  status = node_stored(&node, 0, "model", ort_uint8, 0, &model);
  if (status) return status;
  const size_t count = node.input_count - 1;
  size_t *places = malloc((count + 1) * sizeof *places);
  if (!places) return node_failure(api, node.name, "no memory is left");
  for (size_t i = 0; i < count; i++) places[i] = i + 1;
  status = hand(
      &node, signet_operator_of_block(node.name, &model, count, node.output_count), places, count,
      handle);
  free(places);
  return status;
}
