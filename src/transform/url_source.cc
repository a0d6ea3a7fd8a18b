#include "transform/url_source.h"

#include <algorithm>
#include <string>

#include "base/base64url.h"
#include "base/text.h"

namespace whittle::transform {
namespace {

constexpr std::string_view kPlain = "plain/";
constexpr std::string_view kBase64 = "b64/";

bool StartsWithIgnoreCase(std::string_view text, std::string_view start) {
  return EqualsIgnoreCase(text.substr(0, start.size()), start);
}

// Of a web server, in text that can be one: a URL has neither spaces nor control characters.
bool IsWebUrl(std::string_view text) {
  const bool web = StartsWithIgnoreCase(text, "http://") || StartsWithIgnoreCase(text, "https://");
  return web && std::ranges::none_of(text, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte <= 0x20 || byte == 0x7F;
         });
}

// Padding may be there or not.
std::optional<std::string> Decoded(std::string_view text) {
  return FromBase64Url(text.substr(0, text.find_last_not_of('=') + 1));
}

// An '@' of the URL itself is encoded, or part of a longer rest.
std::optional<Format> TakeFormat(std::string_view& file) {
  const std::size_t at = file.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  const auto format = FormatNamed(file.substr(at + 1));
  if (format) file = file.substr(0, at);
  return format;
}

}  // namespace

std::optional<SourceName> UrlOf(std::string_view file) {
  const bool plain = file.starts_with(kPlain);
  if (!plain && !file.starts_with(kBase64)) return std::nullopt;
  file.remove_prefix(plain ? kPlain.size() : kBase64.size());
  const auto format = TakeFormat(file);
  auto url = plain ? PercentDecode(file) : Decoded(file);
  if (!url || !IsWebUrl(*url)) return std::nullopt;
  return SourceName{*std::move(url), format};
}

}  // namespace whittle::transform
