// How long whoever wants something of a source, a tier or a target waits for it.
//
// A value; any thread.
#pragma once

#include <stop_token>

#include "async/event.h"

namespace whittle::async {

struct Wait {
  Clock::time_point until = kNever;
  std::stop_token stop;
};

}  // namespace whittle::async
