#include "Guard.h"

#include <ATen/autocast_mode.h>

#include "Device.h"

using ctorch::device;

// Nothing here can fail: libtorch checks only the device, and that is one it has.

ctorch_autocast_state ctorch_autocast_enter(bool enabled) {
  const ctorch_autocast_state previous = {at::autocast::is_autocast_enabled(device().type()),
                                          at::autocast::is_autocast_cache_enabled()};
  at::autocast::set_autocast_enabled(device().type(), enabled);
  at::autocast::set_autocast_dtype(device().type(), at::kBFloat16);
  at::autocast::increment_nesting();
  return previous;
}

void ctorch_autocast_leave(ctorch_autocast_state previous) {
  // Casts of parameters are remembered within the outermost scope only: after it an optimiser may
  // change the parameters.
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device().type(), previous.enabled);
  at::autocast::set_autocast_cache_enabled(previous.cache);
}

bool ctorch_set_autocast_cache(bool enabled) {
  const bool previous = at::autocast::is_autocast_cache_enabled();
  at::autocast::set_autocast_cache_enabled(enabled);
  return previous;
}
