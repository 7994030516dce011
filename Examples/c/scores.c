/* Prints the outputs of a network for one sample of zeros: scores MODEL.
 *
 *   cc scores.c $(pkg-config --cflags --libs signet) -o scores
 */
#include <stdio.h>
#include <stdlib.h>

#include <signet.h>

static int fail(void) {
  fprintf(stderr, "%s\n", signet_last_error());
  return 1;
}

/* How many numbers one sample has; what may be of any extent has one. */
static size_t size_of(const signet_tensor *tensor) {
  size_t count = 1;
  for (size_t axis = 0; axis < tensor->rank; axis++)
    count *= tensor->extents[axis] ? (size_t)tensor->extents[axis] : 1;
  return count;
}

int main(int argc, char **argv) {
  signet_model *model;
  signet_tensor input, output;
  if (argc != 2) return fprintf(stderr, "usage: scores MODEL\n"), 64;
  if (signet_open(argv[1], NULL, &model) || signet_input(model, 0, &input) ||
      signet_output(model, 0, &output))
    return fail();
  input.values = calloc(size_of(&input), sizeof(float));
  for (size_t axis = 0; axis < input.rank; axis++)
    if (input.extents[axis] == 0) input.extents[axis] = 1;
  output.capacity = size_of(&output);
  output.values = malloc(output.capacity * sizeof(float));
  if (signet_run(model, &input, 1, &output, 1)) return fail();
  for (size_t index = 0; index < output.capacity; index++) printf("%g\n", output.values[index]);
  free(input.values);
  free(output.values);
  signet_free(model);
  return 0;
}
