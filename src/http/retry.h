// When a client that was refused may ask again.
//
// The wait grows with the load: it doubles each second in which more was refused than made, from 1
// to 4 seconds, is 8 at once when that was eight times as much, and halves each second in which
// less than half as much was. What one client is told lies anywhere between that and its double, so
// that those who were refused together do not come back together; and who does not keep to whole
// seconds is held for up to one less. A client that opens new
// connections instead of waiting is known by its address, in a table of fixed size, and told to
// pause there.
//
// Any thread; one short lock for each refusal, for each picture that had to be made, and for the
// first such request of a connection. The clock is the caller's.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>

namespace whittle::http {

class RetryAfter {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::chrono::seconds kLongest{16};
  /// Refusals of one client in a second, after which its new connections pause.
  static constexpr std::uint32_t kOften = 64;

  struct Wait {
    std::chrono::seconds said{};       ///< what the answer says
    std::chrono::milliseconds held{};  ///< how long an earlier request waits, above said - 1 s
  };

  explicit RetryAfter(std::uint64_t seed, std::uint32_t often = kOften)
      : often_(often), random_(seed) {}

  /// Somebody got what had to be made.
  void CountMade(Clock::time_point now);
  /// Somebody is refused: counts it, and says for how long. `client` 0 is nobody known.
  Wait Refuse(std::uint64_t client, Clock::time_point now);
  /// How long a request on a new connection of `client` has to wait: nothing, unless it was refused
  /// often within the last second.
  std::chrono::milliseconds PauseOf(std::uint64_t client, Clock::time_point now);

 private:
  struct Slot {
    std::uint64_t client = 0;
    std::int64_t second = 0;  // in which `refused` were
    std::uint32_t refused = 0;
    std::uint32_t before = 0;  // in the second before
  };

  void Turn(Clock::time_point now);
  Slot& SlotOf(std::uint64_t client, std::int64_t second);
  std::uint64_t Draw(std::uint64_t choices);

  const std::uint32_t often_;
  std::mutex mutex_;
  std::int64_t second_ = 0;  // the one that is being counted
  std::uint64_t made_ = 0;
  std::uint64_t refused_ = 0;
  std::chrono::seconds base_{1};
  std::uint64_t random_;
  std::array<Slot, 1024> slots_;
};

}  // namespace whittle::http
