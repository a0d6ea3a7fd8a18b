// Whether a transfer is as fast as it has to be: a deadline for each phase, and a floor under the
// body's rate.
//
// The fetch thread asks Overdue() when NextLook() said so; phases change in between without a call.
// While the transfer is paused by us, only its end counts.
//
// A value; one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "source/http_answer.h"

namespace whittle::source {

/// How far a transfer has come.
struct HttpProgress {
  bool connected = false;            ///< TCP stands; when it began to is not told
  std::chrono::microseconds sent{};  ///< since the start, till the request was on its way; or zero
  bool has_head = false;             ///< that of the answer itself
  std::uint64_t bytes = 0;           ///< of the body

  HttpPhase phase() const;
};

class HttpPace {
 public:
  using Time = async::Clock::time_point;

  /// `resolved`: what was spent of the connect deadline already.
  HttpPace(const HttpDeadlines& deadlines, Time began, Time end,
           std::chrono::microseconds resolved);

  /// When the phase that it is in will have lasted too long.
  Time Due(const HttpProgress& progress) const;
  /// When to ask Overdue, at the latest: no phase that may begin meanwhile is due before.
  Time NextLook(Time now, const HttpProgress& progress) const;
  /// True when the transfer has failed.
  bool Overdue(Time now, const HttpProgress& progress);
  void Pause() { paused_ = true; }
  /// The floor is judged from here: when the head has come, and after a pause.
  void Mark(Time now, std::uint64_t bytes);

 private:
  const HttpDeadlines deadlines_;
  const Time began_;
  const Time end_;
  const std::chrono::microseconds resolved_;
  bool paused_ = false;
  Time marked_at_;
  std::uint64_t marked_bytes_ = 0;
};

}  // namespace whittle::source
