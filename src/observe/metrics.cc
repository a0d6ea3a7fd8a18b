#include "observe/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "observe/process_stats.h"
#include "whittle/error.h"

namespace whittle::observe {
namespace {

/// Values of the format label; the last stands for all that is not listed.
constexpr auto kFormats = std::to_array<std::string_view>({
    "none",
#define WHITTLE_FORMAT(name, word, ...) word,
#include "whittle/formats.def"
#undef WHITTLE_FORMAT
    "other",
});
/// Values of the kind label, in the order of ErrorKind.
constexpr auto kErrorKinds = std::to_array<std::string_view>({
#define WHITTLE_ERROR(name, status, level, text) #name,
#include "whittle/errors.def"
#undef WHITTLE_ERROR
});
constexpr int kLeastStatus = 100;
constexpr int kStatuses = 500;  // 100..599

/// Seconds. Stages take from tenths of a millisecond (a small file) to the deadline.
const prometheus::Histogram::BucketBoundaries kStageBuckets = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

double UnixSeconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

}  // namespace

void Counter::Add(std::uint64_t n) { counter_->Increment(static_cast<double>(n)); }
void Gauge::Add(std::int64_t n) { gauge_->Increment(static_cast<double>(n)); }
void Gauge::Set(std::int64_t value) { gauge_->Set(static_cast<double>(value)); }

/// The library's registry, and the metrics that have labels.
class Metrics::Registry {
 public:
  Registry(std::string_view version, std::string_view simd)
      : requests_(CounterFamily("requests_total", "Requests answered, by status and format")),
        gate_in_use_(GaugeFamily("gate_in_use", "Slots of a gate that are taken")),
        gate_waiting_(GaugeFamily("gate_waiting", "Requests that wait at a gate")),
        gate_capacity_(GaugeFamily("gate_capacity", "Slots that a gate has")),
        fetches_(CounterFamily("fetches_total", "Fetches from origins, by source and outcome")),
        fetch_retries_(CounterFamily("fetch_retries_total", "Second tries of fetches")),
        fetch_bytes_(CounterFamily("fetch_bytes_total", "Bytes of bodies that origins sent")),
        resident_bytes_(GaugeFamily("process_resident_memory_bytes", "Memory held").Add({})),
        open_descriptors_(GaugeFamily("process_open_fds", "File descriptors open").Add({})) {
    auto& stages = prometheus::BuildHistogram()
                       .Name("whittle_stage_duration_seconds")
                       .Help("Time that requests spend in each stage")
                       .Register(registry_);
    for (std::size_t i = 0; i < kStageNames.size(); ++i) {
      stages_[i] = &stages.Add({{"stage", std::string(kStageNames[i])}}, kStageBuckets);
    }
    auto& phases = prometheus::BuildHistogram()
                       .Name("whittle_fetch_phase_seconds")
                       .Help("Time that fetches from origins spend in each phase")
                       .Register(registry_);
    for (std::size_t i = 0; i < FetchCounts::kPhases.size(); ++i) {
      phases_[i] = &phases.Add({{"phase", std::string(FetchCounts::kPhases[i])}}, kStageBuckets);
    }
    auto& errors = CounterFamily("errors_total", "Requests that failed, by kind of error");
    for (std::size_t i = 0; i < kErrorKinds.size(); ++i) {
      errors_[i] = &errors.Add({{"kind", std::string(kErrorKinds[i])}});
    }
    // A series that exists from the start lets rate() see its first increment.
    RequestsOf(200, "jpeg");
#define WHITTLE_ERROR(name, status, level, text) RequestsOf(status, "none");
#include "whittle/errors.def"
#undef WHITTLE_ERROR
    GaugeFamily("build_info", "1, labelled with what is running")
        .Add({{"version", std::string(version)}, {"simd", std::string(simd)}})
        .Set(1);
    GaugeFamily("process_start_time_seconds", "Start of the process, Unix time")
        .Add({})
        .Set(UnixSeconds(std::chrono::system_clock::now()));
  }

  Counter AddCounter(const char* name, const char* help) {
    return Counter(CounterFamily(name, help).Add({}));
  }
  Gauge AddGauge(const char* name, const char* help) {
    return Gauge(GaugeFamily(name, help).Add({}));
  }
  GateMetrics AddGate(const char* gate) {
    const prometheus::Labels labels = {{"gate", gate}};
    return {Gauge(gate_in_use_.Add(labels)), Gauge(gate_waiting_.Add(labels)),
            Gauge(gate_capacity_.Add(labels))};
  }

  std::array<Gauge, kMemoryUses.size()> AddMemory() {
    auto& family = GaugeFamily("memory_bytes", "Bytes of the memory budget that are taken");
    const auto gauge = [&family](std::string_view use) {
      return Gauge(family.Add({{"use", std::string(use)}}));
    };
    return {gauge(kMemoryUses[0]), gauge(kMemoryUses[1]), gauge(kMemoryUses[2]),
            gauge(kMemoryUses[3])};
  }

