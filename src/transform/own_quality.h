// Formats whose results may have a quality of their own, beside the one for all: where it is kept.
// Its setting is a line of app/settings.def.
//
// Pure functions, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "whittle/transform.h"

namespace whittle::transform {

struct OwnQuality {
  Format format;
  std::optional<double> Transform::Params::* quality;
};
inline constexpr OwnQuality kOwnQualities[] = {
    {Format::kWebp, &Transform::Params::webp_quality},
    {Format::kAvif, &Transform::Params::avif_quality},
};

/// The quality of a result in the format whose word (formats.def) this is.
constexpr double QualityFor(std::string_view format, const Transform::Params& params) {
  for (const OwnQuality& own : kOwnQualities) {
    if (WordOf(own.format) == format) return (params.*own.quality).value_or(params.quality);
  }
  return params.quality;
}

}  // namespace whittle::transform
