// TIFF decoding: libtiff writes every layout, and what we read must be the samples that went in.
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>

#include "tests/codec/made_icc.h"
#include "tests/codec/tiff_reads.h"

namespace whittle::codec {
namespace {

using pixel::PixelFormat;

void ExpectSamples(const MadeTiff& made) {
  const SampleAt values = Values(made.bits);
  const auto read = ReadFile(Made(made, values));
  ASSERT_TRUE(read) << read.error().detail;
  ASSERT_EQ(read->channels, made.samples);
  EXPECT_EQ(pixel::IsWide(read->format), made.bits > 8);
  for (int y = 0; y < made.height; ++y) {
    for (int x = 0; x < made.width; ++x) {
      for (int c = 0; c < made.samples; ++c) {
        ASSERT_EQ(read->at(x, y, c), Scaled(values(x, y, c), made.bits))
            << x << ',' << y << ',' << c;
      }
    }
  }
}

TEST(Tiff, ReadsEveryDepthInEveryLayout) {
  for (const int samples : {1, 3}) {
    for (int bits = 1; bits <= 16; ++bits) {
      for (int layout = 0; layout < kLayouts; ++layout) {
        for (const auto [width, height] : {std::pair{1, 1}, {17, 13}, {33, 35}}) {
          SCOPED_TRACE(testing::Message()
                       << samples << ' ' << bits << ' ' << layout << ' ' << width);
          ExpectSamples(Layout(
              layout, {.width = width,
                       .height = height,
                       .samples = samples,
                       .bits = bits,
                       .photometric = samples == 1 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB}));
        }
      }
    }
  }
}

TEST(Tiff, ReadsEveryCompressionAndByteOrder) {
  for (const char* mode : {"wl", "wb", "wl8", "wb8"}) {
    for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE,
                                  COMPRESSION_PACKBITS, COMPRESSION_LZMA, COMPRESSION_ZSTD}) {
      for (const int bits : {8, 16}) {
        for (const int predictor : {1, 2}) {
          const bool has_predictor =
              compression != COMPRESSION_NONE && compression != COMPRESSION_PACKBITS;
          SCOPED_TRACE(testing::Message() << mode << compression << ' ' << bits << predictor);
          ExpectSamples({.width = 23,
                         .height = 19,
                         .bits = bits,
                         .compression = compression,
                         .predictor = has_predictor ? predictor : 0,
                         .mode = mode});
        }
      }
    }
  }
}

TEST(Tiff, ReadsTwoLevelsAsFaxesDo) {
  for (const int compression :
       {COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4}) {
    ExpectSamples({.width = 37,
                   .height = 21,
                   .samples = 1,
                   .bits = 1,
                   .photometric = PHOTOMETRIC_MINISBLACK,
                   .compression = compression});
  }
}

TEST(Tiff, ReadsJpegInside) {
  const SampleAt ramp = [](int x, int y, int c) {
    return static_cast<std::uint64_t>(x + y + 40 * c);
  };
  for (const int photometric : {PHOTOMETRIC_YCBCR, PHOTOMETRIC_RGB}) {
    for (const bool tiled : {false, true}) {
      MadeTiff made{.width = 50,
                    .height = 40,
                    .photometric = photometric,
                    .compression = COMPRESSION_JPEG,
                    .rows_per_strip = 16};
      if (tiled) made.tile_width = made.tile_height = 32;
      const auto read = ReadFile(Made(made, ramp));
      ASSERT_TRUE(read) << read.error().detail;
      ASSERT_EQ(read->format, PixelFormat::kRgb8);
      int most = 0;
      for (int y = 0; y < 40; ++y) {
        for (int x = 0; x < 50; ++x) {
          for (int c = 0; c < 3; ++c) {
            most = std::max(most, std::abs(read->at(x, y, c) - static_cast<int>(ramp(x, y, c))));
          }
        }
      }
      EXPECT_LT(most, tiled ? 40 : 20);  // rings where a tile passes the picture's edge
    }
  }
}

