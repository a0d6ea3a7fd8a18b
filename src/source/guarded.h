// A source with slots of its own, behind a breaker: so many are asked of it at once, and one that
// hangs or fails is left alone for a while, and asked again.
//
// After some failures in a row, which are the source's and not a picture's, everybody is answered
// kUpstreamTimeout at once; after kRest one caller may try, and what becomes of that decides for
// the others. Thread-safe. Cost: two locks at each end of a call.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>

#include "async/gate.h"
#include "source/source.h"

namespace whittle::source {

/// The state of a source, from what its callers saw.
class Breaker {
 public:
  using Now = std::function<async::Clock::time_point()>;
  static constexpr int kFailures = 3;                     ///< in a row, until nobody asks
  static constexpr auto kRest = std::chrono::seconds(5);  ///< until somebody may again

  explicit Breaker(Now now) : now_(std::move(now)) {}

  /// Whether the source may be asked now. Who is told so has to Note what came of it.
  bool Allows();
  /// `kind`: what went wrong; nothing when an answer came, if only that there is no such picture.
  void Note(std::optional<ErrorKind> kind);
  /// False while the source is left alone.
  bool healthy() const;

 private:
  const Now now_;
  mutable std::mutex mutex_;
  int failures_ = 0;  // in a row
  bool open_ = false;
  bool probing_ = false;  // somebody tries
  async::Clock::time_point opened_;
};

class Guarded final : public Source {
 public:
  struct Options {
    int slots = 4;  ///< pictures read at once; for each, so many may wait
    int waiting_for_each = 64;
    Breaker::Now now = &async::Clock::now;
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
  Breaker breaker_;
};

}  // namespace whittle::source
