/* Checks of libsignet through its header alone: test MODEL, a network of 3 colours of 8 x 8. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <signet.h>

static int failures;

#define CHECK(condition)                                                                        \
  do {                                                                                          \
    if (!(condition)) {                                                                         \
      fprintf(stderr, "%s:%d: %s (%s)\n", __FILE__, __LINE__, #condition, signet_last_error()); \
      failures++;                                                                               \
    }                                                                                           \
  } while (0)

static const char *path;

static void *read_file(size_t *count) {
  FILE *file = fopen(path, "rb");
  char *bytes = malloc(1 << 16);
  *count = file && bytes ? fread(bytes, 1, 1 << 16, file) : 0;
  if (file) fclose(file);
  return bytes;
}

static void shapes(signet_model *model) {
  signet_tensor tensor;
  CHECK(signet_input_count(model) == 1 && signet_output_count(model) == 1);
  CHECK(signet_input(model, 0, &tensor) == SIGNET_OK && tensor.rank == 4);
  CHECK(strcmp(tensor.name, "input") == 0 && tensor.values == NULL);
  CHECK(tensor.extents[0] == 0 && tensor.extents[1] == 3 && tensor.extents[2] == 8);
  CHECK(signet_output(model, 0, &tensor) == SIGNET_OK && tensor.rank == 2);
  CHECK(tensor.extents[0] == 0 && tensor.extents[1] == 3);
  CHECK(signet_input(model, 1, &tensor) == SIGNET_BAD_ARGUMENT);
  CHECK(strcmp(signet_last_error(), "index: expected below 1, found 1") == 0);
  CHECK(strstr(signet_info(model), "\"classNames\":[\"red\",\"green\",\"blue\"]") != NULL);
}

static void images(signet_model *model) {
  /* 16 x 12 pixels of one colour, in rows with room behind. */
  static unsigned char pixels[12 * 70];
  float scores[3] = {0};
  signet_image image = {sizeof image, pixels, 16, 12, 70, SIGNET_BGRA};
  signet_tensor output;
  CHECK(signet_output(model, 0, &output) == SIGNET_OK);
  output.values = scores;
  output.capacity = 3;
  for (int row = 0; row < 12; row++)
    for (int column = 0; column < 16; column++) pixels[row * 70 + 4 * column] = 255;
  CHECK(signet_run_image(model, &image, &output, 1) == SIGNET_OK);
  CHECK(scores[2] > scores[0] && scores[2] > scores[1]);
  image.layout = SIGNET_RGBA;
  CHECK(signet_run_image(model, &image, &output, 1) == SIGNET_OK);
  CHECK(scores[0] > scores[1] && scores[0] > scores[2]);

  image.layout = (signet_layout)6;
  CHECK(signet_run_image(model, &image, &output, 1) == SIGNET_BAD_ARGUMENT);
  CHECK(strcmp(signet_last_error(), "image.layout: expected below 6, found 6") == 0);
  image.layout = SIGNET_RGB;
  image.row_bytes = 47;
  CHECK(signet_run_image(model, &image, &output, 1) == SIGNET_BAD_INPUT);
  CHECK(
      strcmp(signet_last_error(), "image: expected at least 48 bytes from row to row, found 47") ==
      0);
  image.row_bytes = 0;
  image.width = (size_t)1 << 40;
  CHECK(signet_run_image(model, &image, &output, 1) == SIGNET_BAD_INPUT);
  image.size = 8;
  CHECK(signet_run_image(model, &image, &output, 1) == SIGNET_BAD_ARGUMENT);
  CHECK(signet_run_image(model, NULL, &output, 1) == SIGNET_BAD_ARGUMENT);
}

static void runs(signet_model *model, float tolerance) {
  static float pixels[2 * 3 * 64];
  float scores[6] = {0};
  for (int place = 0; place < 64; place++) pixels[place] = pixels[3 * 64 + 2 * 64 + place] = 1;
  signet_tensor input = {"input", pixels, 0, 4, {2, 3, 8, 8}}, output;
  CHECK(signet_output(model, 0, &output) == SIGNET_OK);
  output.values = scores;
  output.capacity = 6;
  CHECK(signet_run(model, &input, 1, &output, 1) == SIGNET_OK);
  CHECK(output.rank == 2 && output.extents[0] == 2 && output.extents[1] == 3);
  /* Each filter adds its own colour and subtracts the others, times 4. */
  const float expected[6] = {4, -4, -4, -4, -4, 4};
  for (int index = 0; index < 6; index++) CHECK(fabsf(scores[index] - expected[index]) < tolerance);

  output.capacity = 5;
  scores[5] = 7;
  CHECK(signet_run(model, &input, 1, &output, 1) == SIGNET_SMALL_BUFFER);
  CHECK(output.extents[0] == 2 && output.extents[1] == 3 && scores[5] == 7);
  CHECK(strstr(signet_last_error(), "room for 6 numbers, found 5") != NULL);
}

