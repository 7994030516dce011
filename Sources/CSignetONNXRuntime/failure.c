#include "failure.h"

#include <stdarg.h>
#include <stdio.h>

#include "onnxruntime_calls.h"
#include "signet.h"

OrtStatus *node_failure(const OrtApi *api, const char *name, const char *format, ...) {
  char text[512];
  int length = snprintf(text, sizeof text, "node '%.200s': ", name);
  if (length < 0) length = 0;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text + length, sizeof text - (size_t)length, format, arguments);
  va_end(arguments);
  return ort_create_status(api)(ort_invalid_argument, text);
}

OrtStatus *last_failure(const OrtApi *api) {
  return ort_create_status(api)(ort_invalid_argument, signet_last_error());
}
