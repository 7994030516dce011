// libtorch behind a C interface.
//
// Tensors are opaque handles that the caller frees with `ctorch_free`. A function that makes a
// tensor returns NULL when it fails; a function that only does something returns 0 when it worked
// and 1 when it failed. No C++ exception leaves this library: after a failure
// `ctorch_last_error` gives libtorch's text for the calling thread, valid until this thread's
// next failure.
//
// Sizes are `intptr_t`, which is Swift's `Int`, so shapes cross without being copied.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma clang assume_nonnull begin

typedef struct ctorch_tensor ctorch_tensor;
typedef struct ctorch_generator ctorch_generator;
typedef struct ctorch_store ctorch_store;
typedef struct ctorch_group ctorch_group;
typedef struct ctorch_reducer ctorch_reducer;

typedef enum ctorch_dtype {
  CTORCH_FLOAT32 = 0,
  CTORCH_FLOAT64 = 1,
  CTORCH_BFLOAT16 = 2,
  CTORCH_UINT8 = 3,
  CTORCH_INT64 = 4,
  CTORCH_BOOL = 5,
} ctorch_dtype;

// Height and width.
typedef struct ctorch_size2 {
  intptr_t height, width;
} ctorch_size2;

const char *ctorch_last_error(void);

// Lifetime and contents (Tensor.cpp)
void ctorch_free(ctorch_tensor *tensor);
ctorch_tensor *_Nullable ctorch_from_bytes(const void *_Nullable bytes, size_t byte_count,
                                           const intptr_t *_Nullable shape, intptr_t rank, ctorch_dtype dtype);
ctorch_tensor *_Nullable ctorch_zeros(const intptr_t *_Nullable shape, intptr_t rank, ctorch_dtype dtype);
ctorch_tensor *_Nullable ctorch_full(double value, const intptr_t *_Nullable shape, intptr_t rank, ctorch_dtype dtype);
ctorch_tensor *_Nullable ctorch_clone(const ctorch_tensor *tensor);
ctorch_tensor *_Nullable ctorch_detach(const ctorch_tensor *tensor);
ctorch_tensor *_Nullable ctorch_to_dtype(const ctorch_tensor *tensor, ctorch_dtype dtype);
ctorch_tensor *_Nullable ctorch_contiguous(const ctorch_tensor *tensor, bool channels_last);
// In row-major order in the processor's memory; itself where it is so already.
ctorch_tensor *_Nullable ctorch_on_processor(const ctorch_tensor *tensor);
bool ctorch_is_on_processor(const ctorch_tensor *tensor);
bool ctorch_is_contiguous(const ctorch_tensor *tensor, bool channels_last);
intptr_t ctorch_rank(const ctorch_tensor *tensor);
// sizes: ctorch_rank(tensor) elements
void ctorch_shape(const ctorch_tensor *tensor, intptr_t *sizes);
intptr_t ctorch_element_count(const ctorch_tensor *tensor);
int ctorch_get_dtype(const ctorch_tensor *tensor, ctorch_dtype *dtype);
// The elements of a row-major contiguous tensor; NULL with an error otherwise. An empty tensor
// gives byte_count 0 and any non-null pointer.
const void *_Nullable ctorch_data(const ctorch_tensor *tensor, size_t *byte_count);
int ctorch_item(const ctorch_tensor *tensor, double *value);

