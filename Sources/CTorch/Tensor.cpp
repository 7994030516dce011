#include "Guard.h"

#include "Device.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/clone.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <cstring>

using namespace ctorch;

void ctorch_free(ctorch_tensor *tensor) { delete tensor; }

ctorch_tensor *ctorch_from_bytes(const void *bytes, size_t byte_count, const intptr_t *shape, intptr_t rank,
                                 ctorch_dtype dtype) {
  return make([&] {
    auto tensor = at::empty(sizes(shape, rank), scalar_type(dtype));
    TORCH_CHECK(tensor.nbytes() == byte_count, "shape ", tensor.sizes(), " of ", tensor.scalar_type(), " needs ",
                tensor.nbytes(), " bytes, got ", byte_count);
    if (byte_count > 0) std::memcpy(tensor.mutable_data_ptr(), bytes, byte_count);
    return tensor.to(device());
  });
}

ctorch_tensor *ctorch_zeros(const intptr_t *shape, intptr_t rank, ctorch_dtype dtype) {
  return make([&] { return at::zeros(sizes(shape, rank), at::device(device()).dtype(scalar_type(dtype))); });
}

ctorch_tensor *ctorch_full(double value, const intptr_t *shape, intptr_t rank, ctorch_dtype dtype) {
  return make([&] { return at::full(sizes(shape, rank), value, at::device(device()).dtype(scalar_type(dtype))); });
}

ctorch_tensor *ctorch_clone(const ctorch_tensor *tensor) {
  return make([&] { return tensor->value.clone(); });
}

ctorch_tensor *ctorch_detach(const ctorch_tensor *tensor) {
  return make([&] { return tensor->value.detach(); });
}

ctorch_tensor *ctorch_to_dtype(const ctorch_tensor *tensor, ctorch_dtype dtype) {
  return make([&] { return tensor->value.to(scalar_type(dtype)); });
}

ctorch_tensor *ctorch_contiguous(const ctorch_tensor *tensor, bool channels_last) {
  return make([&] {
    return tensor->value.contiguous(channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
  });
}

ctorch_tensor *ctorch_on_processor(const ctorch_tensor *tensor) {
  return make([&] { return tensor->value.cpu().contiguous(); });
}

bool ctorch_is_on_processor(const ctorch_tensor *tensor) { return tensor->value.is_cpu(); }

bool ctorch_is_contiguous(const ctorch_tensor *tensor, bool channels_last) {
  return tensor->value.is_contiguous(channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
}

intptr_t ctorch_rank(const ctorch_tensor *tensor) { return tensor->value.dim(); }

void ctorch_shape(const ctorch_tensor *tensor, intptr_t *sizes) {
  for (auto size : tensor->value.sizes()) *sizes++ = size;
}

intptr_t ctorch_element_count(const ctorch_tensor *tensor) { return tensor->value.numel(); }

int ctorch_get_dtype(const ctorch_tensor *tensor, ctorch_dtype *dtype) {
  return attempt([&] { *dtype = dtype_of(tensor->value.scalar_type()); });
}

const void *ctorch_data(const ctorch_tensor *tensor, size_t *byte_count) {
  const void *data = nullptr;
  attempt([&] {
    TORCH_CHECK(tensor->value.is_cpu() && tensor->value.is_contiguous(),
                "the elements are not in row-major order in the processor's memory");
    *byte_count = tensor->value.nbytes();
    data = *byte_count > 0 ? tensor->value.const_data_ptr() : tensor;
  });
  return data;
}

int ctorch_item(const ctorch_tensor *tensor, double *value) {
  return attempt([&] { *value = tensor->value.item().toDouble(); });
}
