// JPEG without metadata. That no byte of a scan changes is held against the file itself.
#include <stop_token>
#include <vector>

#include "codec/jpeg/metadata.h"
#include "codec/metadata/exif.h"
#include "codec/metadata/exif_keep.h"
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

// Scans of every kind.
std::vector<std::string> PlainFiles() {
  std::vector<std::string> files;
  for (const bool progressive : {false, true}) {
    for (const int restart : {0, 1, 3}) {
      for (const int channels : {1, 3, 4}) {
        for (const int sampling : {1, 2}) {
          const test::JpegOptions options{.h_sampling = sampling,
                                          .v_sampling = sampling,
                                          .progressive = progressive,
                                          .optimised = restart == 3,
                                          .restart_interval = restart};
          files.emplace_back(
              AsText(test::EncodeJpeg(test::Photo(45, 27, channels), options).view()));
        }
      }
    }
  }
  return files;
}

std::string WithoutEnd(const std::string& file) { return file.substr(0, file.size() - 2); }
const std::string kEnd = "\xFF\xD9";

TEST(JpegStrip, LeavesAPlainFileAsItIs) {
  for (const std::string& file : PlainFiles()) EXPECT_EQ(Stripped(file), file);
  const std::string photo = Photo({.progressive = true, .orientation = 6});
  EXPECT_EQ(Stripped(photo), Photo({.progressive = true}));
}

TEST(JpegStrip, BytesBehindTheLastCodeLookedLikeTheScan) {
  for (const std::string& file : PlainFiles()) {
    for (const std::string& trailer :
         {kSecret + kEnd, kSecret, ""s, kSecret + Segment(0xFE, kSecret) + kEnd,
          "\xFF\0"s + kSecret + kEnd, Segment(0xC4, kSecret) + kEnd, Segment(0xDB, kSecret) + kEnd,
          Segment(0xDC, "52") + Segment(0xE2, "ICC_PROFILE\0\1\1"s + kSecret) + kEnd,
          "\0"s + file + kSecret}) {
      const std::string with = WithoutEnd(file) + trailer;
      EXPECT_EQ(Stripped(with), file);
      if (with.find(kSecret) != std::string::npos) ExpectStripped(with);
    }
  }
}

TEST(JpegStrip, BytesInFrontOfRestartMarkersLookedLikeTheScan) {
  for (const bool progressive : {false, true}) {
    const std::string file = Photo({.progressive = progressive, .restart_interval = 2});
    for (const char* marker : {"\xFF\xD0", "\xFF\xD1"}) {
      const std::size_t at = file.find(marker, FindMarker(file, 0xDA));
      ASSERT_NE(at, std::string::npos);
      std::string with = file;
      with.insert(at, kSecret);
      EXPECT_EQ(Stripped(with), file);
      ExpectStripped(with);
      with = file;
      with.insert(at, "\xFF\xFF");
      EXPECT_EQ(Stripped(with), file) << "fill";
    }
  }
}

TEST(JpegStrip, BytesBehindAPassLookedLikeTheScan) {
  const std::string file = Photo({.progressive = true});
  std::size_t at = FindMarker(file, 0xDA) + 2;
  for (int markers = 0; at + 2 < file.size(); ++at) {
    if (file[at] != '\xFF' || file[at + 1] == '\0') continue;
    SCOPED_TRACE(++markers);
    std::string with = file;
    with.insert(at, kSecret);
    EXPECT_EQ(Stripped(with), file);
    ExpectStripped(with);
    at += 2 + static_cast<unsigned char>(file[at + 2]) * 256U +
          static_cast<unsigned char>(file[at + 3]);
  }
}

TEST(JpegStrip, OfDamagedScansNobodyKnowsTheEnd) {
  const std::string file = Photo({.restart_interval = 2});
  const std::size_t scan = FindMarker(file, 0xDA) + 14;
  EXPECT_EQ(Stripped(file.substr(0, scan + 30) + kSecret + kEnd), "failed: Unsupported");
  EXPECT_EQ(Stripped(WithoutEnd(file).substr(0, file.size() - 8) + kEnd), "failed: Unsupported")
      << "the last MCU is missing";
  std::string lost = file;
  lost[file.find("\xFF\xD1", scan) + 1] = '\xD2';
  EXPECT_EQ(Stripped(lost), "failed: Unsupported");
  EXPECT_EQ(Stripped(Photo({.arithmetic = true})), "failed: Unsupported")
      << "nor of arithmetic codes";
}

