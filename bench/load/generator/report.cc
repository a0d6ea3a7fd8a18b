#include "generator/report.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace whittle::bench {

namespace {

nlohmann::json Spread(const std::vector<float>& values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  return {{"count", sorted.size()},
          {"p50", Percentile(sorted, 0.50)},
          {"p99", Percentile(sorted, 0.99)},
          {"max", Percentile(sorted, 1.0)}};
}

nlohmann::json Counts(const std::map<int, std::size_t>& statuses) {
  auto counts = nlohmann::json::object();
  for (const auto& [status, count] : statuses) counts[std::to_string(status)] = count;
  return counts;
}

}  // namespace

double Percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

nlohmann::json Report(Outcome outcome) {
  std::vector<double>& latencies = outcome.latencies_ms;
  std::ranges::sort(latencies);
  std::size_t failed = 0;
  for (const auto& [reason, count] : outcome.failures) failed += count;
  return {{"requests", latencies.size() + failed},
          {"statuses", Counts(outcome.statuses)},
          {"failures", outcome.failures},
          {"body_bytes", outcome.body_bytes},
          {"wall_s", outcome.wall_seconds},
          {"cpu_s", outcome.cpu_seconds},
          {"rps", static_cast<double>(latencies.size()) / std::max(outcome.wall_seconds, 1e-9)},
          {"p50_ms", Percentile(latencies, 0.50)},
          {"p90_ms", Percentile(latencies, 0.90)},
          {"p99_ms", Percentile(latencies, 0.99)},
          {"max_ms", Percentile(latencies, 1.0)}};
}

nlohmann::json Report(StormOutcome outcome) {
  auto probes = nlohmann::json::object();
  for (const ProbeOutcome& probe : outcome.probes) {
    probes[probe.name] = Spread(probe.ms);
    probes[probe.name]["failures"] = probe.failures;
  }
  const double wall = std::max(outcome.wall_seconds, 1e-9);
  return {{"statuses", Counts(outcome.statuses)},
          {"failures", outcome.failures},
          {"admitted", Spread(outcome.admitted_ms)},
          {"refused", Spread(outcome.refused_ms)},
          {"early", Spread(outcome.early_ms)},
          {"without_retry_after", outcome.without_retry_after},
          {"without_no_store", outcome.without_no_store},
          {"offered", outcome.offered},
          {"unsent", outcome.unsent},
          {"most_connections", outcome.most_connections},
          {"body_bytes", outcome.body_bytes},
          {"wall_s", outcome.wall_seconds},
          {"cpu_s", outcome.cpu_seconds},
          {"whole_s", outcome.whole_seconds},
          {"goodput_rps", static_cast<double>(outcome.admitted_ms.size()) / wall},
          {"probes", probes}};
}

}  // namespace whittle::bench
