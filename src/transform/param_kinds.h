// The kinds of value a parameter can have: each reads text, judges a value and writes it.
//
// Only the rows of params.def use them. Immutable values; any thread. A kind has
//   Value                      the C++ type of the field, or a tuple of those of several fields
//   Parse(text) -> optional    nothing when the text is malformed; the range is Settle's business
//   Settle(value) -> bool      false when out of range, also for NaN; else rounds to the kind's
//   step Append(text, value)        a text that Parse reads back as the same settled value
//   Allowed() -> text          what it takes, for a person
//   bare                       what a name without '=' stands for; empty where it needs a value
#pragma once

#include <fmt/format.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "transform/param_words.h"
#include "whittle/transform.h"

namespace whittle::transform {

/// "1", "true", "0" or "false"; bare: "1".
struct Flag {
  using Value = bool;
  std::string_view bare = "1";

  std::optional<bool> Parse(std::string_view text) const;
  bool Settle(bool& /*value*/) const { return true; }
  void Append(std::string& out, bool value) const { out += value ? '1' : '0'; }
  std::string Allowed() const { return "1, true, 0, false"; }
};

/// A decimal number from `min` to `max`, in steps of 1 / `per_unit`.
struct Number {
  using Value = double;
  double min, max;
  int per_unit;  ///< a power of ten
  std::string_view bare = {};

  std::optional<double> Parse(std::string_view text) const { return ParseDouble(text); }
  bool Settle(double& value) const;
  void Append(std::string& out, double value) const;
  std::string Allowed() const { return fmt::format("{} to {}", min, max); }
};

/// A whole number from `min` to `max`, neither below 0.
template <std::integral T>
struct Whole {
  using Value = T;
  T min, max;
  std::string_view bare = {};

  std::optional<T> Parse(std::string_view text) const {
    const auto value = ParseUnsigned<std::uint32_t>(text);
    if (!value || !std::in_range<T>(*value)) return std::nullopt;
    return static_cast<T>(*value);
  }
  bool Settle(T& value) const { return value >= min && value <= max; }
  void Append(std::string& out, T value) const {
    fmt::format_to(std::back_inserter(out), "{}", value);
  }
  std::string Allowed() const { return fmt::format("{} to {}", min, max); }
};

/// A side of the box. The query may only give what the path has left free.
struct Side : Whole<std::uint32_t> {
  static constexpr bool kOnlyWhereFree = true;
  constexpr Side() : Whole<std::uint32_t>(0, Transform::kMaxSide) {}
};

/// 0 to `max` bytes, or with KiB, MiB, GiB.
struct ByteCount {
  using Value = std::uint64_t;
  std::uint64_t max;
  std::string_view bare = {};

  std::optional<std::uint64_t> Parse(std::string_view text) const { return ParseByteCount(text); }
  bool Settle(std::uint64_t& value) const { return value <= max; }
  void Append(std::string& out, std::uint64_t value) const { out += ByteCountText(value); }
  std::string Allowed() const {
    return fmt::format("0 to {}, in bytes or with KiB, MiB, GiB", ByteCountText(max));
  }
};

/// One of a few words. A word after the first with the same value is an alias: read, not written.
template <class T>
struct Choice {
  using Value = T;
  std::span<const std::pair<std::string_view, T>> words;
  std::string_view bare = {};

  std::optional<T> Parse(std::string_view text) const {
    for (const auto& [word, value] : words) {
      if (word == text) return std::optional<T>(std::in_place, value);
    }
    return std::nullopt;
  }
  bool Settle(const T& value) const { return !WordOf(value).empty(); }
  void Append(std::string& out, const T& value) const { out += WordOf(value); }
  /// "top or north, right or east"
  std::string Allowed() const {
    std::string list;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (WordOf(words[i].second) != words[i].first) continue;
      if (!list.empty()) list += ", ";
      list += words[i].first;
      for (std::size_t other = i + 1; other < words.size(); ++other) {
        if (words[other].second == words[i].second) list.append(" or ").append(words[other].first);
      }
    }
    return list;
  }