  prometheus::Counter& RequestsOf(int status, std::string_view format) {
    const auto known = std::find(kFormats.begin(), kFormats.end() - 1, format);
    const auto column = static_cast<std::size_t>(known - kFormats.begin());
    const bool valid = status >= kLeastStatus && status < kLeastStatus + kStatuses;
    const auto row = valid ? static_cast<std::size_t>(status - kLeastStatus) : kStatuses;
    std::atomic<prometheus::Counter*>& slot = by_status_[row][column];
    prometheus::Counter* counter = slot.load(std::memory_order_acquire);
    if (counter == nullptr) {
      // Add() locks, and gives every caller with these labels the same counter.
      counter = &requests_.Add(
          {{"status", std::to_string(valid ? status : 0)}, {"format", std::string(*known)}});
      slot.store(counter, std::memory_order_release);
    }
    return *counter;
  }
  prometheus::Histogram& stage(std::size_t i) { return *stages_[i]; }
  void CountFetch(const FetchCounts& counts) {
    const prometheus::Labels source = {{"source", std::string(counts.source)}};
    prometheus::Labels outcome = source;
    outcome.emplace("outcome", counts.outcome);
    fetches_.Add(outcome).Increment();
    fetch_retries_.Add(source).Increment(static_cast<double>(counts.retries));
    fetch_bytes_.Add(source).Increment(static_cast<double>(counts.bytes));
    for (std::size_t i = 0; i < counts.spent.size(); ++i) {
      if (counts.spent[i].count() == 0) continue;
      phases_[i]->Observe(std::chrono::duration<double>(counts.spent[i]).count());
    }
  }
  prometheus::Counter& errors(ErrorKind kind) { return *errors_[static_cast<std::size_t>(kind)]; }

  std::string Text() {
    const ProcessStats process = SampleProcess();
    resident_bytes_.Set(static_cast<double>(process.resident_bytes));
    open_descriptors_.Set(static_cast<double>(process.open_descriptors));
    return prometheus::TextSerializer().Serialize(registry_.Collect());
  }

 private:
  prometheus::Family<prometheus::Counter>& CounterFamily(const char* name, const char* help) {
    return prometheus::BuildCounter()
        .Name(std::string("whittle_") + name)
        .Help(help)
        .Register(registry_);
  }
  prometheus::Family<prometheus::Gauge>& GaugeFamily(const char* name, const char* help) {
    return prometheus::BuildGauge()
        .Name(std::string("whittle_") + name)
        .Help(help)
        .Register(registry_);
  }

  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Gauge>& gate_in_use_;
  prometheus::Family<prometheus::Gauge>& gate_waiting_;
  prometheus::Family<prometheus::Gauge>& gate_capacity_;
  prometheus::Family<prometheus::Counter>& fetches_;
  prometheus::Family<prometheus::Counter>& fetch_retries_;
  prometheus::Family<prometheus::Counter>& fetch_bytes_;
  prometheus::Gauge& resident_bytes_;
  prometheus::Gauge& open_descriptors_;
  std::array<prometheus::Histogram*, kStageNames.size()> stages_{};
  std::array<prometheus::Histogram*, FetchCounts::kPhases.size()> phases_{};
  std::array<prometheus::Counter*, kErrorKinds.size()> errors_{};
  /// Counters of requests_, resolved when first needed; the last row is for invalid statuses.
  std::array<std::array<std::atomic<prometheus::Counter*>, kFormats.size()>, kStatuses + 1>
      by_status_{};
};

Metrics::Metrics(std::string_view version, std::string_view simd)
    : registry_(std::make_unique<Registry>(version, simd)),
      fetch(registry_->AddGate("fetch")),
      cpu(registry_->AddGate("cpu")),
      memory(registry_->AddMemory()),
      memory_capacity(registry_->AddGauge("memory_capacity_bytes", "All of the memory budget")),
      sources_left_alone(registry_->AddGauge(
          "sources_left_alone", "Hosts and sources that failed too often and are not asked")),
      connections(registry_->AddGauge("connections", "Client connections open")),
      flights(registry_->AddGauge("flights", "Distinct results in the making")),
      callers(registry_->AddGauge("flight_callers", "Requests that wait for a result")),
      cache_bytes(registry_->AddGauge("cache_bytes", "Memory that kept results take")),
      cache_hits(registry_->AddCounter("cache_hits_total", "Results that were kept already")),
      cache_misses(registry_->AddCounter("cache_misses_total", "Results that had to be made")),
      followers(registry_->AddCounter("coalesced_followers_total",
                                      "Requests that joined another's work")),
      reads(registry_->AddCounter("reads_total", "Sources begun to read")),
      fetches_shared(registry_->AddCounter("fetches_shared_total",
                                           "Requests that shared another's fetch of their source")),
      revalidations(
          registry_->AddCounter("revalidations_total", "Sources found unchanged, and so not read")),
      decodes(registry_->AddCounter("decodes_total", "Pictures begun to decode")),
      decodes_shared(
          registry_->AddCounter("decodes_shared_total", "Results made of another's decode")),
      encodes(registry_->AddCounter("encodes_total", "Pictures begun to encode")),
      truncated(registry_->AddCounter("truncated_total", "Results of files that end too early")),
      source_bytes(registry_->AddCounter("source_bytes_total", "Bytes read from sources")),
      response_bytes(registry_->AddCounter("response_bytes_total", "Bytes of bodies written")),
      log_dropped(registry_->AddCounter("log_lines_dropped_total",
                                        "Lines of the log that found no room")) {}
Metrics::~Metrics() = default;

void Metrics::CountRequest(int status, std::string_view format) {
  registry_->RequestsOf(status, format).Increment();
}

void Metrics::ObserveStages(const StageTimes& times) {
  for (std::size_t i = 0; i < times.spent.size(); ++i) {
    if (times.spent[i].count() == 0) continue;
    registry_->stage(i).Observe(std::chrono::duration<double>(times.spent[i]).count());
  }
}

void Metrics::CountFetch(const FetchCounts& counts) { registry_->CountFetch(counts); }

void Metrics::CountError(ErrorKind kind) { registry_->errors(kind).Increment(); }

std::string Metrics::Text() { return registry_->Text(); }

}  // namespace whittle::observe
