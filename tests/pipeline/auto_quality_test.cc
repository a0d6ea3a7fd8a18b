// q=auto: the search by itself, and through the whole call against the plain reference of what it
// aims at.
#include "pipeline/auto_quality.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "codec/registry.h"
#include "pipeline/run.h"
#include "tests/effect/plain_likeness.h"
#include "tests/support/pictures.h"
#include "whittle/whittle.h"

namespace whittle::pipeline {
namespace {

using codec::QualityScale;
using test::Picture;
using Params = Transform::Params;

const QualityScale* ScaleOf(std::string_view format) {
  return codec::ByName(format)->quality_scale;
}

// A search in which a file of `quality` scores `score(quality)`; counts what it costs.
struct Search {
  int encodes = 0, scores = 0;
  double quality = 0;

  Search(const QualityScale& scale, double target, const std::function<double(double)>& score) {
    double last = 0;
    const auto chosen = SearchQuality(
        scale, target,
        [&](double q) -> Expected<Bytes> {
          ++encodes;
          last = q;
          return Bytes(1);
        },
        [&](ByteView) -> Expected<double> {
          ++scores;
          return score(last);
        });
    EXPECT_TRUE(chosen);
    quality = chosen->quality;
    EXPECT_EQ(quality, last) << "the file is the one of that quality";
  }
};

TEST(SearchQuality, ComesNearTheTargetWithinItsTrials) {
  for (const char* format : {"jpeg", "webp", "avif", "jxl"}) {
    const QualityScale* scale = ScaleOf(format);
    ASSERT_NE(scale, nullptr) << format;
    for (const double easier : {-5.0, -1.0, 0.0, 0.3, 2.0, 6.0}) {
      const auto score = [&](double q) { return scale->ScoreAt(q) + easier; };
      const Search search(*scale, 75, score);
      EXPECT_LE(search.encodes, scale->trials);
      EXPECT_LT(search.scores, scale->trials);
      EXPECT_NEAR(score(search.quality), 75, 1.0) << format << " " << easier;
    }
  }
  EXPECT_EQ(ScaleOf("png"), nullptr);
  EXPECT_EQ(ScaleOf("gif"), nullptr);
}

TEST(SearchQuality, StaysWithinItsBounds) {
  const QualityScale& scale = *ScaleOf("jpeg");
  EXPECT_EQ(Search(scale, 80, [](double) { return 100.0; }).quality, scale.least());
  EXPECT_EQ(Search(scale, 80, [](double) { return -50.0; }).quality, scale.most());
}

TEST(SearchQuality, OneTrialIsEnoughForAnUsualPicture) {
  const QualityScale& scale = *ScaleOf("jpeg");
  const Search search(scale, 80, [&](double q) { return scale.ScoreAt(q); });
  EXPECT_EQ(search.encodes, 1);
}

TEST(SearchQuality, ErrorsEndIt) {
  const auto failing = SearchQuality(
      *ScaleOf("jpeg"), 80, [](double) -> Expected<Bytes> { return Fail(ErrorKind::kCancelled); },
      [](ByteView) -> Expected<double> { return 80; });
  ASSERT_FALSE(failing);
  EXPECT_EQ(failing.error().kind, ErrorKind::kCancelled);
}

Encoded Made(ByteView file, const Params& params) {
  const auto transform = Transform::Make(params);
  if (!transform) throw std::runtime_error(transform.error().text);
  auto result = Process(file, *transform, Limits{});
  if (!result) throw std::runtime_error(result.error().text + ": " + result.error().detail);
  return *std::move(result);
}

// Codes of luma, and of chroma at half resolution, of RGB.
test::PlainColours PlainYcc(const Picture& rgb) {
  test::PlainPlane luma(rgb.width, rgb.height), cb = luma, cr = luma;
  for (int y = 0; y < rgb.height; ++y) {
    for (int x = 0; x < rgb.width; ++x) {
      const double r = rgb.at(x, y, 0), g = rgb.at(x, y, 1), b = rgb.at(x, y, 2);
      luma.at(x, y) = 0.299 * r + 0.587 * g + 0.114 * b;
      cb.at(x, y) = 128 + 0.564 * (b - luma.at(x, y));
      cr.at(x, y) = 128 + 0.713 * (r - luma.at(x, y));
    }
  }
  return {luma, PlainHalved(cb), PlainHalved(cr)};
}

Picture Rgb(ByteView file) {
  const Bytes png = Made(file, {.width = 1000, .format = Format::kPng}).bytes;
  return test::DecodePng(png.view());
}

// By the plain reference, of `result` beside the same as PNG.
double PlainScore(ByteView source, Params params, ByteView result) {
  params.format = Format::kPng;
  const Bytes exact = Made(source, params).bytes;
  return PlainLikeness(PlainYcc(test::DecodePng(exact.view())), PlainYcc(Rgb(result)));
}

// A photo with as much grain as is asked for, from 0 to 255.
Bytes Grainy(int grain, int width = 400, int height = 300) {
  Picture photo = test::Photo(width, height);
  const Picture noise = test::Noise(width, height, 1);
  for (std::size_t i = 0; i < photo.samples.size(); ++i) {
    const int by = (noise.samples[i / 3] - 128) * grain / 255;
    photo.samples[i] = static_cast<std::uint8_t>(std::clamp(photo.samples[i] + by, 0, 255));
  }
  return EncodeJpeg(photo, {.quality = 98});
}

TEST(AutoQuality, EveryFormatAndPictureMeetsTheTarget) {
  for (const Format format : {Format::kJpeg, Format::kWebp, Format::kAvif, Format::kJxl}) {
    const codec::Codec* codec = codec::ByName(WordOf(format));
    if (codec == nullptr || codec->create == nullptr) continue;
    for (const int grain : {20, 60}) {
      const Bytes file = Grainy(grain);
      const Params params = {
          .width = 280, .format = format, .auto_quality = true, .auto_target = 76};
      const Encoded result = Made(file.view(), params);
      EXPECT_EQ(result.width, 280U);
      // Two trials of AVIF and JPEG XL come less near.
      const double near = codec->quality_scale->trials > 2 ? 2.5 : 5;
      EXPECT_NEAR(PlainScore(file.view(), params, result.bytes.view()), 76, near)
          << WordOf(format) << " grain " << grain;
    }
  }
}

TEST(AutoQuality, ATargetIsAimedAt) {
  const Bytes file = Grainy(40);
  std::size_t before = 0;
  for (const double target : {65.0, 75.0, 85.0}) {
    const Params params = {.width = 280, .auto_quality = true, .auto_target = target};
    const Encoded result = Made(file.view(), params);
    EXPECT_NEAR(PlainScore(file.view(), params, result.bytes.view()), target, 2) << target;
    EXPECT_GT(result.bytes.size(), before);
    before = result.bytes.size();
  }
}

TEST(AutoQuality, RowsAndPlanesAgree) {
  const Bytes file = Grainy(40);
  // A profile's conversion, an effect or a limit of bytes leads through rows.
  const std::size_t planes = Made(file.view(), {.width = 280, .auto_quality = true}).bytes.size();
  const std::size_t rows =
      Made(file.view(), {.width = 280, .auto_quality = true, .max_bytes = 1U << 30}).bytes.size();
  EXPECT_NEAR(static_cast<double>(planes), static_cast<double>(rows),
              0.15 * static_cast<double>(rows));
}

TEST(AutoQuality, TheLowerQualityOfItAndMaxBytesWins) {
  const Bytes file = Grainy(40);
  const std::size_t chosen =
      Made(file.view(), {.width = 280, .auto_quality = true, .max_bytes = 1U << 30}).bytes.size();
  const std::size_t cut =
      Made(file.view(), {.width = 280, .auto_quality = true, .max_bytes = chosen / 2}).bytes.size();
  EXPECT_LE(cut, chosen / 2);
  EXPECT_GT(cut, chosen / 4);
}

TEST(AutoQuality, GreyAlphaAndTinyPicturesPass) {
  const Bytes grey = EncodeJpeg(test::Photo(200, 150, 1));
  EXPECT_GT(Made(grey.view(), {.width = 150, .auto_quality = true}).bytes.size(), 0U);
  EXPECT_GT(
      Made(grey.view(), {.width = 151, .format = Format::kWebp, .auto_quality = true}).bytes.size(),
      0U);
  const Bytes photo = Grainy(30, 61, 47);
  for (const std::uint32_t width : {1U, 2U, 7U, 33U}) {
    EXPECT_EQ(Made(photo.view(), {.width = width, .auto_quality = true}).width, width);
    const Encoded padded = Made(photo.view(), {.width = width,
                                               .height = 40,
                                               .fit = Fit::kContain,
                                               .format = Format::kWebp,
                                               .auto_quality = true});
    EXPECT_EQ(padded.width, width) << "with transparent bars";
  }
  EXPECT_EQ(Made(photo.view(), {.width = 30, .rotate = 90, .auto_quality = true}).width, 30U);
}

TEST(AutoQuality, IsWithoutMeaningWhereNothingIsLost) {
  const Bytes file = Grainy(30, 90, 60);
  for (const Format format : {Format::kPng, Format::kTiff, Format::kRaw}) {
    const codec::Codec* codec = codec::ByName(WordOf(format));
    if (codec == nullptr || codec->create == nullptr) continue;
    EXPECT_EQ(
        AsText(
            Made(file.view(), {.width = 50, .format = format, .auto_quality = true}).bytes.view()),
        AsText(Made(file.view(), {.width = 50, .format = format}).bytes.view()));
  }
  EXPECT_EQ(
      AsText(Made(file.view(),
                  {.width = 50, .format = Format::kWebp, .auto_quality = true, .lossless = true})
                 .bytes.view()),
      AsText(Made(file.view(), {.width = 50, .format = Format::kWebp, .lossless = true})
                 .bytes.view()));
}

TEST(AutoQuality, AStopEndsTheSearch) {
  const Bytes file = Grainy(30, 120, 90);
  const auto transform = Transform::Make({.width = 100, .auto_quality = true});
  // Stops when the first trial begins.
  struct AtEncode final : PhaseObserver {
    std::stop_source stop;
    void Enter(Phase phase) override {
      if (phase == Phase::kEncode) stop.request_stop();
    }
  } observer;
  const auto result =
      Process(file.view(), *transform, Limits{}, observer.stop.get_token(), &observer);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kCancelled);
}

}  // namespace
}  // namespace whittle::pipeline
