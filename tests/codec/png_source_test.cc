// PNG decoding against libpng's own reading of the same files.
#include <gtest/gtest.h>

#include <tuple>

#include "codec/png/file.h"
#include "tests/codec/made_icc.h"
#include "tests/codec/png_files.h"
#include "tests/support/corpus.h"

namespace whittle::codec {
namespace {

const Codec& Png() { return *ByName("png"); }

std::string OutcomeOf(ByteView file, const Limits& limits = {}) {
  const auto rows = DecodeRows(file, limits);
  return std::string(rows ? "ok" : Name(rows.error().kind));
}

// A palette whose alpha is 255 throughout is opaque to us, and not to libpng.
Rows WithoutNeedlessAlpha(Rows rows, pixel::PixelFormat format) {
  if (rows.format == format) return rows;
  Rows opaque = BlankRows(rows.width, rows.height, format);
  for (int y = 0; y < rows.height; ++y) {
    for (int x = 0; x < rows.width; ++x) {
      EXPECT_EQ(rows.Sample(x, y, Channels(format)), IsWide(format) ? 65535 : 255);
      for (int c = 0; c < Channels(format); ++c) opaque.Set(x, y, c, rows.Sample(x, y, c));
    }
  }
  return opaque;
}

struct Kind {
  int colour;
  std::vector<int> depths;
};
const Kind kKinds[] = {{PNG_COLOR_TYPE_GRAY, {1, 2, 4, 8, 16}},
                       {PNG_COLOR_TYPE_RGB, {8, 16}},
                       {PNG_COLOR_TYPE_PALETTE, {1, 2, 4, 8}},
                       {PNG_COLOR_TYPE_GRAY_ALPHA, {8, 16}},
                       {PNG_COLOR_TYPE_RGB_ALPHA, {8, 16}}};

TEST(PngSource, GivesEveryKindAsLibpngDoes) {
  for (const Kind& kind : kKinds) {
    for (const int depth : kind.depths) {
      for (const bool interlaced : {false, true}) {
        for (const int trns : {0, 1}) {
          if (trns > 0 && (kind.colour & PNG_COLOR_MASK_ALPHA) != 0) continue;
          for (const int width : {1, 2, 3, 7, 19, 67}) {
            SCOPED_TRACE(testing::Message() << kind.colour << " depth " << depth << " interlaced "
                                            << interlaced << " tRNS " << trns << " w " << width);
            const Bytes file = MakePng({.width = width,
                                        .depth = depth,
                                        .colour = kind.colour,
                                        .interlaced = interlaced,
                                        .trns = trns,
                                        .piece = 200});
            const auto rows = DecodeRows(file.view());
            ASSERT_TRUE(rows);
            EXPECT_EQ(*rows, ReadByLibpng(file.view()));
          }
        }
      }
    }
  }
}

TEST(PngSource, UndoesEveryFilter) {
  for (const int filter : {PNG_FILTER_NONE, PNG_FILTER_SUB, PNG_FILTER_UP, PNG_FILTER_AVG,
                           PNG_FILTER_PAETH, PNG_ALL_FILTERS}) {
    for (const Kind& kind : kKinds) {
      for (unsigned seed = 1; seed < 6; ++seed) {
        const Bytes file = MakePng({.width = 31,
                                    .height = 40,
                                    .depth = kind.depths.back(),
                                    .colour = kind.colour,
                                    .filters = filter,
                                    .seed = seed});
        EXPECT_EQ(*DecodeRows(file.view()), ReadByLibpng(file.view())) << filter;
      }
    }
  }
}

TEST(PngSource, TellsWhatTheHeaderSays) {
  const Bytes file = MakePng({.width = 5,
                              .height = 9,
                              .depth = 4,
                              .colour = PNG_COLOR_TYPE_PALETTE,
                              .interlaced = true,
                              .palette = 11,
                              .trns = 2});
  const auto header = *Png().probe(file.view(), {});
  EXPECT_EQ(header.info.width, 5U);
  EXPECT_EQ(header.info.height, 9U);
  EXPECT_EQ(header.info.colours, 11U);
  EXPECT_EQ(header.info.channels, 3);
  EXPECT_TRUE(header.info.alpha);
  EXPECT_TRUE(header.info.progressive);
  EXPECT_EQ(header.info.bits, 8);
  const Bytes wide = MakePng({.depth = 16, .colour = PNG_COLOR_TYPE_GRAY});
  EXPECT_EQ(Png().probe(wide.view(), {})->info.bits, 16);
}

TEST(PngSource, ShowsIndicesBeyondThePaletteBlack) {
  const Bytes file =
      MakePng({.depth = 8, .colour = PNG_COLOR_TYPE_PALETTE, .palette = 3, .trns = 1});
  const auto rows = *DecodeRows(file.view());
  int black = 0;
  for (int x = 0; x < rows.width; ++x) {
    black += rows.Sample(x, 4, 0) == 0 && rows.Sample(x, 4, 1) == 0 && rows.Sample(x, 4, 3) == 255;
  }
  EXPECT_GT(black, 0);
}

std::string Big16(unsigned value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

// Two pixels, of which one has the key's colour and the other differs from it in one bit.
TEST(PngSource, ATransparentColourIsComparedBitByBit) {
  for (const int colour : {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_RGB}) {
    const std::size_t channels = colour == PNG_COLOR_TYPE_RGB ? 3 : 1;
    for (const int depth : {8, 16}) {
      for (std::size_t c = 0; c < channels; ++c) {
        for (int bit = 0; bit < depth; ++bit) {
          std::string key, same, other;
          for (std::size_t i = 0; i < channels; ++i) {
            const unsigned code = depth == 16 ? 0x1011 : 0x31;
            const unsigned off = i == c ? code ^ 1U << bit : code;
            key += Big16(code);
            same += Big16(code).substr(depth == 16 ? 0 : 1);
            other += Big16(off).substr(depth == 16 ? 0 : 1);
          }
          const std::string file =
              PngOf(2, 1, depth, colour, '\0' + same + other, ChunkOf("tRNS", key));
          const auto rows = *DecodeRows(AsBytes(file));
          const int alpha = static_cast<int>(channels);
          EXPECT_EQ(rows.Sample(0, 0, alpha), 0);
          EXPECT_EQ(rows.Sample(1, 0, alpha), depth == 16 ? 65535 : 255) << depth << " " << bit;
        }
      }
    }
  }
}

// "Only the low-order bits count" (PNG specification, 11.3.1), as with libpng.
TEST(PngSource, OfATransparentColourTheLowBitsCount) {
  for (const auto& [depth, samples] : {std::pair(8, "\x31\x32"), {4, "\x12"}, {1, "\x80"}}) {
    const std::string file = PngOf(2, 1, depth, PNG_COLOR_TYPE_GRAY, std::string(1, '\0') + samples,
                                   ChunkOf("tRNS", "\x77\x31"));
    const auto rows = *DecodeRows(AsBytes(file));
    EXPECT_EQ(rows, ReadByLibpng(AsBytes(file)));
    EXPECT_EQ(rows.Sample(0, 0, 1), 0) << depth;
  }
  const std::string rgb = PngOf(1, 1, 8, PNG_COLOR_TYPE_RGB, std::string("\0\1\2\3", 4),
                                ChunkOf("tRNS", "\1\1\1\2\1\3"));
  EXPECT_EQ(DecodeRows(AsBytes(rgb))->Sample(0, 0, 3), 0);
}

TEST(PngSource, TakesWrongCrcsWhereTheChecksumIsRight) {
  const Bytes sound = MakePng({});
  std::string text(AsText(sound.view()));
  const auto iend = text.find("IEND") - 4;
  text[iend - 1] ^= 1;
  EXPECT_EQ(OutcomeOf(AsBytes(text)), "ok");
  text[iend - 5] ^= 1;  // zlib's checksum
  EXPECT_EQ(OutcomeOf(AsBytes(text)), "Undecodable");
  std::string header(AsText(sound.view()));
  header[29] ^= 1;
  EXPECT_EQ(OutcomeOf(AsBytes(header)), "Undecodable");
}

TEST(PngSource, FlippedBitsAreFoundOrHarmless) {
  for (const bool interlaced : {false, true}) {
    const Bytes file = MakePng({.interlaced = interlaced});
    const Rows sound = ReadByLibpng(file.view());
    const std::size_t begin = AsText(file.view()).find("IDAT") + 4;
    const std::size_t end = AsText(file.view()).find("IEND") - 8;
    for (std::size_t at = begin; at < end; ++at) {
      Bytes flipped = Bytes::CopyOf(file.view());
      flipped.data()[at] ^= static_cast<std::uint8_t>(1U << at % 8);
      const auto rows = DecodeRows(flipped.view());
      if (rows) EXPECT_EQ(*rows, sound) << at;
    }
  }
}

TEST(PngSource, MoreRowsThanThePictureHasAreLeftToTheCrcs) {
  // The same data under a header that wants fewer rows.
  std::string text(AsText(MakePng({.height = 40}).view()));
  const std::string shape = BigEndian32(19) + BigEndian32(13) + std::string("\x08\x02\0\0\0", 5);
  text.replace(8, 25, ChunkOf("IHDR", shape));
  const auto rows = DecodeRows(AsBytes(text));
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->bytes, ReadByLibpng(AsBytes(text)).bytes);
  text[text.find("IEND") - 5] ^= 1;  // the CRC's last byte
  EXPECT_EQ(OutcomeOf(AsBytes(text)), "Undecodable");
}

TEST(PngSource, IgnoresWhatStandsBehindThePicture) {
  const Bytes file = MakePng({});
  std::string text(AsText(file.view()));
  EXPECT_EQ(OutcomeOf(AsBytes(text + "trailing")), "ok");
  text.resize(text.size() - 6);
  EXPECT_EQ(OutcomeOf(AsBytes(text)), "ok");
}

TEST(PngSource, RefusesUnknownCriticalChunksAndMissingOnes) {
  const Bytes file = MakePng({});
  EXPECT_EQ(OutcomeOf(WithChunk(file, "ABCD", "x").view()), "Undecodable");
  EXPECT_EQ(OutcomeOf(WithChunk(file, "aBCD", "x").view()), "ok");
  EXPECT_EQ(OutcomeOf(WithChunk(file, "ABCD", "x", "IEND").view()), "ok");
  const Bytes indexed = MakePng({.colour = PNG_COLOR_TYPE_PALETTE});
  std::string text(AsText(indexed.view()));
  text[text.find("PLTE")] = 'p';  // ancillary now
  EXPECT_EQ(OutcomeOf(AsBytes(text)), "Undecodable");
}

// Xcode's own kind has a chunk before IHDR. Where sizes usually stand it has something else.
TEST(PngSource, SaysWhatItIsThatBeginsOtherwise) {
  const std::string sound(AsText(MakePng({}).view()));
  const auto beginning = [&sound](const std::string& name, const std::string& body) {
    const std::string file = sound.substr(0, 8) + ChunkOf(name, body) + sound.substr(8);
    return Png().probe(AsBytes(file), {}).error();
  };
  const std::string cgbi("\x50\0\x20\x02", 4);
  const Error apple = beginning("CgBI", cgbi);
  EXPECT_EQ(apple.kind, ErrorKind::kUnsupported);
  EXPECT_NE(apple.text.find("CgBI"), std::string::npos) << apple.text;
  EXPECT_EQ(beginning("tEXt", "any").kind, ErrorKind::kUndecodable);
  EXPECT_EQ(beginning("tEXt", std::string(99, '\xFF')).kind, ErrorKind::kUndecodable);
}

// Also where the header is broken besides: colour type 7 here.
TEST(PngSource, JudgesSizeBeforeTheRestOfTheHeader) {
  std::string text(AsText(MakePng({.width = 30, .height = 20}).view()));
  const std::string shape = BigEndian32(30) + BigEndian32(20) + std::string("\x08\x07\0\0\0", 5);
  text.replace(8, 25, ChunkOf("IHDR", shape));
  EXPECT_EQ(Png().probe(AsBytes(text), {.max_source_pixels = 599}).error().kind,
            ErrorKind::kTooLarge);
  EXPECT_EQ(Png().probe(AsBytes(text), {.max_source_pixels = 600}).error().kind,
            ErrorKind::kUndecodable);
}

TEST(PngSource, CarriesOrientationXmpAndExif) {
  const std::string tiff("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0", 26);
  const std::string keyword("XML:com.adobe.xmp\0", 18);
  for (const std::string& before : {"IDAT", "IEND"}) {
    Bytes file = WithChunk(MakePng({}), "eXIf", tiff, before);
    EXPECT_EQ(Png().probe(file.view(), {})->info.orientation, 6);
    for (const bool packed : {false, true}) {
      const std::string flags = packed ? std::string("\x01\0\0\0", 4) : std::string("\0\0\0\0", 4);
      const Bytes both = WithChunk(
          file, "iTXt", keyword + flags + (packed ? Deflated("<xmp/>") : "<xmp/>"), before);
      const Metadata metadata = Png().metadata(both.view(), {});
      EXPECT_EQ(AsText(metadata.exif.view()), tiff);
      EXPECT_EQ(AsText(metadata.xmp.view()), "<xmp/>");
      const Metadata bounded = Png().metadata(both.view(), {.max_icc_bytes = 5});
      EXPECT_TRUE(bounded.exif.empty());
      EXPECT_TRUE(bounded.xmp.empty());
    }
  }
}

TEST(PngSource, MetadataOfExactlyTheLimitIsKept) {
  const std::string text(300, 'x');
  const std::string keyword("XML:com.adobe.xmp\0", 18);
  for (const bool packed : {false, true}) {
    const std::string flags = packed ? std::string("\x01\0\0\0", 4) : std::string(4, '\0');
    const Bytes file = WithChunk(WithChunk(MakePng({}), "eXIf", text), "iTXt",
                                 keyword + flags + (packed ? Deflated(text) : text));
    const Metadata all = Png().metadata(file.view(), {.max_icc_bytes = 300});
    EXPECT_EQ(AsText(all.exif.view()), text);
    EXPECT_EQ(AsText(all.xmp.view()), text);
    const Metadata none = Png().metadata(file.view(), {.max_icc_bytes = 299});
    EXPECT_TRUE(none.exif.empty() && none.xmp.empty());
  }
}

// Methods other than 0 are unknown; what follows may look like zlib.
TEST(PngSource, OfCompressedThingsTheMethodMustBeKnown) {
  const std::string keyword("XML:com.adobe.xmp\0", 18);
  for (const char method : {'\0', '\1'}) {
    const Bytes file =
        WithChunk(WithChunk(MakePng({}), "iTXt",
                            keyword + '\1' + method + std::string(2, '\0') + Deflated("<xmp/>")),
                  "iCCP", std::string("x\0", 2) + method + Deflated(MadeIcc(500, "RGB ")));
    EXPECT_EQ(Png().metadata(file.view(), {}).xmp.empty(), method != 0);
    EXPECT_EQ(Png().probe(file.view(), {})->icc.empty(), method != 0);
  }
}

TEST(PngSource, ProfilesThatCompressWellAreWhole) {
  const std::string icc = MadeIcc(132, "RGB ") + std::string(200'000, '\0');
  std::string sized = icc;
  const std::string size = BigEndian32(icc.size());
  sized.replace(0, 4, size);
  const std::string packed = Deflated(sized);
  ASSERT_GT(sized.size() / packed.size(), 500U);
  const Bytes file = WithChunk(MakePng({}), "iCCP", std::string("x\0\0", 3) + packed);
  EXPECT_EQ(AsText(Png().probe(file.view(), {})->icc.view()), sized);
}

TEST(PngSource, EveryLimitIsAllowedItself) {
  const Bytes file = MakePng({.width = 30, .height = 20});
  const std::size_t size = file.size();
  EXPECT_TRUE(Png().probe(file.view(), {.max_source_bytes = size}));
  EXPECT_EQ(Png().probe(file.view(), {.max_source_bytes = size - 1}).error().kind,
            ErrorKind::kTooLarge);
  for (const bool interlaced : {false, true}) {
    const Bytes made = MakePng({.width = 300, .height = 200, .interlaced = interlaced});
    const std::uint64_t needs = Png().probe(made.view(), {})->decode_bytes;
    const Limits enough{.max_working_bytes = needs};
    const Limits less{.max_working_bytes = needs - 1};
    EXPECT_TRUE(Png().probe(made.view(), enough));
    EXPECT_TRUE(DecodeRows(made.view(), enough));
    EXPECT_EQ(Png().probe(made.view(), less).error().kind, ErrorKind::kTooLarge);
    EXPECT_EQ(Png().open(made.view(), less, {}).error().kind, ErrorKind::kTooLarge);
  }
}

// What is held at once, by arithmetic.
TEST(PngSource, NeedsAtLeastWhatItHolds) {
  constexpr std::uint64_t kZlib = 40'000;  // its window of 32 KiB, and its tables
  const auto needs = [](const MadePng& made) {
    const Bytes file = MakePng(made);
    const auto png = *ParsePng(file.view(), {});
    return std::tuple(Png().probe(file.view(), {})->decode_bytes, png.data.bytes,
                      std::uint64_t{png.shape.row_bytes()} + 1, std::uint64_t{png.shape.height});
  };
  {  // All rows, filtered; the compressed picture once more where it is in pieces; zeros above.
    const auto [bytes, data, row, rows] = needs({.width = 500, .height = 400, .piece = 1000});
    EXPECT_GE(bytes, row * rows + data + row);
    EXPECT_LE(bytes, row * rows + data + row + (64 << 10));
  }
  {  // The frame, a row and the one above it.
    const auto [bytes, data, row, rows] = needs({.width = 500, .height = 400, .interlaced = true});
    EXPECT_GE(bytes, (row - 1) * rows + 2 * row + kZlib);
    EXPECT_LE(bytes, (row - 1) * rows + 2 * row + (64 << 10));
  }
  {  // A row and the one above it.
    const auto [bytes, data, row, rows] =
        needs({.width = 60'000, .height = 200, .filters = PNG_FILTER_NONE});
    EXPECT_GE(bytes, 2 * row + kZlib);
    EXPECT_LE(bytes, 2 * row + (64 << 10));
  }
}

TEST(PngSource, ErrorsStay) {
  std::string text(AsText(MakePng({}).view()));
  text[text.find("IEND") - 9] ^= 1;  // zlib's checksum, and with it the CRC
  const auto source = *Png().open(AsBytes(text), {}, {});
  Rows rows = BlankRows(source->width(), source->height(), source->format());
  for (int n = 0; n < 3; ++n) {
    const auto read = source->Read(rows.Span(0, rows.height));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, ErrorKind::kUndecodable);
  }
}

TEST(PngSource, ProfilesAreBounded) {
  const std::string icc = MadeIcc(2000, "RGB ");
  const Bytes file = WithChunk(MakePng({}), "iCCP", std::string("x\0\0", 3) + Deflated(icc));
  EXPECT_EQ(AsText(Png().probe(file.view(), {})->icc.view()), icc);
  EXPECT_TRUE(Png().probe(file.view(), {.max_icc_bytes = 1999})->icc.empty());
  const Bytes grey = WithChunk(MakePng({.colour = PNG_COLOR_TYPE_GRAY}), "iCCP",
                               std::string("x\0\0", 3) + Deflated(icc));
  EXPECT_TRUE(Png().probe(grey.view(), {})->icc.empty());
}

TEST(PngSource, SmallAndLargeWaysNeedWhatTheySay) {
  const auto needs = [](const MadePng& made) {
    return Png().probe(MakePng(made).view(), {})->decode_bytes;
  };
  EXPECT_LT(needs({.width = 6000, .height = 2500}), 1U << 20);  // 45 MB when whole
  EXPECT_GT(needs({.width = 500, .height = 400}), 600'000U);
  EXPECT_GT(needs({.width = 6000, .height = 2500, .interlaced = true}), 45'000'000U);
}

TEST(PngSource, GivesTheCorpusAsLibpngDoes) {
  WHITTLE_NEEDS_CORPUS();
  int files = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    if (row.format != "png" && row.format != "apng") continue;
    const Bytes file = test::ReadFile(*test::CorpusDir() / row.path);
    const auto rows = DecodeRows(file.view(), {.max_source_pixels = 20'000'000});
    if (!rows || row.note.find("inflate") != std::string::npos) continue;
    SCOPED_TRACE(row.path);
    ++files;
    Rows theirs;
    try {
      theirs = ReadByLibpng(file.view());
    } catch (const std::runtime_error& error) {
      continue;  // says libpng; the corpus test says who is right
    }
    EXPECT_EQ(*rows, WithoutNeedlessAlpha(std::move(theirs), rows->format));
  }
  EXPECT_GT(files, 250);
}

}  // namespace
}  // namespace whittle::codec
