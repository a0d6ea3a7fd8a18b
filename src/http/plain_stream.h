// Streams over sockets as they are: TCP and Unix.
//
// The server is the only caller.
#pragma once

#include <memory>

#include "base/descriptor.h"
#include "http/stream.h"

namespace whittle::http {

/// A stream over a connected, non-blocking socket of this address family.
std::unique_ptr<Stream> MakePlainStream(const async::Strand& strand, int family, Descriptor socket);

}  // namespace whittle::http