TEST(Tiff, KnowsStraightFromMultipliedAlpha) {
  for (const int bits : {8, 16}) {
    const int most = bits == 8 ? 255 : 65535;
    const SampleAt values = [most](int x, int, int c) {
      const auto alpha = static_cast<std::uint64_t>(most * x / 4);
      return c == 3 ? alpha : alpha * static_cast<std::uint64_t>(c) / 2;
    };
    for (int layout = 0; layout < kLayouts; ++layout) {
      for (const auto kind :
           {std::uint16_t{EXTRASAMPLE_UNASSALPHA}, std::uint16_t{EXTRASAMPLE_ASSOCALPHA}}) {
        const auto read = ReadFile(Made(
            Layout(layout, {.width = 5, .height = 3, .samples = 4, .bits = bits, .extra = {kind}}),
            values));
        ASSERT_TRUE(read) << read.error().detail;
        ASSERT_EQ(read->format, bits == 8 ? PixelFormat::kRgba8 : PixelFormat::kRgba16);
        for (int x = 0; x < 5; ++x) {
          const int alpha = static_cast<int>(values(x, 0, 3));
          EXPECT_EQ(read->at(x, 1, 3), alpha);
          for (int c = 0; c < 3; ++c) {
            const int stored = static_cast<int>(values(x, 0, c));
            const int straight = alpha == 0 ? 0 : c * most / 2;
            const int wanted = kind == EXTRASAMPLE_ASSOCALPHA ? straight : stored;
            EXPECT_NEAR(read->at(x, 1, c), wanted, kind == EXTRASAMPLE_ASSOCALPHA ? 2 : 0);
          }
        }
      }
    }
  }
}

TEST(Tiff, LeavesOutSamplesThatAreNoAlpha) {
  for (int layout = 0; layout < kLayouts; ++layout) {
    const auto values = Values(8);
    const auto read =
        ReadFile(Made(Layout(layout, {.width = 20,
                                      .height = 5,
                                      .samples = 5,
                                      .extra = {EXTRASAMPLE_UNSPECIFIED, EXTRASAMPLE_UNASSALPHA}}),
                      values));
    ASSERT_TRUE(read);
    ASSERT_EQ(read->format, PixelFormat::kRgba8);
    EXPECT_EQ(read->at(19, 4, 2), static_cast<int>(values(19, 4, 2)));
    EXPECT_EQ(read->at(19, 4, 3), static_cast<int>(values(19, 4, 4)));
  }
}

TEST(Tiff, TakesOneUntoldSampleForAlpha) {
  const auto format = [](int samples, int colours, std::vector<std::uint16_t> extra) {
    const auto read =
        ReadFile(Made({.width = 4,
                       .height = 4,
                       .samples = samples,
                       .photometric = colours == 1 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB,
                       .extra = std::move(extra)},
                      Values(8)));
    EXPECT_TRUE(read);
    return read ? read->format : PixelFormat::kCmyk8;
  };
  EXPECT_EQ(format(4, 3, {}), PixelFormat::kRgba8);
  EXPECT_EQ(format(2, 1, {}), PixelFormat::kGreyA8);
  EXPECT_EQ(format(3, 1, {}), PixelFormat::kGrey8);
  EXPECT_EQ(format(4, 3, {EXTRASAMPLE_UNSPECIFIED}), PixelFormat::kRgb8);
}

// libtiff's own test pictures have one (flower-palette-16), and libvips shows it.
// Pillow and libtiff's own tools take what is white for white in a fax without the tag.
// Alpha is not inverted with colour.
// One strip of the whole picture: decoders of these compressions hold it, and some hold as much
// again. What is counted for the others is a few rows.
// A row of tiles is held, and a tile on its way there; of what libtiff converts, rows in RGBA.
TEST(Tiff, RoundsColourThatAlphaIsTakenOutOf) {
  for (const int bits : {8, 16}) {
    const int most = bits == 8 ? 255 : 65535;
    const SampleAt values = [](int x, int y, int c) {
      return static_cast<std::uint64_t>(c == 3 ? 3 + 7 * y : (x + c) % (3 + 7 * y));
    };
    const auto read = ReadFile(Made(
        {.width = 21, .height = 17, .samples = 4, .bits = bits, .extra = {EXTRASAMPLE_ASSOCALPHA}},
        values));
    ASSERT_TRUE(read);
    for (int y = 0; y < 17; ++y) {
      for (int x = 0; x < 21; ++x) {
        const double exact = static_cast<double>(values(x, y, 1)) * most / (3 + 7 * y);
        EXPECT_NEAR(read->at(x, y, 1), exact, 0.5001) << x << ' ' << y;
      }
    }
  }
}

// libjpeg goes on in grey where its data end, which libtiff lets pass.
TEST(Tiff, RefusesJpegThatEndsWithinItsStrip) {
  for (const int tile : {0, 32}) {
    const MadeTiff made{.width = 96,
                        .height = 96,
                        .photometric = PHOTOMETRIC_RGB,
                        .compression = COMPRESSION_JPEG,
                        .tile_width = tile,
                        .tile_height = tile,
                        .rows_per_strip = 96,
                        .mode = "wl"};
    DataLast last = MakeDataLast(made, Values(8));
    EXPECT_EQ(KindOf(ReadFile(last.file)), "ok");
    const std::size_t at = last.ends.back() - 300;
    last.file[at] = '\xFF';
    last.file[at + 1] = '\xD9';  // the end of a JPEG
    EXPECT_EQ(KindOf(ReadFile(last.file)), "Undecodable");
  }
}

