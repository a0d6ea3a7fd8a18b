// PNG without metadata.
#include "codec/metadata/exif_keep.h"
#include "tests/codec/png_files.h"
#include "tests/codec/strip_files.h"

namespace whittle::codec {
namespace {

using namespace std::string_literals;

std::string Plain(const MadePng& made = {}) { return std::string(AsText(MakePng(made).view())); }

std::string With(const std::string& file, const std::string& name, const std::string& body,
                 std::string_view before = "IDAT") {
  return std::string(AsText(WithChunk(Bytes::CopyOf(AsBytes(file)), name, body, before).view()));
}

TEST(PngStrip, LeavesAPlainFileAsItIs) {
  for (const MadePng& made : {MadePng{},
                              {.colour = PNG_COLOR_TYPE_PALETTE, .palette = 9, .trns = 3},
                              {.depth = 16},
                              {.interlaced = true},
                              {.piece = 50}}) {
    EXPECT_EQ(Stripped(Plain(made)), Plain(made));
  }
}

TEST(PngStrip, EveryOtherChunkBetrayedSomething) {
  const std::string file = Plain();
  for (const char* name :
       {"eXIf", "tEXt", "zTXt", "iTXt", "tIME", "sPLT", "hIST", "caBX", "iDOT", "vpAg", "prVt"}) {
    for (const char* before : {"IDAT", "IEND"}) {
      const std::string with = With(file, name, "Comment\0"s + kSecret, before);
      EXPECT_EQ(Stripped(with), file) << name;
      ExpectStripped(with);
    }
  }
}

TEST(PngStrip, WhatIsShownStays) {
  for (const auto& [name, body] : {std::pair{"gAMA", "\0\0\xB1\x8F"s},
                                   {"cHRM", std::string(32, '\1')},
                                   {"sRGB", "\0"s},
                                   {"cICP", "\x0C\x0D\0\1"s},
                                   {"sBIT", "\5\5\5"s},
                                   {"bKGD", "\0\0\0\0\0\0"s},
                                   {"pHYs", "\0\0\0\1\0\0\0\2\0"s},
                                   {"mDCV", std::string(24, '\1')},
                                   {"cLLI", std::string(8, '\1')}}) {
    const std::string with = With(Plain(), name, body);
    EXPECT_EQ(Stripped(With(with, "tEXt", kSecret)), with) << name;
    EXPECT_EQ(Stripped(With(with, "tEXt", kSecret), {.icc = false}), with) << name;
  }
}

TEST(PngStrip, ProfilesStayUnlessTheyAreNotWanted) {
  const std::string with = With(Plain(), "iCCP", "icc\0\0"s + Deflated("profile"));
  EXPECT_EQ(Stripped(with), with);
  EXPECT_EQ(Stripped(with, {.icc = false}), Plain());
}

TEST(PngStrip, ProfilesHadNamesAndCameTwice) {
  const std::string profile = Deflated("profile");
  const std::string bare = With(Plain(), "iCCP", "icc\0\0"s + profile);
  const std::string named = With(Plain(), "iCCP", kSecret + "\0\0"s + profile);
  EXPECT_EQ(Stripped(named), bare);
  ExpectStripped(named);
  EXPECT_EQ(Stripped(With(bare, "iCCP", kSecret + "\0\0"s + Deflated("other"))), bare);
  EXPECT_EQ(Stripped(With(bare, "iCCP", "icc\0\0"s + kSecret, "IEND")), bare)
      << "behind the picture";
  EXPECT_EQ(Stripped(With(Plain(), "iCCP", "icc\0\0"s + profile, "IEND")), Plain());
  EXPECT_EQ(Stripped(With(Plain(), "iCCP", kSecret)), Plain()) << "no end of the name";
  EXPECT_EQ(Stripped(With(Plain(), "iCCP", kSecret + "\0\1"s + profile)), Plain())
      << "unknown method";
  std::string broken = With(Plain(), "iCCP", "icc\0\0"s + kSecret);
  broken[broken.find(kSecret) + kSecret.size()] ^= 1;  // its CRC
  EXPECT_EQ(Stripped(broken), Plain());
  EXPECT_EQ(Stripped(With(broken, "iCCP", kSecret + "\0\0"s + profile)), bare);
}

TEST(PngStrip, DataThatIsNotInARowIsNoPicture) {
  const std::string file = Plain();
  const std::string with = With(With(file, "tEXt", kSecret, "IEND"), "IDAT", kSecret, "IEND");
  EXPECT_EQ(Stripped(with), file);
  ExpectStripped(with);
}

TEST(PngStrip, NothingBehindTheEndIsThePicture) {
  const std::string file = Plain();
  EXPECT_EQ(Stripped(file + kSecret), file);
  EXPECT_EQ(Stripped(file + ChunkOf("IDAT", kSecret) + ChunkOf("IEND", "")), file);
  ExpectStripped(file + kSecret);
  std::string full_end = file.substr(0, file.size() - 12) + ChunkOf("IEND", kSecret);
  EXPECT_EQ(Stripped(full_end), file) << "nor within it";
}

TEST(PngStrip, ChunksThatStayHaveNoRoomForMore) {
  for (const auto& [name, most] : {std::pair{"gAMA", 4},
                                   {"cHRM", 32},
                                   {"sRGB", 1},
                                   {"cICP", 4},
                                   {"sBIT", 4},
                                   {"bKGD", 6},
                                   {"pHYs", 9},
                                   {"mDCV", 24},
                                   {"cLLI", 8},
                                   {"tRNS", 256},
                                   {"acTL", 8}}) {
    const std::string full = With(Plain(), name, std::string(static_cast<std::size_t>(most), 'x'));
    EXPECT_EQ(Stripped(full), full) << name;
    const std::string more = std::string(static_cast<std::size_t>(most) + 1, 'x');
    EXPECT_EQ(Stripped(With(Plain(), name, more)), Plain()) << name;
  }
}

TEST(PngStrip, PutsExifBehindTheHead) {
  const Bytes exif = OrientationExif(6);
  const std::string body(AsText(exif.view()));
  std::string expected = Plain();
  expected.insert(8 + 12 + 13, ChunkOf("eXIf", body));
  EXPECT_EQ(Stripped(Plain(), {.exif = exif.view()}), expected);
  EXPECT_EQ(Stripped(With(Plain(), "eXIf", kSecret), {.exif = exif.view()}), expected);
  EXPECT_EQ(Sniff(AsBytes(expected))->probe(AsBytes(expected), {})->info.orientation, 6);
}

TEST(PngStrip, AnimationsStayAnimated) {
  const auto sink = *ByName("png")->create_frames({.width = 20, .height = 10, .loops = 3});
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const Rows rows = PhotoRows(20, 10, pixel::PixelFormat::kRgb8, seed);
    ASSERT_TRUE(sink->Write({.canvas = rows.Span(0, 10), .duration = 50}));
  }
  const std::string file(AsText(sink->Finish()->view()));
  ASSERT_NE(file.find("fdAT"), std::string::npos);
  EXPECT_EQ(Stripped(With(file, "tEXt", kSecret)), file);
}

TEST(PngStrip, FramesOfNoAnimationAreGone) {
  const std::string frames =
      ChunkOf("fcTL", std::string(26, '\1')) + ChunkOf("fdAT", "\0\0\0\1"s + kSecret);
  const std::string file = Plain();
  const std::string with =
      file.substr(0, file.size() - 12) + frames + file.substr(file.size() - 12);
  EXPECT_EQ(Stripped(with), file);
  ExpectStripped(with);
  EXPECT_EQ(Stripped(With(with, "acTL", "\0\0\0\2\0\0\0\0too long"s)), file);
  EXPECT_EQ(Stripped(With(with, "acTL", "\0\0\0\2\0\0\0\0"s, "fcTL")), file)
      << "it stands behind the picture";
  const std::string animated = With(with, "acTL", "\0\0\0\2\0\0\0\0"s);
  EXPECT_EQ(Stripped(animated), animated);
}

TEST(PngStrip, AFileWithoutItsEndIsRefused) {
  const std::string file = With(Plain({.piece = 50}), "tEXt", kSecret);
  EXPECT_EQ(Stripped(file.substr(0, file.size() - 12)), "failed: Undecodable");
  EXPECT_EQ(Stripped(file.substr(0, file.size() - 1)), "failed: Undecodable");
  ExpectCutFilesDoNoHarm(file);
}

}  // namespace
}  // namespace whittle::codec
