// What both generators stand on: connecting to a server on this
// machine, and the generator's own CPU time. Any thread.
#pragma once

#include <cstdint>

#include "base/descriptor.h"

namespace whittle::bench {

/// Connected to 127.0.0.1, blocking; without a descriptor (and errno set) when that failed.
Descriptor Connect(std::uint16_t port);

/// The same without waiting: it is connected, or has failed, when it becomes writable. `from` (in
/// host order, within 127.0.0.0/8) is the client's address: one address has only some 28 000 ports,
/// and those of closed connections rest for a minute. Closing it resets the connection, so that
/// none rest. For one small request at a time: a second would wait for the first to be
/// acknowledged.
Descriptor StartConnecting(std::uint16_t port, std::uint32_t from);

/// User and system time of this process so far.
double CpuSeconds();

}  // namespace whittle::bench
