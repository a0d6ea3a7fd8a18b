// A source with slots of its own, behind a breaker: so many are asked of it at once, and one that
// hangs or fails is left alone for a while, and asked again.
//
// After some failures in a row, which are the source's and not a picture's, everybody is answered
// kUpstreamTimeout at once, for as long as async::Breaker says. Thread-safe. Cost: two locks at
// each end of a call.
#pragma once

#include <memory>

#include "async/breaker.h"
#include "async/gate.h"
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
        breaker_(std::move(options.now)) {}

  /// Waits for a slot until `wait` ends, and then lets the source have a moment in any case.
  async::Awaitable<Expected<Found>> Fetch(SourceRef ref, Validator known, Wait wait) override;
  bool healthy() const override { return breaker_.healthy() && source_->healthy(); }
  Load load() const override;

 private:
  const std::unique_ptr<Source> source_;
  async::Gate gate_;
  async::Breaker breaker_;
};

}  // namespace whittle::source
