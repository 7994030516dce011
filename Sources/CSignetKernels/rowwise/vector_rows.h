// Everything that is not a convolution and that vectors make faster, one output row of one image at
// a time. A template: the including file defines TARGET, NAME(x), LANES and RECIPROCAL(x);
// rowwise/rows.h comes before.
//
//   in, out: images × height × width × channels; a unit is a row of `out`
#include "CSignetElementwiseKernels.h"
#include "CSignetGridKernels.h"
#include "rowwise/lanes.h"

#include "rowwise/functions.h"

#include "rowwise/activation_rows.h"
#include "rowwise/broadcast_rows.h"
#include "rowwise/constant_filter_rows.h"
#include "rowwise/plane_rows.h"
#include "rowwise/pool_rows.h"
#include "rowwise/resize_rows.h"
#include "rowwise/softmax_rows.h"

#define SIGNET_VECTOR_ROW_KERNELS                                                                 \
  .average_pool = NAME(average_pool), .affine = NAME(affine), .sum = NAME(sum),                   \
  .from_planes = NAME(from_planes), .to_planes = NAME(to_planes), .activation = NAME(activation), \
  .constants = NAME(constants), .binary = NAME(binary), .softmax = NAME(softmax),                 \
  .resize = NAME(resize), .channel_sums = NAME(channel_sums),                                     \
  .constant_filters = NAME(constant_filters)
