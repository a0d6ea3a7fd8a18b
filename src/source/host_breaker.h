// Whether a host is worth asking: after failures it is left alone for a while, then tried once.
//
// It opens at kInARow failures in a row, or when half of the last kWindow calls have failed; kRest
// later one caller may try, and what becomes of that decides. A value; its owner locks.
#pragma once

#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "async/event.h"

namespace whittle::source {

class HostBreaker {
 public:
  using Time = async::Clock::time_point;
  static constexpr int kInARow = 5;
  static constexpr std::size_t kWindow = 20;
  static constexpr auto kRest = std::chrono::seconds(5);

  /// kSilent: says nothing of the host, as when the caller left.
  enum class Outcome : std::uint8_t { kAnswer, kFailure, kSilent };

  /// Whether the host may be asked now. Who is told so has to Note what came of it.
  bool Allows(Time now);
  /// As Allows, for those who only want to know: nobody has to Note anything.
  bool WouldAllow(Time now) const;
  void Note(Outcome outcome, Time now);
  bool open() const { return open_; }

 private:
  int in_a_row_ = 0;
  std::bitset<kWindow> failed_;  // the last calls, in a ring
  std::size_t calls_ = 0;
  bool open_ = false;
  bool probing_ = false;  // somebody tries
  Time opened_;
};

}  // namespace whittle::source
