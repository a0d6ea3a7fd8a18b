#include "color/made_profile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>

#include "color/icc_transform.h"
#include "color/space_transform.h"
#include "tests/color/chromium_patches.h"

namespace whittle::color {
namespace {

using pixel::PixelFormat;

Bytes Colour(const pixel::ColourSpace& space) { return MakeProfile(space, ProfileKind::kColour); }
Bytes Grey(const pixel::ColourSpace& space) { return MakeProfile(space, ProfileKind::kGrey); }

// lcms2 and Chromium agree about what a profile says, so its reader sees what Chromium shows.
TEST(MadeProfile, SaysWhatChromiumShows) {
  for (const Shown& shown : ShownSdr()) {
    const Bytes icc = Colour(shown.space);
    ASSERT_FALSE(icc.empty());
    const auto transform = IccToSrgb::Make(icc.view(), PixelFormat::kRgb16);
    ASSERT_NE(transform, nullptr);
    for (std::size_t i = 0; i < kPatches.size(); ++i) {
      std::array<std::uint16_t, 3> pixel = {};
      for (std::size_t c = 0; c < 3; ++c) {
        pixel[c] = static_cast<std::uint16_t>(kPatches[i][c] * 257);
      }
      const pixel::RowSpan row{reinterpret_cast<std::uint8_t*>(pixel.data()), 6, 1, 1,
                               PixelFormat::kRgb16};
      transform->Convert(row, row);
      for (std::size_t c = 0; c < 3; ++c) {
        EXPECT_NEAR(pixel[c] / 257.0, shown.patches[i][c], 1.5)
            << "patch " << i << " channel " << c << " of "
            << (shown.space.cicp ? shown.space.cicp->primaries : 0) << '/'
            << (shown.space.cicp ? shown.space.cicp->transfer : 0);
      }
    }
  }
}

TEST(MadeProfile, OfGreySaysTheSameAsTheTransform) {
  for (const auto& space : {Code(9, 14), Code(1, 8), Code(12, 4), Code(1, 7), Gamma(0.6)}) {
    const Bytes icc = Grey(space);
    const auto by_profile = IccToSrgb::Make(icc.view(), PixelFormat::kGrey16);
    const auto by_space = SpaceToSrgb::Make(space, PixelFormat::kGrey16);
    ASSERT_TRUE(by_profile && by_space);
    for (int code = 0; code < 256; code += 5) {
      std::uint16_t a = static_cast<std::uint16_t>(code * 257), b = a;
      const auto row = [](std::uint16_t& sample) {
        return pixel::RowSpan{reinterpret_cast<std::uint8_t*>(&sample), 2, 1, 1,
                              PixelFormat::kGrey16};
      };
      by_profile->Convert(row(a), row(a));
      by_space->Convert(row(b), row(b));
      EXPECT_NEAR(a / 257.0, b / 257.0, 0.5) << code;
    }
  }
}

TEST(MadeProfile, IsNothingForSrgbAndHdr) {
  EXPECT_TRUE(Colour({}).empty());
  EXPECT_TRUE(Colour(Code(1, 13)).empty());
  EXPECT_TRUE(Colour(Code(2, 2)).empty());
  EXPECT_TRUE(Colour(Gamma(0)).empty());
  EXPECT_TRUE(Colour(Code(9, 16)).empty());
  EXPECT_TRUE(Colour(Code(9, 18)).empty());
  EXPECT_TRUE(Grey(Code(12, 13)).empty());
  EXPECT_TRUE(Grey(Code(12, 16)).empty());
}

// Equal requests give equal bytes, on every day and every machine: no date (ICC.1:2022, 7.2.8), and
// not one byte that lcms2 left as it was.
TEST(MadeProfile, HasTheSameBytesEveryTime) {
  const Bytes first = Colour(Code(12, 13)), second = Colour(Code(12, 13));
  ASSERT_EQ(first.size(), second.size());
  EXPECT_EQ(std::memcmp(first.data(), second.data(), first.size()), 0);
  for (std::size_t i = 24; i < 36; ++i) EXPECT_EQ(first.data()[i], 0) << i;
  EXPECT_EQ(std::memcmp(first.data() + 36, "acsp", 4), 0);
  EXPECT_EQ(first.data()[8], 4) << "version";
}

TEST(MadeProfile, IsSmall) {
  EXPECT_LE(Colour(Code(12, 13)).size(), 520U);
  EXPECT_LE(Colour(Gamma(1)).size(), 500U);
  EXPECT_LE(Grey(Gamma(1)).size(), 330U);
}

}  // namespace
}  // namespace whittle::color
