// The service: from an image request to a finished picture, whatever the protocol in front.
//
// AnswerAtOnce has what was made or compared with its source a moment ago. Answer coalesces equal
// requests into one flight. A flight whose result is kept looks whether its source has changed, and
// when it has not, is done. Else it goes: in-flight gate, read the source, name the result (ETag),
// CPU gate, hop to a worker, decode-resize-encode, back. Each gate refuses early what it could not
// serve in time. All methods may be called from any thread; Answer from a coroutine on a strand.
// Destroy the service only after Drained().
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "async/admission_gate.h"
#include "async/offload.h"
#include "async/singleflight.h"
#include "observe/log.h"
#include "observe/log_every.h"
#include "observe/metrics.h"
#include "service/request.h"
#include "service/results.h"
#include "service/workspaces.h"
#include "source/source.h"
#include "whittle/limits.h"

namespace whittle::service {

namespace asio = boost::asio;

class Service {
 public:
  struct Options {
    Limits limits;
    int workers = 1;      ///< pictures worked on at once; also the size of the pool
    int fetch_slots = 4;  ///< sources in memory at once
    std::chrono::nanoseconds queue_wait = std::chrono::seconds(2);
    std::chrono::nanoseconds decode_deadline = std::chrono::seconds(5);
    std::size_t cache_bytes = 0;  ///< of finished results, kept for the next request; 0 keeps none
    /// How long a kept result may be sent without looking whether its source has changed.
    std::chrono::nanoseconds cache_fresh = std::chrono::seconds(1);
    Now now = &Clock::now;  ///< what cache_fresh is counted by
  };

  /// All references must outlive the service.
  Service(const Options& options, asio::io_context& io, async::ThreadPool& workers,
          source::Source& source, observe::Metrics& metrics, observe::Log& log);

  /// The answer, when it is kept and fresh; never waits. Nothing: call Answer.
  std::optional<service::Answer> AnswerAtOnce(const Request& request);

  /// Errors: those of the source and of whittle::Process, kOverloaded, kTooSlow, kFlightFailed,
  /// kCancelled.
  async::Awaitable<Expected<service::Answer>> Answer(Request request);

  /// Copies the gauges that only the service knows into the metrics; call before reading them.
  void UpdateGauges();
  /// Gives back buffers that no job has used for a while; call now and then.
  void TrimIdleBuffers();
  /// Requests that wait for a flight to land.
  std::size_t Waiting() const { return flights_.callers(); }
  /// True when no flight is under way.
  bool Drained() const { return flights_.running() == 0; }

 private:
  /// What a flight lands with: a result that has a rendition.
  struct Landed {
    ResultPtr result;
    bool kept = false;  ///< made by an earlier flight
  };
  using Flights = async::Singleflight<Identity, Landed>;

  async::Awaitable<Expected<Landed>> Fly(Flights::Flight& flight, std::string_view key,
                                         const transform::ImageRequest& image);
  void NoteGainMap(const std::string& path);
  void NoteTruncated(const std::string& path);
  async::Awaitable<ResultPtr> FindUnchanged(std::string_view key, const std::string& path,
                                            std::stop_token stop);
  async::Awaitable<Expected<Encoded>> Render(const source::Fetched& fetched,
                                             const Transform& transform, std::stop_token stop,
                                             observe::StageTimes& stages);
  Expected<Encoded> RunJob(ByteView source, const Transform& transform, const std::stop_token& stop,
                           observe::StageTimes& stages);

  const Options options_;
  async::ThreadPool& workers_;
  source::Source& source_;
  observe::Metrics& metrics_;
  observe::Log& log_;
  observe::LogEvery gain_maps_{std::chrono::minutes(1)};
  observe::LogEvery truncated_{std::chrono::minutes(1)};
  Workspaces workspaces_;
  Results results_;
  async::AdmissionGate inflight_gate_;
  async::AdmissionGate cpu_gate_;
  Flights flights_;
};

}  // namespace whittle::service
