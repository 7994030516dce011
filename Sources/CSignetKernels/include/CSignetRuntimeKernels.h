// What the runtime asks of a processor: one table of kernels per instruction set, a thread pool and
// the loop that runs a planned program. Nothing here allocates while a program runs.
#ifndef CSIGNET_RUNTIME_KERNELS_H
#define CSIGNET_RUNTIME_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CSignetProcessor.h"

#ifdef __cplusplus
extern "C" {
#endif

// A feature map of every image of a batch: images × height × width × channels, channels adjacent.
// A vector is a map of height and width 1. Strides count floats, so that a slice, a dropped row or
// a part of a concatenation is a view and costs nothing.
typedef struct signet_view {
  float *data;
  int64_t image_stride, row_stride, pixel_stride;
  int32_t height, width, channels;
} signet_view;

// A max pooling of a convolution's result. kernel_height is 0 where there is none.
typedef struct signet_conv_pooling {
  int32_t kernel_height, kernel_width;
  int32_t stride_height, stride_width;
  int32_t pad_top, pad_left;
  int32_t out_height, out_width;
} signet_conv_pooling;

// A 2-D cross-correlation, or a linear layer as a 1×1 one.
typedef struct signet_conv_shape {
  int32_t in_channels, in_height, in_width;
  int32_t out_channels, out_height, out_width;
  int32_t kernel_height, kernel_width;
  int32_t stride_height, stride_width;
  int32_t dilation_height, dilation_width;
  int32_t pad_top, pad_left;
  int32_t groups;
  // K: codes per filter; 1 for float weights.
  int32_t codes;
  // Threads that will share the work: kernels split accordingly, results do not depend on it.
  int32_t threads;
  // Only for kernels that take it; out_height and out_width are those before it.
  signet_conv_pooling pooling;
} signet_conv_shape;

// No extent, step or padding is as large, so that they add up in 32 bits.
#define SIGNET_MOST_EXTENT (1 << 29)
// Elements of a value, of the padded input that windows look at, and of a layer's weights. Whatever
// kernels lay out of those is counted in 64 bits.
#define SIGNET_MOST_ELEMENTS (INT64_C(1) << 31)

// Whether the extents fit each other and those bounds, which the functions below rely on. Strides
// along an axis with one output are 1.
bool signet_conv_shape_is_sound(const signet_conv_shape *shape);

// y = scale · (weights ∗ x) + offset + residual, scale and codes summed over K, held within
// low … high.
typedef struct signet_conv {
  signet_conv_shape shape;
  // `out` is what the pooling makes, if there is one.
  signet_view in, out;
  // Nothing is added before a pooling. data is NULL where nothing is added; otherwise the shape of `out`.
  signet_view residual;
  // As laid out by the kernel's `pack`.
  const void *packed;
  // scale: K × out_channels; NULL means 1
  const float *scale;
  // offset: out_channels
  const float *offset;
  // For kernels that need it: images × absmax_per_image; the largest of an image's is its absmax.
  // Kernels that measure rows themselves find what they gathered.
  const float *absmax;
  int64_t absmax_per_image;
  // Results below `low` become it, those above `high` become that; what is not a number stays. Both
  // are infinite where nothing is held; a ReLU has 0 and ∞.
  float low, high;
  // Where a kernel that gives the absmax leaves the largest magnitude of each unit's results, or sum of
  // magnitudes if it gives those; NULL if nobody asks. Not with a pooling.
  float *unit_absmax;
} signet_conv;

typedef void (*signet_run_function)(
    const void *arguments, int64_t images, int64_t from, int64_t to, void *scratch);

// What a layer costs a kernel in cycles, fitted to measured layers (Documentation/kernels.md): enough to
// tell which of two kernels is faster, no more.
typedef struct signet_conv_cost {
  // Filters done at once; the last block costs as much as a whole one. 0 where nothing is known.
  int32_t block;
  float pixel;    // of an output pixel, besides what follows
  float input;    // of a channel of an input pixel
  float product;  // of a channel under a tap for a block of filters and one code
  float result;   // of a block's results for one code
} signet_conv_cost;

// One way to run convolutions. The work of a layer is cut into units that may run in any order and
// on any thread; a unit writes only its own part of the output.
typedef struct signet_conv_kernel {
  const char *name;
  // Whether `absmax` must be there: integer kernels scale their inputs by them.
  bool needs_absmax;
  // As in signet_absmax; 0 where an absmax is that of single magnitudes. A kernel that needs none
  // sums adjacent elements of the patch it gathers.
  int32_t absmax_channels;
  // NULL where the largest magnitude of each input row is all the kernel must know; otherwise it
  // gathers two numbers per row, takes a signet_measurement and has the kernel's working memory.
  // Its unit is one input row of one image.
  signet_run_function measure;
  // Whether it pools its result while that is in the cache.
  bool takes_pooling;
  // Whether it can find the absmax of its results. Units are then in the order of images.
  bool gives_absmax;
  // The number of adjacent results of a pixel whose magnitudes it sums to find an absmax as in
  // signet_absmax; 0 if it does not. Units are then in the order of images.
  int32_t gives_sums;
  // Whether binary layers that it accepts, taken as float ones, are to have their codes expanded and
  // come to it.
  bool expands_codes;
  signet_conv_cost cost;
  // NULL takes every shape.
  bool (*accepts)(const signet_conv_shape *shape);
  // Bytes of the weights as `pack` lays them out, 64-byte aligned; PTRDIFF_MAX where they cannot be
  // counted.
  size_t (*packed_bytes)(const signet_conv_shape *shape);
  // rows: float kernels: out_channels × S float; binary kernels: K × out_channels × ⌈S/8⌉ bytes,
  // bit j of byte k is element 8k + j, 1 means +1. S = in_channels/groups · kernel area, in the
  // order channel, row, column.
  void (*pack)(const signet_conv_shape *shape, const void *rows, void *packed);
  // Bytes of working memory a thread needs, 64-byte aligned; PTRDIFF_MAX where they cannot be counted.
  size_t (*scratch_bytes)(const signet_conv_shape *shape, int64_t images);
  int64_t (*units)(const signet_conv *conv, int64_t images);
  void (*run)(const signet_conv *conv, int64_t images, int64_t from, int64_t to, void *scratch);
} signet_conv_kernel;

typedef struct signet_pooling {
  signet_view in, out;
  int32_t kernel_height, kernel_width;
  int32_t stride_height, stride_width;
  int32_t pad_top, pad_left, pad_bottom, pad_right;
  bool counts_padding;
} signet_pooling;

// y = act(scale · x + offset) per channel.
typedef struct signet_affine {
  signet_view in, out;
  // scale, offset: channels
  const float *scale, *offset;
  bool relu;
} signet_affine;

// y = act(x_1 + … + x_n), added in this order.
typedef struct signet_sum {
  // inputs: count views of the shape of `out`
  const signet_view *inputs;
  int32_t count;
  signet_view out;
  bool relu;
} signet_sum;

// Lays `in` into `out` at a place and fills what stays free; reads every channel_step-th channel.
typedef struct signet_placement {
  signet_view in, out;
  int32_t top, left, channels_before;
  int32_t channel_step;
  float value;
} signet_placement;

// Finds the largest magnitude of every row of every image, or the largest sum of magnitudes over
// adjacent channels of a pixel.
typedef struct signet_absmax {
  signet_view in;
  // A sum begins at each multiple of that many channels; at most 1 where nothing is summed.
  int32_t channels;
  // absmax: images × height
  float *absmax;
} signet_absmax;

// The sums of the channels of each group: `out` has a channel per group.
typedef struct signet_channel_sums {
  signet_view in, out;
} signet_channel_sums;

// What filters of equal weights make of a map: y = residual + factor · the sum of the window, the
// filters of a group over that group's channel of `sums`.
typedef struct signet_constant_filters {
  // sums: as signet_channel_sums makes them
  signet_view sums, out;
  // data is NULL where nothing is added; otherwise the shape of `out`.
  signet_view residual;
  // factors: channels of `out`
  const float *factors;
  int32_t kernel_height, kernel_width;
  int32_t stride_height, stride_width;
  int32_t dilation_height, dilation_width;
  int32_t pad_top, pad_left;
} signet_constant_filters;

// What a convolution kernel measures of its input before it runs.
typedef struct signet_measurement {
  signet_view in;
  signet_conv_shape shape;
  // absmax: images × height × 2
  float *absmax;
} signet_measurement;

// Changes between the outside's images × C × H × W and the views' layout.
typedef struct signet_transfer {
  signet_view view;
  // planes: images × C × H × W, row-major
  float *planes;
} signet_transfer;

// Everything one instruction set offers. The fields that are not convolutions take the argument
// struct named behind them; their unit is one output row of one image.
typedef struct signet_kernel_set {
  const char *name;
  // Candidates, best first; the last takes every shape and NULL follows it.
  const signet_conv_kernel *const *f32_conv;
  const signet_conv_kernel *const *b1_conv;
  // Those whose results are as exact as float32 arithmetic.
  const signet_conv_kernel *const *f32_conv_exact;
  const signet_conv_kernel *const *b1_conv_exact;
  signet_run_function max_pool;          // signet_pooling
  signet_run_function average_pool;      // signet_pooling
  signet_run_function affine;            // signet_affine
  signet_run_function sum;               // signet_sum
  signet_run_function place;             // signet_placement
  signet_run_function absmax;            // signet_absmax
  signet_run_function from_planes;       // signet_transfer
  signet_run_function to_planes;         // signet_transfer
  signet_run_function channel_sums;      // signet_channel_sums
  signet_run_function constant_filters;  // signet_constant_filters
  // Declared in CSignetElementwiseKernels.h and CSignetGridKernels.h.
  signet_run_function activation;  // signet_activation
  signet_run_function constants;   // signet_constants
  signet_run_function softmax;     // signet_softmax
  signet_run_function binary;      // signet_binary
  signet_run_function resize;      // signet_resize
} signet_kernel_set;

// All sets this build knows, by index, best first; NULL past the end.
const signet_kernel_set *signet_kernel_set_at(int index);
// The set with one of the inner loops its table kernels have instead of the fastest; NULL where it has
// no such choice.
const signet_kernel_set *signet_kernel_set_with_lookup(
    const signet_kernel_set *set, signet_lookup lookup);
// Whether the processor and the operating system offer what the set needs.
bool signet_kernel_set_is_available(const signet_kernel_set *set);

// The first of a set's candidates that takes the shape and needs a reasonable amount of working
// memory for it, else the last. NULL where the shape is not sound.
const signet_conv_kernel *signet_choose_conv(
    const signet_conv_kernel *const *candidates, const signet_conv_shape *shape);

// Estimated cycles of an image; infinite where nothing is known.
double signet_conv_cycles(const signet_conv_kernel *kernel, const signet_conv_shape *shape);

// A fixed number of threads that spin for a moment after work and then sleep.
typedef struct signet_thread_pool signet_thread_pool;
// threads counts the caller's too; NULL if a thread cannot be started.
signet_thread_pool *signet_thread_pool_create(int32_t threads);
void signet_thread_pool_destroy(signet_thread_pool *pool);

// Calls function(context, i) once for each i in 0 ..< count, on threads of its own choice, and
// returns after the last.
typedef void (*signet_parallel_for)(
    void *owner, void (*function)(void *context, size_t i), void *context, size_t count);
// A pool without threads of its own, for a program inside another that has some.
signet_thread_pool *signet_thread_pool_create_borrowing(int32_t threads);
// Whose threads the next runs use; without any, the caller's alone.
void signet_thread_pool_lend(signet_thread_pool *pool, signet_parallel_for lender, void *owner);

// Cycles per second of the calling thread's core just now, measured in a few milliseconds; 0 where
// it cannot be measured.
double signet_clock_rate(void);

// One step of a planned program.
typedef struct signet_step {
  signet_run_function run;
  const void *arguments;
  // Set for convolutions, whose units are the kernel's; otherwise units are `rows` per image.
  const signet_conv_kernel *conv_kernel;
  int64_t rows;
  // Rough cost of one image in cycles: small steps are not worth waking anyone for.
  int64_t cost;
} signet_step;

typedef struct signet_program {
  const signet_step *steps;
  int64_t count;
  // NULL runs everything on the calling thread.
  signet_thread_pool *pool;
  int32_t threads;
  // scratch: threads × scratch_stride bytes
  char *scratch;
  size_t scratch_stride;
} signet_program;

// Runs all steps in order on `images` images. Where `nanoseconds` (one per step) is not NULL, the
// time of each step is added there.
void signet_program_run(const signet_program *program, int64_t images, uint64_t *nanoseconds);

#ifdef __cplusplus
}
#endif
#endif
