#include "transform/normalise.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "transform/format_words.h"
#include "transform/own_quality.h"

namespace whittle::transform {
namespace {

using Params = Transform::Params;

const Params kDefaults;

bool FoldDpr(Params& params) {
  if (params.dpr == 1) return true;
  const double dpr = std::exchange(params.dpr, 1);
  const auto scale = [dpr](std::uint32_t& length, std::uint32_t least) {
    length = std::max(static_cast<std::uint32_t>(std::lround(length * dpr)), least);
    return length <= Transform::kMaxSide;
  };
  // A side that was asked for must not become free, which 0 would mean.
  if (params.width != 0 && !scale(params.width, 1)) return false;
  if (params.height != 0 && !scale(params.height, 1)) return false;
  Sides& pad = params.pad;
  return scale(pad.top, 0) && scale(pad.right, 0) && scale(pad.bottom, 0) && scale(pad.left, 0);
}

void NormaliseFit(Params& params) {
  // With one side free there is nothing that a box could cut, or leave outside.
  const bool free_side = params.width == 0 || params.height == 0;
  if (free_side && (params.fit == Fit::kCover || params.fit == Fit::kOutside)) {
    params.fit = Fit::kInside;
  }
  const bool cuts = params.fit == Fit::kCover;
  const bool pads = params.fit == Fit::kContain;
  // Where a picture lies in its padding does not depend on what it shows.
  const bool looks = params.position == Position::kEntropy ||
                     params.position == Position::kAttention || params.position == Position::kFocal;
  if (!cuts && (!pads || looks)) params.position = kDefaults.position;
  if (params.position != Position::kFocal) params.focal = kDefaults.focal;
}

void NormaliseTurn(Params& params) {
  if (params.flip && params.flop) {
    params.flip = params.flop = false;
    params.rotate = (params.rotate + 180) % 360;
  }
  // Half a turn makes of one mirroring the other.
  if ((params.flip || params.flop) && params.rotate >= 180) {
    std::swap(params.flip, params.flop);
    params.rotate -= 180;
  }
}

void NormaliseColour(Params& params) {
  if (params.hue == 360) params.hue = 0;
  if (params.tint && params.tint->alpha == 0) params.tint.reset();
  if (params.tint) params.tint->alpha = 255;
  if (params.background && params.background->alpha == 0) params.background.reset();
  params.flatten.alpha = 255;
  const bool opaque = params.background && params.background->alpha == 255;
  if (opaque || (params.format && KeepsAlpha(*params.format))) params.flatten = kDefaults.flatten;
}

// Each format once, and those that there are before the gaps.
void NormaliseOffers(Params& params) {
  const auto offers = std::exchange(params.offers, {});
  if (params.format) return;
  auto end = params.offers.begin();
  for (const auto& offer : offers) {
    if (offer && std::find(params.offers.begin(), end, offer) == end) *end++ = offer;
  }
}

// A known format has one quality, and one that has not this format needs not its quality.
void NormaliseQuality(Params& params) {
  for (const auto& [format, quality] : kOwnQualities) {
    std::optional<double>& own = params.*quality;
    if (own && params.format == format) params.quality = *own;
    if (params.format) own.reset();
  }
  if (!params.auto_quality) params.auto_target = kDefaults.auto_target;
}

}  // namespace

bool Normalise(Params& params) {
  if (!FoldDpr(params)) return false;
  NormaliseFit(params);
  NormaliseTurn(params);
  NormaliseColour(params);
  NormaliseOffers(params);
  if (params.blur) params.box_blur = false;
  NormaliseQuality(params);
  return true;
}

}  // namespace whittle::transform
