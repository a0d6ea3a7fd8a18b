// Where the time of one request goes, as one value that the log and the metrics both read.
//
// The request that owns a StageTimes fills it; one thread at a time. No allocation.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace whittle::observe {

/// In the order in which a request passes them.
enum class Stage : std::uint8_t { kQueue, kRead, kDecode, kResize, kEncode, kWrite };

inline constexpr std::array<std::string_view, 6> kStageNames = {"queue",  "read",   "decode",
                                                                "resize", "encode", "write"};

struct StageTimes {
  std::array<std::chrono::nanoseconds, kStageNames.size()> spent{};  ///< zero: stage not entered

  std::chrono::nanoseconds& operator[](Stage stage) {
    return spent[static_cast<std::size_t>(stage)];
  }
  std::chrono::nanoseconds operator[](Stage stage) const {
    return spent[static_cast<std::size_t>(stage)];
  }
};

}  // namespace whittle::observe
