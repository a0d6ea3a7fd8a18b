// Which URLs strangers may have fetched: the operator's list, WHITTLE_ALLOW_URLS.
//
// Entries are separated by spaces, or by commas before anything but a pattern:
//
//   images.example.com            this host, http and https, at their own ports
//   *.example.com                 * stands for characters of one label, so not for dots
//   .example.com                  the sub-domains of example.com, however deep; not itself
//   https://cdn.example.com:8443/media     scheme, port, and a path's first segments
//   re:https://cdn[0-9]+\.example\.com/.*  RE2, over the whole normalised URL
//   *                             every host
//
// A rule never opens what the guard closes: addresses that are not public stay refused. Immutable
// after Parse; any thread. Cost: linear in rules and URL, whatever the patterns are.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "source/url.h"
#include "whittle/expected.h"

namespace whittle::source {

class UrlRules {
 public:
  static constexpr std::size_t kMaxRules = 256;
  static constexpr std::size_t kMaxRuleBytes = 512;

  /// Allows nothing.
  UrlRules();
  UrlRules(UrlRules&&) noexcept;
  UrlRules& operator=(UrlRules&&) noexcept;
  ~UrlRules();

  /// The error's text names the entry and what is wrong with it. An empty list allows nothing.
  static Expected<UrlRules> Parse(std::string_view list);

  bool Allows(const Url& url) const;
  bool empty() const { return rules_.empty(); }

 private:
  struct Rule;
  static Expected<Rule> ParseRule(std::string_view text);
  std::vector<Rule> rules_;
};

}  // namespace whittle::source
