// How long whoever wants something of a source waits for it.
#pragma once

#include "async/wait.h"

namespace whittle::source {

using async::Wait;

}  // namespace whittle::source
