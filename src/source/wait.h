// How long whoever wants something of a source waits for it.
//
// A value; any thread.
#pragma once

#include <stop_token>

#include "async/event.h"

namespace whittle::source {

struct Wait {
  async::Clock::time_point until = async::kNever;
  std::stop_token stop;
};

}  // namespace whittle::source
