// Colour transforms that were made before, so that the next picture with the same profile, or the
// same code points, has one at once.
//
// Each worker owns one; not to be shared between threads, though what it gives may be. Bounded by
// kEntries; the one used longest ago goes first. Profiles that are of no use are remembered as
// well. Cost of a hit: the hash of the profile, 30 GB/s. Memory: up to 24 MB, 1 MB in ordinary use.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <variant>
#include <vector>

#include "base/hash.h"
#include "color/to_srgb.h"
#include "pixel/colour_space.h"
#include "pixel/view.h"
#include "whittle/bytes.h"

namespace whittle::color {

class TransformCache {
 public:
  static constexpr std::size_t kEntries = 16;

  /// As IccToSrgb::Make, or what that gave before.
  std::shared_ptr<const ToSrgb> Get(ByteView icc, pixel::PixelFormat format);
  /// As SpaceToSrgb::Make, or what that gave before.
  std::shared_ptr<const ToSrgb> Get(const pixel::ColourSpace& space, pixel::PixelFormat format);

  std::size_t size() const { return entries_.size(); }

 private:
  using Colours = std::variant<Hash128, pixel::ColourSpace>;  // the profile's hash
  using Transform = std::shared_ptr<const ToSrgb>;
  struct Entry {
    Colours colours;
    pixel::PixelFormat format;
    Transform transform;
  };
  Transform Find(const Colours& colours, pixel::PixelFormat format,
                 const std::function<Transform()>& make);

  std::vector<Entry> entries_;  // the one used last comes first
};

}  // namespace whittle::color