TEST(JpegStrip, MorePassesAreMissingThanWereMeant) {
  // An end says that the encoder meant it; without one, the rest may be lost.
  const std::string file = Photo({.progressive = true});
  std::size_t at = FindMarker(file, 0xDA) + 2;
  while (file[at] != '\xFF' || file[at + 1] == '\0') ++at;
  const std::string first = file.substr(0, at);
  EXPECT_EQ(Stripped(first + kEnd), first + kEnd);
  EXPECT_EQ(Stripped(first + kSecret + kEnd), first + kEnd);
  EXPECT_EQ(Stripped(first), "failed: Undecodable");
  EXPECT_EQ(Stripped(first + "\xFF\xD8\0\2\xFF\xD9"s), "failed: Undecodable");
}

TEST(JpegStrip, PassesAreCounted) {
  const std::string bomb = RepeatFirstScan(test::Photo(40, 24), 9);
  const Codec& codec = *Sniff(AsBytes(bomb));
  std::uint32_t scans = 0;  // of the plain file
  for (const std::string file = Photo({.progressive = true}); ++scans < 20;) {
    if (codec.strip(AsBytes(file), {}, {.max_scans = scans})) break;
  }
  EXPECT_EQ(scans, 10U) << "libjpeg's script for colour";
  EXPECT_TRUE(codec.strip(AsBytes(bomb), {}, {.max_scans = scans + 8}));
  const auto refused = codec.strip(AsBytes(bomb), {}, {.max_scans = scans + 7});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kTooLarge);
  const std::uint64_t pixels = std::uint64_t{40} * 24 * (scans + 8);
  EXPECT_TRUE(codec.strip(AsBytes(bomb), {}, {.max_scan_pixels = pixels}));
  EXPECT_FALSE(codec.strip(AsBytes(bomb), {}, {.max_scan_pixels = pixels - 1}));
  // 15 blocks of three components, 8 bytes each.
  EXPECT_TRUE(codec.strip(AsBytes(bomb), {}, {.max_working_bytes = 15 * 3 * 8}));
  EXPECT_FALSE(codec.strip(AsBytes(bomb), {}, {.max_working_bytes = 15 * 3 * 8 - 1}));
}

TEST(JpegStrip, WhatWouldBeTooLargeIsNotRead) {
  const std::string file = Photo({.restart_interval = 2});
  const std::string with = With(file, Segment(0xE1, "Exif\0\0"s + kSecret)) + std::string(999, 'x');
  EXPECT_EQ(Stripped(with, {.most = file.size()}), file);
  EXPECT_EQ(Stripped(with, {.most = file.size() - 1}), "failed: TooLarge");
  const std::string passes = Photo({.progressive = true});
  EXPECT_EQ(Stripped(passes, {.most = passes.size()}), passes);
  EXPECT_EQ(Stripped(passes, {.most = passes.size() / 2}), "failed: TooLarge");
}

TEST(JpegStrip, Stops) {
  std::stop_source stop;
  const std::string file = Photo();
  EXPECT_EQ(Stripped(file, {.stop = stop.get_token()}), file);
  stop.request_stop();
  EXPECT_EQ(Stripped(file, {.stop = stop.get_token()}), "failed: Cancelled");
}

