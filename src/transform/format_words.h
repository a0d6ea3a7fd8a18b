// Formats of results by the words that URLs and settings have for them, and sets of formats.
//
// Constants and values; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "whittle/transform.h"

namespace whittle::transform {

inline constexpr std::size_t kFormatCount = std::size(kFormatWords);

inline constexpr std::string_view kOtherFormatWords[] = {
#define WHITTLE_FORMAT(name, word, mime, other, ...) other,
#include "whittle/formats.def"
#undef WHITTLE_FORMAT
};

/// Words of formats: each format's own first, then what else its files are called.
inline constexpr auto kFormatNames = [] {
  constexpr auto kOthers = static_cast<std::size_t>(std::ranges::count_if(
      kOtherFormatWords, [](std::string_view word) { return !word.empty(); }));
  std::array<std::pair<std::string_view, Format>, kFormatCount + kOthers> names;
  auto* end = names.begin();
  for (const std::string_view* words : {kFormatWords, kOtherFormatWords}) {
    for (std::size_t i = 0; i < kFormatCount; ++i) {
      if (!words[i].empty()) *end++ = {words[i], static_cast<Format>(i)};
    }
  }
  return names;
}();

/// Whether results keep all transparency (formats.def).
constexpr bool KeepsAlpha(Format format) {
  constexpr bool kKeep[] = {
#define WHITTLE_FORMAT(name, word, mime, other, alpha) alpha,
#include "whittle/formats.def"
#undef WHITTLE_FORMAT
  };
  return kKeep[static_cast<std::size_t>(format)];
}

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
