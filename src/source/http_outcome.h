// What an origin's answer means for whoever wanted the picture, and for the origin's breaker.
//
// Pure functions of statuses and errors; any thread.
#pragma once

#include <string>
#include <string_view>

#include "source/host_breaker.h"
#include "source/http_answer.h"
#include "whittle/expected.h"

namespace whittle::source {

bool IsRedirect(int status);

/// Nothing wrong for a 200, and for a 304 when that was asked for. `where` names the origin, for
/// the log. `free`: the URL is a stranger's, whose credentials are not ours to mend.
Expected<void> CheckStatus(const HttpAnswer& answer, bool asked_conditionally, bool free,
                           const std::string& where);

/// What a transfer says of the host.
HostBreaker::Outcome OutcomeOf(const HttpResult& result);

/// For metrics: "not_found", "rejected", "too_large", "timeout", "busy", "cancelled" or "error".
std::string_view OutcomeName(ErrorKind kind);

}  // namespace whittle::source
