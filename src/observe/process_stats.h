// What the kernel says about this process: memory held and descriptors open.
//
// Any thread; some microseconds, two places in /proc.
#pragma once

#include <cstdint>

namespace whittle::observe {

struct ProcessStats {
  std::uint64_t resident_bytes = 0;    ///< 0 when /proc cannot be read
  std::uint64_t open_descriptors = 0;  ///< 0 when /proc cannot be read
};

ProcessStats SampleProcess();

}  // namespace whittle::observe
