// The kinds of value a setting can have: each reads text, writes it back and says what it takes.
//
// Only settings.def's rows use them. Immutable values; any thread. A kind has
//   Value                      the C++ type of the field
//   Parse(text) -> optional    nothing when the text is malformed or out of range
//   Format(value) -> text      the shortest text that Parse reads back as the same value
//   Allowed() -> text          what Parse takes, for a person: "0 to 65535"
// and kIsList where several values with commas between them are meant: the config file may then
// have them as a list.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "whittle/transform.h"

namespace whittle::app {

/// A whole number from `min` to `max`.
template <std::unsigned_integral T>
struct Whole {
  using Value = T;
  T min, max;

  std::optional<T> Parse(std::string_view text) const {
    const auto value = ParseUnsigned<T>(text);
    return value && *value >= min && *value <= max ? value : std::nullopt;
  }
  std::string Format(T value) const { return fmt::format("{}", value); }
  std::string Allowed() const { return fmt::format("{} to {}", min, max); }
};

/// A decimal number from `min` to `max`.
struct Decimal {
  using Value = double;
  double min, max;

  std::optional<double> Parse(std::string_view text) const;
  std::string Format(double value) const;
  std::string Allowed() const;
};

/// A count of bytes: "67108864" or "64MiB" (KiB, MiB, GiB).
struct ByteSize {
  using Value = std::uint64_t;
  std::uint64_t min, max;

  std::optional<std::uint64_t> Parse(std::string_view text) const;
  std::string Format(std::uint64_t value) const;
  std::string Allowed() const;
};

/// A time: "500ms", "2s", "1m", "1h"; a bare number counts seconds. Kept to the millisecond.
struct Duration {
  using Value = std::chrono::milliseconds;
  Value min, max;

  std::optional<Value> Parse(std::string_view text) const;
  std::string Format(Value value) const;
  std::string Allowed() const;
};

/// "on" or "off"; 1/0, true/false and yes/no are read too.
struct Switch {
  using Value = bool;

  std::optional<bool> Parse(std::string_view text) const;
  std::string Format(bool value) const;
  std::string Allowed() const { return "on, off"; }
};

/// One of a few words. A word after the first with the same value is an alias: read, not written.
template <class T>
struct Choice {
  using Value = T;
  std::vector<std::pair<std::string_view, T>> words;

  std::optional<T> Parse(std::string_view text) const {
    for (const auto& [word, value] : words) {
      if (word == text) return value;
    }
    return std::nullopt;
  }
  std::string Format(const T& value) const {
    for (const auto& [word, candidate] : words) {
      if (candidate == value) return std::string(word);
    }
    return {};
  }
  std::string Allowed() const {
    std::string list;
    for (const auto& [word, value] : words) {
      if (!list.empty()) list += ", ";
      list += word;
    }
    return list;
  }
};

/// An IPv4 or IPv6 address in numbers (names are not looked up), or "unix:" and a path that a
/// socket's name can hold.
struct ListenAddress {
  using Value = std::string;

  std::optional<std::string> Parse(std::string_view text) const;
  std::string Format(const std::string& value) const { return value; }
  std::string Allowed() const { return "an IPv4 or IPv6 address, or unix: and a path"; }
};

/// The rights of a file, as chmod takes them: "660".
struct FileMode {
  using Value = unsigned;

  std::optional<unsigned> Parse(std::string_view text) const;
  std::string Format(unsigned value) const { return fmt::format("{:03o}", value); }
  std::string Allowed() const { return "000 to 777, in octal"; }
};

/// An opaque colour, as transform/colour.h has them.
struct OpaqueColour {
  using Value = Colour;

  std::optional<Colour> Parse(std::string_view text) const;
  std::string Format(const Colour& value) const;
  std::string Allowed() const { return "rgb, rrggbb or the CSS name of a colour"; }
};

/// Formats of results by their words, with commas between them, each once; "off" or nothing for
/// none.
struct FormatList {
  using Value = std::vector<whittle::Format>;
  static constexpr bool kIsList = true;

  std::optional<Value> Parse(std::string_view text) const;
  std::string Format(const Value& value) const;
  std::string Allowed() const;
};

/// The path of a directory or file; whether it is there is seen when it is used.
struct Path {
  using Value = std::string;

  std::optional<std::string> Parse(std::string_view text) const;
  std::string Format(const std::string& value) const { return value; }
  std::string Allowed() const { return "a path"; }
};

/// The same, or nothing.
struct PathOrNothing {
  using Value = std::string;

  std::optional<std::string> Parse(std::string_view text) const;
  std::string Format(const std::string& value) const { return value; }
  std::string Allowed() const { return "a path, or nothing"; }
};

/// Where pictures are: the path of a directory, or a URL whose scheme its source judges; or
/// nothing.
struct Location {
  using Value = std::string;

  std::optional<std::string> Parse(std::string_view text) const {
    return PathOrNothing().Parse(text);
  }
  std::string Format(const std::string& value) const { return value; }
  std::string Allowed() const { return "a path, a URL, or nothing"; }
};

/// The rules of source/url_rules.h, or nothing.
struct AllowedUrls {
  using Value = std::string;

  std::optional<std::string> Parse(std::string_view text) const;
  std::string Format(const std::string& value) const { return value; }
  std::string Allowed() const { return "hosts, URLs and patterns with commas or spaces between"; }
};

/// Where a proxy is: a scheme, a host, maybe a port; or nothing. No user and no password, since
/// settings are shown.
struct ProxyUrl {
  using Value = std::string;

  std::optional<std::string> Parse(std::string_view text) const;
  std::string Format(const std::string& value) const { return value; }
  std::string Allowed() const { return "http://, https:// or socks5h:// and a host, or nothing"; }
};

/// The value of a field of HTTP: printable ASCII, at most 256 bytes.
struct FieldText {
  using Value = std::string;

  std::optional<std::string> Parse(std::string_view text) const;
  std::string Format(const std::string& value) const { return value; }
  std::string Allowed() const { return "1 to 256 printable characters of ASCII"; }
};

/// A value of Cache-Control of which every part is known, or "origin": then sources say it.
struct CachingText {
  using Value = std::string;
  static constexpr std::string_view kOrigin = "origin";

  std::optional<std::string> Parse(std::string_view text) const;
  std::string Format(const std::string& value) const { return value; }
  std::string Allowed() const { return "origin, or a value of Cache-Control"; }
};

/// "auto", or the name of a SIMD target that this program and this CPU both have, in any case.
struct SimdTarget {
  using Value = std::string;

  std::optional<std::string> Parse(std::string_view text) const;
  std::string Format(const std::string& value) const { return value; }
  std::string Allowed() const {
    return "auto, or a target that this CPU has, such as AVX2 or SSE4";
  }
};

}  // namespace whittle::app
