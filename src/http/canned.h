// Answers for connections that get no session: there are no descriptors left, or its client has as
// many connections as it may.
#pragma once

#include "base/descriptor.h"

namespace whittle::http {

/// Looks at what has come, answers /health with 200 and all else with 503, and closes. Waits for
/// nothing; some five system calls.
void AnswerAndClose(Descriptor socket);

}  // namespace whittle::http
