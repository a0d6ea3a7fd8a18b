// WebP without metadata.
#include "codec/metadata/exif_keep.h"
#include "tests/codec/strip_files.h"
#include "tests/codec/webp_files.h"

namespace whittle::codec {
namespace {

using namespace std::string_literals;

std::string Little32(std::size_t value) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += static_cast<char>(value >> 8 * i);
  return text;
}

std::string Chunk(const std::string& name, const std::string& body) {
  return name + Little32(body.size()) + body + (body.size() % 2 == 0 ? "" : "\0"s);
}

std::string File(const std::string& chunks) {
  return "RIFF" + Little32(4 + chunks.size()) + "WEBP" + chunks;
}

std::string Still(bool lossless, int channels, const EncodeSpec& more = {}) {
  EncodeSpec spec = more;
  spec.lossless = lossless;
  return std::string(AsText(
      EncodeWebpFile(channels == 4 ? Translucent(30, 20) : test::Photo(30, 20), spec)->view()));
}

std::string Animation() {
  const auto sink = *Webp().create_frames({.width = 30, .height = 20});
  for (unsigned seed = 1; seed <= 3; ++seed) {
    test::Picture picture = test::Photo(30, 20, 3, seed);
    if (!sink->Write({.canvas = WebpRows(picture, 0, 20), .duration = 50})) return {};
  }
  return std::string(AsText(sink->Finish()->view()));
}

TEST(WebpStrip, LeavesAPlainFileAsItIs) {
  for (const bool lossless : {false, true}) {
    for (const int channels : {3, 4}) {
      const std::string file = Still(lossless, channels);
      EXPECT_EQ(Stripped(file), file);
    }
  }
  EXPECT_EQ(Stripped(Animation()), Animation());
}

TEST(WebpStrip, ExifAndXmpAreGoneAndTheFlagsSaySo) {
  for (const bool lossless : {false, true}) {
    for (const int channels : {3, 4}) {
      const std::string file =
          Still(lossless, channels,
                {.icc = AsBytes("profile"), .exif = AsBytes(kSecret), .xmp = AsBytes(kSecret)});
      ExpectStripped(file);
      // libwebp writes the same, where it is given the profile alone.
      EXPECT_EQ(Stripped(file), Still(lossless, channels, {.icc = AsBytes("profile")}));
      ExpectStripped(file, {.icc = false});
      const std::string bare = Stripped(file, {.icc = false});
      EXPECT_EQ(bare[20] & 0x2C, 0) << "flags of ICC, EXIF and XMP";
      EXPECT_EQ(bare.find("profile"), std::string::npos);
      EXPECT_EQ(bare[20] & 0x10, file[20] & 0x10) << "the flag of alpha";
    }
  }
}

TEST(WebpStrip, UnknownChunksBetrayedSomething) {
  const std::string chunks = Still(false, 3, {.icc = AsBytes("profile")}).substr(12);
  EXPECT_EQ(Stripped(File(chunks + Chunk("NOTE", kSecret))), File(chunks));
  EXPECT_EQ(Stripped(File(chunks + Chunk("EXIF", kSecret) + Chunk("EXIF", kSecret))), File(chunks));
  const std::string plain = Still(true, 3).substr(12);
  EXPECT_EQ(Stripped(File(plain + Chunk("EXIF", kSecret))), File(plain));
}

TEST(WebpStrip, PicturesThatNobodyShowsAreGone) {
  for (const bool lossless : {false, true}) {
    for (const int channels : {3, 4}) {
      const std::string chunks = Still(lossless, channels, {.icc = AsBytes("profile")}).substr(12);
      for (const std::string& more :
           {Chunk("VP8 ", kSecret), Chunk("VP8L", kSecret), Chunk("ICCP", kSecret),
            Chunk("ANMF", std::string(16, '\0') + Chunk("VP8 ", kSecret)),
            Chunk("ANIM", "123456" + kSecret), Chunk("VP8X", "1234567890" + kSecret)}) {
        EXPECT_EQ(Stripped(File(chunks + more)), File(chunks));
      }
    }
  }
  const std::string plain = Still(true, 3).substr(12);
  ExpectStripped(File(plain + Chunk("VP8L", kSecret)));
  const std::string animation = Animation();
  EXPECT_EQ(Stripped(File(animation.substr(12) + Chunk("VP8 ", kSecret))), animation);
}

// Without VP8X nobody looks for these.
TEST(WebpStrip, PlainFilesHaveNoProfileAndNoAlpha) {
  for (const bool lossless : {false, true}) {
    const std::string plain = Still(lossless, 3).substr(12);
    for (const char* name : {"ICCP", "ALPH"}) {
      EXPECT_EQ(Stripped(File(plain + Chunk(name, kSecret))), File(plain));
    }
  }
}

TEST(WebpStrip, FramesHaveOnePicture) {
  const std::string file = Animation();
  const std::size_t at = file.find("ANMF");
  const std::size_t size = static_cast<unsigned char>(file[at + 4]) +
                           std::size_t{256} * static_cast<unsigned char>(file[at + 5]);
  for (const char* name : {"VP8 ", "VP8L"}) {
    const std::string with = File(file.substr(12, at - 12) +
                                  Chunk("ANMF", file.substr(at + 8, size) + Chunk(name, kSecret)) +
                                  file.substr(at + 8 + size));
    EXPECT_EQ(Stripped(with), file);
  }
}

TEST(WebpStrip, NothingBehindTheEndIsThePicture) {
  const std::string file = Still(false, 3);
  EXPECT_EQ(Stripped(file + kSecret), file);
  ExpectStripped(file + kSecret);
}

TEST(WebpStrip, FramesHoldChunksAsWell) {
  const std::string file = Animation();
  const std::size_t at = file.find("ANMF");
  const std::size_t size = static_cast<unsigned char>(file[at + 4]) +
                           std::size_t{256} * static_cast<unsigned char>(file[at + 5]);
  const std::string more = Chunk("NOTE", kSecret);
  const std::string with =
      File(file.substr(12, at - 12) + Chunk("ANMF", file.substr(at + 8, size) + more) +
           file.substr(at + 8 + size));
  EXPECT_EQ(Stripped(with), file);
  ExpectStripped(with);
  EXPECT_EQ(Stripped(File(file.substr(12, at - 12) + Chunk("ANMF", "too short"))),
            "failed: Undecodable");
  const std::string cut = file.substr(at + 8, size) + "NOTE" + Little32(9) + "8 bytes!";
  EXPECT_EQ(
      Stripped(File(file.substr(12, at - 12) + Chunk("ANMF", cut) + file.substr(at + 8 + size))),
      "failed: Undecodable");
}

TEST(WebpStrip, HeadsThatStayHaveNoRoomForMore) {
  const std::string file = Animation();
  ASSERT_EQ(file.substr(12, 4), "VP8X");
  ASSERT_EQ(file.substr(30, 4), "ANIM");
  const std::string with =
      File(Chunk("VP8X", file.substr(20, 10) + kSecret + "!") +
           Chunk("ANIM", file.substr(38, 6) + kSecret + "!") + file.substr(44));
  EXPECT_EQ(Stripped(with), file);
}

TEST(WebpStrip, PutsExifWhereTheContainerHasAPlace) {
  const Bytes exif = OrientationExif(6);
  const std::string with = Still(false, 3, {.exif = AsBytes(kSecret), .xmp = AsBytes(kSecret)});
  const std::string stripped = Stripped(with, {.exif = exif.view()});
  EXPECT_EQ(stripped, Still(false, 3, {.exif = exif.view()}));
  EXPECT_EQ(Webp().probe(AsBytes(stripped), {})->info.orientation, 6);
  EXPECT_EQ(Stripped(Still(false, 3), {.exif = exif.view()}), "failed: Unsupported");
}

TEST(WebpStrip, ACutFileIsRefused) {
  const std::string file = Still(true, 4, {.icc = AsBytes("profile"), .exif = AsBytes(kSecret)});
  EXPECT_EQ(Stripped(file.substr(0, file.size() - 1)), "failed: Undecodable");
  ExpectCutFilesDoNoHarm(file);
  std::string lying = file;
  lying.replace(4, 4, Little32(3));
  EXPECT_EQ(Stripped(lying), "failed: Undecodable");
  std::string cut_within = File(Still(false, 3).substr(12) + "EXIF" + Little32(10) + "nine byte");
  EXPECT_EQ(Stripped(cut_within), "failed: Undecodable");
}

TEST(WebpStrip, TheLastPaddingMayBeMissing) {
  const std::string unpadded = "EXIF" + Little32(5) + "12345";
  const std::string plain = Still(true, 3).substr(12);
  EXPECT_EQ(Stripped(File(plain + unpadded)), File(plain));
}

}  // namespace
}  // namespace whittle::codec
