#include "generator/report.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace whittle::bench {

double Percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

nlohmann::json Report(Outcome outcome) {
  std::vector<double>& latencies = outcome.latencies_ms;
  std::ranges::sort(latencies);
  auto statuses = nlohmann::json::object();
  for (const auto& [status, count] : outcome.statuses) statuses[std::to_string(status)] = count;
  std::size_t failed = 0;
  for (const auto& [reason, count] : outcome.failures) failed += count;
  return {{"requests", latencies.size() + failed},
          {"statuses", statuses},
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

}  // namespace whittle::bench
