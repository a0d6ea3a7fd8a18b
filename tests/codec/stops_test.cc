// Every encoder and decoder stops soon after it is asked to, whenever that is: at 24 megapixels and
// its dearest effort within 100 ms of CPU; what a library does in one step takes 300 ms, for as
// large pictures as encode_cost.h can choose a level for. docs/decisions/stop.md says what is
// beyond that.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "tests/codec/decode.h"
#include "tests/support/stop_late.h"

namespace whittle::codec {
namespace {

using pixel::PixelFormat;
using test::ExpectStops;
using test::kOneCall;
using test::kSoon;

Limits NoLimits() {
  Limits limits;
  limits.max_source_bytes = limits.max_working_bytes = limits.max_scan_pixels = UINT64_MAX;
  return limits;
}

// A photo with a sensor's noise, quickly made; the smooth part is coarser by kTimes.
Rows NoisyPhoto(int width, int height, PixelFormat format, unsigned seed) {
  constexpr int kTimes = 4;
  const Rows smooth =
      PhotoRows((width + kTimes - 1) / kTimes, (height + kTimes - 1) / kTimes, format, seed);
  Rows rows = BlankRows(width, height, format);
  const auto bytes = static_cast<std::size_t>(PixelBytes(format));
  std::uint32_t random = seed;
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* from = smooth.Span(y / kTimes, 1).row(0);
    std::uint8_t* to = rows.Span(y, 1).row(0);
    for (int x = 0; x < width; ++x) {
      random = random * 1664525 + 1013904223;
      const std::uint8_t* pixel = from + static_cast<std::size_t>(x / kTimes) * bytes;
      for (std::size_t c = 0; c < bytes; ++c) {
        const int noise = static_cast<int>(random >> (16 + 3 * c) & 7);
        *to++ = static_cast<std::uint8_t>(std::clamp(pixel[c] + noise - 3, 0, 255));
      }
    }
  }
  return rows;
}

// 24 megapixels, or less where all takes longer.
const Rows& Photo(PixelFormat format, unsigned seed = 1) {
  static std::map<std::pair<PixelFormat, unsigned>, Rows> made;
  const auto key = std::pair(format, seed);
  const auto found = made.find(key);
  if (found != made.end()) return found->second;
  const int width = test::StopsAtFullSize() ? 6000 : 2400;
  const int height = test::StopsAtFullSize() ? 4000 : 1600;
  return made.emplace(key, NoisyPhoto(width, height, format, seed)).first->second;
}

struct Encoding {
  std::string_view what;
  std::string_view codec;
  double bound;
  double reach;
  PixelFormat format = PixelFormat::kRgb8;
  EncodeSpec spec = {};
  // Of the photo, from its upper left corner.
  int width = 6000, height = 4000;
};

EncodeSpec SpecOf(const Encoding& each, std::stop_token stop) {
  const Rows& photo = Photo(each.format);
  EncodeSpec spec = each.spec;
  spec.width = std::min(photo.width, each.width);
  spec.height = std::min(photo.height, each.height);
  spec.format = photo.format;
  spec.stop = std::move(stop);
  return spec;
}

Expected<void> EncodeRows(const Encoding& each, std::stop_token stop) {
  constexpr int kBatch = 16;
  const EncodeSpec spec = SpecOf(each, std::move(stop));
  WHITTLE_TRY(const auto sink, ByName(each.codec)->create(spec));
  for (int y = 0; y < spec.height; y += kBatch) {
    pixel::ConstRowSpan rows = Photo(each.format).Span(y, std::min(kBatch, spec.height - y));
    rows.width = spec.width;
    WHITTLE_CHECK(sink->Write(rows));
  }
  WHITTLE_CHECK(sink->Finish());
  return {};
}

void ExpectAllStop(std::span<const Encoding> encodings,
                   Expected<void> (*encode)(const Encoding&, std::stop_token)) {
  for (const Encoding& each : encodings) {
    if (ByName(each.codec) == nullptr) continue;  // not in this build
    for (const unsigned seed : {1U, 2U}) Photo(each.format, seed);
    ExpectStops(each.what, each.bound, each.reach,
                [&](std::stop_token stop) { return encode(each, std::move(stop)); });
  }
}

constexpr PixelFormat kGrey8 = PixelFormat::kGrey8, kRgb8 = PixelFormat::kRgb8,
                      kRgba8 = PixelFormat::kRgba8;

TEST(StopsSoon, EveryEncoderOfPngAndJpeg) {
  const Encoding encodings[] = {
      {"jpeg, small", "jpeg", kSoon, 0.25, kRgb8, {.preset = Preset::kSmall}},
      {"png by rows, effort 10", "png", kSoon, 0.4, kRgb8, {.effort = 10}},
      {"png whole, effort 10", "png", kSoon, 0.5, kGrey8, {.effort = 10}},
      {"png whole, default", "png", kOneCall, 0.3, kGrey8, {}},
      {"png interlaced", "png", kSoon, 0.5, kGrey8, {.effort = 9, .progressive = true}},
      {"png, 256 colours", "png", kOneCall, 0.4, kRgb8, {.effort = 10, .colours = 256}, 6000, 1400},
      {"png of a palette", "png", kOneCall, 0.4, kRgb8, {.effort = 7, .indexed = true}, 2000, 1000},
  };
  ExpectAllStop(encodings, EncodeRows);
}

TEST(StopsSoon, EveryEncoderOfWebp) {
  const Encoding encodings[] = {
      {"webp, effort 10", "webp", kOneCall, 0.4, kRgb8, {.effort = 10}},
      {"webp, quality", "webp", kSoon, 0.4, kRgb8, {.preset = Preset::kQuality}},
      {"webp, sharp", "webp", kOneCall, 0.3, kRgb8, {.preset = Preset::kQuality}, 2000, 2000},
      {"webp with alpha", "webp", kOneCall, 0.4, kRgba8, {.effort = 10}, 2000, 1600},
      {"webp lossless, effort 10", "webp", kOneCall, 0.5, kRgb8, {.effort = 10, .lossless = true}},
  };
  ExpectAllStop(encodings, EncodeRows);
}

TEST(StopsSoon, EveryOtherEncoder) {
  const Encoding encodings[] = {
      {"avif, effort 10", "avif", kOneCall, 0.15, kRgb8, {.effort = 10}, 2500, 2400},
      {"avif lossless", "avif", kOneCall, 0.15, kRgb8, {.lossless = true}, 1000, 900},
      {"jxl, effort 10", "jxl", kOneCall, 0.15, kRgb8, {.effort = 10}, 2500, 1800},
      {"jxl lossless", "jxl", kOneCall, 0.15, kRgb8, {.effort = 10, .lossless = true}, 2000, 1300},
      {"tiff, effort 10", "tiff", kSoon, 0.4, kRgb8, {.effort = 10}},
      {"gif, effort 10", "gif", kOneCall, 0.4, kRgb8, {.effort = 10}, 6000, 900},
      {"gif interlaced",
       "gif",
       kOneCall,
       0.5,
       kRgb8,
       {.effort = 0, .progressive = true},
       6000,
       2500},
      {"raw", "raw", kSoon, 0.03, kRgb8, {}},
  };
  ExpectAllStop(encodings, EncodeRows);
}

// Frames that differ everywhere.
Expected<void> EncodeFrames(const Encoding& each, std::stop_token stop) {
  const EncodeSpec spec = SpecOf(each, std::move(stop));
  WHITTLE_TRY(const auto sink, ByName(each.codec)->create_frames(spec));
  for (const unsigned seed : {1U, 2U}) {
    pixel::ConstRowSpan canvas = Photo(each.format, seed).Span(0, spec.height);
    canvas.width = spec.width;
    WHITTLE_CHECK(sink->Write({.canvas = canvas, .duration = 100}));
  }
  WHITTLE_CHECK(sink->Finish());
  return {};
}

TEST(StopsSoon, EveryEncoderOfAnimations) {
  const Encoding encodings[] = {
      {"png frames, effort 10", "png", kSoon, 0.5, kRgba8, {.effort = 10}},
      {"gif frames", "gif", kOneCall, 0.4, kRgba8, {.effort = 0}},
      {"webp frames, effort 10", "webp", kOneCall, 0.5, kRgb8, {.effort = 10}, 6000, 3000},
      {"jxl frames, effort 10", "jxl", kOneCall, 0.3, kRgb8, {.effort = 10}, 2500, 1400},
  };
  ExpectAllStop(encodings, EncodeFrames);
}

enum class By : std::uint8_t { kRows, kPlanes, kPlanesToShrink };

Expected<void> ReadAllRows(RowSource& source) {
  Rows rows = BlankRows(source.width(), 16, source.format());
  while (true) {
    WHITTLE_TRY(const int count, source.Read(rows.Span(0, rows.height)));
    if (count == 0) return {};
  }
}

Expected<void> ReadAllBands(PlaneSource& source) {
  while (true) {
    WHITTLE_TRY(const PlaneBands bands, source.Read());
    if (bands[0].rows == 0) return {};
  }
}

Expected<void> DecodeBy(By by, ByteView file, std::stop_token stop) {
  const Codec& codec = *Sniff(file);
  if (by == By::kRows) {
    WHITTLE_TRY(const auto source, codec.open(file, NoLimits(), std::move(stop)));
    return ReadAllRows(*source);
  }
  const auto open = by == By::kPlanes ? codec.open_planes : codec.open_planes_to_shrink;
  WHITTLE_TRY(const auto source, open(file, NoLimits(), std::move(stop)));
  return ReadAllBands(*source);
}

struct Decoding {
  std::string_view what;
  std::string_view codec;
  double bound;
  double reach;
  PixelFormat format = PixelFormat::kRgb8;
  EncodeSpec spec = {};
  By by = By::kRows;
};

TEST(StopsSoon, EveryDecoder) {
  const Decoding files[] = {
      {"jpeg", "jpeg", kSoon, 0.04, kRgb8, {.progressive = false}},
      {"jpeg, planes", "jpeg", kSoon, 0.012, kRgb8, {.progressive = false}, By::kPlanes},
      {"jpeg progressive", "jpeg", kSoon, 0.1, kRgb8, {.progressive = true}},
      {"jpeg progressive, planes", "jpeg", kSoon, 0.1, kRgb8, {.progressive = true}, By::kPlanes},
      {"png by libdeflate", "png", kOneCall, 0.05, kGrey8, {.effort = 0}},
      {"png by zlib", "png", kSoon, 0.25, kRgb8, {.effort = 0}},
      {"png interlaced", "png", kSoon, 0.1, kGrey8, {.effort = 0, .progressive = true}},
      {"webp", "webp", kSoon, 0.12, kRgb8, {.effort = 0}},
      {"webp, planes", "webp", kSoon, 0.08, kRgb8, {.effort = 0}, By::kPlanes},
      {"webp, planes to shrink", "webp", kSoon, 0.06, kRgb8, {.effort = 0}, By::kPlanesToShrink},
      {"webp with alpha", "webp", kOneCall, 0.16, kRgba8, {.effort = 0}},
      {"webp lossless", "webp", kOneCall, 0.4, kRgb8, {.effort = 0, .lossless = true}},
      {"avif", "avif", kOneCall, 0.12, kRgb8, {.effort = 0}},
      {"avif, planes", "avif", kOneCall, 0.1, kRgb8, {.effort = 0}, By::kPlanes},
      {"gif", "gif", kSoon, 0.2, kRgb8, {.effort = 0}},
      {"jxl", "jxl", kOneCall, 0.4, kRgb8, {.effort = 0}},
      {"jxl lossless", "jxl", kOneCall, 0.5, kRgb8, {.effort = 0, .lossless = true}},
      {"tiff", "tiff", kSoon, 0.3, kRgb8, {.effort = 1}},
  };
  for (const Decoding& each : files) {
    if (ByName(each.codec) == nullptr) continue;  // not in this build
    const auto file = Encode(*ByName(each.codec), Photo(each.format), each.spec, 16);
    ASSERT_TRUE(file) << each.what;
    ExpectStops(each.what, each.bound, each.reach, [&](std::stop_token stop) {
      return DecodeBy(each.by, file->view(), std::move(stop));
    });
  }
}

}  // namespace
}  // namespace whittle::codec