static void refusals(signet_model *model) {
  static float pixels[3 * 64];
  float scores[3];
  signet_tensor input = {"input", pixels, 0, 4, {1, 3, 8, 8}};
  signet_tensor output = {"scores", scores, 3, 0, {0}};
  CHECK(signet_output(model, 0, &output) == SIGNET_OK);
  output.values = scores;
  output.capacity = 3;
  signet_tensor odd = input;
  odd.extents[3] = 9;
  CHECK(signet_run(model, &odd, 1, &output, 1) == SIGNET_BAD_INPUT);
  odd = input;
  odd.extents[0] = -1;
  CHECK(signet_run(model, &odd, 1, &output, 1) == SIGNET_BAD_INPUT);
  odd.extents[0] = INT64_MAX;
  CHECK(signet_run(model, &odd, 1, &output, 1) == SIGNET_BAD_INPUT);
  odd = input;
  odd.rank = 7;
  CHECK(signet_run(model, &odd, 1, &output, 1) == SIGNET_BAD_INPUT);
  odd = input;
  odd.name = "pixels";
  CHECK(signet_run(model, &odd, 1, &output, 1) == SIGNET_BAD_INPUT);
  odd.name = "\xff";
  CHECK(signet_run(model, &odd, 1, &output, 1) == SIGNET_BAD_ARGUMENT);
  odd.name = NULL;
  CHECK(signet_run(model, &odd, 1, &output, 1) == SIGNET_BAD_ARGUMENT);
  odd = input;
  odd.values = NULL;
  CHECK(signet_run(model, &odd, 1, &output, 1) == SIGNET_BAD_ARGUMENT);
  CHECK(signet_run(model, &input, 0, &output, 1) == SIGNET_BAD_INPUT);
  signet_tensor other = output;
  other.name = "labels";
  CHECK(signet_run(model, &input, 1, &other, 1) == SIGNET_BAD_ARGUMENT);
  CHECK(signet_run(NULL, &input, 1, &output, 1) == SIGNET_BAD_ARGUMENT);
  CHECK(signet_run(model, NULL, 1, &output, 1) == SIGNET_BAD_ARGUMENT);
  CHECK(signet_input_count(NULL) == 0 && signet_info(NULL) == NULL);
  CHECK(signet_run(model, &input, 1, &output, 1) == SIGNET_OK);
}

static void files(void) {
  signet_model *model = (signet_model *)&failures;
  CHECK(signet_open("/nonexistent/model", NULL, &model) == SIGNET_BAD_FILE && model == NULL);
  CHECK(strstr(signet_last_error(), "/nonexistent/model") != NULL);
  CHECK(signet_open(NULL, NULL, &model) == SIGNET_BAD_ARGUMENT);
  CHECK(signet_open(path, NULL, NULL) == SIGNET_BAD_ARGUMENT);
  signet_options options = {sizeof options, 1000, 1, 0, 0};
  CHECK(signet_open(path, &options, &model) == SIGNET_BAD_ARGUMENT && model == NULL);
  options.threads = 1;
  options.memory_limit = 10;
  CHECK(signet_open(path, &options, &model) == SIGNET_OUT_OF_MEMORY);
  options.size = 4;
  CHECK(signet_open(path, &options, &model) == SIGNET_BAD_ARGUMENT);
  size_t count;
  char *bytes = read_file(&count);
  for (size_t length = 0; length < count; length += 1 + count / 97) {
    CHECK(signet_open_bytes(bytes, length, NULL, &model) == SIGNET_BAD_FILE && model == NULL);
  }
  for (size_t place = 0; place < count; place += 1 + count / 211) {
    bytes[place] ^= 4;
    if (signet_open_bytes(bytes, count, NULL, &model) == SIGNET_OK) signet_free(model);
    bytes[place] ^= 4;
  }
  CHECK(signet_open_bytes(bytes, count, NULL, &model) == SIGNET_OK);
  free(bytes);
  /* Activations are rounded to 16 bits. */
  runs(model, 4 * 0.005f);
  signet_free(model);
  signet_free(NULL);
}

static void *thread(void *model) {
  runs(model, 1e-5f);
  CHECK(signet_open("/nonexistent/thread", NULL, &(signet_model *){0}) == SIGNET_BAD_FILE);
  CHECK(strstr(signet_last_error(), "/nonexistent/thread") != NULL);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 2) return 64;
  path = argv[1];
  CHECK(signet_api_version() == SIGNET_API_VERSION && strlen(signet_version()) >= 5);
  CHECK(strcmp(signet_last_error(), "") == 0);
  signet_options options = {sizeof options, 2, 2, 1, 0};
  signet_model *model;
  CHECK(signet_open(path, &options, &model) == SIGNET_OK);
  if (!model) return 1;
  shapes(model);
  runs(model, 1e-5f);
  images(model);
  refusals(model);
  pthread_t threads[4];
  for (int index = 0; index < 4; index++) pthread_create(&threads[index], NULL, thread, model);
  for (int index = 0; index < 4; index++) pthread_join(threads[index], NULL);
  files();
  signet_free(model);
  if (failures == 0) puts("library: all checks passed");
  return failures != 0;
}
