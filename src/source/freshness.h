// What an origin says about how long its answer holds, and how to ask whether it still does.
//
// RFC 9111 and 9110 as far as a cache that many share needs them. Pure functions; any thread; a few
// microseconds.
#pragma once

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "source/http_answer.h"

namespace whittle::source {

/// How long the answer is fresh from `now` on (seconds since 1970); zero when it must not be used
/// without asking; nothing when the origin says nothing.
std::optional<std::chrono::seconds> FreshFor(const HttpAnswer& answer, std::time_t now);

/// What tells this answer from another: its ETag, or else its Last-Modified, as long as that is two
/// seconds old, so that no change since can have the same. Empty when neither is there.
std::string ValidatorOf(const HttpAnswer& answer, std::time_t now);

/// The fields that ask for an answer unless it is still the one with this validator.
HttpFields ConditionsOf(std::string_view validator);

}  // namespace whittle::source
