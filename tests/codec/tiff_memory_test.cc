// What a TIFF will take is counted before it is read; limits and stop requests hold.
#include <gtest/gtest.h>

#include "tests/codec/made_icc.h"
#include "tests/codec/tiff_reads.h"

namespace whittle::codec {
namespace {

using pixel::PixelFormat;

TEST(Tiff, CountsStripsThatAreDecodedAtOnce) {
  const SampleAt flat = [](int, int, int) { return std::uint64_t{100}; };
  const auto needed = [&](int compression, bool separate) {
    const std::string file = Made({.width = 400,
                                   .height = 300,
                                   .compression = compression,
                                   .separate = separate,
                                   .rows_per_strip = 300},
                                  flat);
    const auto header = Tiff().probe(AsBytes(file), {});
    EXPECT_TRUE(header);
    return header ? header->decode_bytes : 0;
  };
  for (const bool separate : {false, true}) {
    const std::uint64_t plain = needed(COMPRESSION_NONE, separate);
    EXPECT_EQ(needed(COMPRESSION_LZW, separate), plain);
    const std::uint64_t planes = separate ? 3 : 1;
    const std::uint64_t strip = 300 * (400 * (separate ? 1 : 3) + 8);
    for (const int compression : {COMPRESSION_LZMA, COMPRESSION_ZSTD, COMPRESSION_JPEG}) {
      EXPECT_EQ(needed(compression, separate), plain + 2 * planes * strip) << compression;
    }
    if (!separate && TIFFIsCODECConfigured(COMPRESSION_WEBP) != 0) {
      EXPECT_EQ(needed(COMPRESSION_WEBP, separate), plain + 2 * planes * strip);
    }
  }
}

TEST(Tiff, CountsTilesAndConvertedRows) {
  const auto needed = [](const MadeTiff& made) {
    return Tiff().probe(AsBytes(Made(made, Values(8))), {})->decode_bytes;
  };
  const MadeTiff strips{.width = 300, .height = 128};
  const std::uint64_t plain = needed(strips);
  MadeTiff tiles = strips;
  tiles.tile_width = tiles.tile_height = 128;
  EXPECT_GE(needed(tiles), plain + 128ULL * (384 + 128) * 3);
  tiles.separate = true;
  EXPECT_GE(needed(tiles), plain + 128ULL * (3 * 384 + 128));
  MadeTiff converted = strips;
  converted.compression = COMPRESSION_LZW;  // or libtiff makes small strips of large ones
  converted.photometric = PHOTOMETRIC_CIELAB;
  converted.rows_per_strip = 128;
  EXPECT_GE(needed(converted), plain + 128ULL * 300 * (4 + 3));
}

TEST(Tiff, CountsACopyOfTurnedBits) {
  const auto made = [](int order, bool separate) {
    return Made({.width = 40,
                 .height = 30,
                 .separate = separate,
                 .rows_per_strip = 30,
                 .fill_order = order,
                 .mode = "wl"},
                Values(8));
  };
  for (const bool separate : {false, true}) {
    const std::string plain = made(FILLORDER_MSB2LSB, separate);
    const std::string turned = made(FILLORDER_LSB2MSB, separate);
    EXPECT_EQ(ReadFile(plain)->bytes, ReadFile(turned)->bytes);
    EXPECT_EQ(Tiff().probe(AsBytes(turned), {})->decode_bytes,
              Tiff().probe(AsBytes(plain), {})->decode_bytes + turned.size() * (separate ? 3 : 1));
  }
}

TEST(Tiff, HoldsTheLimits) {
  for (int layout = 0; layout < kLayouts; ++layout) {
    const std::string file = Made(Layout(layout, {.width = 40, .height = 30}), Values(8));
    const auto kind = [&](const Limits& limits) {
      const auto probed = KindOf(Tiff().probe(AsBytes(file), limits));
      EXPECT_EQ(probed, KindOf(Tiff().open(AsBytes(file), limits, {})));
      return probed;
    };
    EXPECT_EQ(kind({.max_source_bytes = file.size() - 1}), "TooLarge");
    EXPECT_EQ(kind({.max_source_pixels = 1200}), "ok");
    EXPECT_EQ(kind({.max_source_pixels = 1199}), "TooLarge");
    const std::uint64_t needed = Tiff().probe(AsBytes(file), {})->decode_bytes;
    EXPECT_EQ(KindOf(ReadFile(file, {.max_working_bytes = needed})), "ok");
    EXPECT_EQ(kind({.max_working_bytes = needed - 1}), "TooLarge");
  }
}

// libtiff drops what it finds no memory for, and goes on. Under a limit of 1 MiB a profile of 2 MiB
// was gone from a result that has the same name as with it.
TEST(Tiff, KeepsProfilesAndPacketsHoweverLittleMemoryThereIs) {
  const std::string icc = MadeIcc(400'000, "RGB ");
  const std::string file =
      Made({.width = 5, .height = 4, .icc = icc, .xmp = std::string(300'000, 'x')}, Values(8));
  const std::uint64_t needed = Tiff().probe(AsBytes(file), {})->decode_bytes;
  ASSERT_LT(needed, 300'000U);
  const Limits limits = {.max_working_bytes = needed, .max_icc_bytes = 400'000};
  EXPECT_EQ(AsText(Tiff().probe(AsBytes(file), limits)->icc.view()), icc);
  EXPECT_EQ(Tiff().metadata(AsBytes(file), limits).xmp.size(), 300'000U);
}

TEST(Tiff, StopsWhenAsked) {
  for (int layout = 0; layout < kLayouts; ++layout) {
    const std::string file = Made(Layout(layout, {.width = 40, .height = 30}), Values(8));
    std::stop_source stop;
    const auto source = *Tiff().open(AsBytes(file), {}, stop.get_token());
    std::vector<std::uint8_t> rows(120 * 8);
    const pixel::RowSpan batch{rows.data(), 120, 40, 8, PixelFormat::kRgb8};
    EXPECT_EQ(source->Read(batch), 8);
    stop.request_stop();
    for (int i = 0; i < 2; ++i) EXPECT_EQ(KindOf(source->Read(batch)), "Cancelled");
  }
}

}  // namespace
}  // namespace whittle::codec
