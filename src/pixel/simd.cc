#define HWY_WANT_AVX3_DL  // as in kernels.cc

#include "pixel/simd.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>

#include "base/text.h"
#include "hwy/targets.h"
#include "pixel/kernels.h"

namespace whittle::pixel {
namespace {

// Highway's targets are bits; the best ones are the lowest. Allows nothing better than `target`:
// kernels elsewhere may not be compiled for exactly that. 0 lifts an earlier choice.
void Use(std::int64_t target) {
  hwy::SetSupportedTargetsForTest(0);
  if (target != 0) hwy::SetSupportedTargetsForTest(hwy::SupportedTargets() & ~(target - 1));
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

// All usable targets, whatever is forced at the moment.
std::vector<std::int64_t> Usable() {
  const std::int64_t forced = hwy::SupportedTargets();
  hwy::SetSupportedTargetsForTest(0);
  const std::int64_t all = hwy::SupportedTargets();
  std::vector<std::int64_t> targets = hwy::SupportedAndGeneratedTargets();
  hwy::SetSupportedTargetsForTest(forced == all ? 0 : forced);
  return targets;
}

}  // namespace

std::string_view SimdTargetName() { return KernelsForThisCpu().target; }

std::vector<std::string> SimdTargets() {
  std::vector<std::string> names;
  for (const std::int64_t target : Usable()) names.emplace_back(hwy::TargetName(target));
  return names;
}

Expected<void> ForceSimdTarget(std::string_view name) {
  if (EqualsIgnoreCase(name, "auto")) {
    Use(0);
    return {};
  }
  for (const std::int64_t target : Usable()) {
    if (EqualsIgnoreCase(name, hwy::TargetName(target))) {
      Use(target);
      return {};
    }
  }
  return std::unexpected(Error::Saying(
      ErrorKind::kBadRequest, fmt::format("no SIMD target '{}' here; auto, {}", Printable(name, 32),
                                          fmt::join(SimdTargets(), ", "))));
}

}  // namespace whittle::pixel
