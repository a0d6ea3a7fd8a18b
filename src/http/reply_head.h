// A reply's first bytes: status line and header fields, as they go over the wire.
//
// Used by the session, for every reply; so it is plain text appended to a buffer that is kept.
// Pure but for the cached date; any thread.
#pragma once

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>

#include "http/reply.h"

namespace whittle::http {

struct Framing {
  std::string_view request_id;
  std::time_t now = 0;  ///< for Date
  bool keep_alive = false;
};

/// Appends the head of `reply`, its empty line included. Values of fields hold no line breaks.
/// Content-Length is that of the body, except for 204 and 304, which have none.
void AppendHead(std::string& out, const Reply& reply, const Framing& framing);

}  // namespace whittle::http
