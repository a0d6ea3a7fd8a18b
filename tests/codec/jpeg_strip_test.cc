// JPEG without metadata. That no byte of a scan changes is held against the file itself.
#include "codec/exif.h"
#include "codec/exif_keep.h"
#include "codec/jpeg_metadata.h"
#include "tests/codec/jpeg_files.h"
#include "tests/codec/strip_files.h"

namespace whittle::codec {
namespace {

using namespace std::string_literals;

std::string Segment(int marker, const std::string& body) {
  const std::size_t length = body.size() + 2;
  return "\xFF"s + static_cast<char>(marker) + static_cast<char>(length >> 8) +
         static_cast<char>(length) + body;
}

// `file` with `more` behind its start, or before marker FF `code`.
std::string With(std::string file, const std::string& more, int code = 0) {
  return file.insert(code == 0 ? 2 : FindMarker(file, code), more);
}

std::string Photo(const test::JpegOptions& options = {}) {
  return std::string(AsText(test::EncodeJpeg(test::Photo(40, 24), options).view()));
}

// With a profile's two chunks, which are not looked into.
const std::string kProfile =
    Segment(0xE2, "ICC_PROFILE\0\1\2first half"s) + Segment(0xE2, "ICC_PROFILE\0\2\2second half"s);

TEST(JpegStrip, LeavesAPlainFileAsItIs) {
  for (const test::JpegOptions& options : {test::JpegOptions{},
                                           {.progressive = true},
                                           {.arithmetic = true},
                                           {.restart_interval = 2}}) {
    const std::string file = Photo(options);
    EXPECT_EQ(Stripped(file), file);
  }
}

TEST(JpegStrip, EveryKindOfSegmentBetrayedSomething) {
  const std::string file = Photo();
  for (int marker = 0xE1; marker <= 0xFE; ++marker) {
    for (const std::string& name : {""s, "Exif\0\0"s, "http://ns.adobe.com/xap/1.0/\0"s,
                                    "http://ns.adobe.com/xmp/extension/"s, "Photoshop 3.0\0"s,
                                    "MPF\0"s, "FPXR\0"s, "JFXX\0"s, "JFIF\0"s, "Adobe"s}) {
      SCOPED_TRACE(testing::Message() << marker << name);
      const std::string with = With(file, Segment(marker, name + std::string(7, '\0') + kSecret));
      if (marker == 0xEE && name == "Adobe") continue;  // which says what the samples are; below
      EXPECT_EQ(Stripped(with), file);
      const std::string in_front = With(file, Segment(marker, kSecret), 0xDA);
      EXPECT_EQ(Stripped(in_front), file);
    }
  }
}

TEST(JpegStrip, TheHeadOfJfifHadAThumbnail) {
  const std::string file = Photo();
  ASSERT_EQ(FindMarker(file, 0xE0), 2U);
  const std::string head = "JFIF\0\1\1\1\0\x48\0\x48"s;
  const std::string rest = file.substr(2 + 2 + 16);
  const std::string with = "\xFF\xD8" + Segment(0xE0, head + "\2\3" + kSecret + "!") +
                           Segment(0xE0, "JFXX\0"s + kSecret);
  EXPECT_EQ(Stripped(with + rest), "\xFF\xD8" + Segment(0xE0, head + "\0\0"s) + rest);
  // Too short for a head, which decoders do not take for one (libjpeg-turbo, jdmarker.c).
  EXPECT_EQ(Stripped("\xFF\xD8" + Segment(0xE0, "JFIF\0\1\1\1\0\x48\0\x48\0"s) + rest),
            "\xFF\xD8" + rest);
}

TEST(JpegStrip, AdobesMarkerSaysWhatInkIs) {
  const std::string file(AsText(test::EncodeJpeg(test::Photo(40, 24, 4), {.ycck = true}).view()));
  const std::size_t at = FindMarker(file, 0xEE);
  std::string with = file;
  with.insert(at + 2 + 14, kSecret);
  with[at + 3] = static_cast<char>(14 + kSecret.size());
  EXPECT_EQ(Stripped(with), file);
  ExpectStripped(with);
  EXPECT_EQ(Stripped(With(Photo(), Segment(0xEE, "Adobe123456"))), Photo()) << "too short for one";
}

TEST(JpegStrip, NothingBehindTheEndIsThePicture) {
  const std::string file = Photo();
  const std::string second = With(Photo(), Segment(0xE1, "Exif\0\0"s + kSecret));
  for (const std::string& trailer : {kSecret, second, "\0\0"s + second, "SEFT"s + kSecret}) {
    EXPECT_EQ(Stripped(file + trailer), file);
  }
}

TEST(JpegStrip, BetweenScansThereWasRoom) {
  const std::string file = Photo({.progressive = true});
  const std::size_t first = FindMarker(file, 0xDA);
  std::size_t at = first + 2;  // the next FF that is not stuffing: tables or a scan
  while (file[at] != '\xFF' || file[at + 1] == '\0') ++at;
  std::string with = file;
  with.insert(at, Segment(0xFE, kSecret) + Segment(0xE1, "Exif\0\0"s + kSecret));
  EXPECT_EQ(Stripped(with), file);
  ExpectStripped(with);
}

TEST(JpegStrip, BetweenSegmentsAsWell) {
  const std::string file = Photo();
  const std::string stray = "some " + kSecret + "\xFF\0 stray bytes \xFF\xFF\xFF"s;
  EXPECT_EQ(Stripped(With(file, stray, 0xDB)), file);
  EXPECT_EQ(Stripped(With(file, "\xFF\x01\xFF\xD3", 0xDB)), file) << "markers without a body";
}

TEST(JpegStrip, ReservedMarkersAreNoTables) {
  const std::string file = Photo();
  for (const int marker : {0xC8, 0xDE, 0xDF, 0xF0, 0xF7, 0xFD, 0x02, 0xBF}) {
    EXPECT_EQ(Stripped(With(file, Segment(marker, kSecret), 0xDB)), file) << marker;
  }
  EXPECT_EQ(Stripped(With(file, "\xFF\xE1\0\1"s)), "failed: Undecodable")
      << "shorter than its length";
  EXPECT_EQ(Stripped(With(file, "\xFF\xE1\0\2"s)), file);
}

TEST(JpegStrip, ProfilesStayUnlessTheyAreNotWanted) {
  const std::string file = Photo();
  const std::string with = With(With(file, kProfile, 0xDB), Segment(0xFE, kSecret));
  EXPECT_EQ(Stripped(with), With(file, kProfile, 0xDB));
  EXPECT_EQ(Stripped(with, {.icc = false}), file);
}

TEST(JpegStrip, PutsExifBehindTheHead) {
  const std::string file = Photo();
  const Bytes exif = OrientationExif(6);
  const std::string segment = Segment(0xE1, "Exif\0\0"s + std::string(AsText(exif.view())));
  std::string expected = file;
  expected.insert(2 + 18, segment);
  const StripSpec spec{.exif = exif.view()};
  EXPECT_EQ(Stripped(file, spec), expected);
  EXPECT_EQ(Stripped(Photo({.orientation = 3}), spec), expected);
  const std::string headless = WithoutSegment(file, 0xE0);
  EXPECT_EQ(Stripped(headless, spec), With(headless, segment));
  EXPECT_EQ(Sniff(AsBytes(expected))->probe(AsBytes(expected), {})->info.orientation, 6);
}

TEST(JpegStrip, ExifMustFitASegment) {
  const std::string file = Photo();
  const std::string most(0xFFFF - 2 - 6, 'x');
  EXPECT_EQ(Stripped(file, {.exif = AsBytes(most)}).size(), file.size() + 0xFFFF + 2);
  EXPECT_EQ(Stripped(file, {.exif = AsBytes(most + "x")}), "failed: Unsupported");
}

TEST(JpegStrip, WithoutAnEndNobodyKnowsWhatIsPicture) {
  const std::string file = Photo();
  const std::string endless = file.substr(0, file.size() - 2);
  EXPECT_EQ(Stripped(endless), "failed: Undecodable");
  EXPECT_EQ(Stripped(endless + kSecret), "failed: Undecodable");
  EXPECT_EQ(Stripped(endless + file), "failed: Undecodable") << "another picture";
  EXPECT_EQ(Stripped(endless + "\xFF\xD8\0\2\xFF\xD9"s), "failed: Undecodable");
  ExpectCutFilesDoNoHarm(With(Photo({.progressive = true, .orientation = 5}), kProfile));
}

TEST(JpegStrip, TheNumberOfLinesHasNoRoomForMore) {
  const std::string file = Photo();
  const std::string lines = With(file, Segment(0xDC, "\0\x18"s), 0xDA);
  EXPECT_EQ(Stripped(lines), lines);
  EXPECT_EQ(Stripped(With(file, Segment(0xDC, kSecret), 0xDA)), file);
}

TEST(JpegStrip, RestartsBelongToTheScan) {
  const std::string file = Photo({.restart_interval = 1});
  const std::string with = With(file, Segment(0xFE, kSecret));
  EXPECT_EQ(Stripped(with), file);
  ExpectStripped(with);
}

}  // namespace
}  // namespace whittle::codec
