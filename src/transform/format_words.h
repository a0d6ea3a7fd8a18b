// Formats of results by the words that URLs and settings have for them, and sets of formats.
//
// Constants and values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "whittle/transform.h"

namespace whittle::transform {

inline constexpr std::size_t kFormatCount = std::size(kFormatWords);

/// Words of formats: each format's own first, then what else its files are called.
inline constexpr std::pair<std::string_view, Format> kFormatNames[] = {
#define WHITTLE_FORMAT(name, word, mime) {word, Format::k##name},
#include "whittle/formats.def"
#undef WHITTLE_FORMAT
    {"jpg", Format::kJpeg},
    {"tif", Format::kTiff},
};

/// The format that `word`, in lower case, names, or nothing.
constexpr std::optional<Format> FormatNamed(std::string_view word) {
  for (const auto& [name, format] : kFormatNames) {
    if (name == word) return format;
  }
  return std::nullopt;
}

/// Some of the formats.
class FormatSet {
 public:
  static constexpr FormatSet All() {
    FormatSet all;
    all.bits_ = (1U << kFormatCount) - 1;
    return all;
  }
  constexpr void Add(Format format) { bits_ |= Bit(format); }
  constexpr bool Has(Format format) const { return (bits_ & Bit(format)) != 0; }

 private:
  static constexpr std::uint32_t Bit(Format format) {
    return 1U << static_cast<std::uint32_t>(format);
  }
  std::uint32_t bits_ = 0;
};

}  // namespace whittle::transform
