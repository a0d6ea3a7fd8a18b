// Request heads: finding where one ends, and what it says, strictly.
//
// Bytes from strangers become a RequestHead or an error; nothing below this file sees raw bytes. We
// never take a body, so whatever would announce one is refused, and there is nothing to smuggle.
// Beast's parser does the grammar; the rules that it is lenient about (reliability notes: folded
// lines, Host, framing headers, odd bytes in the target) are checked here. Pure functions, any
// thread, linear in the head's length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "whittle/expected.h"

namespace whittle::http {

inline constexpr std::size_t kMaxHeadBytes = 16384;
inline constexpr std::size_t kMaxTargetBytes = 8192;
inline constexpr std::size_t kMaxHeaders = 100;

enum class Method : std::uint8_t { kGet, kHead, kOptions, kOther };

struct RequestHead {
  Method method = Method::kOther;
  std::string method_name;  ///< as sent
  std::string target;       ///< as sent
  std::string path;         ///< still percent-encoded, begins with '/'; "*" for OPTIONS *
  std::string query;        ///< without '?'
  std::string host;         ///< as sent, with its port; empty without one
  bool keep_alive = false;
  std::string accept;                        ///< empty without one; else as the next
  std::optional<std::string> if_none_match;  ///< several header lines are joined with commas
  std::optional<std::string> if_modified_since;
  std::optional<std::string> request_id;  ///< the client's X-Request-Id, when it is sane
};

/// Where the head at the start of `buffered` ends: one past its empty line. Nothing when more bytes
/// are needed. Errors: kBadRequest for a line that ends without CR, kTargetTooLong, kHeadTooLarge.
/// `scanned` is how much of `buffered` an earlier call has seen, and is brought up to date.
Expected<std::optional<std::size_t>> FindHeadEnd(std::string_view buffered, std::size_t& scanned);

/// Reads a complete head. Errors: kBadRequest, kTargetTooLong, kHeadTooLarge; the connection must
/// then be closed.
Expected<RequestHead> ParseHead(std::string_view raw);

}  // namespace whittle::http
