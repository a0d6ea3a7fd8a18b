#include "transform/colour.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <iterator>

namespace whittle::transform {
namespace {

struct NamedColour {
  std::string_view name;
  Colour colour;
};

constexpr NamedColour kNamed[] = {
#define WHITTLE_COLOUR(name, red, green, blue) {name, {red, green, blue}},
#include "transform/colours.def"
#undef WHITTLE_COLOUR
};
static_assert(std::ranges::is_sorted(kNamed, {}, &NamedColour::name));

std::optional<Colour> ParseHex(std::string_view digits) {
  const bool brief = digits.size() == 3 || digits.size() == 4;  // each digit stands for two
  if (!brief && digits.size() != 6 && digits.size() != 8) return std::nullopt;
  const std::size_t width = brief ? 1 : 2;
  std::array<std::uint8_t, 4> channels = {0, 0, 0, 255};
  for (std::size_t i = 0; i * width < digits.size(); ++i) {
    const char* begin = digits.data() + i * width;
    const auto [rest, error] = std::from_chars(begin, begin + width, channels[i], 16);
    if (error != std::errc() || rest != begin + width) return std::nullopt;
    if (brief) channels[i] = static_cast<std::uint8_t>(channels[i] * 17);
  }
  return Colour{channels[0], channels[1], channels[2], channels[3]};
}

}  // namespace

std::optional<Colour> ParseColour(std::string_view text) {
  if (text == "transparent") return Colour{0, 0, 0, 0};
  const auto* const named = std::ranges::lower_bound(kNamed, text, {}, &NamedColour::name);
  if (named != std::end(kNamed) && named->name == text) return named->colour;
  if (text.starts_with('#')) text.remove_prefix(1);
  return ParseHex(text);
}

void AppendColour(std::string& out, const Colour& colour) {
  // By hand: every request's key may name a colour.
  const auto append = [&](std::uint8_t channel) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out += kHex[channel >> 4];
    out += kHex[channel & 15];
  };
  append(colour.red);
  append(colour.green);
  append(colour.blue);
  if (colour.alpha != 255) append(colour.alpha);
}

}  // namespace whittle::transform
