// What GIF's encoder does pixel by pixel, beside libimagequant, is stopped too.
#include <gtest/gtest.h>

#include <stop_token>
#include <vector>

#include "codec/gif/palette.h"
#include "codec/gif/writer.h"

namespace whittle::codec {
namespace {

template <class Outcome>
bool IsStopped(const Outcome& outcome) {
  return !outcome && outcome.error().kind == ErrorKind::kCancelled;
}

TEST(GifPalette, IsStoppedWhereItIsExact) {
  std::stop_source stop;
  stop.request_stop();
  const std::vector<GifPixel> pixels(64, GifPixel{1, 2, 3, 255});
  const GifArea area{8, 8, pixels};
  const GifWork work{7, stop.get_token()}, goes_on{7, {}};
  EXPECT_TRUE(IsStopped(MakeGifPalette(area, 256, work)));
  const auto palette = MakeGifPalette(area, 256, goes_on);
  ASSERT_TRUE(palette);
  ASSERT_TRUE(palette->exact);
  EXPECT_TRUE(IsStopped(GifPaletteHasAll(*palette, area, work.stop)));
  EXPECT_TRUE(*GifPaletteHasAll(*palette, area, {}));
  GifPalette two = *palette;
  two.colours.push_back({9, 9, 9, 255});
  EXPECT_TRUE(IsStopped(DrawWithGifPalette(two, area, work, 0)));
}

TEST(GifWriter, IsStoppedBetweenRows) {
  std::stop_source stop;
  stop.request_stop();
  const GifPalette palette{.colours = {{1, 2, 3, 255}, {4, 5, 6, 255}}};
  const auto writer = GifWriter::Begin(8, 8, palette, 1);
  ASSERT_TRUE(writer);
  EXPECT_TRUE(IsStopped((*writer)->Write(
      {.width = 8, .height = 8, .indices = std::vector<std::uint8_t>(64)}, stop.get_token())));
}

}  // namespace
}  // namespace whittle::codec
