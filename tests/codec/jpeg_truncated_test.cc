// Cut and gappy JPEG files: what is there, and what stands for the rest (codec/jpeg/mcus.h).
//
// The reference is libjpeg's own decode of a sound file that has the coefficients of the MCUs that
// are there, and the fill for the others, computed here by its definition.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/codec/decode.h"
#include "tests/codec/jpeg_cuts.h"
#include "tests/codec/jpeg_files.h"
#include "tests/codec/planes.h"

namespace whittle::codec {
namespace {

using test::EncodeJpeg;
using test::JpegOptions;

struct Kind {
  const char* name;
  int channels;
  JpegOptions options;
};

const std::vector<Kind>& Sequential() {
  static const std::vector<Kind> kKinds = {
      {"4:2:0", 3, {.quality = 80, .h_sampling = 2, .v_sampling = 2}},
      {"4:4:4", 3, {.quality = 90}},
      {"4:4:0", 3, {.quality = 90, .v_sampling = 2, .optimised = true}},
      {"grey", 1, {.quality = 70}},
      {"ink", 4, {.quality = 80, .h_sampling = 2, .v_sampling = 2}},
  };
  return kKinds;
}

// 53x45: neither blocks nor MCUs come out even. 4:2:0 has 4x3 MCUs.
std::string File(const Kind& kind, int restart_interval = 0) {
  JpegOptions options = kind.options;
  options.restart_interval = restart_interval;
  return std::string(AsText(EncodeJpeg(test::Photo(53, 45, kind.channels), options).view()));
}

struct Decoded {
  Rows rows;
  bool truncated = false;
  friend bool operator==(const Decoded&, const Decoded&) = default;
};

Expected<Decoded> DecodeCut(std::string_view file, int batch = 8) {
  const Bytes copy = Bytes::CopyOf(AsBytes(file));  // ends where its allocation ends, for ASan
  WHITTLE_TRY(const auto source, ByName("jpeg")->open(copy.view(), {}, {}));
  WHITTLE_TRY(Rows rows, ReadRows(*source, batch));
  return Decoded{std::move(rows), source->truncated()};
}

Rows Shown(const std::string& file) {
  const auto decoded = DecodeCut(file);
  EXPECT_TRUE(decoded) << decoded.error().detail;
  return decoded ? decoded->rows : Rows{};
}

// libjpeg's word on a sound file.
Rows Plainly(const Bytes& file) {
  test::Picture picture = test::DecodeJpeg(file.view());
  if (picture.channels == 4) {
    for (auto& sample : picture.samples) sample = static_cast<std::uint8_t>(255 - sample);
  }
  return {picture.width, picture.height, FormatOf(picture), picture.samples};
}

// Both decoders, where the picture has planes; the one that did it, "" when they differ.
std::string PlanesDecoder(std::string_view file, const Bytes& wanted) {
  const PlanesRead ours = ReadPlanes(AsBytes(file), JpegDecoder::kAuto);
  const PlanesRead turbo = ReadPlanes(AsBytes(file), JpegDecoder::kTurbo);
  const PlanesRead same = ReadPlanes(wanted.view(), JpegDecoder::kTurbo);
  return DecodersAgree(ours, turbo) && ours.bands == same.bands ? ours.decoder : "";
}

// ---- Nothing is missing

const std::string kTails[] = {
    "",
    std::string(1, '\0'),
    std::string(1000, '\0'),
    "\xFF",
    "\xFF\xD9",
    std::string("\xFF\xD9\0\0", 4),
    std::string("\0\0SEFHe\0\0\0\1\0\0\0SEFT", 18),  // a camera's trailer
    "any bytes at all, and more of them than an MCU could take",
    std::string(99, '\xFF'),
    std::string("\xFF\xDA\0\x0C", 4),
    std::string("\xFF\xC4\0\x05\0\0\0", 7),
    std::string("\xFF\xC0\0\x11\x08\x10\0\x10\0\3\1\x11\0\2\x11\0\3\x11\0", 19),
    "\xFF\xD3\xFF\xD8\xFF\x01",
};

TEST(JpegTruncated, AWholePictureIsWholeWhateverFollows) {
  for (Kind kind : Sequential()) {
    for (const int restart_interval : {0, 1, 5}) {
      for (const bool progressive : {false, true}) {
        kind.options.progressive = progressive;
        const std::string file = File(kind, restart_interval);
        const Rows whole = Plainly(Bytes::CopyOf(AsBytes(file)));
        const std::string scan = file.substr(0, file.size() - 2);
        for (const std::string& tail : kTails) {
          SCOPED_TRACE(testing::Message() << kind.name << restart_interval << progressive << " "
                                          << testing::PrintToString(tail));
          const auto decoded = DecodeCut(scan + tail);
          ASSERT_TRUE(decoded) << decoded.error().detail;
          EXPECT_FALSE(decoded->truncated);
          EXPECT_EQ(decoded->rows, whole);
          if (kind.channels == 4) continue;
          EXPECT_EQ(PlanesDecoder(scan + tail, Bytes::CopyOf(AsBytes(file))),
                    progressive ? "libjpeg-turbo" : "whittle");
        }
      }
    }
  }
}

TEST(JpegTruncated, SeparateScansAreWholeWhenEachComponentHasItsOwn) {
  const Bytes sound = Separate(File(Sequential()[0]));
  const std::string file(AsText(sound.view()));
  for (const std::string& tail : kTails) {
    const auto decoded = DecodeCut(file.substr(0, file.size() - 2) + tail);
    ASSERT_TRUE(decoded) << decoded.error().detail;
    EXPECT_FALSE(decoded->truncated);
    EXPECT_EQ(decoded->rows, Plainly(sound));
  }
}

// Its coder reads on, zeros for what is not there.
TEST(JpegTruncated, ArithmeticCodingNeedsNoEndEither) {
  for (unsigned seed = 1; seed < 60; ++seed) {
    const Bytes sound =
        EncodeJpeg(test::Photo(40, 33, 3, seed), {.quality = 50 + static_cast<int>(seed % 50),
                                                  .h_sampling = 1 + static_cast<int>(seed % 2),
                                                  .progressive = seed % 3 == 0,
                                                  .arithmetic = true,
                                                  .restart_interval = static_cast<int>(seed % 4)});
    const auto decoded = DecodeCut(AsText(sound.view()).substr(0, sound.size() - 2));
    ASSERT_TRUE(decoded) << decoded.error().detail;
    EXPECT_FALSE(decoded->truncated) << seed;
    EXPECT_EQ(decoded->rows, Plainly(sound));
  }
}

TEST(JpegTruncated, CutArithmeticCodingIsFilledToo) {
  const Bytes sound = EncodeJpeg(test::Photo(64, 64, 1), {.quality = 90, .arithmetic = true});
  const Rows whole = Plainly(sound);
  const std::size_t scan = FindMarker(AsText(sound.view()), 0xDA) + 10;
  for (int part = 1; part < 8; ++part) {
    const std::size_t size = scan + (sound.size() - scan) * static_cast<std::size_t>(part) / 8;
    const auto cut = DecodeCut(AsText(sound.view()).substr(0, size));
    ASSERT_TRUE(cut) << cut.error().detail;
    EXPECT_TRUE(cut->truncated) << part;
    // The last row of blocks is flat, and the first one, where it may be there, as it was.
    for (int x = 0; x < 64; ++x) {
      if (part < 7) EXPECT_EQ(cut->rows.Sample(x, 63, 0), cut->rows.Sample(63, 56, 0)) << part;
      if (part > 2) EXPECT_EQ(cut->rows.Sample(x, 4, 0), whole.Sample(x, 4, 0)) << part;
    }
  }
}

// ---- The file ends amid a scan

TEST(JpegTruncated, CutsShowWhatIsThereAndTheMeanOfTheLastRow) {
  for (const Kind& kind : Sequential()) {
    const std::string file = File(kind, 1);  // so that each MCU has its segment of whole bytes
    const std::vector<Segment> segments = SegmentsOf(file);
    const Mcus mcus(file);
    ASSERT_EQ(segments.size(), mcus.count());
    for (std::size_t there = 1; there < mcus.count(); ++there) {
      SCOPED_TRACE(testing::Message() << kind.name << " " << there);
      const Bytes wanted = mcus.Filled([&](std::size_t mcu) { return mcu < there; });
      for (const std::size_t size : {segments[there - 1].end, segments[there].end - 1}) {
        const std::string cut = file.substr(0, size);
        for (const int batch : {1, 7, 45}) {
          const auto decoded = DecodeCut(cut, batch);
          ASSERT_TRUE(decoded) << decoded.error().detail;
          EXPECT_TRUE(decoded->truncated);
          EXPECT_EQ(decoded->rows, Plainly(wanted)) << batch;
        }
        if (kind.channels != 4) EXPECT_EQ(PlanesDecoder(cut, wanted), "libjpeg-turbo");
      }
    }
    EXPECT_EQ(DecodeCut(file.substr(0, segments[0].end - 1)).error().kind, ErrorKind::kUndecodable);
  }
}

// Without restarts nobody can say from outside where an MCU ends, but each cut shows so many of
// them, and no fewer than a shorter one.
TEST(JpegTruncated, EveryCutIsThatOfSomeMcu) {
  for (const Kind& kind : Sequential()) {
    const std::string file = File(kind);
    const Mcus mcus(file);
    const auto filled = [&mcus](std::size_t there) {
      return Plainly(mcus.Filled([there](std::size_t mcu) { return mcu < there; }));
    };
    std::size_t there = 0;
    Rows wanted;
    for (std::size_t size = FindMarker(file, 0xDA); size < file.size(); ++size) {
      const auto decoded = DecodeCut(file.substr(0, size));
      if (!decoded) {
        ASSERT_EQ(there, 0U);
        EXPECT_EQ(decoded.error().kind, ErrorKind::kUndecodable);
        continue;
      }
      while (decoded->rows != wanted) {
        ASSERT_LT(there, mcus.count()) << kind.name << size;
        wanted = filled(++there);
      }
      EXPECT_EQ(decoded->truncated, there < mcus.count()) << kind.name << size;
    }
    EXPECT_EQ(there, mcus.count());
  }
}

TEST(JpegTruncated, ZerosAtTheEndAreNoData) {
  for (const Kind& kind : Sequential()) {
    const std::string file = File(kind);
    for (std::size_t lost = 3; lost < file.size() - FindMarker(file, 0xDA) - 200; lost += 4) {
      const std::string cut = file.substr(0, file.size() - lost);
      if (cut.back() == '\0') continue;  // may be data
      const auto zeros = DecodeCut(cut + std::string(lost, '\0'));
      const auto wanted = DecodeCut(cut);
      ASSERT_TRUE(zeros && wanted);
      EXPECT_EQ(*zeros, *wanted) << kind.name << lost;
    }
  }
}

// The zero behind an FF makes it data.
TEST(JpegTruncated, TheZeroThatStuffsAnFfIsData) {
  const Kind noisy{"4:4:4", 3, {.quality = 100}};
  const std::string file(AsText(EncodeJpeg(test::Noise(48, 48), noisy.options).view()));
  int stuffed = 0;
  for (std::size_t at = FindMarker(file, 0xDA) + 600; at + 4 < file.size(); ++at) {
    if (file[at] != '\xFF' || file[at + 1] != '\0') continue;
    ++stuffed;
    const std::string cut = file.substr(0, at + 2);
    const auto wanted = DecodeCut(cut);
    ASSERT_TRUE(wanted);
    EXPECT_EQ(*DecodeCut(cut + std::string(20, '\0')), *wanted) << at;
  }
  EXPECT_GT(stuffed, 10);
}

// ---- Gaps amid the file

TEST(JpegTruncated, LostSegmentsAreFilledByWhatIsAboveThem) {
  for (const Kind& kind : Sequential()) {
    const std::string file = File(kind, 1);
    const std::vector<Segment> segments = SegmentsOf(file);
    const Mcus mcus(file);
    for (std::size_t first = 0; first + 2 < mcus.count(); first += 3) {
      for (const std::size_t last : {first, first + 1}) {
        SCOPED_TRACE(testing::Message() << kind.name << first << "-" << last);
        std::string gappy = file.substr(0, segments[first].begin);
        // The markers of the lost segments are there, so that their number is known.
        for (std::size_t i = first; i < last; ++i) gappy += file.substr(segments[i].end, 2);
        gappy += file.substr(segments[last].end);
        const Bytes wanted =
            mcus.Filled([&](std::size_t mcu) { return mcu < first || mcu > last; });
        const auto decoded = DecodeCut(gappy);
        ASSERT_TRUE(decoded) << decoded.error().detail;
        EXPECT_TRUE(decoded->truncated);
        EXPECT_EQ(decoded->rows, Plainly(wanted));
        if (kind.channels != 4) EXPECT_EQ(PlanesDecoder(gappy, wanted), "libjpeg-turbo");
      }
    }
  }
}

// Rows with gaps say nothing about those below them, once there has been a whole one.
TEST(JpegTruncated, EachGapIsFilledByTheLastWholeRowAboveIt) {
  for (const Kind& kind : Sequential()) {
    const std::string file = File(kind, 1);
    const std::vector<Segment> segments = SegmentsOf(file);
    const Mcus mcus(file);
    for (const std::size_t step : {2U, 3U, 5U, 7U, 9U}) {
      const auto there = [step](std::size_t mcu) { return mcu % step != 1; };
      std::string gappy = file.substr(0, segments[0].begin);
      for (std::size_t i = 0; i < segments.size(); ++i) {
        const std::size_t begin = there(i) ? segments[i].begin : segments[i].end;
        gappy += file.substr(begin, segments[i].end + 2 - begin);
      }
      const auto decoded = DecodeCut(gappy);
      ASSERT_TRUE(decoded) << decoded.error().detail;
      EXPECT_EQ(decoded->rows, Plainly(mcus.Filled(there))) << kind.name << step;
    }
  }
}

TEST(JpegTruncated, AMarkerEndsAScanAsTheFilesEndDoes) {
  const std::string file = File(Sequential()[0]);
  const std::string half = file.substr(0, file.size() * 3 / 4);
  for (const std::string& tail : {"\xFF\xD9", "\xFF\x5C garbage", "\xFF\xE5 and more"}) {
    const auto decoded = DecodeCut(half + tail);
    ASSERT_TRUE(decoded) << decoded.error().detail;
    EXPECT_EQ(*decoded, *DecodeCut(half));
    EXPECT_TRUE(decoded->truncated);
  }
}

TEST(JpegTruncated, OnlyAMarkerBeforeTheFirstMcuIsShownInGrey) {
  const std::string file = File(Sequential()[1]);
  const std::string header = file.substr(0, FindMarker(file, 0xDA) + 14);
  const auto grey = DecodeCut(header + "\xFF\xD9");
  ASSERT_TRUE(grey);
  EXPECT_TRUE(grey->truncated);
  EXPECT_EQ(grey->rows, BlankRows(53, 45, pixel::PixelFormat::kRgb8, 128));
  EXPECT_FALSE(DecodeCut(header));
}

// ---- Several scans

std::string Progressive(const JpegOptions& options = {}) {
  JpegOptions all = options;
  all.progressive = true;
  return std::string(AsText(EncodeJpeg(test::Photo(83, 61), all).view()));
}

TEST(JpegTruncated, EveryWholePassIsShown) {
  for (const int sampling : {1, 2}) {
    const std::string file = Progressive({.h_sampling = sampling, .v_sampling = sampling});
    const std::vector<std::size_t> ends = ScanEnds(file);
    ASSERT_EQ(ends.size(), 10U);  // libjpeg's script
    for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
      const std::string cut = file.substr(0, ends[i]);
      // The same passes with an end of image are what an encoder might have meant.
      const std::string meant = cut + "\xFF\xD9";
      const Rows wanted = Plainly(Bytes::CopyOf(AsBytes(meant)));
      const auto decoded = DecodeCut(cut);
      ASSERT_TRUE(decoded) << decoded.error().detail;
      EXPECT_TRUE(decoded->truncated) << i;
      EXPECT_EQ(decoded->rows, wanted) << i;
      EXPECT_FALSE(DecodeCut(meant)->truncated);
      EXPECT_EQ(Shown(meant), wanted);
      EXPECT_EQ(PlanesDecoder(cut, Bytes::CopyOf(AsBytes(meant))), "libjpeg-turbo");
      // So is a file that ends amid the tables or the scan header between them.
      for (std::size_t size = ends[i] + 1; size < file.find("\xFF\xDA", ends[i]) + 10; ++size) {
        EXPECT_EQ(*DecodeCut(file.substr(0, size)), *decoded) << i << " " << size;
      }
    }
  }
}

TEST(JpegTruncated, ACutFirstPassIsFilledAndALaterOneLeavesItAlone) {
  const JpegOptions options = {.quality = 90, .progressive = true, .restart_interval = 1};
  const std::string passes(AsText(EncodeJpeg(test::Photo(64, 64, 1), options).view()));
  const std::vector<std::size_t> ends = ScanEnds(passes);
  const std::vector<Segment> segments = SegmentsOf(passes);  // of the first pass
  ASSERT_EQ(segments.size(), 64U);
  // Two rows of blocks and a half.
  const Rows cut = Shown(passes.substr(0, segments[19].end));
  const Rows whole = Shown(passes.substr(0, ends[0]));
  double mean = 0;  // of the second row
  for (int x = 0; x < 64; ++x) {
    for (int y = 8; y < 16; ++y) mean += whole.Sample(x, y, 0) / 512.0;
  }
  for (int y = 40; y < 64; ++y) {  // libjpeg smooths two rows of blocks from what is above
    for (int x = 0; x < 64; ++x) ASSERT_NEAR(cut.Sample(x, y, 0), mean, 1) << x << "," << y;
  }
  for (int x = 0; x < 64; ++x) EXPECT_NEAR(cut.Sample(x, 4, 0), whole.Sample(x, 4, 0), 6);
  // Amid a later pass: as much as before it where the pass has not come, and as much as behind it
  // where it has.
  for (std::size_t i = 1; i < ends.size(); ++i) {
    const std::string half = passes.substr(0, (ends[i - 1] + 3 * ends[i]) / 4);
    const auto decoded = DecodeCut(half);
    ASSERT_TRUE(decoded);
    EXPECT_TRUE(decoded->truncated);
    const test::Picture original = test::Photo(64, 64, 1);
    EXPECT_LT(test::Compare(PictureOf(decoded->rows), original).mean,
              test::Compare(PictureOf(whole), original).mean + 0.5)
        << i;
  }
}

TEST(JpegTruncated, APassThatAMarkerEndsDoesNotEndThePicture) {
  const std::string file = Progressive();
  const std::vector<std::size_t> ends = ScanEnds(file);
  // The fourth scan loses its second half; what comes behind it still counts.
  const std::size_t begin = file.find("\xFF\xDA", ends[2]);
  const std::size_t middle = (begin + 10 + ends[3]) / 2;
  const auto gappy = DecodeCut(file.substr(0, middle) + file.substr(ends[3]));
  ASSERT_TRUE(gappy) << gappy.error().detail;
  EXPECT_TRUE(gappy->truncated);
  const test::Picture whole = PictureOf(Shown(file));
  EXPECT_LT(test::Compare(PictureOf(gappy->rows), whole).mean,
            test::Compare(PictureOf(Shown(file.substr(0, middle))), whole).mean);
}

TEST(JpegTruncated, ComponentsWithoutTheirScanAreNeutral) {
  const std::string file(AsText(Separate(File(Sequential()[0])).view()));
  const std::vector<std::size_t> ends = ScanEnds(file);
  ASSERT_EQ(ends.size(), 3U);
  const auto luma = DecodeCut(file.substr(0, ends[0]));
  ASSERT_TRUE(luma);
  EXPECT_TRUE(luma->truncated);
  const Rows whole = Shown(file);
  for (int x = 0; x < 53; ++x) {
    EXPECT_EQ(luma->rows.Sample(x, 20, 0), luma->rows.Sample(x, 20, 2)) << "grey";
    const double y = 0.299 * whole.Sample(x, 20, 0) + 0.587 * whole.Sample(x, 20, 1) +
                     0.114 * whole.Sample(x, 20, 2);
    EXPECT_NEAR(luma->rows.Sample(x, 20, 0), y, 2);
  }
  // One row of blocks of luma, and the second one in part.
  const auto part = DecodeCut(file.substr(0, ends[0] - (ends[0] - FindMarker(file, 0xDA)) / 2));
  ASSERT_TRUE(part);
  for (int x = 1; x < 53; ++x) EXPECT_EQ(part->rows.Sample(x, 44, 0), part->rows.Sample(0, 44, 0));
}

TEST(JpegTruncated, ARepeatedFirstPassThatIsCutLeavesTheFirstAlone) {
  const std::string file = Progressive();
  const std::vector<std::size_t> ends = ScanEnds(file);
  const std::size_t begin = FindMarker(file, 0xDA);
  const std::string once = file.substr(0, ends[0]);
  const std::string again = once + file.substr(begin, (ends[0] - begin) / 2);
  EXPECT_EQ(Shown(again), Shown(once));
}

// ---- Limits

TEST(JpegTruncated, AStopEndsItBehindTheGapToo) {
  const std::string file(AsText(EncodeJpeg(test::Photo(64, 640)).view()));
  const std::string cut = file.substr(0, file.size() / 2);
  std::stop_source stop;
  const auto source = *ByName("jpeg")->open(AsBytes(cut), {}, stop.get_token());
  test::Picture rows = test::Blank(64, 8);
  while (!source->truncated()) ASSERT_EQ(*source->Read(RowsOf(rows, 0, 8)), 8);
  stop.request_stop();
  EXPECT_EQ(source->Read(RowsOf(rows, 0, 8)).error().kind, ErrorKind::kCancelled);

  std::stop_source other;
  const auto planes = *ByName("jpeg")->open_planes(AsBytes(cut), {}, other.get_token());
  while (!planes->truncated()) ASSERT_TRUE(planes->Read());
  other.request_stop();
  EXPECT_EQ(planes->Read().error().kind, ErrorKind::kCancelled);
}

TEST(JpegTruncated, LimitsHoldBehindAGapToo) {
  const test::Picture picture = test::Photo(64, 64, 1);
  std::string bomb = RepeatFirstScan(picture, 50);
  const std::size_t scan = FindMarker(bomb, 0xDA);
  bomb.erase(scan + 20, 4);  // the first scan has a gap
  const auto decoded = Decode(AsBytes(bomb), {.max_scans = 20});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().kind, ErrorKind::kTooLarge);
}

TEST(JpegTruncated, TakesNoMoreMemoryThanWholeOnes) {
  for (const bool progressive : {false, true}) {
    const Bytes file = EncodeJpeg(test::Photo(701, 499), {.progressive = progressive});
    const ByteView cut = file.view().first(file.size() / 2);
    const auto header = ByName("jpeg")->probe(cut, {});
    ASSERT_TRUE(header);
    EXPECT_TRUE(Decode(cut, {.max_working_bytes = header->decode_bytes}));
  }
}

TEST(JpegTruncated, RowsAreNotTruncatedBeforeTheGap) {
  const std::string file = File(Sequential()[1]);
  const std::string cut = file.substr(0, file.size() - 40);
  const auto source = *ByName("jpeg")->open(AsBytes(cut), {}, {});
  EXPECT_FALSE(source->truncated());
  test::Picture rows = test::Blank(53, 45);
  ASSERT_EQ(*source->Read(RowsOf(rows, 0, 8)), 8);
  EXPECT_FALSE(source->truncated());
  while (*source->Read(RowsOf(rows, 0, 8)) != 0) {
  }
  EXPECT_TRUE(source->truncated());
}

}  // namespace
}  // namespace whittle::codec
