// The host of a URL: a name in lower-case ASCII, or an address, however it was written.
//
// For url.cc. Any thread; names of other scripts cost a call of libidn2.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "source/address.h"

namespace whittle::source {

struct UrlHost {
  std::string text;
  std::optional<Address> address;
};

/// Reads what stands between "//" and the port. The error says what is wrong with it, for the
/// client.
std::expected<UrlHost, std::string_view> ReadUrlHost(std::string_view text);

}  // namespace whittle::source