// Bits in the other order are turned round in a copy of the strip.
TEST(Tiff, CountsInkUpwards) {
  for (const int bits : {8, 16}) {
    const auto values = Values(bits);
    const auto read = ReadFile(Made(
        {.width = 9, .height = 9, .samples = 4, .bits = bits, .photometric = PHOTOMETRIC_SEPARATED},
        values));
    ASSERT_TRUE(read);
    ASSERT_EQ(read->format, PixelFormat::kCmyk8);
    EXPECT_EQ(read->at(3, 4, 2), static_cast<int>(values(3, 4, 2) >> (bits - 8)));
  }
}

TEST(Tiff, BringsOtherNumbersTo16Bits) {
  const auto read_one = [](int bits, int format, std::uint64_t sample) {
    const auto read = ReadFile(Made({.width = 2,
                                     .height = 2,
                                     .samples = 1,
                                     .bits = bits,
                                     .photometric = PHOTOMETRIC_MINISBLACK,
                                     .sample_format = format},
                                    [sample](int, int, int) { return sample; }));
    EXPECT_TRUE(read);
    return read ? read->at(1, 1, 0) : -1;
  };
  const auto of_float = [&](float value) {
    return read_one(32, SAMPLEFORMAT_IEEEFP, std::bit_cast<std::uint32_t>(value));
  };
  EXPECT_EQ(of_float(0), 0);
  EXPECT_EQ(of_float(0.5F), 32768);
  EXPECT_EQ(of_float(1), 65535);
  EXPECT_EQ(of_float(7e30F), 65535);
  EXPECT_EQ(of_float(-1), 0);
  EXPECT_EQ(of_float(std::numeric_limits<float>::quiet_NaN()), 0);
  EXPECT_EQ(read_one(64, SAMPLEFORMAT_IEEEFP, std::bit_cast<std::uint64_t>(0.25)), 16384);
  EXPECT_EQ(read_one(32, SAMPLEFORMAT_UINT, 0xABCD1234), 0xABCD);
  EXPECT_EQ(read_one(16, SAMPLEFORMAT_INT, 32767), 65535);
  EXPECT_EQ(read_one(16, SAMPLEFORMAT_INT, 0xFFFF), 0);
  EXPECT_EQ(read_one(8, SAMPLEFORMAT_INT, 127), 255);
  EXPECT_EQ(read_one(8, SAMPLEFORMAT_INT, 0x80), 0);
}

TEST(Tiff, LeavesWhatIsIntricateToLibtiff) {
  const SampleAt grey = [](int x, int y, int c) {
    return static_cast<std::uint64_t>(c == 0 ? 40 + x + y : 128);
  };
  for (const int photometric : {PHOTOMETRIC_YCBCR, PHOTOMETRIC_CIELAB}) {
    for (const int orientation : {1, 4, 7}) {
      const auto read = ReadFile(
          Made({.width = 19, .height = 23, .photometric = photometric, .orientation = orientation},
               [&](int x, int y, int c) {
                 return c > 0 && photometric == PHOTOMETRIC_CIELAB ? 0 : grey(x, y, c);
               }));
      ASSERT_TRUE(read) << read.error().detail;
      ASSERT_EQ(read->format, PixelFormat::kRgb8);
      for (int y = 0; y < 23; ++y) {
        for (int x = 1; x < 19; ++x) {
          EXPECT_GE(read->at(x, y, 1), read->at(x - 1, y, 1));
          if (photometric == PHOTOMETRIC_YCBCR) EXPECT_EQ(read->at(x, y, 0), 40 + x + y);
        }
      }
    }
  }
}

// libtiff's 8-bit form is 256 * sqrt(Y), and grey where X, Y and Z are equal.
TEST(Tiff, ShowsLogLuvAsAScreenWould) {
  struct Case {
    int photometric, compression, samples;
  };
  for (const Case c : {Case{PHOTOMETRIC_LOGLUV, COMPRESSION_SGILOG, 3},
                       Case{PHOTOMETRIC_LOGLUV, COMPRESSION_SGILOG24, 3},
                       Case{PHOTOMETRIC_LOGL, COMPRESSION_SGILOG, 1}}) {
    const std::string file =
        Made({.width = 4,
              .height = 7,
              .samples = c.samples,
              .bits = 32,
              .photometric = c.photometric,
              .compression = c.compression,
              .sample_format = SAMPLEFORMAT_IEEEFP},
             [](int x, int, int) {
               return std::bit_cast<std::uint32_t>(static_cast<float>(x * x) / 16.0F);
             });
    const auto read = ReadFile(file);
    ASSERT_TRUE(read) << read.error().detail;
    ASSERT_EQ(read->format, PixelFormat::kRgb8);
    for (int x = 0; x < 4; ++x) {
      for (int i = 0; i < 3; ++i) EXPECT_NEAR(read->at(x, 6, i), 64 * x, 4) << c.compression;
    }
    // A strip: decoded, as libtiff keeps it for decoding, and as RGBA.
    const auto large = Tiff().probe(AsBytes(Made({.width = 400,
                                                  .height = 400,
                                                  .samples = c.samples,
                                                  .bits = 32,
                                                  .photometric = c.photometric,
                                                  .compression = c.compression,
                                                  .rows_per_strip = 400,
                                                  .sample_format = SAMPLEFORMAT_IEEEFP},
                                                 Values(32))),
                                    {});
    ASSERT_TRUE(large);
    EXPECT_GE(large->decode_bytes,
              std::uint64_t{400} * 400 * (2 * static_cast<unsigned>(c.samples) + 4 + 4));
  }
}

