// What an origin says about how long its answer holds, and how to ask whether it still does.
//
// RFC 9111 and 9110 as far as a cache that many share needs them. Pure functions; any thread; a few
// microseconds.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "base/cache_control.h"
#include "source/http_answer.h"

namespace whittle::source {

/// What caches may do with the answer from `now` on (seconds since 1970), by its Cache-Control,
/// Expires and Age; nothing when the origin says nothing.
std::optional<CacheControl> CachingOf(const HttpAnswer& answer, std::time_t now);

/// What tells this answer from another: its ETag, or else its Last-Modified, as long as that is two
/// seconds old, so that no change since can have the same. Empty when neither is there.
std::string ValidatorOf(const HttpAnswer& answer, std::time_t now);

/// The fields that ask for an answer unless it is still the one with this validator.
HttpFields ConditionsOf(std::string_view validator);

}  // namespace whittle::source
