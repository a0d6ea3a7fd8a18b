// JPEG XL without metadata: boxes of the container, and what lies behind a bare codestream.
#include "codec/jxl/source.h"
#include "codec/metadata/exif_keep.h"
#include "tests/codec/strip_files.h"

namespace whittle::codec {
namespace {

using namespace std::string_literals;

std::string Box(const std::string& type, const std::string& body) {
  std::string box;
  for (int i = 3; i >= 0; --i) box += static_cast<char>((body.size() + 8) >> 8 * i);
  return box + type + body;
}

// A codestream without a container.
std::string Bare(bool animated = false) {
  const Rows rows = PhotoRows(20, 12, pixel::PixelFormat::kRgb8);
  if (!animated) return std::string(AsText(Encode(*ByName("jxl"), rows)->view()));
  const auto sink = *ByName("jxl")->create_frames({.width = 20, .height = 12});
  for (int i = 0; i < 3; ++i) {
    if (!sink->Write({.canvas = rows.Span(0, 12), .duration = 50})) return {};
  }
  return std::string(AsText(sink->Finish()->view()));
}

const std::string kHead = Box("JXL ", "\r\n\x87\n") + Box("ftyp", "jxl \0\0\0\0jxl "s);

TEST(JxlStrip, ABareCodestreamEndsWhereItsLastFrameDoes) {
  for (const bool animated : {false, true}) {
    const std::string file = Bare(animated);
    ASSERT_EQ(file.substr(0, 2), "\xFF\x0A");
    EXPECT_EQ(Stripped(file), file);
    ExpectStripped(file + kSecret);
    EXPECT_EQ(Stripped(file + kSecret), file);
    ExpectCutFilesDoNoHarm(file);
  }
}

TEST(JxlStrip, BoxesBesideThePictureBetrayedSomething) {
  const std::string picture = Box("jxlc", Bare());
  for (const char* type :
       {"Exif", "xml ", "brob", "jumb", "jbrd", "jhgm", "uuid", "free", "mdat"}) {
    const std::string box = Box(type, "Exif" + kSecret);
    EXPECT_EQ(Stripped(kHead + box + picture + box), kHead + picture) << type;
  }
  const std::string level = Box("jxll", "\5"), index = Box("jxli", "\0"s);
  EXPECT_EQ(Stripped(kHead + level + Box("xml ", kSecret) + index + picture),
            kHead + level + index + picture);
  ExpectStripped(kHead + Box("xml ", kSecret) + picture);
}

TEST(JxlStrip, BoxesOfThePictureHaveNoRoomForMore) {
  const std::string picture = Box("jxlc", Bare());
  const std::string level = Box("jxll", "\5"), index = Box("jxli", "\0"s);
  for (const std::string& more :
       {Box("jxll", "\5" + kSecret), Box("jxli", kSecret), Box("ftyp", "jxl " + kSecret)}) {
    EXPECT_EQ(Stripped(kHead + level + index + more + picture + more),
              kHead + level + index + picture);
  }
  EXPECT_EQ(Stripped(kHead + Box("jxll", "\5" + kSecret) + picture), kHead + picture);
}

TEST(JxlStrip, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  for (const std::string& file : {Bare(), kHead + Box("jxlc", Bare())}) {
    EXPECT_EQ(Stripped(file, {.stop = stop.get_token()}), "failed: Cancelled");
  }
}

TEST(JxlStrip, TakesWhatOurEncoderEmbedded) {
  const Rows rows = PhotoRows(20, 12, pixel::PixelFormat::kRgb8);
  const std::string exif = "II*\0"s + kSecret;
  const auto file = Encode(*ByName("jxl"), rows, {.exif = AsBytes(exif), .xmp = AsBytes(kSecret)});
  ExpectStripped(AsText(file->view()));
}

TEST(JxlStrip, PutsExifInFrontOfThePicture) {
  const Bytes exif = OrientationExif(6);
  const std::string body = "\0\0\0\0"s + std::string(AsText(exif.view()));
  const std::string level = Box("jxll", "\5"), picture = Box("jxlc", Bare());
  const std::string expected = kHead + level + Box("Exif", body) + picture;
  EXPECT_EQ(Stripped(kHead + level + picture, {.exif = exif.view()}), expected);
  EXPECT_EQ(AsText(MetadataOfJxl(AsBytes(expected), {}).exif.view()), AsText(exif.view()));
  const std::string parts = Box("jxlp", "\0\0\0\0"s + Bare().substr(0, 50)) +
                            Box("jxlp", "\x80\0\0\1"s + Bare().substr(50));
  EXPECT_EQ(Stripped(kHead + parts, {.exif = exif.view()}), kHead + Box("Exif", body) + parts);
  EXPECT_EQ(Stripped(Bare(), {.exif = exif.view()}), "failed: Unsupported");
}

TEST(JxlStrip, BytesBehindTheCodestreamWereInItsBox) {
  for (const bool animated : {false, true}) {
    const std::string bare = Bare(animated);
    const std::string file = kHead + Box("jxlc", bare);
    const std::string with = kHead + Box("jxlc", bare + kSecret);
    EXPECT_EQ(Stripped(with), file);
    ExpectStripped(with);
    EXPECT_EQ(Stripped(file + Box("jxlc", kSecret)), file) << "nor is there a second one";
    const std::string first = Box("jxlp", "\0\0\0\0"s + bare.substr(0, 50));
    const std::string parts = kHead + first + Box("jxlp", "\x80\0\0\1"s + bare.substr(50));
    EXPECT_EQ(Stripped(parts), parts);
    EXPECT_EQ(Stripped(parts + Box("jxlp", "\x80\0\0\2"s + kSecret)), parts);
    const std::string more = kHead + first + Box("jxlp", "\0\0\0\1"s + bare.substr(50) + kSecret) +
                             Box("jxlp", "\x80\0\0\2"s + kSecret);
    EXPECT_EQ(Stripped(more), parts);
    ExpectStripped(more);
  }
  EXPECT_EQ(Stripped(kHead + Box("jxlp", "123")), "failed: Undecodable");
  const std::string cut = kHead + Box("jxlc", Bare().substr(0, 60));
  EXPECT_EQ(Stripped(cut), cut) << "what there is";
  EXPECT_EQ(Stripped(kHead), "failed: Undecodable");
}

TEST(JxlStrip, TheProfileIsPartOfThePicture) {
  EXPECT_EQ(Stripped(Bare(), {.icc = false}), "failed: Unsupported");
}

TEST(JxlStrip, ACutBoxIsRefused) {
  const std::string file = kHead + Box("xml ", kSecret) + Box("jxlc", Bare());
  EXPECT_EQ(Stripped(file.substr(0, file.size() - 1)), "failed: Undecodable");
  ExpectCutFilesDoNoHarm(file);
}

}  // namespace
}  // namespace whittle::codec
