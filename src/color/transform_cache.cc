#include "color/transform_cache.h"

#include <algorithm>

namespace whittle::color {

std::shared_ptr<const IccToSrgb> TransformCache::Get(ByteView icc, pixel::PixelFormat format) {
  const Hash128 profile = HashOf(icc);
  const auto found = std::ranges::find_if(entries_, [&](const Entry& entry) {
    return entry.profile == profile && entry.format == format;
  });
  if (found != entries_.end()) {
    std::rotate(entries_.begin(), found, found + 1);
    return entries_.front().transform;
  }
  auto transform = IccToSrgb::Make(icc, format);
  if (entries_.size() == kEntries) entries_.pop_back();
  entries_.insert(entries_.begin(), {profile, format, transform});
  return transform;
}

}  // namespace whittle::color
