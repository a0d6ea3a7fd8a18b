// How far an origin's clock is from ours: signatures and tokens are good for some minutes only.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "app/doctor/check.h"

namespace whittle::app::doctor {
namespace {

// Azure and AWS take requests of the last 15 minutes, Google tokens that began up to 5 ahead.
constexpr std::chrono::seconds kMost = std::chrono::minutes(5);
constexpr std::chrono::seconds kMuch(60);

std::string Text(std::chrono::seconds ahead) {
  const auto seconds = std::chrono::abs(ahead).count();
  const std::string amount =
      seconds < 120 ? fmt::format("{} s", seconds) : fmt::format("{} min", seconds / 60);
  return fmt::format("its clock is {} {} ours", amount, ahead.count() < 0 ? "behind" : "ahead of");
}

Findings Examine(const Bench&, const Probe& probe) {
  const auto hop =
      std::ranges::find_if(probe.hops, [](const Hop& h) { return h.ahead.has_value(); });
  if (hop == probe.hops.end()) return {};
  const std::chrono::seconds ahead = *hop->ahead;
  if (std::chrono::abs(ahead) <= kMuch) return {Ok(Text(ahead))};
  const std::string advice = "set this machine's clock by NTP, or the origin's";
  const bool breaks = std::chrono::abs(ahead) > kMost && probe.kind == Probe::Kind::kStore;
  return {breaks ? Failure(Text(ahead) + ", which breaks signatures", advice)
                 : Warning(Text(ahead), advice)};
}

}  // namespace

extern const Check kClockCheck;
constexpr Check kClockCheck = {
    .name = "clock",
    .about = "the origin's `Date` against our clock: over 5 minutes breaks signatures",
    .of_source = Examine};

}  // namespace whittle::app::doctor
