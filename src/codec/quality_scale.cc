#include "codec/quality_scale.h"

#include <algorithm>
#include <cmath>

namespace whittle::codec {

double QualityScale::ScoreAt(double quality) const {
  const auto* above = std::ranges::find_if(points.begin() + 1, points.end() - 1,
                                           [&](const Point& p) { return p.quality >= quality; });
  const Point& low = above[-1];
  return low.score +
         (above->score - low.score) * (quality - low.quality) / (above->quality - low.quality);
}

double QualityScale::QualityFor(double target, const std::function<double(double)>& score) const {
  double low = least(), high = most();
  while (high - low > 0.25) {
    const double middle = (low + high) / 2;
    (score(middle) < target ? low : high) = middle;
  }
  return std::clamp(std::round((low + high) / 2), least(), most());
}

}  // namespace whittle::codec
