// URLs of http and https: taken apart strictly, and put together again in one spelling.
//
// What is judged is what is fetched: rules, the guard and libcurl see the parts of this value and
// never the text it came from. Hosts are lower-case ASCII (names of other scripts by IDNA), numbers
// of every kind that C libraries take for an address are that address, and what could be read in
// two ways is refused: users, zones, empty labels, bad percent signs, control characters.
//
// Values; any thread. Cost: a pass over the text, some microseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "source/address.h"
#include "whittle/expected.h"

namespace whittle::source {

struct Url {
  static constexpr std::size_t kMaxBytes = 8192;

  bool tls = false;                ///< https
  std::string host;                ///< an address without brackets, or a name without a last dot
  std::optional<Address> address;  ///< when the host is one
  std::uint16_t port = 80;
  std::string path = "/";  ///< percent-encoded, begins with a slash, has no dot segments
  std::string query;       ///< percent-encoded, with its question mark; or empty

  /// The fragment is dropped. Errors: kBadRequest, with a text that says what is wrong.
  static Expected<Url> Parse(std::string_view text);
  /// What `reference`, as in a Location field, means from here (RFC 3986, 5.2). Errors: as Parse.
  Expected<Url> Resolve(std::string_view reference) const;

  /// "host:port": whom one connects to.
  std::string HostAndPort() const;
  /// "https://host", with the port where it is not the scheme's.
  std::string Origin() const;
  std::string ToText() const { return Origin() + path + query; }
};

/// `path`, any bytes, percent-encoded but for what RFC 3986 allows in a path. Stores sign another
/// encoding (store_parts.h).
std::string EncodePath(std::string_view path);

}  // namespace whittle::source
