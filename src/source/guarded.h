// A source with slots of its own, behind a breaker: so many are asked of it at once, and one that
// hangs or fails is left alone for a while, and asked again.
//
// After some failures in a row, which are the source's and not a picture's, everybody is answered
// kUpstreamTimeout for as long as async::Breaker says: at once, or in turn when many ask
// (refusals.h). Thread-safe. Cost: two locks at each end of a call.
#pragma once

#include <memory>
#include <mutex>

#include "async/breaker.h"
#include "async/gate.h"
#include "source/refusals.h"
#include "source/source.h"

namespace whittle::source {

class Guarded final : public Source {
 public:
  struct Options {
    int slots = 4;  ///< pictures read at once; for each, so many may wait
    int waiting_for_each = 64;
    async::Breaker::Now now = &async::Clock::now;
  };
  Guarded(std::unique_ptr<Source> source, Options options)
      : source_(std::move(source)),
        gate_({.slots = options.slots, .max_waiting = options.waiting_for_each * options.slots}),
        now_(options.now),
        breaker_(std::move(options.now)) {}

  /// Waits for a slot until `wait` ends, and then lets the source have a moment in any case.
  async::Awaitable<Expected<Found>> Fetch(SourceRef ref, Validator known, Wait wait) override;
  bool healthy() const override { return breaker_.healthy() && source_->healthy(); }
  Load load() const override;

 private:
  async::Clock::duration NextRefusal();

  const std::unique_ptr<Source> source_;
  async::Gate gate_;
  const async::Breaker::Now now_;
  async::Breaker breaker_;
  std::mutex mutex_;
  Refusals refusals_;  // under it
};

}  // namespace whittle::source
