// Palettes, faxes, and what else is stored with another meaning of its numbers.
#include <gtest/gtest.h>

#include "tests/codec/tiff_reads.h"

namespace whittle::codec {
namespace {

using pixel::PixelFormat;

std::string MadePalette(int bits, const std::vector<std::uint16_t>& map) {
  return Made({.width = 21,
               .height = 9,
               .samples = 1,
               .bits = bits,
               .photometric = PHOTOMETRIC_PALETTE,
               .map = map},
              Values(bits));
}

TEST(Tiff, ReadsPalettes) {
  for (const bool narrow : {false, true}) {
    for (const int bits : {1, 2, 4, 8}) {
      const int count = 1 << bits;
      std::vector<std::uint16_t> map;
      for (int i = 0; i < 3 * count; ++i) {
        map.push_back(static_cast<std::uint16_t>((i * 37 % 200) * (narrow ? 1 : 257)));
      }
      const auto values = Values(bits);
      const std::string file = MadePalette(bits, map);
      const auto read = ReadFile(file);
      ASSERT_TRUE(read);
      ASSERT_EQ(read->format, PixelFormat::kRgb8);
      EXPECT_EQ(Tiff().probe(AsBytes(file), {})->info.colours, static_cast<unsigned>(count));
      for (int x = 0; x < 21; ++x) {
        for (int c = 0; c < 3; ++c) {
          const int at = c * count + static_cast<int>(values(x, 3, 0));
          EXPECT_EQ(read->at(x, 3, c), at * 37 % 200);
        }
      }
    }
  }
}

TEST(Tiff, ReadsPalettesOfMoreThan256Colours) {
  for (const int bits : {9, 12, 16}) {
    const int count = 1 << bits;
    std::vector<std::uint16_t> map;
    for (unsigned i = 0; i < 3U * static_cast<unsigned>(count); ++i) {
      map.push_back(static_cast<std::uint16_t>(i * 40503U));
    }
    const auto values = Values(bits);
    const std::string file = MadePalette(bits, map);
    const auto read = ReadFile(file);
    ASSERT_TRUE(read) << read.error().detail;
    ASSERT_EQ(read->format, PixelFormat::kRgb8);
    const auto header = Tiff().probe(AsBytes(file), {});
    ASSERT_TRUE(header);
    EXPECT_EQ(header->info.colours, static_cast<unsigned>(count));
    EXPECT_EQ(header->info.bits, 8);
    EXPECT_GE(header->decode_bytes, std::uint64_t{9} << bits);
    for (int y = 0; y < 9; ++y) {
      for (int x = 0; x < 21; ++x) {
        for (int c = 0; c < 3; ++c) {
          const auto at = static_cast<std::size_t>(c * count) + values(x, y, 0);
          ASSERT_EQ(read->at(x, y, c), map[at] >> 8);
        }
      }
    }
  }
}

TEST(Tiff, ScalesTheAlphaOfPalettesToTheirDepth) {
  for (const int bits : {4, 8, 16}) {
    const std::uint64_t most = (std::uint64_t{1} << bits) - 1;
    const auto read =
        ReadFile(Made({.width = 3,
                       .height = 1,
                       .samples = 2,
                       .bits = bits,
                       .photometric = PHOTOMETRIC_PALETTE,
                       .extra = {EXTRASAMPLE_UNASSALPHA},
                       .map = std::vector<std::uint16_t>(std::size_t{3} << bits, 0x8000)},
                      [most](int x, int, int c) {
                        return c == 0 ? 1 : most * static_cast<std::uint64_t>(x) / 2;
                      }));
    ASSERT_TRUE(read) << read.error().detail;
    ASSERT_EQ(read->format, PixelFormat::kRgba8);
    EXPECT_EQ(read->at(0, 0, 3), 0);
    EXPECT_NEAR(read->at(1, 0, 3), 127, bits < 8 ? 8 : 0);
    EXPECT_EQ(read->at(2, 0, 3), 255);
  }
}

TEST(Tiff, KnowsFaxesByTheirCompressionWhenNothingElseIsSaid) {
  constexpr std::string_view kPhotometric("\x06\x01\x03\x00\x01\x00\x00\x00", 8);
  for (const int compression : {COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4,
                                COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_CCITTRLEW}) {
    std::string file = Made({.width = 8,
                             .height = 1,
                             .samples = 1,
                             .bits = 1,
                             .photometric = PHOTOMETRIC_MINISWHITE,
                             .compression = compression,
                             .mode = "wl"},
                            [](int x, int, int) { return x < 3 ? 1U : 0U; });
    const auto at = file.find(kPhotometric);
    ASSERT_NE(at, std::string::npos);
    file[at] = '\x05';  // 261, which is no tag
    const auto read = ReadFile(file);
    ASSERT_TRUE(read) << read.error().detail;
    const bool fax = compression != COMPRESSION_NONE && compression != COMPRESSION_LZW;
    EXPECT_EQ(read->at(0, 0, 0), fax ? 0 : 255) << compression;
    EXPECT_EQ(read->at(7, 0, 0), fax ? 255 : 0) << compression;
  }
}

TEST(Tiff, TurnsWhatIsStoredInverted) {
  for (int bits = 1; bits <= 16; ++bits) {
    for (int layout = 0; layout < kLayouts; ++layout) {
      const auto values = Values(bits);
      const auto read = ReadFile(Made(Layout(layout, {.width = 9,
                                                      .height = 9,
                                                      .samples = 1,
                                                      .bits = bits,
                                                      .photometric = PHOTOMETRIC_MINISWHITE}),
                                      values));
      ASSERT_TRUE(read);
      const int most = bits > 8 ? 65535 : 255;
      for (int x = 0; x < 9; ++x) {
        EXPECT_EQ(read->at(x, 4, 0), most - Scaled(values(x, 4, 0), bits)) << bits;
      }
    }
  }
  // Of more bits there are the highest 16.
  const auto values = Values(32);
  const auto read = ReadFile(Made(
      {.width = 9, .height = 9, .samples = 1, .bits = 32, .photometric = PHOTOMETRIC_MINISWHITE},
      values));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at(3, 4, 0), 65535 - static_cast<int>(values(3, 4, 0) >> 16));
}

TEST(Tiff, TurnsColourOnlyWhereItIsStoredInverted) {
  for (const int bits : {8, 16}) {
    const auto values = Values(bits);
    const int most = bits == 16 ? 65535 : 255;
    const auto read = ReadFile(Made({.width = 9,
                                     .height = 9,
                                     .samples = 2,
                                     .bits = bits,
                                     .photometric = PHOTOMETRIC_MINISWHITE,
                                     .extra = {EXTRASAMPLE_UNASSALPHA}},
                                    values));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->at(3, 4, 0), most - static_cast<int>(values(3, 4, 0)));
    EXPECT_EQ(read->at(3, 4, 1), static_cast<int>(values(3, 4, 1)));
  }
}

TEST(Tiff, BringsAlphaBesideAPaletteTo8Bits) {
  for (const int bits : {2, 4, 8}) {
    const int count = 1 << bits;
    std::vector<std::uint16_t> map;
    for (int i = 0; i < 3 * count; ++i) map.push_back(static_cast<std::uint16_t>(i * 257));
    const auto read = ReadFile(Made({.width = count,
                                     .height = 2,
                                     .samples = 2,
                                     .bits = bits,
                                     .photometric = PHOTOMETRIC_PALETTE,
                                     .extra = {EXTRASAMPLE_UNASSALPHA},
                                     .map = map},
                                    [](int x, int, int) { return static_cast<std::uint64_t>(x); }));
    ASSERT_TRUE(read) << read.error().detail;
    ASSERT_EQ(read->format, PixelFormat::kRgba8);
    for (int x = 0; x < count; ++x) {
      EXPECT_EQ(read->at(x, 1, 0), x);
      EXPECT_EQ(read->at(x, 1, 3), x * 255 / (count - 1));
    }
  }
}

}  // namespace
}  // namespace whittle::codec
