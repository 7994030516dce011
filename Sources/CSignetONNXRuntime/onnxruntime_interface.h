// What of onnxruntime's C interface the operators use. Its table of functions only ever grows at the
// end, and a structure of operators says which version of the interface it follows.
#ifndef SIGNET_ONNXRUNTIME_INTERFACE_H
#define SIGNET_ONNXRUNTIME_INTERFACE_H

#include <stddef.h>
#include <stdint.h>

// Version 16 brought operators that return a status, 17 the session's threads.
enum { ort_version = 17 };

typedef struct OrtStatus OrtStatus;
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtCustomOpDomain OrtCustomOpDomain;
typedef struct OrtKernelInfo OrtKernelInfo;
typedef struct OrtKernelContext OrtKernelContext;
typedef struct OrtValue OrtValue;
typedef struct OrtTensorTypeAndShapeInfo OrtTensorTypeAndShapeInfo;
typedef struct OrtCustomOp OrtCustomOp;

typedef void (*ort_function)(void);

// An array of functions; onnxruntime_calls.h says which entry is which.
typedef struct OrtApi OrtApi;

typedef struct OrtApiBase {
  const OrtApi *(*get_api)(uint32_t version);
  const char *(*get_version_string)(void);
} OrtApiBase;

enum ort_error_code { ort_fail = 1, ort_invalid_argument = 2, ort_not_implemented = 9 };
enum ort_element_type { ort_float = 1, ort_uint8 = 2 };
enum ort_presence { ort_required = 0, ort_optional = 1, ort_variadic = 2 };

// Version 17 of the structure; every member is asked by onnxruntime unless said otherwise.
struct OrtCustomOp {
  uint32_t version;
  // Asked where create_kernel_with_status is NULL.
  void *(*create_kernel)(const OrtCustomOp *, const OrtApi *, const OrtKernelInfo *);
  const char *(*name)(const OrtCustomOp *);
  // NULL for the processor's.
  const char *(*execution_provider)(const OrtCustomOp *);
  int (*input_type)(const OrtCustomOp *, size_t index);
  size_t (*input_count)(const OrtCustomOp *);
  int (*output_type)(const OrtCustomOp *, size_t index);
  size_t (*output_count)(const OrtCustomOp *);
  // Asked where compute_with_status is NULL.
  void (*compute)(void *kernel, OrtKernelContext *);
  void (*destroy)(void *kernel);
  int (*input_presence)(const OrtCustomOp *, size_t index);
  int (*output_presence)(const OrtCustomOp *, size_t index);
  int (*input_memory)(const OrtCustomOp *, size_t index);
  int (*least_variadic_inputs)(const OrtCustomOp *);
  int (*variadic_inputs_are_alike)(const OrtCustomOp *);
  int (*least_variadic_outputs)(const OrtCustomOp *);
  int (*variadic_outputs_are_alike)(const OrtCustomOp *);
  OrtStatus *(*create_kernel_with_status)(
      const OrtCustomOp *, const OrtApi *, const OrtKernelInfo *, void **kernel);
  OrtStatus *(*compute_with_status)(void *kernel, OrtKernelContext *);
  // NULL where shapes are not inferred.
  OrtStatus *(*infer_shapes)(const OrtCustomOp *, void *context);
  int (*first_version)(const OrtCustomOp *);
  int (*last_version)(const OrtCustomOp *);
};

#endif
