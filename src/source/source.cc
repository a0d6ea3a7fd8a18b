#include "source/source.h"

#include <ctime>

namespace whittle::source {

#define WHITTLE_SOURCE(name) extern const SourceKind k##name##Source;
#include "source/sources.def"
#undef WHITTLE_SOURCE

namespace {

constexpr const SourceKind* kKinds[] = {
#define WHITTLE_SOURCE(name) &k##name##Source,
#include "source/sources.def"
#undef WHITTLE_SOURCE
};

}  // namespace

std::uint64_t WallNow() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

Expected<std::unique_ptr<Source>> MakeSource(const SourceOptions& options) {
  const std::size_t colon = options.location.find("://");
  const std::string scheme = colon == std::string::npos ? "" : options.location.substr(0, colon);
  for (const SourceKind* kind : kKinds) {
    if (kind->scheme == scheme) return kind->make(options);
  }
  return FailSaying(ErrorKind::kBadRequest, "no source reads '" + scheme + "://' locations");
}

}  // namespace whittle::source
