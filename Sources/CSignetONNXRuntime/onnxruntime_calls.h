// The entries of onnxruntime's table of functions that the operators call, by their positions.
#ifndef SIGNET_ONNXRUNTIME_CALLS_H
#define SIGNET_ONNXRUNTIME_CALLS_H

#include "onnxruntime_interface.h"

#define ORT_ENTRY(position, result, name, ...)                           \
  typedef result (*ort_##name##_function)(__VA_ARGS__);                  \
  static inline ort_##name##_function ort_##name(const OrtApi *api) {    \
    return (ort_##name##_function)((const ort_function *)api)[position]; \
  }

// Version 1.
ORT_ENTRY(0, OrtStatus *, create_status, int code, const char *message)
ORT_ENTRY(26, OrtStatus *, create_domain, const char *name, OrtCustomOpDomain **)
ORT_ENTRY(27, OrtStatus *, domain_add, OrtCustomOpDomain *, const OrtCustomOp *)
ORT_ENTRY(28, OrtStatus *, add_domain, OrtSessionOptions *, OrtCustomOpDomain *)
ORT_ENTRY(51, OrtStatus *, tensor_data, OrtValue *, void **)
ORT_ENTRY(60, OrtStatus *, element_type, const OrtTensorTypeAndShapeInfo *, int *)
ORT_ENTRY(61, OrtStatus *, rank, const OrtTensorTypeAndShapeInfo *, size_t *)
ORT_ENTRY(62, OrtStatus *, extents, const OrtTensorTypeAndShapeInfo *, int64_t *, size_t rank)
ORT_ENTRY(64, OrtStatus *, element_count, const OrtTensorTypeAndShapeInfo *, size_t *)
ORT_ENTRY(65, OrtStatus *, tensor_info, const OrtValue *, OrtTensorTypeAndShapeInfo **)
ORT_ENTRY(86, OrtStatus *, integer_attribute, const OrtKernelInfo *, const char *name, int64_t *)
ORT_ENTRY(
    87, OrtStatus *, text_attribute, const OrtKernelInfo *, const char *name, char *, size_t *)
ORT_ENTRY(88, OrtStatus *, run_input_count, const OrtKernelContext *, size_t *)
ORT_ENTRY(90, OrtStatus *, run_input, const OrtKernelContext *, size_t index, const OrtValue **)
ORT_ENTRY(
    91, OrtStatus *, run_output, OrtKernelContext *, size_t index, const int64_t *extents,
    size_t rank, OrtValue **)
ORT_ENTRY(93, void, release_status, OrtStatus *)
ORT_ENTRY(99, void, release_tensor_info, OrtTensorTypeAndShapeInfo *)
// Version 8.
ORT_ENTRY(
    162, OrtStatus *, floats_attribute, const OrtKernelInfo *, const char *name, float *, size_t *)
ORT_ENTRY(
    163, OrtStatus *, integers_attribute, const OrtKernelInfo *, const char *name, int64_t *,
    size_t *)
// Version 14.
ORT_ENTRY(230, OrtStatus *, input_count, const OrtKernelInfo *, size_t *)
ORT_ENTRY(231, OrtStatus *, output_count, const OrtKernelInfo *, size_t *)
ORT_ENTRY(232, OrtStatus *, input_name, const OrtKernelInfo *, size_t index, char *, size_t *)
// Version 15.
ORT_ENTRY(244, OrtStatus *, node_name, const OrtKernelInfo *, char *, size_t *)
ORT_ENTRY(
    249, OrtStatus *, constant_input, const OrtKernelInfo *, size_t index, int *is_constant,
    const OrtValue **)
// Version 17.
ORT_ENTRY(
    274, OrtStatus *, parallel_for, const OrtKernelContext *, void (*)(void *, size_t),
    size_t count, size_t batches, void *context)

#undef ORT_ENTRY

#endif
