#include "source/url.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "source/url_host.h"

namespace whittle::source {
namespace {

// What RFC 3986 lets stand in paths and queries besides what is never encoded.
constexpr std::string_view kPathKeeps = "/!$&'()*+,;=:@";
constexpr std::string_view kQueryKeeps = "/?!$&'()*+,;=:@";

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::unexpected<Error> Bad(std::string_view what) {
  return FailSaying(ErrorKind::kBadRequest, fmt::format("invalid URL: {}", what));
}

void AppendEncoded(std::string& out, char c) {
  out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<std::uint8_t>(c)));
}

std::string Encoded(std::string_view text, std::string_view kept) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (IsUnreserved(c) || kept.contains(c)) {
      out += c;
    } else {
      AppendEncoded(out, c);
    }
  }
  return out;
}

// One spelling: what need not be encoded is not, all else is, in capitals.
Expected<std::string> Normalised(std::string_view text, std::string_view allowed) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F) return Bad("it has control characters");
    const bool encoded = c == '%';
    if (encoded) {
      const auto decoded = PercentDecode(text.substr(i, 3));
      if (!decoded || decoded->size() != 1) return Bad("a % is not followed by two digits");
      c = decoded->front();
      i += 2;
    }
    if (IsUnreserved(c) || (!encoded && allowed.contains(c))) {
      out += c;
    } else {
      AppendEncoded(out, c);
    }
  }
  return out;
}

// RFC 3986, 5.2.4. `path` begins with a slash.
std::string WithoutDotSegments(std::string_view path) {
  std::string out;
  std::size_t from = 1;
  while (true) {
    const std::size_t slash = path.find('/', from);
    const bool last = slash == std::string_view::npos;
    const std::string_view segment = path.substr(from, last ? slash : slash - from);
    if (segment == "..") out.resize(out.empty() ? 0 : out.rfind('/'));
    const bool dots = segment == "." || segment == "..";
    if (!dots || last) out += '/';
    if (!dots) out += segment;
    if (last) return out;
    from = slash + 1;
  }
}

Expected<void> SetPathAndQuery(Url& url, std::string_view text) {
  text = text.substr(0, text.find('#'));
  const std::size_t mark = text.find('?');
  const std::string_view path = text.substr(0, mark);
  WHITTLE_TRY(const std::string spelled, Normalised(path, kPathKeeps));
  url.path = WithoutDotSegments(spelled.empty() ? "/" : spelled);
  url.query.clear();
  if (mark == std::string_view::npos) return {};
  WHITTLE_TRY(url.query, Normalised(text.substr(mark + 1), kQueryKeeps));
  url.query.insert(0, "?");
  return {};
}

Expected<void> SetAuthority(Url& url, std::string_view authority) {
  if (authority.contains('@')) return Bad("it names a user");
  std::string_view host = authority;
  std::string_view port;
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && !authority.ends_with(']')) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
    const auto number = ParseUnsigned<std::uint16_t>(port);
    if (!number || *number == 0) return Bad("its port is not one");
    url.port = *number;
  }
  auto read = ReadUrlHost(host);
  if (!read) return Bad(read.error());
  url.host = std::move(read->text);
  url.address = read->address;
  return {};
}

// An IPv6 address has them.
std::string InBrackets(const std::string& host) {
  return host.contains(':') ? "[" + host + "]" : host;
}

// The scheme of `text`, without its colon, in any case; empty when it has none.
std::string_view SchemeOf(std::string_view text) {
  const std::size_t end = text.find_first_of(":/?#");
  return end != std::string_view::npos && text[end] == ':' ? text.substr(0, end)
                                                           : std::string_view();
}

}  // namespace

Expected<Url> Url::Parse(std::string_view text) {
  if (text.size() > kMaxBytes) return Bad("it is too long");
  const std::string_view scheme = SchemeOf(text);
  Url url;
  url.tls = EqualsIgnoreCase(scheme, "https");
  if (!url.tls && !EqualsIgnoreCase(scheme, "http")) return Bad("it is neither http nor https");
  url.port = url.tls ? 443 : 80;
  text.remove_prefix(scheme.size() + 1);
  if (!text.starts_with("//")) return Bad("it has no host");
  text.remove_prefix(2);
  const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
  WHITTLE_CHECK(SetAuthority(url, text.substr(0, end)));
  WHITTLE_CHECK(SetPathAndQuery(url, text.substr(end)));
  return url;
}

Expected<Url> Url::Resolve(std::string_view reference) const {
  if (reference.size() > kMaxBytes) return Bad("it is too long");
  if (!SchemeOf(reference).empty()) return Parse(reference);
  if (reference.starts_with("//")) {
    return Parse((tls ? "https:" : "http:") + std::string(reference));
  }
  Url url = *this;
  std::string rest(reference.substr(0, reference.find('#')));
  if (rest.empty()) return url;
  if (rest.starts_with('?')) {
    rest.insert(0, path);
  } else if (!rest.starts_with('/')) {
    rest.insert(0, path, 0, path.rfind('/') + 1);
  }
  WHITTLE_CHECK(SetPathAndQuery(url, rest));
  return url;
}

std::string Url::HostAndPort() const { return fmt::format("{}:{}", InBrackets(host), port); }

std::string Url::Origin() const {
  const std::string_view scheme = tls ? "https" : "http";
  if (port != (tls ? 443 : 80)) return fmt::format("{}://{}", scheme, HostAndPort());
  return fmt::format("{}://{}", scheme, InBrackets(host));
}

std::string EncodePath(std::string_view path) { return Encoded(path, kPathKeeps); }

}  // namespace whittle::source
