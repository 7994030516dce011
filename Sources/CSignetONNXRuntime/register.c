// What onnxruntime calls when it loads the library.
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel.h"
#include "onnxruntime_calls.h"

enum { block_name, convolution_name, linear_name, operator_count };

static const char *const names[operator_count] = {"BinaryBlock", "BinaryConv", "BinaryLinear"};
static OrtCustomOp operators[operator_count];

static const char *name(const OrtCustomOp *self) { return names[self - operators]; }
static const char *processor(const OrtCustomOp *self) {
  (void)self;
  return NULL;
}
static bool is_block(const OrtCustomOp *self) { return self == &operators[block_name]; }

static size_t input_count(const OrtCustomOp *self) {
  return is_block(self) ? 2 : layer_input_count;
}
static int input_type(const OrtCustomOp *self, size_t index) {
  if (is_block(self)) return index == 0 ? ort_uint8 : ort_float;
  return index == layer_codes || index == layer_code_counts ? ort_uint8 : ort_float;
}
static int input_presence(const OrtCustomOp *self, size_t index) {
  if (is_block(self)) return index == 0 ? ort_required : ort_variadic;
  return index <= layer_scales ? ort_required : ort_optional;
}
static size_t output_count(const OrtCustomOp *self) {
  (void)self;
  return 1;
}
static int output_type(const OrtCustomOp *self, size_t index) {
  (void)self, (void)index;
  return ort_float;
}
static int output_presence(const OrtCustomOp *self, size_t index) {
  (void)index;
  return is_block(self) ? ort_variadic : ort_required;
}
static int usual_memory(const OrtCustomOp *self, size_t index) {
  (void)self, (void)index;
  return 0;
}
static int one(const OrtCustomOp *self) {
  (void)self;
  return 1;
}
static int every_version(const OrtCustomOp *self) {
  (void)self;
  return INT32_MAX;
}

static void describe_operators(void) {
  static OrtStatus *(*const creators[operator_count])(
      const OrtCustomOp *, const OrtApi *, const OrtKernelInfo *, void **) = {
      create_block, create_convolution, create_linear};
  for (int i = 0; i < operator_count; i++) {
    operators[i] = (OrtCustomOp){
        .version = ort_version,
        .name = name,
        .execution_provider = processor,
        .input_type = input_type,
        .input_count = input_count,
        .output_type = output_type,
        .output_count = output_count,
        .destroy = destroy,
        .input_presence = input_presence,
        .output_presence = output_presence,
        .input_memory = usual_memory,
        .least_variadic_inputs = one,
        .variadic_inputs_are_alike = one,
        .least_variadic_outputs = one,
        .variadic_outputs_are_alike = one,
        .create_kernel_with_status = creators[i],
        .compute_with_status = compute,
        .first_version = one,
        .last_version = every_version,
    };
  }
}

// A domain must outlive every session that was made with it, and onnxruntime does not own it: one
// for each copy of onnxruntime in the process, for as long as that runs.
typedef struct known_domain {
  const OrtApi *api;
  OrtCustomOpDomain *domain;
  struct known_domain *next;
} known_domain;

static OrtStatus *make_domain(const OrtApi *api, OrtCustomOpDomain **domain) {
  OrtStatus *status = ort_create_domain(api)("ai.signet", domain);
  for (int i = 0; !status && i < operator_count; i++) {
    status = ort_domain_add(api)(*domain, &operators[i]);
  }
  return status;
}

static OrtStatus *domain_of(const OrtApi *api, OrtCustomOpDomain **domain) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  static known_domain *known;
  pthread_mutex_lock(&mutex);
  if (!known) describe_operators();
  known_domain *own = known;
  while (own && own->api != api) own = own->next;
  OrtStatus *status = NULL;
  if (!own) {
    own = calloc(1, sizeof *own);
    status = own ? make_domain(api, &own->domain)
                 : ort_create_status(api)(ort_fail, "no memory is left for domain ai.signet");
    if (!status) {
      own->api = api;
      own->next = known;
      known = own;
    }
    if (status) free(own);
  }
  if (!status) *domain = own->domain;
  pthread_mutex_unlock(&mutex);
  return status;
}

__attribute__((visibility("default"))) OrtStatus *RegisterCustomOps(
    OrtSessionOptions *options, const OrtApiBase *base) {
  const OrtApi *api = base->get_api(ort_version);
  if (!api) {
    char text[160];
    snprintf(
        text, sizeof text,
        "this is onnxruntime %.20s: the operators of ai.signet need version 1.%d or a newer one",
        base->get_version_string(), ort_version);
    return ort_create_status(base->get_api(1))(ort_not_implemented, text);
  }
  OrtCustomOpDomain *domain = NULL;
  OrtStatus *status = domain_of(api, &domain);
  return status ? status : ort_add_domain(api)(options, domain);
}
