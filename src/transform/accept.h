// The Accept field of a request: which of the formats that a server offers its client takes.
//
// Dialects call it. Pure, any thread; linear in the field's length up to kMaxAcceptBytes, times the
// few formats offered; nothing is allocated.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "whittle/transform.h"

namespace whittle::transform {

/// What stands behind these is not looked at; browsers send about 100.
inline constexpr std::size_t kMaxAcceptBytes = 2048;

/// Those of `list` whose media type `accept` names with a quality (RFC 9110, 12.5.1) above 0: the
/// highest quality first, then in the order of `list`; at most three, then nothing. Wildcards name
/// no format: what sends only "image/*" or "*/*" is often a program that cannot decode AVIF. Of a
/// type that is named twice the first counts; one whose quality is malformed is not named.
std::array<std::optional<Format>, 3> AcceptedOf(std::string_view accept,
                                                std::span<const Format> list);

}  // namespace whittle::transform