TEST(JpegStrip, FramesThatNobodyDecodesAreRefused) {
  const std::string file = Photo();
  const std::size_t at = FindMarker(file, 0xC0);
  const std::string frame = file.substr(at + 4, 6 + 9);
  const auto with = [&](int marker, const std::string& body) {
    return Stripped(With(WithoutSegment(file, 0xC0), Segment(marker, body), 0xDA));
  };
  EXPECT_EQ(with(0xC0, frame).substr(0, 2), "\xFF\xD8");
  std::string changed = frame;
  changed[0] = 12;
  EXPECT_EQ(with(0xC1, changed), "failed: Unsupported") << "12 bits";
  changed = frame;
  changed[9] = changed[6];
  EXPECT_EQ(with(0xC0, changed), "failed: Unsupported") << "two components of one name";
  for (const char components : {'\4', '\5'}) {
    changed =
        frame + "\x64\x11\0\x65\x11\0"s.substr(0, 3 * (static_cast<std::size_t>(components) - 3));
    changed[5] = components;
    EXPECT_EQ(with(0xC0, changed) == "failed: Unsupported", components == 5);
  }
  for (const int marker : {0xC3, 0xC5, 0xC9, 0xCA, 0xCF}) {
    EXPECT_EQ(with(marker, frame), "failed: Unsupported") << marker;
  }
  changed = frame;
  changed[7] = '\x51';
  EXPECT_EQ(with(0xC0, changed), "failed: Undecodable") << "a factor of 5";
  EXPECT_EQ(Stripped(With(file, Segment(0xC0, frame), 0xDA)), "failed: Undecodable")
      << "two frames";
  EXPECT_EQ(Stripped(WithoutSegment(file, 0xC0)), "failed: Undecodable") << "none";
  const Codec& codec = *Sniff(AsBytes(file));
  EXPECT_TRUE(codec.strip(AsBytes(file), {}, {.max_source_pixels = 960}));
  EXPECT_FALSE(codec.strip(AsBytes(file), {}, {.max_source_pixels = 959}));
}

TEST(JpegStrip, TablesHaveNoRoomForMore) {
  const std::string file = Photo();
  for (const int marker : {0xC0, 0xC4, 0xDB}) {
    const std::size_t at = FindMarker(file, marker);
    const auto length =
        static_cast<unsigned char>(file[at + 2]) * 256U + static_cast<unsigned char>(file[at + 3]);
    const std::string body = file.substr(at + 4, length - 2) + kSecret;
    EXPECT_EQ(Stripped(With(WithoutSegment(file, marker), Segment(marker, body), 0xDA)),
              "failed: Undecodable");
  }
  EXPECT_EQ(Stripped(With(file, Segment(0xDD, "\0\0"s + kSecret))), "failed: Undecodable");
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

TEST(JpegStrip, PiecesOfAProfileThatNobodyReadsAreGone) {
  const std::string file = Photo();
  const auto piece = [](char number, char count, const std::string& body) {
    return Segment(0xE2, "ICC_PROFILE\0"s + number + count + body);
  };
  const std::string whole = With(file, kProfile, 0xDB);
  EXPECT_EQ(Stripped(With(whole, piece(1, 2, kSecret) + piece(2, 2, kSecret), 0xDB)), whole)
      << "the first of each number counts";
  EXPECT_EQ(Stripped(With(whole, Segment(0xE2, "ICC_PROFILE\0\1"s), 0xDB)), whole);
  for (const std::string& more :
       {piece(3, 2, kSecret), piece(0, 2, kSecret), piece(2, 3, kSecret)}) {
    EXPECT_EQ(Stripped(With(whole, more, 0xDB)), file) << "one that disagrees spoils all";
  }
  EXPECT_EQ(Stripped(With(file, piece(1, 2, kSecret), 0xDB)), file) << "one is missing";
  const std::string late = Photo({.progressive = true});
  std::size_t at = FindMarker(late, 0xDA) + 2;
  while (late[at] != '\xFF' || late[at + 1] == '\0') ++at;
  std::string with = late;
  with.insert(at, piece(1, 1, kSecret));
  EXPECT_EQ(Stripped(with), late) << "profiles stand before the picture";
}

TEST(JpegStrip, CutFilesDoNoHarm) {
  ExpectCutFilesDoNoHarm(With(Photo({.progressive = true, .orientation = 5}), kProfile));
  ExpectCutFilesDoNoHarm(Photo({.restart_interval = 2}));
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