 private:
  std::string_view WordOf(const T& value) const {
    for (const auto& [word, candidate] : words) {
      if (candidate == value) return word;
    }
    return {};
  }
};

/// A value that need not be there; an empty one is the default and never written.
template <class Kind>
struct Maybe {
  using Value = std::optional<typename Kind::Value>;
  Kind kind;
  std::string_view bare;

  constexpr explicit Maybe(Kind of) : kind(of), bare(of.bare) {}
  std::optional<Value> Parse(std::string_view text) const {
    auto value = kind.Parse(text);
    if (!value) return std::nullopt;
    return std::optional<Value>(std::in_place, *value);
  }
  bool Settle(Value& value) const { return !value || kind.Settle(*value); }
  void Append(std::string& out, const Value& value) const { kind.Append(out, *value); }
  std::string Allowed() const { return kind.Allowed(); }
};

/// What ParseColour takes.
struct ColourCode {
  using Value = Colour;
  std::string_view bare = {};

  std::optional<Colour> Parse(std::string_view text) const;
  bool Settle(Colour& /*value*/) const { return true; }
  void Append(std::string& out, const Colour& value) const;
  std::string Allowed() const { return "rgb, rgba, rrggbb, rrggbbaa, transparent, a CSS name"; }
};

/// Two numbers from 0 to 1, in thousandths: a focal point.
struct Focal {
  using Value = std::tuple<Position, std::array<double, 2>>;
  std::string_view bare = {};

  std::optional<Value> Parse(std::string_view text) const;
  bool Settle(Value& value) const;
  void Append(std::string& out, const Value& value) const;
  std::string Allowed() const { return "x,y, each 0 to 1"; }
};

/// A word, or a focal point.
struct Place {
  using Value = Focal::Value;
  std::string_view bare = {};

  std::optional<Value> Parse(std::string_view text) const;
  bool Settle(Value& value) const;
  void Append(std::string& out, const Value& value) const;
  std::string Allowed() const;
};

/// Four numbers. Neither side is empty, and the far corner fits 32 bits.
struct Crop {
  using Value = std::optional<Rectangle>;
  std::string_view bare = {};

  std::optional<Value> Parse(std::string_view text) const;
  bool Settle(Value& value) const;
  void Append(std::string& out, const Value& value) const;
  std::string Allowed() const { return "left,top,width,height"; }
};

/// One, two or four numbers, as CSS has them.
struct Padding {
  using Value = Sides;
  std::string_view bare = {};

  std::optional<Sides> Parse(std::string_view text) const;
  bool Settle(Sides& value) const;
  void Append(std::string& out, const Sides& value) const;
  std::string Allowed() const;
};

/// A sigma, or "box".
struct Blur {
  using Value = std::tuple<bool, std::optional<double>>;
  double min, max;
  std::string_view bare = "box";

  std::optional<Value> Parse(std::string_view text) const;
  bool Settle(Value& value) const;
  void Append(std::string& out, const Value& value) const;
  std::string Allowed() const { return fmt::format("box, {} to {}", min, max); }
};

/// A sigma of 0.3 to 10, and an amount of 0.01 to 10.
struct Sharpen {
  using Value = std::optional<std::array<double, 2>>;
  std::string_view bare = {};

  std::optional<Value> Parse(std::string_view text) const;
  bool Settle(Value& value) const;
  void Append(std::string& out, const Value& value) const;
  std::string Allowed() const { return "0.3 to 10, or with ,0.01 to 10"; }
};

/// 1 to 100 in hundredths, or "auto".
struct Quality {
  using Value = std::tuple<double, bool>;
  std::string_view bare = {};

  std::optional<Value> Parse(std::string_view text) const;
  bool Settle(Value& value) const;
  void Append(std::string& out, const Value& value) const;
  std::string Allowed() const { return "1 to 100, auto"; }
};

}  // namespace whittle::transform
