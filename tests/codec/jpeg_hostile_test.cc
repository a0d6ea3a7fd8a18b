// Broken and abusive files: an error of the right kind, at once, and nothing else.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "tests/codec/decode.h"
#include "tests/codec/jpeg_cuts.h"
#include "tests/codec/jpeg_files.h"
#include "tests/codec/planes.h"

namespace whittle::codec {
namespace {

std::string_view KindOf(const Expected<test::Picture>& picture) {
  return picture ? "ok" : Name(picture.error().kind);
}

// Decodes a copy that ends where its allocation ends, so that ASan sees reading beyond.
std::string_view Outcome(std::string_view file, const Limits& limits = {}) {
  const Bytes copy = Bytes::CopyOf(AsBytes(file));
  return KindOf(Decode(copy.view(), limits));
}

std::vector<std::string> SmallFiles() {
  std::vector<std::string> files;
  for (const test::JpegOptions& options :
       {test::JpegOptions{},
        {.h_sampling = 2, .v_sampling = 2, .restart_interval = 1},
        {.progressive = true},
        {.arithmetic = true},
        {.orientation = 6, .icc = "made up"}}) {
    const Bytes file = test::EncodeJpeg(test::Photo(19, 21), options);
    files.emplace_back(AsText(file.view()));
  }
  return files;
}

// What the pictures are is jpeg_truncated_test.cc's matter.
TEST(JpegHostile, EveryTruncationIsUndecodableUpToTheFirstMcuAndAPictureFromThereOn) {
  for (const std::string& file : SmallFiles()) {
    ASSERT_EQ(Outcome(file), "ok");
    const std::size_t scan = FindMarker(file, 0xDA);
    const bool arithmetic = file.find("\xFF\xC9") < scan;
    std::size_t shown = 0;  // the least size of a picture
    for (std::size_t size = 2; size < file.size(); ++size) {
      const std::string_view outcome = Outcome(std::string_view(file).substr(0, size));
      // Arithmetic coding reads further than the file goes, and that differs with its last bytes.
      if (arithmetic && size > scan) {
        ASSERT_TRUE(outcome == "ok" || outcome == "Undecodable") << outcome;
        shown = scan + 9;
        continue;
      }
      if (outcome == "ok" && shown == 0) shown = size;
      ASSERT_EQ(outcome, shown == 0 ? "Undecodable" : "ok") << size << " of " << file.size();
    }
    EXPECT_GT(shown, scan + 8);
    EXPECT_LT(shown, scan + 250);
    EXPECT_EQ(Outcome(std::string_view(file).substr(0, 1)), "Unsupported");
  }
}

TEST(JpegHostile, FlippedBitsGiveAPictureOrAClearError) {
  std::mt19937 random(1);
  int errors = 0;
  int pictures = 0;
  for (const std::string& file : SmallFiles()) {
    for (int i = 0; i < 1500; ++i) {
      std::string damaged = file;
      const int flips = 1 + static_cast<int>(random() % 4);
      for (int f = 0; f < flips; ++f) {
        char& byte = damaged[random() % damaged.size()];
        byte = static_cast<char>(byte ^ 1 << random() % 8);
      }
      const auto outcome = Outcome(damaged, {.max_source_pixels = 1'000'000});
      ++(outcome == "ok" ? pictures : errors);
      ASSERT_TRUE(outcome == "ok" || outcome == "Undecodable" || outcome == "Unsupported" ||
                  outcome == "TooLarge")
          << outcome;
    }
  }
  EXPECT_GT(errors, 1000);
  EXPECT_GT(pictures, 1000);
}

// The frame header: FF C0, length, precision, height, width.
std::string WithFrame(int marker, int precision, int height, int width) {
  const Bytes file = test::EncodeJpeg(test::Photo(19, 21));
  std::string jpeg(AsText(file.view()));
  const std::size_t at = FindMarker(jpeg, 0xC0);
  jpeg[at + 1] = static_cast<char>(marker);
  jpeg[at + 4] = static_cast<char>(precision);
  jpeg[at + 5] = static_cast<char>(height >> 8);
  jpeg[at + 6] = static_cast<char>(height);
  jpeg[at + 7] = static_cast<char>(width >> 8);
  jpeg[at + 8] = static_cast<char>(width);
  return jpeg;
}

// The same with the one scan header that lossless frames may have: predictor 1.
std::string Lossless() {
  std::string jpeg = WithFrame(0xC3, 8, 21, 19);
  const std::size_t at = FindMarker(jpeg, 0xDA);
  const auto parts = static_cast<std::uint8_t>(jpeg[at + 4]);
  jpeg[at + 5 + 2 * parts] = 1;
  jpeg[at + 6 + 2 * parts] = 0;
  return jpeg;
}

TEST(JpegHostile, RefusesWhatItCannotDecodeByName) {
  EXPECT_EQ(Outcome(WithFrame(0xC0, 8, 21, 19)), "ok");
  EXPECT_EQ(Outcome(WithFrame(0xC1, 8, 21, 19)), "ok");            // extended
  EXPECT_EQ(Outcome(WithFrame(0xC1, 12, 21, 19)), "Unsupported");  // 12 bits
  EXPECT_EQ(Outcome(WithFrame(0xC1, 7, 21, 19)), "Undecodable");   // no such precision
  for (const int marker : {0xC5, 0xC6, 0xC7, 0xC8, 0xCB, 0xCD, 0xCE, 0xCF}) {
    EXPECT_EQ(Outcome(WithFrame(marker, 8, 21, 19)), "Unsupported") << marker;
  }
  const std::string deep = WithFrame(0xC1, 12, 21, 19);
  EXPECT_EQ(Decode(AsBytes(deep)).error().text, "JPEG of more than 8 bits is not supported");
  EXPECT_EQ(Decode(AsBytes(Lossless())).error().text,
            "lossless and hierarchical JPEG are not supported");
  EXPECT_EQ(Outcome(WithFrame(0xC3, 8, 21, 19)), "Undecodable");  // a scan of no lossless JPEG
}

TEST(JpegHostile, RefusesImpossibleSizesFromTheHeader) {
  EXPECT_EQ(Outcome(WithFrame(0xC0, 8, 0, 19)), "Undecodable");
  EXPECT_EQ(Outcome(WithFrame(0xC0, 8, 21, 0)), "Undecodable");
  EXPECT_EQ(Outcome(WithFrame(0xC0, 8, 65535, 65535)), "TooLarge");
  EXPECT_EQ(Outcome(WithFrame(0xC2, 8, 60000, 1000), {.max_working_bytes = 100'000'000}),
            "TooLarge");                                            // 360 MB of coefficients
  EXPECT_EQ(Outcome(WithFrame(0xC0, 8, 65535, 1)), "Undecodable");  // libjpeg ends at 65500
}

TEST(JpegHostile, BoundsScans) {
  const test::Picture picture = test::Photo(64, 64, 1);
  EXPECT_EQ(Outcome(RepeatFirstScan(picture, 50)), "ok");
  EXPECT_EQ(Outcome(RepeatFirstScan(picture, 200)), "TooLarge");
  EXPECT_EQ(Outcome(RepeatFirstScan(picture, 50), {.max_scans = 20}), "TooLarge");
  EXPECT_EQ(Outcome(RepeatFirstScan(picture, 50), {.max_scan_pixels = 64 * 64 * 20}), "TooLarge");
}

TEST(JpegHostile, BoundsScansAtTheirExactNumber) {
  const std::string file = RepeatFirstScan(test::Photo(40, 24, 1), 10);
  const auto scans = static_cast<std::uint32_t>(ScanEnds(file).size());
  ASSERT_EQ(scans, 15U);  // libjpeg's script has 6
  EXPECT_EQ(Outcome(file, {.max_scans = scans}), "ok");
  EXPECT_EQ(Outcome(file, {.max_scans = scans - 1}), "TooLarge");
  EXPECT_EQ(Outcome(file, {.max_scan_pixels = 40 * 24 * scans}), "ok");
  EXPECT_EQ(Outcome(file, {.max_scan_pixels = 40 * 24 * scans - 1}), "TooLarge");
  const Bytes baseline = test::EncodeJpeg(test::Photo(40, 24));
  for (const JpegDecoder decoder : {JpegDecoder::kAuto, JpegDecoder::kTurbo}) {
    const auto error = [&](const Limits& limits) {
      const auto planes = ReadPlanes(baseline.view(), decoder, limits).error;
      EXPECT_EQ(planes ? Name(*planes) : "ok", Outcome(AsText(baseline.view()), limits));
      return planes;
    };
    EXPECT_EQ(error({.max_scans = 1}), std::nullopt);
    EXPECT_EQ(error({.max_scans = 0}), ErrorKind::kTooLarge);
    EXPECT_EQ(error({.max_scan_pixels = 40 * 24}), std::nullopt);
    EXPECT_EQ(error({.max_scan_pixels = 40 * 24 - 1}), ErrorKind::kTooLarge);
    EXPECT_EQ(error({.max_source_pixels = 40 * 24}), std::nullopt);
    EXPECT_EQ(error({.max_source_pixels = 40 * 24 - 1}), ErrorKind::kTooLarge);
    EXPECT_EQ(error({.max_source_bytes = baseline.size()}), std::nullopt);
    EXPECT_EQ(error({.max_source_bytes = baseline.size() - 1}), ErrorKind::kTooLarge);
    const std::uint64_t needed = ByName("jpeg")->probe(baseline.view(), {})->decode_bytes;
    EXPECT_EQ(error({.max_working_bytes = needed}), std::nullopt);
    EXPECT_EQ(error({.max_working_bytes = needed - 1}), ErrorKind::kTooLarge);
  }
}

// All scans are read by the first Read, which may take seconds.
TEST(JpegHostile, AStopEndsTheFirstReadOfAnyKind) {
  for (const bool progressive : {false, true}) {
    for (const bool cut : {false, true}) {
      const Bytes file = test::EncodeJpeg(test::Photo(64, 64), {.progressive = progressive});
      const ByteView view = file.view().first(cut ? file.size() * 3 / 4 : file.size());
      for (const JpegDecoder decoder : {JpegDecoder::kAuto, JpegDecoder::kTurbo}) {
        std::stop_source stop;
        UseJpegDecoder(decoder);
        const auto planes = *ByName("jpeg")->open_planes(view, {}, stop.get_token());
        UseJpegDecoder(JpegDecoder::kAuto);
        const auto rows = *ByName("jpeg")->open(view, {}, stop.get_token());
        stop.request_stop();
        test::Picture picture = test::Blank(64, 64);
        EXPECT_EQ(planes->Read().error().kind, ErrorKind::kCancelled);
        EXPECT_EQ(rows->Read(RowsOf(picture, 0, 64)).error().kind, ErrorKind::kCancelled);
      }
    }
  }
}

TEST(JpegHostile, AStopEndsALongReadFromWithin) {
  // Some seconds of work inside one jpeg_start_decompress, ending in an error if it were not
  // stopped.
  const std::string bomb = RepeatFirstScan(test::Blank(2000, 2000, 1), 900);
  const Limits limits{.max_scans = 800, .max_scan_pixels = ~0ULL};
  std::stop_source stop;
  const auto source = *Sniff(AsBytes(bomb))->open(AsBytes(bomb), limits, stop.get_token());
  const std::jthread stopper([&stop] { stop.request_stop(); });
  test::Picture rows = test::Blank(2000, 8, 1);
  const auto got = source->Read(RowsOf(rows, 0, 8));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::kCancelled);
}

TEST(JpegHostile, BoundsDamageInTheHeader) {
  const Bytes file = test::EncodeJpeg(test::Photo(19, 21));
  const std::string_view jpeg = AsText(file.view());
  const auto with = [&](std::string_view inserted, int times) {
    std::string flood(jpeg.substr(0, 2));
    for (int i = 0; i < times; ++i) flood += inserted;
    return flood + std::string(jpeg.substr(2));
  };
  const std::string_view sound("\xFF\xE5\0\2", 4);
  const std::string_view stray("x\xFF\xE5\0\2", 5);
  EXPECT_EQ(Outcome(with(sound, 100'000)), "ok");
  EXPECT_EQ(Outcome(with(stray, 1000)), "ok");
  EXPECT_EQ(Outcome(with(stray, 1001)), "Undecodable");
  EXPECT_EQ(Outcome(with(std::string_view("\xFF\xE1\0\0", 4), 1)), "Undecodable");
  EXPECT_EQ(Outcome(with(std::string_view("\xFF\xE2\xFF\xFF", 4), 1)), "Undecodable");
}

// A photo among public EXIF samples had stray bytes in thousands of restart intervals; browsers and
// Pillow show it, and nothing is wrong with what can be seen.
TEST(JpegHostile, DamageInEveryRestartIntervalIsForgiven) {
  for (const bool progressive : {false, true}) {
    const Bytes file = test::EncodeJpeg(
        test::Photo(320, 320),
        {.h_sampling = 1, .v_sampling = 1, .progressive = progressive, .restart_interval = 1});
    const std::string_view jpeg = AsText(file.view());
    std::string stray;
    int strays = 0;
    for (std::size_t at = 0; at < jpeg.size(); ++at) {
      const bool restart = at > FindMarker(jpeg, 0xDA) && jpeg[at] == '\xFF' &&
                           at + 1 < jpeg.size() && (jpeg[at + 1] & '\xF8') == '\xD0';
      if (restart) ++strays, stray += "stray";
      stray += jpeg[at];
    }
    ASSERT_GT(strays, 1000);
    const auto sound = Decode(file.view());
    const Bytes copy = Bytes::CopyOf(AsBytes(stray));
    const auto shown = Decode(copy.view());
    ASSERT_TRUE(sound && shown) << shown.error().detail;
    EXPECT_TRUE(shown->samples == sound->samples);
  }
}

// The rule at the head of codec/jpeg/whole.h, case by case.
TEST(JpegHostile, WhatIsThereIsShownWhateverEndsTheScan) {
  const Bytes file = test::EncodeJpeg(test::Noise(64, 64));
  const std::string_view jpeg = AsText(file.view());
  const std::string half(jpeg.substr(0, jpeg.size() / 2));
  EXPECT_EQ(Outcome(half), "ok");
  EXPECT_EQ(Outcome(half + "\xFF\xD9"), "ok");
  EXPECT_EQ(Outcome(half + "\xFF\x5C garbage"), "ok");
  EXPECT_EQ(Outcome(half + std::string("\xFF\xE5\0\4", 4)), "ok");
}

TEST(JpegHostile, TroubleBehindACompleteScanIsForgiven) {
  const Bytes file = test::EncodeJpeg(test::Noise(64, 64));
  const std::string scan(AsText(file.view()).substr(0, file.size() - 2));
  EXPECT_EQ(Outcome(scan), "ok");
  EXPECT_EQ(Outcome(scan + "\xFF"), "ok");
  EXPECT_EQ(Outcome(scan + "\xFF\xDD"), "ok");
  EXPECT_EQ(Outcome(scan + "\xFF\x5C garbage"), "ok");
}

// Found by fuzzing: the size of the picture was the size in the last frame header of the file.
TEST(JpegHostile, ASecondFrameHeaderDoesNotChangeTheSize) {
  const Bytes file = test::EncodeJpeg(test::Photo(19, 21));
  const std::string scan(AsText(file.view()).substr(0, file.size() - 2));
  const std::string larger = WithFrame(0xC0, 8, 1000, 1000);
  const std::string twice = scan + larger.substr(FindMarker(larger, 0xC0));
  const auto decoded = Decode(AsBytes(twice));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->width, 19);
  EXPECT_EQ(decoded->height, 21);
  const auto source = *Sniff(AsBytes(twice))->open(AsBytes(twice), {}, {});
  test::Picture rows = test::Blank(19, 21);
  EXPECT_EQ(source->Read(RowsOf(rows, 0, 21)), 21);
  EXPECT_EQ(source->height(), 21);
  EXPECT_EQ(source->Read(RowsOf(rows, 0, 21)), 0);
}

TEST(JpegHostile, StaysInErrorAfterOne) {
  const Bytes file = test::EncodeJpeg(test::Photo(64, 64));
  const ByteView cut = file.view().first(FindMarker(AsText(file.view()), 0xDA) + 14);
  const auto source = *Sniff(cut)->open(cut, {}, {});
  test::Picture rows = test::Blank(64, 64);
  ASSERT_FALSE(source->Read(RowsOf(rows, 0, 64)));
  const auto again = source->Read(RowsOf(rows, 0, 64));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::kUndecodable);
  EXPECT_EQ(again.error().detail, "the file ends before its first MCU");
}

}  // namespace
}  // namespace whittle::codec
