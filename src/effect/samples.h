// From a format known at run time to sample types and channel counts known to the compiler.
//
//   WithSamples(format, [&]<class Sample, int kChannels>() { ... });
//
// For the loops of this room. No cost beyond a jump.
#pragma once

#include <cassert>
#include <cstdint>
#include <limits>

#include "pixel/view.h"

namespace whittle::effect {

/// The largest code: 255 or 65535.
template <class Sample>
inline constexpr int kFull = std::numeric_limits<Sample>::max();

/// Calls `function` for `format`, which is any but kCmyk8.
template <class Function>
auto WithSamples(pixel::PixelFormat format, Function function) {
  switch (format) {
    case pixel::PixelFormat::kGreyA8:
      return function.template operator()<std::uint8_t, 2>();
    case pixel::PixelFormat::kRgb8:
      return function.template operator()<std::uint8_t, 3>();
    case pixel::PixelFormat::kRgba8:
      return function.template operator()<std::uint8_t, 4>();
    case pixel::PixelFormat::kGrey16:
      return function.template operator()<std::uint16_t, 1>();
    case pixel::PixelFormat::kGreyA16:
      return function.template operator()<std::uint16_t, 2>();
    case pixel::PixelFormat::kRgb16:
      return function.template operator()<std::uint16_t, 3>();
    case pixel::PixelFormat::kRgba16:
      return function.template operator()<std::uint16_t, 4>();
    case pixel::PixelFormat::kCmyk8:
      assert(false);
      break;
    case pixel::PixelFormat::kGrey8:
      break;
  }
  return function.template operator()<std::uint8_t, 1>();
}

}  // namespace whittle::effect
