// Encoders that cannot be stopped: which level a picture gets.
#include "codec/encode_cost.h"

#include <gtest/gtest.h>

#include "codec/avif/encoder.h"
#include "codec/imagequant.h"
#include "codec/jxl/sink.h"
#include "codec/webp/sink.h"

namespace whittle::codec {
namespace {

// Of kEncodeSeconds.
constexpr double kS = kEncodeSeconds;
constexpr EncodeCost kLevels[] = {{9, 4 * kS}, {6, kS}, {4, kS / 4}, {1, kS / 8}};

TEST(EncodeCost, TakesTheDearestLevelWithinTheBudget) {
  EXPECT_EQ(LevelWithin(kLevels, 9, 0.25), 9);
  EXPECT_EQ(LevelWithin(kLevels, 9, 0.26), 6);
  EXPECT_EQ(LevelWithin(kLevels, 9, 1), 6);
  EXPECT_EQ(LevelWithin(kLevels, 9, 1.01), 4);
  EXPECT_EQ(LevelWithin(kLevels, 9, 8), 1);
  EXPECT_EQ(LevelWithin(kLevels, 9, 8000), 1);
}

TEST(EncodeCost, TakesNoDearerLevelThanWasAskedFor) {
  for (const EncodeCost& cost : kLevels) EXPECT_EQ(LevelWithin(kLevels, cost.level, 0), cost.level);
  EXPECT_EQ(LevelWithin(kLevels, 4, 4), 4);
  EXPECT_EQ(LevelWithin(kLevels, 4, 4.1), 1);
}

TEST(EncodeCost, OfAvifRisesWithThePicture) {
  const auto speed = [](int width, int height, EncodeSpec spec = {}) {
    spec.width = width;
    spec.height = height;
    return AvifSpeed(spec);
  };
  EXPECT_EQ(speed(500, 333), 6);
  EXPECT_EQ(speed(640, 660), 6);
  EXPECT_EQ(speed(800, 800), 7);
  EXPECT_EQ(speed(1600, 1200), 9);
  EXPECT_EQ(speed(16384, 16384), 9);
  EXPECT_EQ(speed(500, 333, {.preset = Preset::kFast}), 9);
  EXPECT_EQ(speed(300, 300, {.preset = Preset::kSmall}), 5);
  EXPECT_EQ(speed(500, 333, {.preset = Preset::kSmall}), 6);
  // Who asks for all effort gets much of it for thumbnails.
  EXPECT_EQ(speed(100, 100, {.effort = 10}), 0);
  EXPECT_EQ(speed(200, 150, {.effort = 10}), 3);
  EXPECT_EQ(speed(600, 400, {.effort = 10}), 6);
  EXPECT_EQ(speed(6000, 4000, {.effort = 10}), 9);
  EXPECT_EQ(speed(200, 150, {.effort = 0}), 9);
  EXPECT_EQ(speed(200, 150, {.effort = 2}), 9);
  // Every sample counts.
  EXPECT_EQ(speed(640, 640), 6);
  EXPECT_EQ(speed(640, 640, {.subsampling = Subsampling::k444}), 7);
  EXPECT_EQ(speed(640, 640, {.format = pixel::PixelFormat::kRgba8}), 7);
  EXPECT_EQ(speed(640, 640, {.lossless = true}), 9);
  EXPECT_EQ(speed(640, 640, {.quality = 100}), 9);  // as good as lossless
  EXPECT_EQ(speed(640, 640, {.format = pixel::PixelFormat::kRgb16}), 7);
  EXPECT_EQ(speed(240, 240, {.lossless = true}), 6);
  EXPECT_EQ(speed(240, 240, {.format = pixel::PixelFormat::kRgba8, .lossless = true}), 7);
  EXPECT_EQ(speed(240, 240, {.quality = 99}), 6);
}

TEST(EncodeCost, OfJpegXlRisesWithThePicture) {
  const auto effort = [](int width, int height, EncodeSpec spec = {}) {
    spec.width = width;
    spec.height = height;
    return JxlEffort(spec);
  };
  EXPECT_EQ(effort(500, 333), 5);
  EXPECT_EQ(effort(1600, 1170), 5);
  EXPECT_EQ(effort(1600, 1200), 4);
  EXPECT_EQ(effort(6000, 4000), 4);  // below it nothing is saved
  EXPECT_EQ(effort(300, 300, {.effort = 10}), 9);
  EXPECT_EQ(effort(500, 333, {.effort = 10}), 8);
  EXPECT_EQ(effort(4000, 3000, {.effort = 10}), 4);
  EXPECT_EQ(effort(500, 333, {.effort = 10, .lossless = true}), 7);
  EXPECT_EQ(effort(4000, 3000, {.lossless = true}), 2);
  EXPECT_EQ(effort(500, 333, {.effort = 0}), 1);
  EXPECT_EQ(effort(4000, 3000, {.effort = 0}), 1);
}

// libwebp asks whether it may go on, but not while it codes alpha.
TEST(EncodeCost, OfWebpRisesWithThePicture) {
  const auto method = [](int width, int height, EncodeSpec spec = {}) {
    spec.width = width;
    spec.height = height;
    return WebpMethod(spec);
  };
  const auto rgba = pixel::PixelFormat::kRgba8;
  EXPECT_EQ(method(6000, 4000, {.effort = 10}), 6);
  EXPECT_EQ(method(2000, 990, {.format = rgba}), 2);
  EXPECT_EQ(method(2000, 1010, {.format = rgba}), 0);
  EXPECT_EQ(method(140, 150, {.format = rgba, .effort = 10}), 6);
  EXPECT_EQ(method(150, 150, {.format = rgba, .effort = 10}), 5);
  EXPECT_EQ(method(1000, 1100, {.format = rgba, .effort = 10}), 4);
  EXPECT_EQ(method(6000, 4000, {.format = rgba}), 0);
  const auto level = [](int width, int height, std::optional<int> effort = std::nullopt) {
    return WebpLosslessLevel({.width = width, .height = height, .effort = effort});
  };
  EXPECT_EQ(level(2000, 1490), 4);
  EXPECT_EQ(level(2000, 1510), 2);
  EXPECT_EQ(level(2000, 2490), 2);
  EXPECT_EQ(level(2000, 2510), 1) << "as few bytes in half the step";
  EXPECT_EQ(level(4000, 3740), 1);
  EXPECT_EQ(level(4000, 3760), 0);
  EXPECT_EQ(level(6000, 4000), 0);
  EXPECT_EQ(level(1000, 1000, 10), 8);
  EXPECT_EQ(level(2000, 1000, 10), 6);
  EXPECT_EQ(level(1000, 1000, 0), 0);
}

// Nor does libimagequant while it looks at all colours.
TEST(EncodeCost, OfPalettesRisesWithThePicture) {
  EXPECT_EQ(LiqSpeedWithin(1, 3.9), 1);
  EXPECT_EQ(LiqSpeedWithin(1, 4.1), 8);
  EXPECT_EQ(LiqSpeedWithin(7, 8), 8);
  EXPECT_EQ(LiqSpeedWithin(7, 9), 9);
  EXPECT_EQ(LiqSpeedWithin(9, 5), 9);
  EXPECT_EQ(LiqSpeedWithin(1, 500), 10);
}

}  // namespace
}  // namespace whittle::codec
