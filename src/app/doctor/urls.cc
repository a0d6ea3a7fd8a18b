// Which URLs of strangers are fetched (WHITTLE_ALLOW_URLS), and whether a rule says more than
// meant.
#include <algorithm>
#include <array>

#include "app/doctor/check.h"
#include "base/text.h"
#include "source/url_rules.h"

namespace whittle::app::doctor {
namespace {

// Two hosts that no list means, with paths that none has.
constexpr std::array<std::string_view, 2> kStrangers = {"q7-5c1e.example.net/f0/9d?2",
                                                        "xw.zk4.test/"};

bool AllowsAll(const source::UrlRules& rules, std::string_view scheme) {
  return std::ranges::all_of(kStrangers, [&](std::string_view where) {
    const auto url = source::Url::Parse(std::string(scheme) + std::string(where));
    return url && rules.Allows(*url);
  });
}

// True of "re:https://.*\.example\.com/": a dot takes slashes, too, and so that allows
// https://evil.test/.example.com/. `pattern` has no backslashes before its slashes.
bool TakesSlashesForHosts(std::string_view pattern) {
  const std::size_t scheme = pattern.find("://");
  if (scheme == std::string_view::npos) return true;
  for (std::size_t i = scheme + 3; i < pattern.size(); ++i) {
    switch (pattern[i]) {
      case '/':
        return false;
      case '\\':
        ++i;
        break;
      case '[': {
        const std::string_view set = pattern.substr(i, pattern.find(']', i) - i);
        if (set.starts_with("[^") && !set.contains('/')) return true;
        i += set.size();
        break;
      }
      case '.':
        if (i + 1 < pattern.size() && std::string_view("*+{").contains(pattern[i + 1])) return true;
        break;
      default:
        break;
    }
  }
  return false;
}

std::string WithoutNeedlessBackslashes(std::string_view pattern) {
  std::string text(pattern);
  for (std::size_t at = 0; (at = text.find("\\/", at)) != std::string::npos;) text.erase(at, 1);
  return text;
}

// The first pattern that takes hosts it does not name.
std::string_view LoosePattern(std::string_view list) {
  while (!list.empty()) {
    const std::size_t start = list.find("re:");
    if (start == std::string_view::npos) return {};
    list.remove_prefix(start);
    const std::string_view entry = list.substr(0, list.find_first_of(" \t\r\n"));
    if (TakesSlashesForHosts(WithoutNeedlessBackslashes(entry))) return entry;
    list.remove_prefix(entry.size());
  }
  return {};
}

Findings Examine(const Bench& bench) {
  const std::string& list = bench.settings.source.allow_urls;
  const bool any_signed = std::ranges::any_of(
      bench.settings.mounts, [](const MountTable& mount) { return !mount.secrets.empty(); });
  if (list.empty()) {
    return {Ok(any_signed ? "URLs of strangers are fetched where they are signed"
                          : "URLs of strangers are not fetched")};
  }
  const auto rules = source::UrlRules::Parse(list);
  if (!rules) return {Failure(rules.error().text, "mend allow_urls")};
  const bool any_plain = AllowsAll(*rules, "http://");
  if (any_plain || AllowsAll(*rules, "https://")) {
    return {Warning(std::string("allow_urls lets anybody have any public host fetched") +
                        (any_plain ? ", also unencrypted" : ""),
                    "list hosts, or sign URLs: a [[mount]] with keys")};
  }
  if (const std::string_view pattern = LoosePattern(list); !pattern.empty()) {
    return {Warning("allow_urls: in " + Printable(pattern, 128) +
                        " the host may be any with the rest in its path",
                    "write [^/]* for .* in front of the first slash")};
  }
  return {Ok("allow_urls: " + Printable(list, 128))};
}

}  // namespace

extern const Check kUrlsCheck;
constexpr Check kUrlsCheck = {
    .name = "urls",
    .about = "`allow_urls`: rules that allow every host, or hosts that they do not mean",
    .of_server = Examine};

}  // namespace whittle::app::doctor
