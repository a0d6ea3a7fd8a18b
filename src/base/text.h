// Small, total functions on text from strangers: no locale, no exceptions, no regular expressions.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whittle {

/// The whole of `text` as a decimal number: no sign, no space, no rest. Nothing when it is not one
/// or does not fit.
template <std::unsigned_integral T>
std::optional<T> ParseUnsigned(std::string_view text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || rest != end) return std::nullopt;
  return value;
}

/// The whole of `text` as a finite decimal number.
std::optional<double> ParseDouble(std::string_view text);

/// A count of bytes: "67108864" or "64MiB" (KiB, MiB, GiB).
std::optional<std::uint64_t> ParseByteCount(std::string_view text);
/// The shortest text that ParseByteCount reads back as `bytes`.
std::string ByteCountText(std::uint64_t bytes);

/// Decodes %XX once. Nothing when a % is not followed by two hexadecimal digits.
std::optional<std::string> PercentDecode(std::string_view text);

/// True when `text` is well-formed UTF-8 (no overlong forms, no surrogates).
bool IsUtf8(std::string_view text);

/// `text` fit for one line of a log: control characters, quotes, backslashes and bytes that are not
/// UTF-8 become \xNN; at most `max_bytes` of output, then "...".
std::string Printable(std::string_view text, std::size_t max_bytes = 512);

/// True when `path` can only name something below where it starts: it is UTF-8 without control
/// characters and backslashes, and none of its components is empty, "." or "..".
bool IsPathBelow(std::string_view path);

/// ASCII only.
bool EqualsIgnoreCase(std::string_view a, std::string_view b);
std::string LowerCase(std::string_view text);

/// Without spaces and tabs at either end.
std::string_view Trim(std::string_view text);

}  // namespace whittle
