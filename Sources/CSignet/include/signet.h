/* Signet's runtime for C and everything that can call it.
 *
 * A model is opened from a file or from memory, takes named tensors of float32 and gives such.
 * Every function that can fail returns a status; signet_last_error says in words what was wrong:
 * the file, the input, what was expected and found. No function ends the process, throws, or keeps
 * a pointer of the caller's.
 *
 * Threads: models share nothing. A model may be used from several threads; its runs then wait for
 * each other. signet_last_error is each thread's own.
 */
#ifndef SIGNET_H
#define SIGNET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows by one with each change that a compiled program would notice. */
#define SIGNET_API_VERSION 1

/* Axes a tensor may have, the batch among them. */
#define SIGNET_MAX_RANK 6

/* Of a network that is opened; freed by signet_free. */
typedef struct signet_model signet_model;

typedef enum signet_status {
  SIGNET_OK = 0,
  /* A null pointer, an index that is out of range, a structure of another size. */
  SIGNET_BAD_ARGUMENT = 1,
  /* The file cannot be read, or is no model file. */
  SIGNET_BAD_FILE = 2,
  /* An input is missing, unknown, or has other extents than the network takes. */
  SIGNET_BAD_INPUT = 3,
  /* The model needs more memory than it may take, or than there is. */
  SIGNET_OUT_OF_MEMORY = 4,
  /* An output does not fit its buffer; its extents say what is needed. */
  SIGNET_SMALL_BUFFER = 5,
  /* The model or an option asks for what this build or processor cannot do. */
  SIGNET_UNAVAILABLE = 6
} signet_status;

typedef struct signet_options {
  /* sizeof(signet_options): later versions add fields behind the last one. */
  size_t size;
  /* Threads of one run, the caller's included; 0 for one. */
  uint32_t threads;
  /* The most samples that go through the network together; 0 for one. Runs of more are cut up. */
  uint32_t maximum_batch;
  /* 1: outputs are those of float arithmetic to 1e-5 of the largest; 0: activations may be rounded
   * to 16 bits, which moves outputs by less than 0.5 % rms and is faster. */
  uint32_t is_exact;
  /* Bytes the model may take; 0 for three quarters of the machine's. */
  uint64_t memory_limit;
} signet_options;

/* float32 numbers, row-major. */
typedef struct signet_tensor {
  /* Of an input or output, in UTF-8. */
  const char *name;
  /* Read of inputs, written to outputs. */
  float *values;
  /* How many numbers `values` has room for; read of outputs only. */
  size_t capacity;
  /* How many of `extents` count. */
  size_t rank;
  /* The batch first. Of an image N x C x H x W. */
  int64_t extents[SIGNET_MAX_RANK];
} signet_tensor;

/* SIGNET_API_VERSION of the library that is loaded. */
uint32_t signet_api_version(void);

/* The library's version, such as "0.1.0". */
const char *signet_version(void);

/* What went wrong in the calling thread's last call that failed; "" before the first. The text is
 * the library's and stands until the thread's next call that fails. */
const char *signet_last_error(void);

/* Opens a model file. `options` may be null. On failure `*model` is null. */
signet_status signet_open(const char *path, const signet_options *options, signet_model **model);

/* Opens the contents of a model file, which are copied. */
signet_status signet_open_bytes(
    const void *bytes, size_t count, const signet_options *options, signet_model **model);

/* Null is no model, and nothing is freed. */
void signet_free(signet_model *model);

size_t signet_input_count(const signet_model *model);
size_t signet_output_count(const signet_model *model);

/* Fills name, rank and extents; `values` becomes null. An extent is 0 where any number is taken: the
 * batch, and what the network leaves open. The name is the model's and stands until it is freed. */
signet_status signet_input(const signet_model *model, size_t index, signet_tensor *tensor);

/* Likewise; extents that follow the inputs' are those for the inputs' usual ones. */
signet_status signet_output(const signet_model *model, size_t index, signet_tensor *tensor);

/* What the model is, as JSON: inputs and outputs with name, shape and kind, class names, how an
 * image becomes the input, kernels. The text is the model's and stands until it is freed. */
const char *signet_info(const signet_model *model);

/* Runs the network.
 *
 * inputs: one for each of the network's, in any order, of equal batch.
 * outputs: those that are wanted, by name. Rank and extents are filled in, and the values where
 *   they fit into `capacity`; where one does not fit, SIGNET_SMALL_BUFFER is returned. */
signet_status signet_run(
    signet_model *model, const signet_tensor *inputs, size_t input_count, signet_tensor *outputs,
    size_t output_count);

/* How the bytes of a pixel follow each other; alpha is passed over. */
typedef enum signet_layout {
  SIGNET_RGBA = 0,
  SIGNET_BGRA = 1,
  SIGNET_ARGB = 2,
  SIGNET_RGB = 3,
  SIGNET_BGR = 4,
  SIGNET_GREY = 5
} signet_layout;

/* An image of any size. */
typedef struct signet_image {
  /* sizeof(signet_image) */
  size_t size;
  const void *pixels;
  /* Pixels of a row, and rows. */
  size_t width, height;
  /* From a row's start to the next one's; 0 where rows follow each other closely. */
  size_t row_bytes;
  signet_layout layout;
} signet_image;

/* Runs a network of one input on an image, which is resized, cropped and normalised as the model
 * file says, byte for byte as Pillow and torchvision do it. Outputs as in `signet_run`. */
signet_status signet_run_image(
    signet_model *model, const signet_image *image, signet_tensor *outputs, size_t output_count);

#ifdef __cplusplus
}
#endif

#endif
