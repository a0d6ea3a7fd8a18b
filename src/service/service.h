// The service: from an image request to a finished picture, whatever the protocol in front.
//
// AnswerAtOnce has what was made or compared with its source a moment ago. Answer coalesces equal
// requests into one flight. It looks into the tiers below memory, if there are any, and asks the
// source, which tells that a kept result still holds, or gives the bytes. Then it goes on: name the
// result (ETag), have it opened and planned by a worker, wait for a worker and for the bytes that
// the plan asks for, decode, resize, encode. A request waits until one moment, queue_wait after it
// came, in all these places together, and is refused at once where that will not do. All methods
// may be called from any thread; Answer from a coroutine on a strand. Destroy the service only
// after Drained().
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "async/budget.h"
#include "async/singleflight.h"
#include "async/work_queue.h"
#include "observe/log.h"
#include "observe/log_every.h"
#include "observe/metrics.h"
#include "service/below.h"
#include "service/fetches.h"
#include "service/making.h"
#include "service/rates.h"
#include "service/request.h"
#include "service/results.h"
#include "service/too_slow.h"
#include "service/watchdog.h"
#include "service/workspaces.h"
#include "source/sources.h"
#include "whittle/limits.h"

namespace whittle::service {

namespace asio = boost::asio;

class Service {
 public:
  struct Options {
    Limits limits;
    std::chrono::nanoseconds queue_wait = std::chrono::seconds(2);
    Watchdog::Limits job;         ///< time that one picture may take
    std::size_t cache_bytes = 0;  ///< of finished results, kept for the next request; 0 keeps none
    /// How long a kept result may be sent without looking whether its source has changed.
    std::chrono::nanoseconds cache_fresh = std::chrono::seconds(1);
    /// The same of a file that ends too early, at most.
    std::chrono::nanoseconds truncated_fresh = std::chrono::seconds(60);
    Now now = &Clock::now;  ///< what cache_fresh is counted by
    Below::Options below;   ///< where results are kept besides memory
  };

  /// All references must outlive the service.
  Service(const Options& options, asio::io_context& io, async::WorkQueue& workers,
          async::Budget& memory, source::Sources& sources, observe::Metrics& metrics,
          observe::Log& log);

  /// The answer, when it is kept and fresh; never waits. Nothing: call Answer.
  std::optional<service::Answer> AnswerAtOnce(Request& request);
  /// The error that Answer would come to at once: too much work waits, and nobody is making what
  /// the request asks for. Never waits; a storm of refusals costs no coroutine and no flight.
  std::optional<Error> RefuseAtOnce(Request& request);

  /// Errors: those of the source and of whittle::Process, kOverloaded, kTooSlow, kFlightFailed,
  /// kCancelled. What RefuseAtOnce would refuse is refused here as well, by a flight of its own.
  async::Awaitable<Expected<service::Answer>> Answer(Request request);

  /// False while none of its sources answers.
  bool healthy() const { return sources_.healthy(); }
  /// Copies the gauges that only the service knows into the metrics; call before reading them.
  void UpdateGauges();
  /// Gives back buffers that no job has used for `time`; call now and then. True when there are no
  /// others: no picture is being made, or was in that time.
  bool TrimIdleBuffers(std::chrono::nanoseconds time);
  /// Requests that wait for a flight to land.
  std::size_t Waiting() const { return flights_.callers(); }
  /// True when no flight is under way, and no result is being written to a tier.
  bool Drained() const { return flights_.running() == 0 && below_.Drained(); }

 private:
  /// What a flight lands with: a result that has a rendition.
  struct Landed {
    ResultPtr result;
    bool kept = false;  ///< made by an earlier flight
  };
  using Flights = async::Singleflight<Identity, Landed>;

  // A flight, as whoever started it asked for it.
  struct Order {
    std::string key;
    transform::ImageRequest image;
    const Scope* scope = nullptr;
    std::shared_ptr<source::Source> upload;
    async::WorkQueue::Terms terms;

    const Limits& limits(const Options& options) const {
      return scope != nullptr ? scope->limits : options.limits;
    }
  };

  async::WorkQueue::Terms TermsOf(const Request& request) const;
  async::Awaitable<Expected<Landed>> Fly(Flights::Flight& flight, const Order& order);
  async::Awaitable<Expected<Fetches::Answer>> Fetch(const Order& order, source::Validator known,
                                                    observe::StageTimes& stages);
  async::Awaitable<ResultPtr> FindBelow(const Order& order);
  void Keep(const Order& order, ResultPtr result);
  ResultPtr Renew(const std::string& key, const Result& kept, const Fetches::Answer& answer);
  Result NameResult(const Order& order, const Fetches::Answer& answer);
  async::Awaitable<Expected<ResultPtr>> Make(const Order& order, const source::Fetched& fetched,
                                             Result result, const observe::StageTimes& before);
  void NoteGainMap(const std::string& path);
  void NoteTruncated(const std::string& path);

  const Options options_;
  async::WorkQueue& workers_;
  async::Budget& memory_;
  source::Sources& sources_;
  observe::Metrics& metrics_;
  observe::Log& log_;
  observe::LogEvery gain_maps_{std::chrono::minutes(1)};
  observe::LogEvery truncated_{std::chrono::minutes(1)};
  Workspaces workspaces_;
  Watchdog watchdog_;
  Rates rates_;
  Rates decode_rates_;
  const Workshop shop_;
  Results results_;
  Fetches fetches_;
  Below below_;
  TooSlow too_slow_;
  Flights flights_;
};

}  // namespace whittle::service
