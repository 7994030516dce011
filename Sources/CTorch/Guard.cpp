#include "Guard.h"

#include <c10/util/Exception.h>

#include <new>
#include <string>

namespace {
thread_local std::string last_error;
}

const char *ctorch_last_error(void) { return last_error.c_str(); }

namespace ctorch {

void remember_error() noexcept {
  try {
    try {
      throw;
    } catch (const c10::Error &error) {
      last_error = error.what_without_backtrace();
    } catch (const std::bad_alloc &) {
      last_error = "out of memory";
    } catch (const std::exception &error) {
      last_error = error.what();
    } catch (...) {
      last_error = "an unknown C++ exception";
    }
  } catch (...) {
    // No memory even for the text: an empty text is still an error for the caller.
    last_error.clear();
  }
}

at::ScalarType scalar_type(ctorch_dtype dtype) {
  switch (dtype) {
    case CTORCH_FLOAT32: return at::kFloat;
    case CTORCH_FLOAT64: return at::kDouble;
    case CTORCH_BFLOAT16: return at::kBFloat16;
    case CTORCH_UINT8: return at::kByte;
    case CTORCH_INT64: return at::kLong;
    case CTORCH_BOOL: return at::kBool;
  }
  TORCH_CHECK(false, "unknown element type ", static_cast<int>(dtype));
}

ctorch_dtype dtype_of(at::ScalarType type) {
  switch (type) {
    case at::kFloat: return CTORCH_FLOAT32;
    case at::kDouble: return CTORCH_FLOAT64;
    case at::kBFloat16: return CTORCH_BFLOAT16;
    case at::kByte: return CTORCH_UINT8;
    case at::kLong: return CTORCH_INT64;
    case at::kBool: return CTORCH_BOOL;
    default: TORCH_CHECK(false, "element type ", type, " has no name here");
  }
}

}  // namespace ctorch
