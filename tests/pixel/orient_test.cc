#include "pixel/orient.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "tests/support/pictures.h"

namespace whittle::pixel {
namespace {

using whittle::test::Noise;
using whittle::test::Picture;

constexpr std::size_t kPadding = 5;  // bytes after each row that must stay as they are
constexpr std::uint8_t kGuard = 0xA5;

PixelFormat FormatOf(const Picture& picture) {
  return picture.channels == 1   ? PixelFormat::kGrey8
         : picture.channels == 3 ? PixelFormat::kRgb8
                                 : PixelFormat::kCmyk8;
}

// A picture's rows with guard bytes between them.
struct Rows {
  explicit Rows(const Picture& picture)
      : row_bytes(static_cast<std::size_t>(picture.width * picture.channels)),
        bytes((row_bytes + kPadding) * static_cast<std::size_t>(picture.height), kGuard),
        span{bytes.data(), row_bytes + kPadding, picture.width, picture.height, FormatOf(picture)} {
    for (int y = 0; y < picture.height; ++y) {
      const auto from = picture.samples.begin() + y * static_cast<std::ptrdiff_t>(row_bytes);
      std::copy_n(from, row_bytes, span.row(y));
    }
  }
  Rows(const Rows&) = delete;

  std::size_t row_bytes;
  std::vector<std::uint8_t> bytes;
  RowSpan span;
};

const std::pair<int, int> kSizes[] = {{1, 1},   {1, 9},   {9, 1},   {2, 3},  {15, 16},
                                      {17, 33}, {64, 48}, {67, 31}, {100, 5}};

TEST(Orient, TurnsAllEightUpright) {
  for (const int channels : {1, 3, 4}) {
    for (const auto& [width, height] : kSizes) {
      const Picture picture = Noise(width, height, channels);
      for (int orientation = 1; orientation <= 8; ++orientation) {
        SCOPED_TRACE(testing::Message() << width << "x" << height << " " << orientation);
        const Rows stored(whittle::test::StoredFor(picture, orientation));
        const Rows upright(whittle::test::Blank(width, height, channels));
        TurnUpright(stored.span, orientation, upright.span);
        EXPECT_EQ(upright.bytes, Rows(picture).bytes);
      }
    }
  }
}

}  // namespace
}  // namespace whittle::pixel