// Element by element (Arithmetic.cpp)
ctorch_tensor *_Nullable ctorch_add(const ctorch_tensor *a, const ctorch_tensor *b);
ctorch_tensor *_Nullable ctorch_sub(const ctorch_tensor *a, const ctorch_tensor *b);
ctorch_tensor *_Nullable ctorch_mul(const ctorch_tensor *a, const ctorch_tensor *b);
ctorch_tensor *_Nullable ctorch_div(const ctorch_tensor *a, const ctorch_tensor *b);
ctorch_tensor *_Nullable ctorch_add_scalar(const ctorch_tensor *a, double b);
ctorch_tensor *_Nullable ctorch_mul_scalar(const ctorch_tensor *a, double b);
ctorch_tensor *_Nullable ctorch_div_scalar(const ctorch_tensor *a, double b);
// b − a
ctorch_tensor *_Nullable ctorch_rsub_scalar(const ctorch_tensor *a, double b);
// b / a
ctorch_tensor *_Nullable ctorch_rdiv_scalar(const ctorch_tensor *a, double b);
ctorch_tensor *_Nullable ctorch_neg(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_sqrt(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_square(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_exp(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_log(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_abs(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_sign(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_isfinite(const ctorch_tensor *a);
// Either bound may be infinite.
ctorch_tensor *_Nullable ctorch_clamp(const ctorch_tensor *a, double low, double high);
ctorch_tensor *_Nullable ctorch_maximum(const ctorch_tensor *a, const ctorch_tensor *b);
ctorch_tensor *_Nullable ctorch_eq(const ctorch_tensor *a, const ctorch_tensor *b);
ctorch_tensor *_Nullable ctorch_ge(const ctorch_tensor *a, const ctorch_tensor *b);
ctorch_tensor *_Nullable ctorch_ge_scalar(const ctorch_tensor *a, double b);
ctorch_tensor *_Nullable ctorch_where(const ctorch_tensor *condition, const ctorch_tensor *a, const ctorch_tensor *b);
ctorch_tensor *_Nullable ctorch_matmul(const ctorch_tensor *a, const ctorch_tensor *b);

// Functions of one and of two numbers (Elementary.cpp)
ctorch_tensor *_Nullable ctorch_floor(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_ceil(const ctorch_tensor *a);
// Halves to the even number.
ctorch_tensor *_Nullable ctorch_round(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_sin(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_cos(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_erf(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_gelu(const ctorch_tensor *a, bool by_tanh);
// gain · a where positive, gain · scale · (exp(a / reach) − 1) elsewhere
ctorch_tensor *_Nullable ctorch_elu(const ctorch_tensor *a, double scale, double gain, double reach);
ctorch_tensor *_Nullable ctorch_pow(const ctorch_tensor *a, const ctorch_tensor *b);
// The remainder, with the sign of a.
ctorch_tensor *_Nullable ctorch_fmod(const ctorch_tensor *a, const ctorch_tensor *b);
ctorch_tensor *_Nullable ctorch_minimum(const ctorch_tensor *a, const ctorch_tensor *b);
ctorch_tensor *_Nullable ctorch_lt(const ctorch_tensor *a, const ctorch_tensor *b);
ctorch_tensor *_Nullable ctorch_le(const ctorch_tensor *a, const ctorch_tensor *b);
ctorch_tensor *_Nullable ctorch_prod(const ctorch_tensor *a, intptr_t dim);

// In place (InPlace.cpp)
int ctorch_copy_(ctorch_tensor *a, const ctorch_tensor *source);
int ctorch_zero_(ctorch_tensor *a);
// a += scale · b
int ctorch_add_(ctorch_tensor *a, const ctorch_tensor *b, double scale);
int ctorch_add_scalar_(ctorch_tensor *a, double b);
int ctorch_mul_(ctorch_tensor *a, const ctorch_tensor *b);
int ctorch_mul_scalar_(ctorch_tensor *a, double b);
int ctorch_clamp_(ctorch_tensor *a, double low, double high);
// a += value · b · c
// a += value · b / c
// a += weight · (end − a)
int ctorch_lerp_(ctorch_tensor *a, const ctorch_tensor *end, double weight);
// a = beta · a + alpha · b × c

// Reductions; no dimensions means all of them (Reduction.cpp)
ctorch_tensor *_Nullable ctorch_sum(const ctorch_tensor *a, const intptr_t *_Nullable dims, intptr_t count, bool keep);
ctorch_tensor *_Nullable ctorch_mean(const ctorch_tensor *a, const intptr_t *_Nullable dims, intptr_t count, bool keep);
ctorch_tensor *_Nullable ctorch_var(const ctorch_tensor *a, const intptr_t *_Nullable dims, intptr_t count,
                                    bool unbiased, bool keep);
ctorch_tensor *_Nullable ctorch_amax(const ctorch_tensor *a, const intptr_t *_Nullable dims, intptr_t count, bool keep);
ctorch_tensor *_Nullable ctorch_amin(const ctorch_tensor *a, const intptr_t *_Nullable dims, intptr_t count, bool keep);
ctorch_tensor *_Nullable ctorch_norm(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_argmax(const ctorch_tensor *a, intptr_t dim, bool keep);

// Shape (Shape.cpp)
ctorch_tensor *_Nullable ctorch_reshape(const ctorch_tensor *a, const intptr_t *_Nullable shape, intptr_t rank);
ctorch_tensor *_Nullable ctorch_expand(const ctorch_tensor *a, const intptr_t *_Nullable shape, intptr_t rank);
ctorch_tensor *_Nullable ctorch_permute(const ctorch_tensor *a, const intptr_t *_Nullable order, intptr_t rank);
ctorch_tensor *_Nullable ctorch_transpose(const ctorch_tensor *a, intptr_t dim0, intptr_t dim1);
ctorch_tensor *_Nullable ctorch_flatten(const ctorch_tensor *a, intptr_t start_dim, intptr_t end_dim);
ctorch_tensor *_Nullable ctorch_squeeze(const ctorch_tensor *a, intptr_t dim);
ctorch_tensor *_Nullable ctorch_unsqueeze(const ctorch_tensor *a, intptr_t dim);
ctorch_tensor *_Nullable ctorch_narrow(const ctorch_tensor *a, intptr_t dim, intptr_t start, intptr_t length);
ctorch_tensor *_Nullable ctorch_slice(const ctorch_tensor *a, intptr_t dim, intptr_t start, intptr_t end, intptr_t step);
ctorch_tensor *_Nullable ctorch_index_select(const ctorch_tensor *a, intptr_t dim, const ctorch_tensor *index);
ctorch_tensor *_Nullable ctorch_flip(const ctorch_tensor *a, const intptr_t *_Nullable dims, intptr_t count);
ctorch_tensor *_Nullable ctorch_cat(const ctorch_tensor *_Nonnull const *_Nonnull parts, intptr_t count, intptr_t dim);
// amounts: (before, after) for the last dimension, then the one before it, …
ctorch_tensor *_Nullable ctorch_pad(const ctorch_tensor *a, const intptr_t *_Nullable amounts, intptr_t count,
                                    double value);

// Layers (Layers.cpp); images are N × C × H × W
ctorch_tensor *_Nullable ctorch_conv2d(const ctorch_tensor *input, const ctorch_tensor *weight,
                                       const ctorch_tensor *_Nullable bias, ctorch_size2 stride, ctorch_size2 padding,
                                       ctorch_size2 dilation, intptr_t groups);
ctorch_tensor *_Nullable ctorch_linear(const ctorch_tensor *input, const ctorch_tensor *weight,
                                       const ctorch_tensor *_Nullable bias);
ctorch_tensor *_Nullable ctorch_batch_norm(const ctorch_tensor *input, const ctorch_tensor *_Nullable weight,
                                           const ctorch_tensor *_Nullable bias, ctorch_tensor *_Nullable running_mean,
                                           ctorch_tensor *_Nullable running_var, bool training, double momentum,
                                           double epsilon);
// max(0, batch norm + residual) in training; in one pass each way for adjacent channels (BatchNormAddReLU.cpp)
ctorch_tensor *_Nullable ctorch_batch_norm_add_relu(const ctorch_tensor *input, const ctorch_tensor *_Nullable residual,
                                                    const ctorch_tensor *_Nullable weight,
                                                    const ctorch_tensor *_Nullable bias,
                                                    ctorch_tensor *_Nullable running_mean,
                                                    ctorch_tensor *_Nullable running_var, double momentum,
                                                    double epsilon);
ctorch_tensor *_Nullable ctorch_max_pool2d(const ctorch_tensor *input, ctorch_size2 kernel, ctorch_size2 stride,
                                           ctorch_size2 padding, ctorch_size2 dilation, bool ceil_mode);
ctorch_tensor *_Nullable ctorch_avg_pool2d(const ctorch_tensor *input, ctorch_size2 kernel, ctorch_size2 stride,
                                           ctorch_size2 padding, bool ceil_mode, bool count_include_pad);
ctorch_tensor *_Nullable ctorch_adaptive_avg_pool2d(const ctorch_tensor *input, ctorch_size2 output);
// Interpolation: 0 linear, 1 nearest, 2 cubic. Padding: 0 zeros, 1 border, 2 reflection.
ctorch_tensor *_Nullable ctorch_grid_sample(const ctorch_tensor *input, const ctorch_tensor *grid,
                                            intptr_t interpolation, intptr_t padding, bool align_corners);
ctorch_tensor *_Nullable ctorch_local_response_norm(const ctorch_tensor *input, intptr_t size, double alpha, double beta,
                                                    double bias);
ctorch_tensor *_Nullable ctorch_dropout(const ctorch_tensor *input, double probability, bool training);
ctorch_tensor *_Nullable ctorch_unfold(const ctorch_tensor *input, ctorch_size2 kernel, ctorch_size2 stride,
                                       ctorch_size2 padding, ctorch_size2 dilation);

// Activations (Activations.cpp)
ctorch_tensor *_Nullable ctorch_relu(const ctorch_tensor *a);
int ctorch_relu_(ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_leaky_relu(const ctorch_tensor *a, double slope);
ctorch_tensor *_Nullable ctorch_prelu(const ctorch_tensor *a, const ctorch_tensor *slope);
ctorch_tensor *_Nullable ctorch_sigmoid(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_tanh(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_hardswish(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_hardsigmoid(const ctorch_tensor *a);
ctorch_tensor *_Nullable ctorch_softmax(const ctorch_tensor *a, intptr_t dim);
ctorch_tensor *_Nullable ctorch_log_softmax(const ctorch_tensor *a, intptr_t dim);

// Losses (Losses.cpp)
// logits: N × C, classes: N (int64); mean over N
ctorch_tensor *_Nullable ctorch_cross_entropy(const ctorch_tensor *logits, const ctorch_tensor *classes,
                                              double label_smoothing);
// Σ p·(log p − log q) / N with log_q and log_p of shape N × C
ctorch_tensor *_Nullable ctorch_kl_divergence(const ctorch_tensor *log_q, const ctorch_tensor *log_p);

// Autograd (Autograd.cpp)
int ctorch_set_requires_grad(ctorch_tensor *tensor, bool value);
bool ctorch_requires_grad(const ctorch_tensor *tensor);
// *grad becomes NULL when there is none.
int ctorch_grad(const ctorch_tensor *tensor, ctorch_tensor *_Nullable *_Nonnull grad);
int ctorch_set_grad(ctorch_tensor *tensor, const ctorch_tensor *_Nullable grad);
int ctorch_backward(const ctorch_tensor *tensor, const ctorch_tensor *_Nullable seed, bool retain_graph);
// Sets gradient recording for this thread and returns what it was.
bool ctorch_set_grad_enabled(bool enabled);
bool ctorch_grad_enabled(void);

// Binary weights with a straight-through gradient (BinaryWeight.cpp)
// latent: K × O × …, scale: K × O  →  O × …
// clip: the gradient passes to the latent weights where |latent| ≤ clip (infinity: everywhere)
ctorch_tensor *_Nullable ctorch_binary_weight(const ctorch_tensor *latent, const ctorch_tensor *scale, double clip);

// Mixed precision (bfloat16) on the calling thread (Autocast.cpp)
typedef struct ctorch_autocast_state {
  bool enabled;
  bool cache;
} ctorch_autocast_state;
// Switches it and returns what it was.
ctorch_autocast_state ctorch_autocast_enter(bool enabled);
void ctorch_autocast_leave(ctorch_autocast_state previous);
// Sets whether casts of parameters are remembered and returns what it was.
bool ctorch_set_autocast_cache(bool enabled);

// One optimiser step over `count` parameters (Optimizers.cpp)
typedef struct ctorch_sgd_options {
  double learning_rate, momentum, dampening, weight_decay;
  bool nesterov, first_step;
} ctorch_sgd_options;
typedef struct ctorch_adam_options {
  double learning_rate, beta1, beta2, epsilon, weight_decay;
  intptr_t step;  // 1 at the first call
  bool decoupled; // AdamW
} ctorch_adam_options;
// buffers: NULL when momentum is 0
int ctorch_sgd_step(ctorch_tensor *_Nonnull const *_Nonnull parameters, ctorch_tensor *_Nonnull const *_Nonnull gradients,
                    ctorch_tensor *_Nonnull const *_Nullable buffers, intptr_t count, ctorch_sgd_options options);
int ctorch_adam_step(ctorch_tensor *_Nonnull const *_Nonnull parameters, ctorch_tensor *_Nonnull const *_Nonnull gradients,
                     ctorch_tensor *_Nonnull const *_Nonnull means, ctorch_tensor *_Nonnull const *_Nonnull squares,
                     intptr_t count, ctorch_adam_options options);
// Scales all gradients so that their joint 2-norm is at most `limit`; *norm is the norm before.
int ctorch_clip_gradients(ctorch_tensor *_Nonnull const *_Nonnull gradients, intptr_t count, double limit, double *norm);

// Random numbers (Random.cpp)
ctorch_generator *_Nullable ctorch_generator_new(uint64_t seed);
// The process's own generator, which dropout draws from.
ctorch_generator *_Nullable ctorch_generator_default(void);
void ctorch_generator_free(ctorch_generator *generator);
int ctorch_generator_seed(ctorch_generator *generator, uint64_t seed);
// uint8, one dimension
ctorch_tensor *_Nullable ctorch_generator_get_state(ctorch_generator *generator);
int ctorch_generator_set_state(ctorch_generator *generator, const ctorch_tensor *state);
ctorch_tensor *_Nullable ctorch_randn(const intptr_t *_Nullable shape, intptr_t rank, const ctorch_generator *generator);
ctorch_tensor *_Nullable ctorch_rand(const intptr_t *_Nullable shape, intptr_t rank, const ctorch_generator *generator);

// What processes tell one another by name (ProcessStore.cpp). Times are in seconds.
// serves: this process keeps the store for all of them; the others connect, as long as `timeout`.
ctorch_store *_Nullable ctorch_store_connect(const char *host, uint16_t port, bool serves, const char *prefix,
                                             double timeout);
void ctorch_store_free(ctorch_store *store);
int ctorch_store_set_timeout(ctorch_store *store, double timeout);
int ctorch_store_set(ctorch_store *store, const char *key, const char *text);
// Sets what no process has set yet.
int ctorch_store_offer(ctorch_store *store, const char *key, const char *text);
int ctorch_store_has(ctorch_store *store, const char *key, bool *found);
// uint8, one dimension; waits for a value that is not there yet
ctorch_tensor *_Nullable ctorch_store_get(ctorch_store *store, const char *key);

// Processes that compute together (ProcessGroup.cpp): all call the same in the same order.
ctorch_group *_Nullable ctorch_group_new(const ctorch_store *store, intptr_t rank, intptr_t count, double timeout);
void ctorch_group_free(ctorch_group *group);
// Each tensor becomes its sum over all processes, the same to the bit in each.
int ctorch_group_sum(ctorch_group *group, ctorch_tensor *_Nonnull const *_Nonnull tensors, intptr_t count);
// A new tensor, through which gradients flow.
ctorch_tensor *_Nullable ctorch_group_differentiable_sum(ctorch_group *group, const ctorch_tensor *tensor);
int ctorch_group_broadcast(ctorch_group *group, ctorch_tensor *tensor, intptr_t from);
// count × the tensor's shape
ctorch_tensor *_Nullable ctorch_group_gather(ctorch_group *group, const ctorch_tensor *tensor);

// Gradients averaged over processes while the backward pass runs (GradientReducer.cpp)
ctorch_reducer *_Nullable ctorch_reducer_new(const ctorch_group *group, ctorch_tensor *_Nonnull const *_Nonnull parameters,
                                             intptr_t count, intptr_t bucket_bytes);
void ctorch_reducer_free(ctorch_reducer *reducer);
// Before each backward pass.
int ctorch_reducer_prepare(ctorch_reducer *reducer, const ctorch_tensor *loss);

// Where tensors lie that are made from now on: cpu, cuda, cuda:N, mps, or auto, the first of them that
// is there (Device.cpp).
int ctorch_set_device(const char *name);
bool ctorch_computes_on_processor(void);

// The process (Settings.cpp)
int ctorch_set_threads(int threads);
int ctorch_threads(void);
// Denormals count as zero on the calling thread; false where the processor cannot.
bool ctorch_set_flush_denormals(bool enabled);
// Freed memory stays with the process (glibc; nothing elsewhere).
void ctorch_keep_freed_memory(void);
// Freed memory goes back to the system, large blocks at once (glibc; nothing elsewhere).
void ctorch_return_freed_memory(void);
// Whether bfloat16 is faster than float32 on this processor (Processor.cpp).
bool ctorch_has_bfloat16(void);
// For example "2.13.0".
const char *ctorch_version(void);
// Vector instructions that its own kernels were chosen for, for example "AVX2".
const char *ctorch_cpu_capability(void);
/// The library file that was loaded; empty if unknown.
const char *ctorch_library_path(void);

#pragma clang assume_nonnull end
#ifdef __cplusplus
}
#endif
