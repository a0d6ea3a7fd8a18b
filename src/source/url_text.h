// URLs of stores and of token services, as text: parts, percent-encoding, forms.
//
// Pure functions; any thread. The URLs are the operator's or made here: nothing is guarded against.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace whittle::source {

/// %XX, with upper-case digits, for every byte but letters, digits, "-._~" and those in `keep`.
std::string UrlEncode(std::string_view text, std::string_view keep = {});

/// The body of a form, or the query of a URL.
std::string FormEncode(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

/// An absolute http or https URL. The views point into its text.
struct UrlView {
  std::string_view scheme;     ///< "http" or "https"
  std::string_view authority;  ///< host, and a port if one is given; no user
  std::string_view path;       ///< encoded, may be empty
  std::string_view query;      ///< encoded, without "?"

  bool secure() const { return scheme == "https"; }
  std::string_view host() const;        ///< without port; with brackets when it is IPv6
  std::string_view host_field() const;  ///< what a Host field says: without a default port
};

/// Nothing when it has another scheme, no host, a user, a fragment, spaces or control characters.
std::optional<UrlView> SplitUrl(std::string_view url);

}  // namespace whittle::source
