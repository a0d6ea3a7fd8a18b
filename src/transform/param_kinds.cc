#include "transform/param_kinds.h"

#include <cmath>
#include <limits>

#include "transform/colour.h"

namespace whittle::transform {
namespace {

constexpr Choice<Position> kPositions(kPositionWords);
constexpr Number kFraction(0, 1, 1000);
constexpr Number kSharpenSigma(0.3, 10, 100);
constexpr Number kSharpenAmount(0.01, 10, 100);
constexpr Number kQuality(1, 100, 100);
constexpr std::size_t kMostNumbers = 4;

// Up to kMostNumbers numbers with commas between them.
template <class T>
struct Numbers {
  std::array<T, kMostNumbers> values{};
  std::size_t count = 0;
};

template <class T, class Parse>
std::optional<Numbers<T>> ParseNumbers(std::string_view text, Parse parse) {
  Numbers<T> numbers;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::optional<T> value = parse(text.substr(0, comma));
    if (!value || numbers.count == kMostNumbers) return std::nullopt;
    numbers.values[numbers.count++] = *value;
    if (comma == std::string_view::npos) return numbers;
    text.remove_prefix(comma + 1);
  }
}

auto ParsePixels(std::string_view text) {
  return ParseNumbers<std::uint32_t>(text, ParseUnsigned<std::uint32_t>);
}

}  // namespace

std::optional<bool> Flag::Parse(std::string_view text) const {
  if (text == "1" || text == "true") return true;
  if (text == "0" || text == "false") return false;
  return std::nullopt;
}

bool Number::Settle(double& value) const {
  if (!(value >= min && value <= max)) return false;      // also refuses NaN
  value = std::round(value * per_unit) / per_unit + 0.0;  // and -0 becomes 0
  return true;
}
void Number::Append(std::string& out, double value) const {
  // Most are whole numbers, and a double's shortest digits cost ten times as much.
  constexpr double kWhole = 1e9;
  const double whole = std::trunc(value);
  if (whole == value && std::abs(value) < kWhole) {
    out.append(fmt::format_int(static_cast<std::int64_t>(whole)).c_str());
  } else {
    fmt::format_to(std::back_inserter(out), "{}", value);
  }
}

std::optional<Colour> ColourCode::Parse(std::string_view text) const { return ParseColour(text); }
void ColourCode::Append(std::string& out, const Colour& value) const { AppendColour(out, value); }

std::optional<Focal::Value> Focal::Parse(std::string_view text) const {
  const auto numbers = ParseNumbers<double>(text, ParseDouble);
  if (!numbers || numbers->count != 2) return std::nullopt;
  return Value{Position::kFocal, {numbers->values[0], numbers->values[1]}};
}
bool Focal::Settle(Value& value) const {
  auto& [x, y] = std::get<1>(value);
  return kFraction.Settle(x) && kFraction.Settle(y);
}
void Focal::Append(std::string& out, const Value& value) const {
  const auto& [x, y] = std::get<1>(value);
  kFraction.Append(out, x);
  out += ',';
  kFraction.Append(out, y);
}

std::optional<Place::Value> Place::Parse(std::string_view text) const {
  if (const auto position = kPositions.Parse(text)) {
    return Value{*position, Transform::Params{}.focal};
  }
  return Focal().Parse(text);
}
bool Place::Settle(Value& value) const {
  const Position position = std::get<0>(value);
  return Focal().Settle(value) && (position == Position::kFocal || kPositions.Settle(position));
}
void Place::Append(std::string& out, const Value& value) const {
  if (std::get<0>(value) == Position::kFocal) return Focal().Append(out, value);
  kPositions.Append(out, std::get<0>(value));
}
std::string Place::Allowed() const { return kPositions.Allowed() + ", or x,y as focal"; }

std::optional<Crop::Value> Crop::Parse(std::string_view text) const {
  const auto numbers = ParsePixels(text);
  if (!numbers || numbers->count != 4) return std::nullopt;
  const auto& [left, top, width, height] = numbers->values;
  return Rectangle{left, top, width, height};
}
bool Crop::Settle(Value& value) const {
  if (!value) return true;
  constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
  return value->width > 0 && value->height > 0 && value->left <= kMost - value->width &&
         value->top <= kMost - value->height;
}
void Crop::Append(std::string& out, const Value& value) const {
  fmt::format_to(std::back_inserter(out), "{},{},{},{}", value->left, value->top, value->width,
                 value->height);
}

std::optional<Sides> Padding::Parse(std::string_view text) const {
  const auto numbers = ParsePixels(text);
  if (!numbers) return std::nullopt;
  const auto& [first, second, third, fourth] = numbers->values;
  switch (numbers->count) {
    case 1:
      return Sides{.top = first, .right = first, .bottom = first, .left = first};
    case 2:
      return Sides{.top = first, .right = second, .bottom = first, .left = second};
    case 4:
      return Sides{.top = first, .right = second, .bottom = third, .left = fourth};
    default:
      return std::nullopt;
  }
}
bool Padding::Settle(Sides& value) const {
  for (const std::uint32_t side : {value.top, value.right, value.bottom, value.left}) {
    if (side > Transform::kMaxSide) return false;
  }
  return true;
}
void Padding::Append(std::string& out, const Sides& value) const {
  fmt::format_to(std::back_inserter(out), "{},{},{},{}", value.top, value.right, value.bottom,
                 value.left);
}
std::string Padding::Allowed() const {
  return fmt::format("one, two or four numbers, each 0 to {}", Transform::kMaxSide);
}

std::optional<Blur::Value> Blur::Parse(std::string_view text) const {
  if (text == bare) return Value{true, std::nullopt};
  const auto sigma = ParseDouble(text);
  if (!sigma) return std::nullopt;
  return Value{false, sigma};
}
bool Blur::Settle(Value& value) const {
  auto& sigma = std::get<1>(value);
  return !sigma || Number(min, max, 100).Settle(*sigma);
}
void Blur::Append(std::string& out, const Value& value) const {
  const auto& sigma = std::get<1>(value);
  if (!sigma) {
    out += bare;
  } else {
    Number(min, max, 100).Append(out, *sigma);
  }
}

std::optional<Sharpen::Value> Sharpen::Parse(std::string_view text) const {
  const auto numbers = ParseNumbers<double>(text, ParseDouble);
  if (!numbers || numbers->count > 2) return std::nullopt;
  return Value{{numbers->values[0], numbers->count == 2 ? numbers->values[1] : 1}};
}
bool Sharpen::Settle(Value& value) const {
  return !value || (kSharpenSigma.Settle((*value)[0]) && kSharpenAmount.Settle((*value)[1]));
}
void Sharpen::Append(std::string& out, const Value& value) const {
  kSharpenSigma.Append(out, (*value)[0]);
  out += ',';
  kSharpenAmount.Append(out, (*value)[1]);
}

std::optional<Quality::Value> Quality::Parse(std::string_view text) const {
  if (text == "auto") return Value{Transform::Params{}.quality, true};
  const auto number = ParseDouble(text);
  if (!number) return std::nullopt;
  return Value{*number, false};
}
bool Quality::Settle(Value& value) const { return kQuality.Settle(std::get<0>(value)); }
void Quality::Append(std::string& out, const Value& value) const {
  if (std::get<1>(value)) {
    out += "auto";
  } else {
    kQuality.Append(out, std::get<0>(value));
  }
}

}  // namespace whittle::transform
