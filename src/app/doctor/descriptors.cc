// RLIMIT_NOFILE against the connections that are to be open at once.
#include <fmt/format.h>

#include "app/doctor/check.h"
#include "app/memory_shares.h"
#include "http/server.h"

namespace whittle::app::doctor {
namespace {

constexpr std::uint32_t kFew = 64;  // a browser takes six

Findings Examine(const Bench& bench) {
  const auto& machine = bench.machine;
  const std::uint32_t wanted =
      SharesOf(bench.settings, bench.workers(), machine.memory).connections;
  const std::uint32_t possible = http::PossibleConnections(wanted, machine.descriptors);
  const std::string limited = wanted < bench.settings.http.max_connections
                                  ? fmt::format(
                                        "{} connections, which is what memory allows of the "
                                        "{} of max_connections",
                                        wanted, bench.settings.http.max_connections)
                                  : fmt::format("{} connections", wanted);
  if (possible >= wanted) return {Ok("enough for " + limited)};
  const std::string found = fmt::format("{} (ulimit -Hn) are enough for {} of {}",
                                        machine.descriptors, possible, limited);
  const std::string advice = "raise it (LimitNOFILE=, --ulimit nofile=), or lower max_connections";
  return {possible < kFew ? Failure(found, advice) : Warning(found, advice)};
}

}  // namespace

extern const Check kDescriptorsCheck;
constexpr Check kDescriptorsCheck = {.name = "descriptors",
                                     .about = "RLIMIT_NOFILE against `max_connections`",
                                     .of_server = Examine};

}  // namespace whittle::app::doctor
