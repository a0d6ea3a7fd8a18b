// What of the memory is for what: read once at start, any thread.
#pragma once

#include <cstdint>

#include "app/settings.h"

namespace whittle::app {

struct MemoryShares {
  std::uint64_t budget = 0;       ///< bytes of async::Budget
  std::uint64_t sources = 0;      ///< bytes of it that sources may hold
  std::uint32_t connections = 0;  ///< at most
};

/// Of `memory` bytes, by the settings where they say so.
MemoryShares SharesOf(const Settings& settings, int workers, std::uint64_t memory);

}  // namespace whittle::app
