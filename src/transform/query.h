// The query string of a request for a picture: name=value pairs into Params.
//
// Dialects call it. Pure, any thread; linear in the query's length, which the caller has bounded.
// Nothing is allocated for an empty query, nor for one without escapes.
//
// Grammar: pairs are separated by '&', and empty ones ignored. Names and values are percent-decoded
// once, each by itself; '+' and ';' stand for themselves. A name without '=' says what its row in
// params.def gives for it. Nothing is skipped: a typo must not go out as another picture.
#pragma once

#include <cstddef>
#include <string_view>

#include "whittle/expected.h"
#include "whittle/transform.h"

namespace whittle::transform {

inline constexpr std::size_t kMaxQueryParams = 64;

/// Sets in `params` what `query`, without its '?', says. Errors, all kBadRequest: "unknown
/// parameter: <name>", "repeated <name>", "invalid <name>" with the name of params.def, and "too
/// many parameters". Values that fit only by themselves are Transform::Make's business.
Expected<void> ApplyQuery(std::string_view query, Transform::Params& params);

}  // namespace whittle::transform
