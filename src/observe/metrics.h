// The server's counters, gauges and histograms, and their text for Prometheus.
//
// One Metrics per server. Each number is a member with a name and a type; callers hold a reference
// and count:
//
//   metrics.decodes.Add();
//   metrics.cpu.in_use.Add(1);  ...  metrics.cpu.in_use.Add(-1);
//   metrics.CountRequest(200, "jpeg");
//   metrics.ObserveStages(times);
//   std::string page = metrics.Text();
//
// Thread-safety: everything may be called from any thread. Cost: an atomic add per counter or
// gauge (20 ns), a short lock per histogram; nothing looks a name up after start. Text() costs some
// hundred microseconds. All names begin with whittle_.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "observe/stages.h"
#include "whittle/error.h"

namespace prometheus {
class Counter;
class Gauge;
}  // namespace prometheus

namespace whittle::observe {

/// Only grows.
class Counter {
 public:
  explicit Counter(prometheus::Counter& counter) : counter_(&counter) {}
  void Add(std::uint64_t n = 1);

 private:
  prometheus::Counter* counter_;
};

/// Goes up and down.
class Gauge {
 public:
  explicit Gauge(prometheus::Gauge& gauge) : gauge_(&gauge) {}
  void Add(std::int64_t n);
  void Set(std::int64_t value);

 private:
  prometheus::Gauge* gauge_;
};

/// Labels of what the memory budget's bytes are used for, in the order of async::Budget::Use.
inline constexpr std::array<std::string_view, 4> kMemoryUses = {"source", "job", "result", "idle"};

/// A place where requests wait for one of a few slots.
struct GateMetrics {
  Gauge in_use, waiting, capacity;
};

/// A fetch from an origin that has ended.
struct FetchCounts {
  static constexpr std::array<std::string_view, 5> kPhases = {"resolve", "connect", "tls",
                                                              "first_byte", "body"};
  std::string_view source;   ///< as the configuration calls it
  std::string_view outcome;  ///< a word of a few
  std::uint64_t retries = 0;
  std::uint64_t bytes = 0;
  std::array<std::chrono::microseconds, kPhases.size()> spent{};  ///< zero: not come to
};

class Metrics {
 private:
  class Registry;
  const std::unique_ptr<Registry> registry_;  // before the handles, which point into it

 public:
  /// Labels of whittle_build_info: the program's version and the SIMD target in use.
  Metrics(std::string_view version, std::string_view simd);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// One answered request. `format` is that of the picture sent, "none" for other answers; a
  /// format or status that we do not know counts as "other" or "0".
  void CountRequest(int status, std::string_view format);
  /// Adds each stage that took time to its histogram.
  void ObserveStages(const StageTimes& times);
  /// One request that failed, whatever its status.
  void CountError(ErrorKind kind);

  /// Some microseconds: it looks labels up.
  void CountFetch(const FetchCounts& counts);

  GateMetrics fetch;            ///< sources being read
  GateMetrics cpu;              ///< jobs on the workers
  std::array<Gauge, 4> memory;  ///< bytes of the budget, by their use: kMemoryUses
  Gauge memory_capacity;        ///< all of them

  Gauge sources_left_alone;  ///< hosts and sources that failed too often

  Gauge connections;       ///< open client connections
  Gauge flights;           ///< distinct results in the making
  Gauge callers;           ///< requests that wait for them
  Gauge cache_bytes;       ///< held by kept results
  Counter cache_hits;      ///< results that were kept, and still true
  Counter cache_misses;    ///< results that had to be made
  Counter followers;       ///< requests that joined a flight
  Counter reads;           ///< sources begun to read
  Counter fetches_shared;  ///< requests that had what another's fetch has brought
  Counter revalidations;   ///< sources that had not changed since, so that they were not read
  Counter decodes;         ///< pictures begun to decode
  Counter decodes_shared;  ///< results that were made of another's decode
  Counter encodes;         ///< pictures begun to encode
  Counter truncated;       ///< results of files that end too early
  Counter source_bytes;    ///< read from sources
  Counter response_bytes;  ///< written as bodies
  Counter log_dropped;     ///< lines of the log that found no room

  /// Everything in Prometheus' text format 0.0.4; samples memory and descriptors now.
  std::string Text();
  /// Content-Type of Text().
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";
};

}  // namespace whittle::observe
