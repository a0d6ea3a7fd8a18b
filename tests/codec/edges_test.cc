// Edges between opaque and transparent after a lossy encode: what is under transparency does not
// shine through.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "codec/registry.h"
#include "tests/codec/sample_rows.h"

namespace whittle::codec {

namespace {

using pixel::PixelFormat;

constexpr int kSide = 100;
constexpr int kYellow[] = {255, 220, 0};

// Smooth at its edge by 8x8 samples a pixel; black where nothing is to be seen.
SampleRows Disc() {
  SampleRows rows(kSide, kSide, PixelFormat::kRgba8);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      int inside = 0;
      for (int i = 0; i < 64; ++i) {
        const int column = i % 8;
        const int row = i / 8;
        const double u = x + (column + 0.5) / 8 - kSide / 2.0;
        const double v = y + (row + 0.5) / 8 - kSide / 2.0;
        inside += u * u + v * v < 1600 ? 1 : 0;
      }
      const int alpha = (inside * 255 + 32) / 64;
      for (int c = 0; c < 3; ++c) rows.Set(x, y, c, alpha > 0 ? kYellow[c] : 0);
      rows.Set(x, y, 3, alpha);
    }
  }
  return rows;
}

struct Errors {
  int most = 0;
  double mean = 0;  // of pixels at the edge
};

// Composed on `ground`, 0 or 255.
Errors Composed(const SampleRows& wanted, const SampleRows& got, int ground) {
  Errors errors;
  int edge = 0;
  for (int y = 0; y < wanted.height; ++y) {
    for (int x = 0; x < wanted.width; ++x) {
      const auto over = [&](const SampleRows& rows, int c) {
        const double alpha = rows.at(x, y, 3) / 255.0;
        return rows.at(x, y, c) * alpha + ground * (1 - alpha);
      };
      const bool at_edge = wanted.at(x, y, 3) > 0 && wanted.at(x, y, 3) < 255;
      for (int c = 0; c < 3; ++c) {
        const double error = std::abs(over(wanted, c) - over(got, c));
        errors.most = std::max(errors.most, static_cast<int>(std::lround(error)));
        if (at_edge) errors.mean += error;
        if (at_edge) ++edge;
      }
    }
  }
  errors.mean /= edge;
  return errors;
}

SampleRows Again(const Codec& codec, const SampleRows& rows, const EncodeSpec& spec) {
  const auto file = EncodeSamples(codec, rows, spec, 16);
  EXPECT_TRUE(file) << file.error().detail;
  auto decoded = DecodeSamples(codec, file->view());
  EXPECT_TRUE(decoded) << decoded.error().detail;
  return decoded ? *std::move(decoded) : SampleRows{};
}

// Black under transparency gives 66 and 13.0 in AVIF, 54 and 4.0 in JPEG XL, 60 and 5.1 in WebP.
// What is left is alpha's own loss; WebP's has none.
TEST(Edges, AreThoseOfTheColour) {
  const SampleRows disc = Disc();
  struct Case {
    const char* codec;
    double quality;
    int most;
    double mean;
  };
  for (const Case& of : {Case{"avif", 48, 32, 5.5},
                         {"avif", 75, 24, 2.2},
                         {"jxl", 80, 26, 2.9},
                         {"webp", 80, 3, 0.4}}) {
    SCOPED_TRACE(of.codec);
    const Codec* codec = ByName(of.codec);
    if (codec == nullptr) continue;  // this build leaves it out
    const SampleRows got = Again(*codec, disc, {.quality = of.quality});
    for (const int ground : {0, 255}) {
      const Errors errors = Composed(disc, got, ground);
      EXPECT_LE(errors.most, of.most) << ground;
      EXPECT_LE(errors.mean, of.mean) << ground;
    }
    EXPECT_LE(got.at(0, 0, 3), 2);
    for (int c = 0; c < 3; ++c) EXPECT_NEAR(got.at(0, 0, c), kYellow[c], 12);
  }
}

TEST(Edges, OfFramesAreThoseOfTheColour) {
  const SampleRows disc = Disc();
  SampleRows second = disc;
  second.Set(50, 50, 2, 200);
  const Codec* jxl = ByName("jxl");
  if (jxl == nullptr) return;  // this build leaves it out
  auto sink = *jxl->create_frames(
      {.width = kSide, .height = kSide, .format = PixelFormat::kRgba8, .quality = 80});
  for (SampleRows rows : {disc, second}) {
    ASSERT_TRUE(sink->Write({rows.Rows(0, kSide), 100}));
  }
  const auto file = sink->Finish();
  ASSERT_TRUE(file);
  const auto frames = *jxl->open_frames(file->view(), {}, {});
  for (int i = 0; i < 2; ++i) {
    const auto frame = frames->Next();
    ASSERT_TRUE(frame && *frame);
    for (int c = 0; c < 3; ++c) EXPECT_NEAR((*frame)->canvas.row(0)[c], kYellow[c], 12) << i;
  }
}

TEST(Edges, LosslessKeepsWhatNobodySees) {
  SampleRows rows = Disc();
  for (int x = 0; x < kSide; ++x) rows.Set(x, 0, 1, x);
  for (const char* name : {"avif", "jxl"}) {
    const Codec* codec = ByName(name);
    if (codec == nullptr) continue;  // this build leaves it out
    EXPECT_EQ(Again(*codec, rows, {.effort = 1, .lossless = true}).bytes, rows.bytes)
        << codec->name;
  }
}

}  // namespace
}  // namespace whittle::codec
