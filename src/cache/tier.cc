#include "cache/tier.h"

#include <cstddef>

namespace whittle::cache {

#define WHITTLE_TIER(name) extern const TierKind k##name##Tier;
#include "cache/tiers.def"
#undef WHITTLE_TIER

namespace {

constexpr const TierKind* kKinds[] = {
#define WHITTLE_TIER(name) &k##name##Tier,
#include "cache/tiers.def"
#undef WHITTLE_TIER
    nullptr,  // there may be no other
};

}  // namespace

Expected<std::unique_ptr<Tier>> MakeTier(const TierOptions& options) {
  const std::size_t colon = options.location.find("://");
  const std::string scheme = colon == std::string::npos ? "" : options.location.substr(0, colon);
  for (const TierKind* const* kind = kKinds; *kind != nullptr; ++kind) {
    if ((*kind)->scheme == scheme) return (*kind)->make(options);
  }
  return FailSaying(ErrorKind::kBadRequest,
                    scheme.empty() ? "no tier keeps results in directories"
                                   : "no tier keeps results at '" + scheme + "://' locations");
}

}  // namespace whittle::cache
