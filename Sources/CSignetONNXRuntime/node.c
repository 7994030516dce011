#include "node.h"

#include <math.h>
#include <string.h>

#include "failure.h"
#include "onnxruntime_calls.h"

OrtStatus *node_open(node *self, const OrtApi *api, const OrtKernelInfo *info) {
  *self = (node){.api = api, .info = info};
  size_t size = sizeof self->name;
  OrtStatus *status = ort_node_name(api)(info, self->name, &size);
  if (status) {
    // A longer name than any that says something.
    ort_release_status(api)(status);
    strcpy(self->name, "?");
  }
  status = ort_input_count(api)(info, &self->input_count);
  return status ? status : ort_output_count(api)(info, &self->output_count);
}

OrtStatus *node_integers(
    const node *self, const char *name, size_t least, size_t most, int64_t *value, size_t *count) {
  size_t found = 0;
  OrtStatus *status = ort_integers_attribute(self->api)(self->info, name, NULL, &found);
  if (status) {
    ort_release_status(self->api)(status);
    return NULL;
  }
  if (found < least || found > most) {
    return node_failure(
        self->api, self->name, "%s: expected %zu to %zu integers, found %zu", name, least, most,
        found);
  }
  if (count) *count = found;
  return ort_integers_attribute(self->api)(self->info, name, value, &found);
}

OrtStatus *node_integer(const node *self, const char *name, int64_t *value) {
  const int64_t usual = *value;
  OrtStatus *status = ort_integer_attribute(self->api)(self->info, name, value);
  if (status) {
    ort_release_status(self->api)(status);
    *value = usual;
  }
  return NULL;
}

OrtStatus *node_bounds(const node *self, float *low, float *high) {
  *low = -INFINITY;
  *high = INFINITY;
  char function[16] = "";
  size_t size = sizeof function;
  OrtStatus *status = ort_text_attribute(self->api)(self->info, "activation", function, &size);
  if (status) {
    ort_release_status(self->api)(status);
    size = 0;
    status = ort_text_attribute(self->api)(self->info, "activation", NULL, &size);
    if (!status) {
      return node_failure(
          self->api, self->name, "activation: expected Relu or Clip, found a longer word");
    }
    ort_release_status(self->api)(status);
    return NULL;
  }
  function[sizeof function - 1] = 0;
  if (strcmp(function, "") == 0) return NULL;
  if (strcmp(function, "Relu") == 0) {
    *low = 0;
    return NULL;
  }
  if (strcmp(function, "Clip") != 0) {
    return node_failure(
        self->api, self->name, "activation: expected Relu or Clip, found '%s'", function);
  }
  float bounds[2];
  size = 0;
  status = ort_floats_attribute(self->api)(self->info, "activation_params", NULL, &size);
  if (status) ort_release_status(self->api)(status);
  if (status || size != 2) {
    return node_failure(
        self->api, self->name, "activation_params: expected 2 numbers, found %zu",
        status ? 0 : size);
  }
  status = ort_floats_attribute(self->api)(self->info, "activation_params", bounds, &size);
  if (status) return status;
  if (!(bounds[0] <= bounds[1])) {
    return node_failure(
        self->api, self->name,
        "activation_params: expected a lower and an upper bound, found %g "
        "and %g",
        (double)bounds[0], (double)bounds[1]);
  }
  *low = bounds[0];
  *high = bounds[1];
  return NULL;
}

OrtStatus *node_has_input(const node *self, size_t index, bool *has) {
  *has = false;
  if (index >= self->input_count) return NULL;
  size_t size = 0;
  OrtStatus *status = ort_input_name(self->api)(self->info, index, NULL, &size);
  if (status) return status;
  // Its end is counted, too.
  *has = size > 1;
  return NULL;
}
