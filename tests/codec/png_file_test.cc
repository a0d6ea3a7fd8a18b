// What of a PNG's chunks is taken, and what is refused, to the byte.
#include <gtest/gtest.h>

#include <array>

#include "codec/png/file.h"
#include "tests/codec/png_files.h"

namespace whittle::codec {
namespace {

const Limits kNoLimits{.max_source_pixels = UINT64_MAX, .max_working_bytes = UINT64_MAX};

// IHDR's fields.
struct Ihdr {
  std::size_t width = 4, height = 1;
  int depth = 8, colour = 2, compression = 0, filter = 0, interlace = 0;
};

std::string FileOf(const Ihdr& ihdr, const std::string& chunks = {},
                   const std::string& end = ChunkOf("IEND", "")) {
  std::string body = BigEndian32(ihdr.width) + BigEndian32(ihdr.height);
  for (const int byte : {ihdr.depth, ihdr.colour, ihdr.compression, ihdr.filter, ihdr.interlace}) {
    body += static_cast<char>(byte);
  }
  return std::string("\x89PNG\r\n\x1A\n") + ChunkOf("IHDR", body) + chunks +
         ChunkOf("IDAT", Deflated(std::string(64, '\0'))) + end;
}

std::string OutcomeOf(std::string_view file, const Limits& limits = kNoLimits) {
  // Of its very own size, so that a sanitizer sees what is read beyond.
  const Bytes own = Bytes::CopyOf(AsBytes(file));
  const auto png = ParsePng(own.view(), limits);
  return std::string(png ? "ok" : Name(png.error().kind));
}

std::string PaletteOf(std::size_t bytes) { return ChunkOf("PLTE", std::string(bytes, 'p')); }

TEST(PngFile, TakesTheDepthsThatSuitTheColourType) {
  int taken = 0;
  for (int colour = 0; colour < 8; ++colour) {
    for (int depth = 0; depth <= 32; ++depth) {
      const bool low = depth == 1 || depth == 2 || depth == 4;
      const bool suits =
          (colour == 0 && (low || depth == 8 || depth == 16)) ||
          (colour == 3 && (low || depth == 8)) ||
          ((colour == 2 || colour == 4 || colour == 6) && (depth == 8 || depth == 16));
      EXPECT_EQ(OutcomeOf(FileOf({.depth = depth, .colour = colour}, PaletteOf(6))),
                suits ? "ok" : "Undecodable")
          << colour << " " << depth;
      taken += suits ? 1 : 0;
    }
  }
  EXPECT_EQ(taken, 15);
}

TEST(PngFile, KnowsOneWayOfCompressingAndTwoOfInterlacing) {
  EXPECT_EQ(OutcomeOf(FileOf({.interlace = 1})), "ok");
  EXPECT_EQ(OutcomeOf(FileOf({.interlace = 2})), "Undecodable");
  EXPECT_EQ(OutcomeOf(FileOf({.compression = 1})), "Undecodable");
  EXPECT_EQ(OutcomeOf(FileOf({.filter = 1})), "Undecodable");
}

TEST(PngFile, SidesHave31Bits) {
  for (const bool wide : {false, true}) {
    const auto outcome = [wide](std::size_t side, const Limits& limits = kNoLimits) {
      return OutcomeOf(
          wide ? FileOf({.width = side, .height = 1}) : FileOf({.width = 1, .height = side}),
          limits);
    };
    EXPECT_EQ(outcome(0), "Undecodable");
    EXPECT_EQ(outcome(0x7FFFFFFF), "ok");
    EXPECT_EQ(outcome(0x80000000), "Undecodable");
    EXPECT_EQ(outcome(0xFFFFFFFF), "Undecodable");
    EXPECT_EQ(outcome(0xFFFFFFFF, {.max_source_pixels = 0xFFFFFFFE}), "TooLarge");
  }
  EXPECT_EQ(OutcomeOf(FileOf({.width = 0xFFFFFFFF, .height = 0xFFFFFFFF}), {}), "TooLarge");
}

TEST(PngFile, HeadersHave13Bytes) {
  const auto outcome = [](std::size_t bytes) {
    const std::string body = (BigEndian32(4) + BigEndian32(1) + std::string("\x08\x02\0\0\0\0", 6));
    const std::string file = FileOf({});
    return OutcomeOf(file.substr(0, 8) + ChunkOf("IHDR", body.substr(0, bytes)) + file.substr(33),
                     {.max_source_pixels = 3});
  };
  EXPECT_EQ(outcome(7), "Undecodable");
  EXPECT_EQ(outcome(8), "TooLarge");  // as far as it goes
  EXPECT_EQ(outcome(13), "TooLarge");
  const std::string long_one = FileOf({}).substr(16, 13) + '\0';
  const std::string file = FileOf({});
  EXPECT_EQ(OutcomeOf(file.substr(0, 8) + ChunkOf("IHDR", long_one) + file.substr(33)),
            "Undecodable");
}

TEST(PngFile, PalettesHaveUpTo256Colours) {
  const auto outcome = [](const std::string& chunks) {
    return OutcomeOf(FileOf({.colour = 3}, chunks));
  };
  EXPECT_EQ(outcome(""), "Undecodable");
  EXPECT_EQ(outcome(PaletteOf(0)), "Undecodable");
  EXPECT_EQ(outcome(PaletteOf(3)), "ok");
  EXPECT_EQ(outcome(PaletteOf(4)), "Undecodable");
  EXPECT_EQ(outcome(PaletteOf(5)), "Undecodable");
  EXPECT_EQ(outcome(PaletteOf(768)), "ok");
  EXPECT_EQ(outcome(PaletteOf(771)), "Undecodable");
  std::string damaged = PaletteOf(6);
  damaged.back() ^= 1;
  EXPECT_EQ(outcome(damaged), "Undecodable");
  // Elsewhere it is a proposal, whatever it looks like.
  EXPECT_EQ(OutcomeOf(FileOf({.colour = 2}, PaletteOf(4))), "ok");
  EXPECT_EQ(OutcomeOf(FileOf({.colour = 0}, damaged)), "ok");
}

TEST(PngFile, TransparencyHasTheSizeThatSuits) {
  const auto taken = [](int colour, std::size_t bytes) {
    const std::string file =
        FileOf({.colour = colour}, PaletteOf(9) + ChunkOf("tRNS", std::string(bytes, '\0')));
    return ParsePng(AsBytes(file), kNoLimits)->trns.size();
  };
  for (std::size_t bytes = 0; bytes < 9; ++bytes) {
    EXPECT_EQ(taken(0, bytes), bytes == 2 ? 2U : 0U);
    EXPECT_EQ(taken(2, bytes), bytes == 6 ? 6U : 0U);
    EXPECT_EQ(taken(3, bytes), bytes <= 3 ? bytes : 0U);
    EXPECT_EQ(taken(4, bytes), 0U);
    EXPECT_EQ(taken(6, bytes), 0U);
  }
}

TEST(PngFile, OfSmallChunksTheFirstThatIsSoundCounts) {
  std::string damaged = ChunkOf("eXIf", "damaged");
  damaged.back() ^= 1;
  const std::string file =
      FileOf({}, damaged + ChunkOf("eXIf", "first") + ChunkOf("eXIf", "second"));
  EXPECT_EQ(AsText(ParsePng(AsBytes(file), kNoLimits)->exif), "first");
  const auto frames = [](const std::string& chunks) {
    const std::string text = FileOf({}, chunks);
    return ParsePng(AsBytes(text), kNoLimits)->frames;
  };
  const auto control = [](std::size_t n) {
    return ChunkOf("acTL", BigEndian32(n) + BigEndian32(0));
  };
  EXPECT_EQ(frames(control(2) + control(3)), 2U);
  std::string wrong = control(2);
  wrong.back() ^= 1;
  EXPECT_EQ(frames(wrong + control(3)), 3U);
}

// Chunks at the very end of the file: with all of their CRC, and with less.
TEST(PngFile, ChunksThatTheFileEndsInAreNotWhole) {
  const std::string exif = ChunkOf("eXIf", "some");
  for (std::size_t size = 0; size <= exif.size(); ++size) {
    const Bytes own = Bytes::CopyOf(AsBytes(FileOf({}, "", exif.substr(0, size))));
    const auto png = ParsePng(own.view(), kNoLimits);
    ASSERT_TRUE(png);
    EXPECT_EQ(png->exif.empty(), size < exif.size()) << size;
    EXPECT_FALSE(png->ends);
  }
  for (std::size_t size = 0; size <= 12; ++size) {
    const std::string file = FileOf({}, "", ChunkOf("IEND", "").substr(0, size));
    EXPECT_EQ(ParsePng(AsBytes(file), kNoLimits)->ends, size >= 8) << size;
  }
  // The picture's own: damage counts where there is a CRC.
  std::string data = FileOf({}, "", "");
  data.back() ^= 1;
  const auto png = ParsePng(AsBytes(data), kNoLimits);
  EXPECT_FALSE(PngDataIsSound(AsBytes(data), png->data));
  const ByteView less = AsBytes(data).first(data.size() - 1);
  EXPECT_TRUE(PngDataIsSound(less, png->data));
  // Before the picture nothing may be cut.
  EXPECT_EQ(OutcomeOf(FileOf({}, ChunkOf("tEXt", "some")).substr(0, 33 + 14)), "Undecodable");
}

}  // namespace
}  // namespace whittle::codec
