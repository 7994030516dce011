#include "CTorch.h"
#include <torch/torch.h>
int ctorch_threads(void) { return at::get_num_threads(); }
