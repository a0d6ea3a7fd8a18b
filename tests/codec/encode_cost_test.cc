// Encoders that cannot be stopped: which level a picture gets.
#include "codec/encode_cost.h"

#include <gtest/gtest.h>

#include "codec/avif/encoder.h"
#include "codec/jxl/sink.h"

namespace whittle::codec {
namespace {

constexpr EncodeCost kLevels[] = {{9, 8}, {6, 2}, {4, 0.5}, {1, 0.25}};

TEST(EncodeCost, TakesTheDearestLevelWithinTheBudget) {
  EXPECT_EQ(LevelWithin(kLevels, 9, 0.25), 9);  // 2 seconds
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
  EXPECT_EQ(speed(1600, 1200), 6);
  EXPECT_EQ(speed(3000, 2000), 7);
  EXPECT_EQ(speed(6000, 4000), 9);
  EXPECT_EQ(speed(16384, 16384), 9);
  EXPECT_EQ(speed(500, 333, {.preset = Preset::kFast}), 9);
  EXPECT_EQ(speed(500, 333, {.preset = Preset::kSmall}), 5);
  EXPECT_EQ(speed(1600, 1200, {.preset = Preset::kSmall}), 6);
  // Who asks for all effort gets it for thumbnails.
  EXPECT_EQ(speed(200, 150, {.effort = 10}), 0);
  EXPECT_EQ(speed(600, 400, {.effort = 10}), 3);
  EXPECT_EQ(speed(6000, 4000, {.effort = 10}), 9);
  EXPECT_EQ(speed(200, 150, {.effort = 0}), 9);
  EXPECT_EQ(speed(200, 150, {.effort = 2}), 9);
  // Every sample counts.
  EXPECT_EQ(speed(1800, 1400), 6);
  EXPECT_EQ(speed(1800, 1400, {.subsampling = Subsampling::k444}), 7);
  EXPECT_EQ(speed(1800, 1400, {.format = pixel::PixelFormat::kRgba8}), 7);
  EXPECT_EQ(speed(1800, 1400, {.lossless = true}), 9);
  EXPECT_EQ(speed(1800, 1400, {.quality = 100}), 9);  // as good as lossless
  EXPECT_EQ(speed(1800, 1400, {.format = pixel::PixelFormat::kRgb16}), 7);
  EXPECT_EQ(speed(600, 600, {.lossless = true}), 6);
  EXPECT_EQ(speed(600, 600, {.format = pixel::PixelFormat::kRgba8, .lossless = true}), 7);
  EXPECT_EQ(speed(600, 600, {.quality = 99}), 6);
}

TEST(EncodeCost, OfJpegXlRisesWithThePicture) {
  const auto effort = [](int width, int height, EncodeSpec spec = {}) {
    spec.width = width;
    spec.height = height;
    return JxlEffort(spec);
  };
  EXPECT_EQ(effort(500, 333), 5);
  EXPECT_EQ(effort(4000, 3000), 5);
  EXPECT_EQ(effort(6000, 4000), 4);
  EXPECT_EQ(effort(500, 333, {.effort = 10}), 9);
  EXPECT_EQ(effort(4000, 3000, {.effort = 10}), 5);
  EXPECT_EQ(effort(500, 333, {.effort = 10, .lossless = true}), 8);
  EXPECT_EQ(effort(4000, 3000, {.lossless = true}), 2);
  EXPECT_EQ(effort(500, 333, {.effort = 0}), 1);
}

}  // namespace
}  // namespace whittle::codec
