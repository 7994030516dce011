#ifndef SIGNET_ONNXRUNTIME_KERNEL_STATE_H
#define SIGNET_ONNXRUNTIME_KERNEL_STATE_H

#include <stdatomic.h>

#include "node.h"

typedef struct kernel {
  const OrtApi *api;
  signet_operator *operator;
  char name[longest_node_name];
  // Threads of the session, as far as it is known, and how often it was asked for them.
  atomic_int threads;
  atomic_uint runs;
  // Which of the node's inputs a run reads.
  size_t count;
  size_t places[];
} kernel;

#endif
