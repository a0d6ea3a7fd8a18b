// How long a client may still take over the answer that it is being sent.
//
// Judged by what it has acknowledged, never by whether its socket takes more: a kernel says that
// only when a third of a buffer of megabytes is free, which honest readers of 10 KB/s do not manage
// in time. Each byte acknowledged buys 1 / rate seconds, and nobody saves up more than `patience`:
// so who takes nothing is cut off after `patience`, who takes less than `rate` a little later, and
// who keeps up may go on, until `whole` has passed since the answer began.
//
// A value of its session's; the clock is the caller's.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace whittle::http {

class OutputFloor {
 public:
  using Clock = std::chrono::steady_clock;

  struct Options {
    std::chrono::nanoseconds patience = std::chrono::seconds(20);
    std::uint64_t rate = 1024;  ///< bytes a second, at least 1
    std::chrono::nanoseconds whole = std::chrono::minutes(20);
  };

  /// An answer begins, of which `acknowledged` bytes have arrived.
  OutputFloor(const Options& options, std::uint64_t acknowledged, Clock::time_point now)
      : options_(options),
        acknowledged_(acknowledged),
        starved_at_(now + options.patience),
        end_(now + options.whole) {}

  /// `acknowledged` bytes have arrived by now, in all. Fewer than before change nothing.
  void Note(std::uint64_t acknowledged, Clock::time_point now) {
    if (acknowledged <= acknowledged_) return;
    const double bought =
        static_cast<double>(acknowledged - acknowledged_) / static_cast<double>(options_.rate);
    acknowledged_ = acknowledged;
    // Compared as floating point: a gigabyte at a byte a second is more than a clock can count.
    const std::chrono::duration<double, std::nano> left = now + options_.patience - starved_at_;
    const auto credit = std::min(
        std::chrono::duration<double, std::nano>(std::chrono::duration<double>(bought)), left);
    starved_at_ += std::chrono::duration_cast<Clock::duration>(credit);
  }

  /// When the answer has to be given up, unless more is acknowledged until then.
  Clock::time_point deadline() const { return std::min(starved_at_, end_); }
  /// When to look next at what has been acknowledged: now and then, so that who takes much at first
  /// and nothing later is not given twice the patience.
  Clock::time_point NextLook(Clock::time_point now) const {
    return std::min(deadline(), now + options_.patience / 4);
  }

 private:
  Options options_;
  std::uint64_t acknowledged_;
  Clock::time_point starved_at_;
  Clock::time_point end_;
};

}  // namespace whittle::http
