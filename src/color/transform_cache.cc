#include "color/transform_cache.h"

#include <algorithm>

#include "color/icc_transform.h"
#include "color/space_transform.h"

namespace whittle::color {

TransformCache::Transform TransformCache::Find(const Colours& colours, pixel::PixelFormat format,
                                               const std::function<Transform()>& make) {
  const auto found = std::ranges::find_if(entries_, [&](const Entry& entry) {
    return entry.format == format && entry.colours == colours;
  });
  if (found != entries_.end()) {
    std::rotate(entries_.begin(), found, found + 1);
    return entries_.front().transform;
  }
  Transform transform = make();
  if (entries_.size() == kEntries) entries_.pop_back();
  entries_.insert(entries_.begin(), {colours, format, transform});
  return transform;
}

std::shared_ptr<const ToSrgb> TransformCache::Get(ByteView icc, pixel::PixelFormat format) {
  return Find(HashOf(icc), format, [&] { return IccToSrgb::Make(icc, format); });
}

std::shared_ptr<const ToSrgb> TransformCache::Get(const pixel::ColourSpace& space,
                                                  pixel::PixelFormat format) {
  return Find(space, format, [&] { return SpaceToSrgb::Make(space, format); });
}

}  // namespace whittle::color
