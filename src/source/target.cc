#include "source/target.h"

#include <cstddef>

namespace whittle::source {

#define WHITTLE_TARGET(name) extern const TargetKind k##name##Target;
#include "source/targets.def"
#undef WHITTLE_TARGET

namespace {

constexpr const TargetKind* kKinds[] = {
#define WHITTLE_TARGET(name) &k##name##Target,
#include "source/targets.def"
#undef WHITTLE_TARGET
};

}  // namespace

Expected<std::unique_ptr<Target>> MakeTarget(const TargetOptions& options) {
  const std::size_t colon = options.location.find("://");
  const std::string scheme = colon == std::string::npos ? "" : options.location.substr(0, colon);
  for (const TargetKind* kind : kKinds) {
    if (kind->scheme == scheme) return kind->make(options);
  }
  return FailSaying(ErrorKind::kBadRequest, "no target takes '" + scheme + "://' locations");
}

}  // namespace whittle::source
