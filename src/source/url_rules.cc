#include "source/url_rules.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"

namespace whittle::source {
namespace {

constexpr std::int64_t kMaxPatternMemory = std::int64_t{1} << 20;  // bytes, of a compiled pattern

// `*` stands for any characters but dots. Looks back to the last star only, so time is at most
// the product of the lengths.
bool MatchesGlob(std::string_view glob, std::string_view text) {
  std::size_t g = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;  // where in `text` the last star ends for now
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (g < glob.size() && glob[g] == text[t]) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos && text[resume] != '.') {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

// By whole segments: "/media" is not the start of "/media-old".
bool StartsWithPath(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return false;
  return prefix.ends_with('/') || path.size() == prefix.size() || path[prefix.size()] == '/';
}

// Whether an origin that decodes slashes before it walks the path would walk upwards.
bool HidesDots(std::string_view path) {
  std::string decoded = PercentDecode(path).value_or("/../");
  std::ranges::replace(decoded, '\\', '/');
  decoded += '/';
  return decoded.contains("/../") || decoded.contains("/./");
}

bool IsDefaultPort(const Url& url) { return url.port == (url.tls ? 443 : 80); }

std::unexpected<Error> BadRule(std::string_view rule, std::string_view what) {
  return FailSaying(ErrorKind::kBadRequest, fmt::format("'{}': {}", Printable(rule, 128), what));
}

// The next entry, taken from the front of `list`; empty at its end.
std::string_view NextEntry(std::string_view& list) {
  constexpr std::string_view kSpaces = " \t\r\n";
  list.remove_prefix(std::min(list.find_first_not_of(" \t\r\n,"), list.size()));
  const bool pattern = list.starts_with("re:");
  const std::size_t end = std::min(list.find_first_of(pattern ? kSpaces : " \t\r\n,"), list.size());
  const std::string_view entry = list.substr(0, end);
  list.remove_prefix(end);
  return entry;
}

bool IsOfGlob(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
         c == '*' || c == ':';
}

}  // namespace

struct UrlRules::Rule {
  std::unique_ptr<const re2::RE2> pattern;  // then nothing else is set
  std::optional<bool> tls;
  std::string host;        // a glob; "*" is any; with a dot in front: sub-domains of the rest
  std::uint16_t port = 0;  // 0: the scheme's own
  std::string path;        // empty: any

  bool Matches(const Url& url) const {
    if (pattern) return re2::RE2::FullMatch(url.ToText(), *pattern);
    if (tls && *tls != url.tls) return false;
    if (port == 0 ? !IsDefaultPort(url) : port != url.port) return false;
    if (!path.empty() && (!StartsWithPath(url.path, path) || HidesDots(url.path))) return false;
    if (host == "*") return true;
    if (!host.starts_with('.')) return MatchesGlob(host, url.host);
    return !url.address && url.host.size() > host.size() && url.host.ends_with(host);
  }
};

UrlRules::UrlRules() = default;
UrlRules::UrlRules(UrlRules&&) noexcept = default;
UrlRules& UrlRules::operator=(UrlRules&&) noexcept = default;
UrlRules::~UrlRules() = default;

Expected<UrlRules::Rule> UrlRules::ParseRule(std::string_view text) {
  if (text.size() > kMaxRuleBytes) return BadRule(text, "longer than 512 bytes");
  Rule rule;
  std::string_view rest = text;
  if (rest.starts_with("re:")) {
    re2::RE2::Options options(re2::RE2::Latin1);
    options.set_log_errors(false);
    options.set_max_mem(kMaxPatternMemory);
    rest.remove_prefix(3);
    rule.pattern = std::make_unique<re2::RE2>(re2::StringPiece(rest.data(), rest.size()), options);
    if (!rule.pattern->ok()) return BadRule(text, rule.pattern->error());
    return rule;
  }
  if (const std::size_t end = rest.find("://"); end != std::string_view::npos) {
    const std::string_view scheme = rest.substr(0, end);
    rule.tls = scheme == "https";
    if (!*rule.tls && scheme != "http") {
      return BadRule(text, "the scheme is neither http nor https");
    }
    rest.remove_prefix(end + 3);
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  // A URL is compared in its one spelling, so the path has to be in it, too.
  if (const std::string_view path = rest.substr(slash); !path.empty()) {
    auto spelled = Url::Parse("http://host" + std::string(path));
    if (!spelled) return BadRule(text, spelled.error().text);
    if (spelled->path != path || !spelled->query.empty()) {
      return BadRule(text, fmt::format("the path is written {} here", spelled->path));
    }
    rule.path = path;
  }
  rest = rest.substr(0, slash);
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && !rest.ends_with(']')) {
    const auto port = ParseUnsigned<std::uint16_t>(rest.substr(colon + 1));
    if (!port || *port == 0) return BadRule(text, "the port is not one");
    rule.port = *port;
    rest = rest.substr(0, colon);
  }
  if (rest.starts_with('[') && rest.ends_with(']')) rest = rest.substr(1, rest.size() - 2);
  rule.host = rest;
  if (rule.host.empty() || rule.host == "." || !std::ranges::all_of(rule.host, IsOfGlob)) {
    return BadRule(text, "the host is empty, or not in lower-case ASCII");
  }
  return rule;
}

Expected<UrlRules> UrlRules::Parse(std::string_view list) {
  UrlRules rules;
  while (true) {
    const std::string_view entry = NextEntry(list);
    if (entry.empty()) return rules;
    if (rules.rules_.size() == kMaxRules) return BadRule(entry, "more than 256 entries");
    WHITTLE_TRY(Rule rule, ParseRule(entry));
    rules.rules_.push_back(std::move(rule));
  }
}

bool UrlRules::Allows(const Url& url) const {
  return std::ranges::any_of(rules_, [&](const Rule& rule) { return rule.Matches(url); });
}

}  // namespace whittle::source
