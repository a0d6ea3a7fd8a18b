// Colour transforms that were made before, so that the next picture with the same profile has one
// at once.
//
// Each worker owns one; not to be shared between threads, though what it gives may be. Bounded by
// kEntries; the one used longest ago goes first. Profiles that are of no use are remembered as
// well. Cost of a hit: the hash of the profile, 30 GB/s. Memory: up to 24 MB, 1 MB in ordinary use.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/hash.h"
#include "color/icc_transform.h"
#include "pixel/view.h"
#include "whittle/bytes.h"

namespace whittle::color {

class TransformCache {
 public:
  static constexpr std::size_t kEntries = 16;

  /// As IccToSrgb::Make, or what that gave before.
  std::shared_ptr<const IccToSrgb> Get(ByteView icc, pixel::PixelFormat format);

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Hash128 profile;
    pixel::PixelFormat format;
    std::shared_ptr<const IccToSrgb> transform;
  };
  std::vector<Entry> entries_;  // the one used last comes first
};

}  // namespace whittle::color
