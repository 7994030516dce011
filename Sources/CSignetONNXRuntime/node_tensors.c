#include "failure.h"
#include "node.h"
#include "onnxruntime_calls.h"

static const char *type_name(int type) {
  return type == ort_float ? "float32" : type == ort_uint8 ? "uint8" : "another type";
}

static OrtStatus *read_extents(
    const OrtApi *api, const char *name, const char *label, const OrtTensorTypeAndShapeInfo *info,
    signet_operand *operand) {
  OrtStatus *status = ort_rank(api)(info, &operand->rank);
  if (status) return status;
  if (operand->rank > SIGNET_OPERAND_MAX_RANK) {
    const size_t found = operand->rank;
    operand->rank = 0;
    return node_failure(
        api, name, "%s: expected at most %d extents, found %zu", label, SIGNET_OPERAND_MAX_RANK,
        found);
  }
  return ort_extents(api)(info, operand->extents, operand->rank);
}

OrtStatus *node_tensor(
    const OrtApi *api, const char *name, const char *label, const OrtValue *value, int type,
    signet_operand *operand) {
  *operand = (signet_operand){0};
  OrtTensorTypeAndShapeInfo *info = NULL;
  OrtStatus *status = ort_tensor_info(api)(value, &info);
  if (status) return status;
  int found = 0;
  status = ort_element_type(api)(info, &found);
  if (!status && found != type) {
    status = node_failure(
        api, name, "%s: expected %s, found %s", label, type_name(type), type_name(found));
  }
  if (!status) status = ort_element_count(api)(info, &operand->count);
  if (!status) status = read_extents(api, name, label, info, operand);
  void *data = NULL;
  if (!status) status = ort_tensor_data(api)((OrtValue *)value, &data);
  ort_release_tensor_info(api)(info);
  operand->values = data;
  return status;
}

OrtStatus *node_stored(
    const node *self, size_t index, const char *label, int type, int is_optional,
    signet_operand *operand) {
  *operand = (signet_operand){0};
  bool has = false;
  OrtStatus *status = node_has_input(self, index, &has);
  if (status) return status;
  if (!has) {
    if (is_optional) return NULL;
    return node_failure(self->api, self->name, "%s: expected a stored tensor, found none", label);
  }
  int is_constant = 0;
  const OrtValue *value = NULL;
  status = ort_constant_input(self->api)(self->info, index, &is_constant, &value);
  if (status) return status;
  if (!is_constant || !value) {
    return node_failure(
        self->api, self->name, "%s: expected a stored tensor, found a value that is computed",
        label);
  }
  status = node_tensor(self->api, self->name, label, value, type, operand);
  if (!status && operand->count == 0) {
    status = node_failure(self->api, self->name, "%s: expected numbers, found none", label);
  }
  return status;
}
