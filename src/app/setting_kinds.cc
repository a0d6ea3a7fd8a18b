#include "app/setting_kinds.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/cache_control.h"
#include "pixel/simd.h"
#include "source/url.h"
#include "source/url_rules.h"
#include "transform/colour.h"
#include "transform/format_words.h"

namespace whittle::app {
namespace {

constexpr std::string_view kNoFormats = "off";
constexpr std::string_view kUnix = "unix:";

struct TimeUnit {
  std::string_view name;
  std::int64_t milliseconds;
};
// "ms" stands before "m" and "s": the first suffix that fits is taken.
constexpr std::array<TimeUnit, 4> kTimeUnits = {
    {{"ms", 1}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}}};

}  // namespace

std::optional<double> Decimal::Parse(std::string_view text) const {
  const auto value = ParseDouble(text);
  return value && *value >= min && *value <= max ? value : std::nullopt;
}
std::string Decimal::Format(double value) const { return fmt::format("{}", value); }
std::string Decimal::Allowed() const { return fmt::format("{} to {}, decimals allowed", min, max); }

std::optional<std::uint64_t> ByteSize::Parse(std::string_view text) const {
  const auto bytes = ParseByteCount(text);
  return bytes && *bytes >= min && *bytes <= max ? bytes : std::nullopt;
}
std::string ByteSize::Format(std::uint64_t value) const { return ByteCountText(value); }
std::string ByteSize::Allowed() const {
  return fmt::format("{} to {}, in bytes or with KiB, MiB, GiB", Format(min), Format(max));
}

std::optional<Duration::Value> Duration::Parse(std::string_view text) const {
  double unit = 1000;
  for (const TimeUnit& candidate : kTimeUnits) {
    if (!text.ends_with(candidate.name)) continue;
    text.remove_suffix(candidate.name.size());
    unit = static_cast<double>(candidate.milliseconds);
    break;
  }
  const auto count = ParseDouble(text);
  if (!count) return std::nullopt;
  // Judged as a number first: a huge one must not overflow the conversion to milliseconds.
  const double milliseconds = std::round(*count * unit);
  const auto in_range = [&](double value) {
    return value >= static_cast<double>(min.count()) && value <= static_cast<double>(max.count());
  };
  if (!in_range(milliseconds)) return std::nullopt;
  return Value(static_cast<Value::rep>(milliseconds));
}
std::string Duration::Format(Value value) const {
  const std::int64_t count = value.count();
  if (count == 0) return "0s";
  for (const std::string_view name : {"h", "m", "s"}) {
    const auto unit = std::ranges::find(kTimeUnits, name, &TimeUnit::name);
    if (count % unit->milliseconds == 0) {
      return fmt::format("{}{}", count / unit->milliseconds, name);
    }
  }
  return fmt::format("{}ms", count);
}
std::string Duration::Allowed() const {
  return fmt::format("{} to {}, in seconds or with ms, s, m, h", Format(min), Format(max));
}

std::optional<bool> Switch::Parse(std::string_view text) const {
  for (const std::string_view word : {"on", "1", "true", "yes"}) {
    if (EqualsIgnoreCase(text, word)) return true;
  }
  for (const std::string_view word : {"off", "0", "false", "no"}) {
    if (EqualsIgnoreCase(text, word)) return false;
  }
  return std::nullopt;
}
std::string Switch::Format(bool value) const { return value ? "on" : "off"; }

std::optional<std::string> ListenAddress::Parse(std::string_view text) const {
  std::string address(text);
  if (text.starts_with(kUnix)) {
    const std::string_view path = text.substr(kUnix.size());
    const bool fits = !path.empty() && path.size() < sizeof(sockaddr_un::sun_path);
    if (!fits || path.find('\0') != std::string_view::npos) return std::nullopt;
    return address;
  }
  in6_addr any_family{};
  const bool valid = inet_pton(AF_INET, address.c_str(), &any_family) == 1 ||
                     inet_pton(AF_INET6, address.c_str(), &any_family) == 1;
  // inet_pton stops at a NUL, so a text that holds one would be judged by its first part.
  if (!valid || address.find('\0') != std::string::npos) return std::nullopt;
  return address;
}

std::optional<unsigned> FileMode::Parse(std::string_view text) const {
  unsigned mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc() || end != text.data() + text.size() || mode > 0777) return std::nullopt;
  return mode;
}

std::optional<Colour> OpaqueColour::Parse(std::string_view text) const {
  const auto colour = transform::ParseColour(text);
  return colour && colour->alpha == 255 ? colour : std::nullopt;
}
std::string OpaqueColour::Format(const Colour& value) const {
  std::string text;
  transform::AppendColour(text, value);
  return text;
}

std::optional<FormatList::Value> FormatList::Parse(std::string_view text) const {
  Value formats;
  if (text.empty() || text == kNoFormats) return formats;
  while (true) {
    const std::size_t comma = text.find(',');
    const auto format = transform::FormatNamed(Trim(text.substr(0, comma)));
    if (!format || std::ranges::find(formats, *format) != formats.end()) return std::nullopt;
    formats.push_back(*format);
    if (comma == std::string_view::npos) return formats;
    text.remove_prefix(comma + 1);
  }
}
std::string FormatList::Format(const Value& value) const {
  if (value.empty()) return std::string(kNoFormats);
  std::string text;
  for (const whittle::Format format : value) {
    if (!text.empty()) text += ',';
    text += WordOf(format);
  }
  return text;
}
std::string FormatList::Allowed() const {
  return fmt::format("{}, or with commas between them: {}", kNoFormats,
                     fmt::join(kFormatWords, " "));
}

std::optional<std::string> Path::Parse(std::string_view text) const {
  if (text.empty() || text.find('\0') != std::string_view::npos) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> PathOrNothing::Parse(std::string_view text) const {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> AllowedUrls::Parse(std::string_view text) const {
  if (!source::UrlRules::Parse(text)) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> CachingText::Parse(std::string_view text) const {
  if (text != kOrigin && !CacheControl().Add(text)) return std::nullopt;
  return FieldText().Parse(text);
}

std::optional<std::string> ProxyUrl::Parse(std::string_view text) const {
  if (text.empty()) return std::string();
  const std::size_t end = std::min(text.find("://"), text.size());
  const std::string_view scheme = text.substr(0, end);
  if (scheme != "http" && scheme != "https" && scheme != "socks5h") return std::nullopt;
  const auto url = source::Url::Parse("http" + std::string(text.substr(end)));
  if (!url || url->path != "/" || !url->query.empty() || text.contains('#')) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> FieldText::Parse(std::string_view text) const {
  constexpr std::size_t kMost = 256;
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  text = Trim(text);
  if (text.empty() || text.size() > kMost || !std::ranges::all_of(text, printable)) {
    return std::nullopt;
  }
  return std::string(text);
}

std::optional<std::string> SimdTarget::Parse(std::string_view text) const {
  if (text == "auto") return "auto";
  for (const std::string& target : pixel::SimdTargets()) {
    if (EqualsIgnoreCase(text, target)) return target;
  }
  return std::nullopt;
}

}  // namespace whittle::app
