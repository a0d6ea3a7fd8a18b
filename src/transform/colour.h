// Colours as text: what a URL or a setting calls them, and how we write them.
//
// Pure functions, any thread; no allocation but for the text written.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "whittle/transform.h"

namespace whittle::transform {

/// "rgb", "rgba", "rrggbb" or "rrggbbaa" in hexadecimal digits of either case, with or without '#'
/// before them; "transparent"; or one of CSS's names of colours (colours.def), in lower case.
std::optional<Colour> ParseColour(std::string_view text);

/// "rrggbb", or "rrggbbaa" where alpha is not 255.
void AppendColour(std::string& out, const Colour& colour);

}  // namespace whittle::transform