TEST(Tiff, TellsWhatIsBesideThePixels) {
  const std::string icc = MadeIcc(900, "RGB ");
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const std::string file = Made(
        {.width = 5, .height = 4, .orientation = orientation, .icc = icc, .xmp = "<x:xmpmeta/>"},
        Values(8));
    const auto header = Tiff().probe(AsBytes(file), {});
    ASSERT_TRUE(header);
    EXPECT_EQ(header->info.orientation, orientation);
    EXPECT_EQ(header->info.width, 5U);
    EXPECT_EQ(AsText(header->icc.view()), icc);
    EXPECT_EQ(AsText(Tiff().metadata(AsBytes(file), {}).xmp.view()), "<x:xmpmeta/>");
    EXPECT_EQ(Tiff().probe(AsBytes(file), {.max_icc_bytes = 900})->icc.size(), 900U);
    EXPECT_TRUE(Tiff().probe(AsBytes(file), {.max_icc_bytes = 899})->icc.empty());
    EXPECT_FALSE(Tiff().metadata(AsBytes(file), {.max_icc_bytes = 12}).xmp.empty());
    EXPECT_TRUE(Tiff().metadata(AsBytes(file), {.max_icc_bytes = 11}).xmp.empty());
  }
}

// libtiff writes the directory last, so the pixels are all there when the directory is. Cut in the
// middle, data and all, a file is damaged.
TEST(Tiff, GivesNoHalfPictures) {
  for (int layout = 0; layout < kLayouts; ++layout) {
    for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW}) {
      const std::string file =
          Made(Layout(layout, {.width = 19, .height = 11, .compression = compression}), Values(8));
      for (std::size_t length = 0; length < file.size(); ++length) {
        const auto read = ReadFile(file.substr(0, length));
        if (!read) EXPECT_NE(KindOf(read), "Internal");
      }
      const std::string hole = file.substr(0, 8) + std::string(200, '\xEE') + file.substr(208);
      if (compression == COMPRESSION_LZW) EXPECT_EQ(KindOf(ReadFile(hole)), "Undecodable");
    }
  }
}

TEST(Tiff, RefusesFewerSamplesThanItsColoursTake) {
  for (const auto& [photometric, samples] :
       {std::pair{PHOTOMETRIC_RGB, 2}, {PHOTOMETRIC_RGB, 1}, {PHOTOMETRIC_SEPARATED, 3}}) {
    for (const bool separate : {false, true}) {
      const std::string file = Made({.width = 9,
                                     .height = 9,
                                     .samples = samples,
                                     .photometric = photometric,
                                     .separate = separate},
                                    Values(8));
      EXPECT_EQ(KindOf(Tiff().probe(AsBytes(file), {})), "Undecodable") << samples;
    }
  }
}

TEST(Tiff, RefusesWhatItDoesNotRead) {
  // The tag of the compression: 259, SHORT, 1 value.
  std::string file = Made({.width = 4, .height = 4, .mode = "wl"}, Values(8));
  const std::string tag("\x03\x01\x03\x00\x01\x00\x00\x00", 8);
  const auto at = file.find(tag);
  ASSERT_NE(at, std::string::npos);
  file[at + 8] = COMPRESSION_OJPEG;
  EXPECT_EQ(KindOf(Tiff().probe(AsBytes(file), {})), "Unsupported");
}

TEST(Tiff, IsSniffedByItsMagic) {
  using std::string_view_literals::operator""sv;
  for (const auto magic : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}) {
    EXPECT_EQ(Sniff(AsBytes(magic)), &Tiff());
  }
  for (const auto other : {"II*"sv, "II\0*"sv, "MM*\0"sv, "IIII"sv}) {
    EXPECT_FALSE(Tiff().sniff(AsBytes(other)));
  }
}

}  // namespace
}  // namespace whittle::codec
