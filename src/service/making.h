// Making: one result in the making, as work for the queue.
//
// A flight's coroutine makes one and waits for it; both steps run on a worker. Whatever a library
// throws costs this picture alone. Those that wait at the same moment for results of one source, in
// the same block of memory and with the same limits, are made together where they can share the
// decode (pipeline/together.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>

#include "async/work_queue.h"
#include "observe/metrics.h"
#include "observe/stages.h"
#include "pipeline/run.h"
#include "service/rates.h"
#include "service/watchdog.h"
#include "service/workspaces.h"
#include "source/source.h"

namespace whittle::service {

/// What all jobs of a service share. Outlives them.
struct Workshop {
  Workspaces& workspaces;
  Watchdog& watchdog;
  Rates& rates;
  Rates& decode_rates;  ///< the same of the decoders' part
  observe::Metrics& metrics;
};

class Making final : public async::Work {
 public:
  /// All arguments must outlive it. `stop` ends the job.
  Making(const Workshop& shop, const Limits& limits, const source::Block& source,
         const Transform& transform, std::stop_token stop, observe::StageTimes& stages)
      : shop_(shop),
        limits_(limits),
        source_(source),
        transform_(transform),
        stop_(std::move(stop)),
        stages_(stages) {}

  const void* subject() const override { return &source_; }
  std::optional<async::Cost> Prepare() override;
  void Run(async::Budget::Ticket memory) override;
  void RunTogether(std::span<Share> shares, const std::function<void(async::Work&)>& done) override;

  /// The picture, or why there is none. Once the queue is done with it, without an error.
  Expected<Encoded>& result() { return result_; }
  /// For what the result holds.
  async::Budget::Ticket& memory() { return memory_; }
  /// Time that passed until it was worked on, both waits together.
  std::chrono::nanoseconds waited() const { return waited_; }
  /// It was ended because it took too long, and would again.
  bool too_slow() const { return too_slow_; }

 private:
  class Branch;

  void Begin();
  void Make();
  void Conclude(Expected<Encoded> made, const Watchdog::Job& job);
  void Shrink();
  Error TookTooLong(Watchdog::Job::Ended ended) const;

  const Workshop& shop_;
  const Limits& limits_;
  const source::Block& source_;
  const Transform& transform_;
  const std::stop_token stop_;
  observe::StageTimes& stages_;
  std::optional<pipeline::Prepared> prepared_;
  pipeline::Guess guess_;
  Expected<Encoded> result_ = Fail(ErrorKind::kInternal);
  async::Budget::Ticket memory_;
  bool too_slow_ = false;
  std::chrono::nanoseconds waited_{};
  async::Clock::time_point waits_since_ = async::Clock::now();
};

}  // namespace whittle::service
