#include "pixel/orient.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace whittle::pixel {
namespace {

// A block of this many pixels a side touches kBlockSide rows of either picture.
constexpr int kBlockSide = 16;

// The stored pixel shown at the upright (x, y) is at origin + x * across + y * down, in bytes.
struct Walk {
  const std::uint8_t* origin;
  std::ptrdiff_t across;
  std::ptrdiff_t down;
};

Walk WalkFor(ConstRowSpan stored, int orientation) {
  const auto pixel = static_cast<std::ptrdiff_t>(PixelBytes(stored.format));
  const auto line = static_cast<std::ptrdiff_t>(stored.stride);
  const std::uint8_t* top_left = stored.data;
  const std::uint8_t* top_right = top_left + (stored.width - 1) * pixel;
  const std::uint8_t* bottom_left = top_left + (stored.rows - 1) * line;
  const std::uint8_t* bottom_right = bottom_left + (stored.width - 1) * pixel;
  switch (orientation) {
    case 2:
      return {top_right, -pixel, line};
    case 3:
      return {bottom_right, -pixel, -line};
    case 4:
      return {bottom_left, pixel, -line};
    case 5:
      return {top_left, line, pixel};
    case 6:
      return {bottom_left, -line, pixel};
    case 7:
      return {bottom_right, -line, -pixel};
    case 8:
      return {top_right, line, -pixel};
    default:
      return {top_left, pixel, line};
  }
}

template <std::size_t kPixel>
void CopyBlocks(const Walk& walk, RowSpan upright) {
  for (int top = 0; top < upright.rows; top += kBlockSide) {
    const int bottom = std::min(top + kBlockSide, upright.rows);
    for (int left = 0; left < upright.width; left += kBlockSide) {
      const int right = std::min(left + kBlockSide, upright.width);
      for (int y = top; y < bottom; ++y) {
        const std::uint8_t* from = walk.origin + y * walk.down + left * walk.across;
        std::uint8_t* to = upright.row(y) + static_cast<std::size_t>(left) * kPixel;
        for (int x = left; x < right; ++x, from += walk.across, to += kPixel) {
          std::memcpy(to, from, kPixel);
        }
      }
    }
  }
}

}  // namespace

void TurnUpright(ConstRowSpan stored, int orientation, RowSpan upright) {
  assert(stored.format == upright.format);
  assert(upright.width == (Transposes(orientation) ? stored.rows : stored.width));
  assert(upright.rows == (Transposes(orientation) ? stored.width : stored.rows));
  const Walk walk = WalkFor(stored, orientation);
  switch (PixelBytes(stored.format)) {
    case 1:
      return CopyBlocks<1>(walk, upright);
    case 2:
      return CopyBlocks<2>(walk, upright);
    case 3:
      return CopyBlocks<3>(walk, upright);
    case 4:
      return CopyBlocks<4>(walk, upright);
    case 6:
      return CopyBlocks<6>(walk, upright);
    default:
      return CopyBlocks<8>(walk, upright);
  }
}

}  // namespace whittle::pixel
