// Our own decoder against libjpeg-turbo: the same samples, the same errors, on sound files, damaged
// ones and those that it must leave alone; and it is the one used where it should be.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "pixel/simd.h"
#include "tests/codec/jpeg_files.h"
#include "tests/codec/planes.h"
#include "tests/support/corpus.h"
#include "tests/support/pictures.h"

namespace whittle::codec {
namespace {

using test::EncodeJpeg;
using test::JpegOptions;

// How `file` ended for both: the decoder that did it, or "" when they differ.
std::string Outcome(ByteView file) {
  const PlanesRead ours = ReadPlanes(file, JpegDecoder::kAuto);
  const PlanesRead turbo = ReadPlanes(file, JpegDecoder::kTurbo);
  EXPECT_NE(turbo.decoder, "whittle");
  return DecodersAgree(ours, turbo) ? ours.decoder : "";
}

TEST(JpegOwnPlanes, EveryShapeIsOursAndTheSame) {
  const std::vector<std::pair<int, int>> factors = {{1, 1}, {2, 1}, {1, 2}, {2, 2},
                                                    {4, 1}, {1, 4}, {4, 2}, {3, 1}};
  for (const auto& [h, v] : factors) {
    for (int width = 1; width <= 17; ++width) {
      for (int height = 1; height <= 17; ++height) {
        const Bytes file = EncodeJpeg(test::Photo(width, height),
                                      {.quality = 85, .h_sampling = h, .v_sampling = v});
        ASSERT_EQ(Outcome(file.view()), "whittle") << h << v << " " << width << "x" << height;
      }
    }
    const Bytes file =
        EncodeJpeg(test::Photo(531, 203), {.quality = 90, .h_sampling = h, .v_sampling = v});
    EXPECT_EQ(Outcome(file.view()), "whittle") << h << v;
  }
}

TEST(JpegOwnPlanes, GreyIsOursWhateverItsFactors) {
  for (const auto& [width, height] : {std::pair{1, 1}, {17, 9}, {64, 64}, {300, 71}}) {
    const Bytes file = EncodeJpeg(test::Photo(width, height, 1));
    EXPECT_EQ(Outcome(file.view()), "whittle");
    for (const int factors : {0x12, 0x21, 0x22, 0x44, 0x13}) {
      std::string changed(AsText(file.view()));
      changed[FindMarker(changed, 0xC0) + 11] = static_cast<char>(factors);
      EXPECT_EQ(Outcome(AsBytes(changed)), "whittle") << factors << " " << width;
    }
  }
}

TEST(JpegOwnPlanes, RestartsTablesAndQualitiesAreOurs) {
  for (const int interval : {1, 2, 7, 13, 1000}) {
    for (const int channels : {1, 3}) {
      const Bytes file =
          EncodeJpeg(test::Photo(200, 150, channels),
                     {.h_sampling = 2, .v_sampling = 2, .restart_interval = interval});
      EXPECT_EQ(Outcome(file.view()), "whittle") << interval;
    }
  }
  for (int quality = 1; quality <= 100; quality += quality < 90 ? 7 : 1) {
    for (const bool optimised : {false, true}) {
      for (const test::Picture& picture : {test::Photo(150, 90), test::Noise(150, 90)}) {
        const Bytes file = EncodeJpeg(
            picture,
            {.quality = quality, .h_sampling = 2, .v_sampling = 2, .optimised = optimised});
        EXPECT_EQ(Outcome(file.view()), "whittle") << quality << optimised;
      }
    }
  }
}

TEST(JpegOwnPlanes, AreTheSameOnEveryTarget) {
  const Bytes file =
      EncodeJpeg(test::Photo(333, 222), {.quality = 92, .h_sampling = 2, .v_sampling = 2});
  for (const std::string& target : pixel::SimdTargets()) {
    ASSERT_TRUE(pixel::ForceSimdTarget(target));
    EXPECT_EQ(Outcome(file.view()), "whittle") << target;
  }
  ASSERT_TRUE(pixel::ForceSimdTarget("auto"));
}

TEST(JpegOwnPlanes, OtherKindsAreLibjpegs) {
  for (const JpegOptions& options : {JpegOptions{.progressive = true}, {.arithmetic = true}}) {
    EXPECT_EQ(Outcome(EncodeJpeg(test::Photo(50, 40), options).view()), "libjpeg-turbo");
  }
  const Bytes sound = EncodeJpeg(test::Photo(50, 40));
  std::string spectral(AsText(sound.view()));
  spectral[FindMarker(spectral, 0xDA) + 11] = 1;  // a start of 1, at which libjpeg only warns
  EXPECT_EQ(Outcome(AsBytes(spectral)), "libjpeg-turbo");
  for (const int approximation : {0x01, 0x10}) {  // likewise
    std::string scan(AsText(sound.view()));
    scan[FindMarker(scan, 0xDA) + 13] = static_cast<char>(approximation);
    EXPECT_EQ(Outcome(AsBytes(scan)), "libjpeg-turbo");
  }
}

TEST(JpegOwnPlanes, LimitsOnScansHoldAsEver) {
  const Bytes file = EncodeJpeg(test::Photo(50, 40));
  for (const Limits& limits :
       {Limits{.max_scans = 0}, Limits{.max_scan_pixels = 1999}, Limits{.max_scan_pixels = 2000},
        Limits{.max_source_pixels = 1999}}) {
    const PlanesRead ours = ReadPlanes(file.view(), JpegDecoder::kAuto, limits);
    EXPECT_EQ(ours.error, ReadPlanes(file.view(), JpegDecoder::kTurbo, limits).error);
  }
}

TEST(JpegOwnPlanes, StopWhenAsked) {
  const Bytes file = EncodeJpeg(test::Photo(64, 640));
  std::stop_source stop;
  const auto source = *ByName("jpeg")->open_planes(file.view(), {}, stop.get_token());
  ASSERT_TRUE(source->Read());
  EXPECT_EQ(source->decoder(), "whittle");
  stop.request_stop();
  for (int i = 0; i < 2; ++i) {
    const auto bands = source->Read();
    ASSERT_FALSE(bands);
    EXPECT_EQ(bands.error().kind, ErrorKind::kCancelled);
  }
}

std::vector<Bytes> SmallFiles() {
  std::vector<Bytes> files;
  for (const int interval : {0, 3}) {
    files.push_back(EncodeJpeg(
        test::Photo(70, 40),
        {.quality = 80, .h_sampling = 2, .v_sampling = 2, .restart_interval = interval}));
  }
  files.push_back(EncodeJpeg(test::Photo(33, 50, 1), {.quality = 97, .optimised = true}));
  return files;
}

TEST(JpegOwnPlanes, CutAnywhereEndsAsWithLibjpeg) {
  for (const Bytes& file : SmallFiles()) {
    for (std::size_t size = 0; size < file.size(); ++size) {
      const ByteView cut = file.view().first(size);
      EXPECT_TRUE(
          DecodersAgree(ReadPlanes(cut, JpegDecoder::kAuto), ReadPlanes(cut, JpegDecoder::kTurbo)))
          << size;
    }
  }
}

TEST(JpegOwnPlanes, FlippedBitsEndAsWithLibjpeg) {
  int ours = 0;
  for (const Bytes& file : SmallFiles()) {
    Bytes changed = Bytes::CopyOf(file.view());
    for (std::size_t bit = 0; bit < 8 * file.size(); bit += 3) {
      changed.data()[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
      const PlanesRead own = ReadPlanes(changed.view(), JpegDecoder::kAuto);
      EXPECT_TRUE(DecodersAgree(own, ReadPlanes(changed.view(), JpegDecoder::kTurbo))) << bit;
      ours += own.decoder == "whittle" ? 1 : 0;
      changed.data()[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    }
  }
  EXPECT_GT(ours, 100) << "some damage cannot be seen";
}

TEST(JpegOwnPlanes, BytesAroundMarkersEndAsWithLibjpeg) {
  const Bytes file = EncodeJpeg(test::Photo(70, 40), {.restart_interval = 5});
  const std::string_view text = AsText(file.view());
  const std::string_view fill("\xFF", 1);
  for (const std::string_view extra :
       {fill, std::string_view("\0", 1), std::string_view("\xFF\0", 2),
        std::string_view("\xFF\xD3", 2), std::string_view("abc")}) {
    for (std::size_t at = FindMarker(text, 0xDA); at + 1 < text.size(); ++at) {
      if (text[at] != '\xFF' || text[at + 1] == '\0') continue;
      std::string changed(text);
      changed.insert(at, extra);
      EXPECT_NE(Outcome(AsBytes(changed)), "") << at;
    }
    EXPECT_EQ(Outcome(AsBytes(std::string(text) + std::string(extra))), "whittle");
  }
}

TEST(JpegOwnPlanes, EveryPictureOfTheCorpusIsTheSame) {
  WHITTLE_NEEDS_CORPUS();
  int ours = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    const auto path = *test::CorpusDir() / row.path;
    if (row.format != "jpeg" || !is_regular_file(path)) continue;
    const Bytes file = test::ReadFile(path);
    const PlanesRead own = ReadPlanes(file.view(), JpegDecoder::kAuto);
    EXPECT_TRUE(DecodersAgree(own, ReadPlanes(file.view(), JpegDecoder::kTurbo))) << row.path;
    ours += own.decoder == "whittle" && !own.error ? 1 : 0;
  }
  EXPECT_GT(ours, 50);
}

}  // namespace
}  // namespace whittle::codec
