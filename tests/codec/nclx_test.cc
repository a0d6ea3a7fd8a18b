// Code points of AVIF and HEIF, and what their headers and results make of them.
#include "codec/isobmff/nclx.h"

#include <gtest/gtest.h>

#include "tests/codec/avif_files.h"
#include "tests/codec/decode.h"
#include "tests/codec/heif_files.h"
#include "tests/codec/made_icc.h"

namespace whittle::codec {
namespace {

using pixel::Cicp;
using pixel::PixelFormat;

pixel::ColourSpace Of(const Cicp& cicp) { return {.cicp = cicp, .calibration = {}}; }

// Chromium 156 shows all of these as 1/13, and 9 to 12, which say log or xvYCC, not at all.
TEST(Nclx, IsNothingForSrgbAndWhatIsTakenForIt) {
  for (const int primaries : {0, 1, 2, 3, 13, 21, 23, 256, 268}) {
    for (const int transfer : {0, 1, 2, 3, 6, 9, 10, 11, 12, 13, 14, 15, 19, 272}) {
      EXPECT_TRUE(ColourOfNclx(primaries, transfer).empty()) << primaries << '/' << transfer;
    }
  }
}

TEST(Nclx, KeepsWhatHasAMeaningOfItsOwn) {
  for (const int primaries : {4, 5, 6, 7, 8, 9, 10, 11, 12, 22}) {
    EXPECT_EQ(ColourOfNclx(primaries, 13), Of({static_cast<std::uint8_t>(primaries), 13}));
    EXPECT_EQ(ColourOfNclx(primaries, 1), Of({static_cast<std::uint8_t>(primaries), 13}));
    EXPECT_EQ(ColourOfNclx(primaries, 2), Of({static_cast<std::uint8_t>(primaries), 13}));
  }
  for (const int transfer : {4, 5, 7, 8, 16, 17, 18}) {
    EXPECT_EQ(ColourOfNclx(1, transfer), Of({1, static_cast<std::uint8_t>(transfer)}));
    EXPECT_EQ(ColourOfNclx(2, transfer), Of({1, static_cast<std::uint8_t>(transfer)}));
  }
  EXPECT_EQ(ColourOfNclx(9, 16), Of({9, 16}));
}

SampleRows Rows64() { return {64, 64, PixelFormat::kRgb8}; }

pixel::ColourSpace OfAvif(const AvifOptions& options) {
  return ByName("avif")->probe(MakeAvif(Rows64(), options).view(), {})->colour;
}

TEST(Nclx, OfAvifIsInTheHeaderUnlessThereIsAProfile) {
  AvifOptions options;
  options.primaries = 9;
  options.transfer = 16;
  EXPECT_EQ(OfAvif(options), Of({9, 16}));
  options.icc = MadeIcc(600, "RGB ");
  EXPECT_TRUE(OfAvif(options).empty());
  options.icc = MadeIcc(600, "CMYK");
  EXPECT_EQ(OfAvif(options), Of({9, 16})) << "a profile of no use does not count";
  EXPECT_TRUE(OfAvif({}).empty());
}

TEST(Nclx, OfHeicIsInTheHeader) {
  const auto of = [](std::uint8_t primaries, std::uint8_t transfer) {
    return ByName("heif")->probe(MadeHeic(primaries, transfer).view(), {})->colour;
  };
  EXPECT_EQ(of(12, 13), Of({12, 13}));
  EXPECT_EQ(of(9, 18), Of({9, 18}));
  EXPECT_TRUE(of(1, 1).empty());
  EXPECT_TRUE(of(2, 2).empty());
}

// Every label that a result may be asked to carry, and what each writer's own reader makes of it.
TEST(Nclx, AndOtherLabelsComeBackFromEveryWriter) {
  for (const std::string_view name : {"avif", "jxl", "png"}) {
    const Codec& codec = *ByName(name);
    ASSERT_TRUE(codec.carries_cicp) << name;
    for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kRgba16}) {
      for (const int primaries : {1, 9, 12}) {
        for (const int transfer : {8, 13, 16, 18}) {
          const Cicp cicp{static_cast<std::uint8_t>(primaries),
                          static_cast<std::uint8_t>(transfer)};
          for (const bool lossless : {false, true}) {
            const Rows rows = BlankRows(16, 16, format, 120);
            const Bytes file = *Encode(codec, rows, {.lossless = lossless, .cicp = cicp});
            const Header header = *codec.probe(file.view(), {});
            const bool srgb = cicp == Cicp{};
            EXPECT_EQ(header.colour, srgb ? pixel::ColourSpace{} : Of(cicp))
                << name << ' ' << primaries << '/' << transfer;
            EXPECT_TRUE(header.icc.empty());
          }
        }
      }
    }
  }
  for (const std::string_view name : {"jpeg", "webp", "gif", "tiff"}) {
    EXPECT_FALSE(ByName(name)->carries_cicp) << name;
  }
}

TEST(Nclx, LabelsGreyJpegXl) {
  const Bytes file = *Encode(*ByName("jxl"), BlankRows(16, 16, PixelFormat::kGrey16, 120),
                             {.lossless = true, .cicp = Cicp{1, 16}});
  EXPECT_EQ(ByName("jxl")->probe(file.view(), {})->colour, Of({1, 16}));
}

// Lossy JPEG XL keeps amounts of light, and is told how much white is.
TEST(Nclx, LeavesTheCodesOfHdrAsTheyWere) {
  for (const std::string_view name : {"avif", "jxl"}) {
    for (const std::uint8_t transfer : {std::uint8_t{16}, std::uint8_t{18}}) {
      Rows rows = BlankRows(32, 32, PixelFormat::kRgb16);
      for (int y = 0; y < 32; ++y) {
        for (int x = 0; x < 32; ++x) {
          rows.Set(x, y, 0, 150 * 257);
          rows.Set(x, y, 1, 100 * 257);
          rows.Set(x, y, 2, 120 * 257);
        }
      }
      const Bytes file =
          *Encode(*ByName(name), rows,
                  {.quality = 100, .subsampling = Subsampling::k444, .cicp = Cicp{9, transfer}});
      const Rows back = *DecodeRows(file.view());
      EXPECT_NEAR(back.Sample(16, 16, 0) / 257.0, 150, 1.5) << name << ' ' << int{transfer};
      EXPECT_NEAR(back.Sample(16, 16, 1) / 257.0, 100, 1.5) << name << ' ' << int{transfer};
      EXPECT_NEAR(back.Sample(16, 16, 2) / 257.0, 120, 1.5) << name << ' ' << int{transfer};
    }
  }
}

}  // namespace
}  // namespace whittle::codec
