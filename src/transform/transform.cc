#include "whittle/transform.h"

#include <fmt/compile.h>

#include <cmath>

namespace whittle {
namespace {

std::string_view PresetName(Preset preset) {
  switch (preset) {
    case Preset::kFast:
      return "fast";
    case Preset::kDefault:
      return "default";
    case Preset::kQuality:
      return "quality";
    case Preset::kSmall:
      return "small";
  }
  return {};
}

}  // namespace

Expected<Transform> Transform::Make(const Params& params) {
  const bool both_free = params.width == 0 && params.height == 0;
  if (both_free || params.width > kMaxSide || params.height > kMaxSide) {
    return FailSaying(ErrorKind::kBadRequest, "invalid dimensions");
  }
  if (!(params.quality >= 1 && params.quality <= 100)) {  // also refuses NaN
    return FailSaying(ErrorKind::kBadRequest, "invalid quality");
  }
  Params kept = params;
  kept.quality = std::round(params.quality * 100) / 100;
  return Transform(kept);
}

std::string Transform::Canonical() const {
  const auto hundredths = static_cast<int>(std::lround(params_.quality * 100));
  return fmt::format(FMT_COMPILE("{}x{},q{}.{:02},{}"), params_.width, params_.height,
                     hundredths / 100, hundredths % 100, PresetName(params_.preset));
}

}  // namespace whittle
