// Names for requests, for the log and the client: 16 hexadecimal digits, unique within the process
// and, with overwhelming odds, among processes. Any thread; one atomic add.
#pragma once

#include <string>

namespace whittle::http {

/// Replaces `id`, whose memory is kept.
void MakeRequestId(std::string& id);

}  // namespace whittle::http
