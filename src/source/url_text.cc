#include "source/url_text.h"

#include <algorithm>

namespace whittle::source {

std::string UrlEncode(std::string_view text, std::string_view keep) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  encoded.reserve(text.size() + text.size() / 4);
  for (const char c : text) {
    if (kUnreserved.contains(c) || keep.contains(c)) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += kDigits[byte >> 4];
      encoded += kDigits[byte & 15];
    }
  }
  return encoded;
}

std::string FormEncode(
    std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::string form;
  for (const auto& [name, value] : fields) {
    if (!form.empty()) form += '&';
    form += UrlEncode(name) + '=' + UrlEncode(value);
  }
  return form;
}

std::string_view UrlView::host() const {
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string_view::npos || authority.ends_with(']')) return authority;
  return authority.substr(0, colon);
}

std::string_view UrlView::host_field() const {
  const std::string_view port = authority.substr(host().size());
  return port == (secure() ? ":443" : ":80") ? host() : authority;
}

std::optional<UrlView> SplitUrl(std::string_view url) {
  const bool plain = std::ranges::none_of(
      url, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
  const std::size_t colon = url.find("://");
  if (!plain || colon == std::string_view::npos || url.contains('#')) return std::nullopt;
  UrlView parts;
  parts.scheme = url.substr(0, colon);
  if (parts.scheme != "http" && parts.scheme != "https") return std::nullopt;
  url.remove_prefix(colon + 3);
  const std::size_t end = std::min(url.find_first_of("/?"), url.size());
  parts.authority = url.substr(0, end);
  if (parts.host().empty() || parts.authority.contains('@')) return std::nullopt;
  url.remove_prefix(end);
  const std::size_t query = url.find('?');
  parts.path = url.substr(0, query);
  if (query != std::string_view::npos) parts.query = url.substr(query + 1);
  return parts;
}

}  // namespace whittle::source
