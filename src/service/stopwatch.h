// Where a flight's time goes: the service owns the clock that the pixel core has not.
//
// One flight, one thread at a time. Cost: one clock reading (about 20 ns) per turn.
#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "observe/metrics.h"
#include "observe/stages.h"
#include "whittle/whittle.h"

namespace whittle::service {

/// Adds the time between Start and the next Start or Stop to a stage.
class Stopwatch {
 public:
  explicit Stopwatch(observe::StageTimes& times) : times_(times) {}
  ~Stopwatch() { Stop(); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

  void Start(observe::Stage stage) {
    const auto now = Clock::now();
    Book(now);
    stage_ = stage;
    since_ = now;
  }
  void Stop() {
    Book(Clock::now());
    stage_.reset();
  }

 private:
  using Clock = std::chrono::steady_clock;
  void Book(Clock::time_point now) {
    if (stage_) times_[*stage_] += now - since_;
  }

  observe::StageTimes& times_;
  std::optional<observe::Stage> stage_;
  Clock::time_point since_;
};

/// Follows a job's phases, and counts what was begun.
class JobWatch final : public PhaseObserver {
 public:
  /// `decoding`: another's decode is its own, and is counted already.
  JobWatch(observe::StageTimes& times, observe::Metrics& metrics, bool decoding = false)
      : watch_(times), metrics_(metrics), decoding_(decoding) {}

  void Enter(Phase phase) override {
    switch (phase) {
      case Phase::kDecode:
        if (!std::exchange(decoding_, true)) metrics_.decodes.Add();
        return watch_.Start(observe::Stage::kDecode);
      case Phase::kResize:
        return watch_.Start(observe::Stage::kResize);
      case Phase::kEncode:
        if (!std::exchange(encoding_, true)) metrics_.encodes.Add();
        return watch_.Start(observe::Stage::kEncode);
    }
  }
  void Leave() override { watch_.Stop(); }

 private:
  Stopwatch watch_;
  observe::Metrics& metrics_;
  bool decoding_;
  bool encoding_ = false;
};

}  // namespace whittle::service
