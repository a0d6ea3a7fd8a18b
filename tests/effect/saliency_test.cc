#include "effect/saliency.h"

#include <array>
#include <stop_token>

#include "tests/effect/frames.h"

namespace whittle::effect {
namespace {

using Crop = CropOffset (*)(pixel::ConstRowSpan, int, int);
constexpr Crop kCrops[] = {[](pixel::ConstRowSpan frame, int width, int height) {
                             return *EntropyCrop(frame, width, height);
                           },
                           [](pixel::ConstRowSpan frame, int width, int height) {
                             return *AttentionCrop(frame, width, height);
                           }};

struct Box {
  int left, top, width, height;
  bool Has(int x, int y) const {
    return x >= left && x < left + width && y >= top && y < top + height;
  }
};

// Mid grey, with noise or one colour in the box. Grey pictures take green.
TestFrame Patch(int width, int height, PixelFormat format, const Box& box, bool noise,
                std::array<int, 3> colour = {}) {
  const TestFrame random = NoiseFrame(width, height, format, 11);
  TestFrame frame(width, height, format);
  const int last = frame.channels() - 1;
  frame.ForEach([&](int x, int y, int c) {
    const int depth = frame.full() / 255;
    if (HasAlpha(format) && c == last) {
      frame.set(x, y, c, frame.full());
    } else if (!box.Has(x, y)) {
      frame.set(x, y, c, 120 * depth);
    } else {
      const auto from = static_cast<std::size_t>(IsGrey(format) ? 1 : c);
      frame.set(x, y, c, noise ? random.at(x, y, c) : colour[from] * depth);
    }
  });
  return frame;
}

TEST(Saliency, BothKeepWhatIsThereInAnEmptyPicture) {
  for (const Crop crop : kCrops) {
    for (const PixelFormat format : kFormats) {
      for (const Box& box : {Box{0, 0, 40, 40},
                             {150, 0, 40, 40},
                             {80, 90, 40, 40},
                             {0, 100, 40, 40},
                             {160, 110, 40, 40}}) {
        const TestFrame frame = Patch(200, 150, format, box, true);
        const CropOffset at = crop(frame.rows(), 90, 80);
        EXPECT_LE(at.left, box.left) << static_cast<int>(format);
        EXPECT_LE(at.top, box.top);
        EXPECT_GE(at.left + 90, box.left + 40);
        EXPECT_GE(at.top + 80, box.top + 40);
      }
    }
  }
}

// Entropies are 0 on one side and 8 bits on the other.
TEST(EntropyCrop, CutsWhereLessIsToBeSeen) {
  const TestFrame frame = Patch(128, 32, PixelFormat::kRgb8, {64, 0, 64, 32}, true);
  EXPECT_EQ(*EntropyCrop(frame.rows(), 64, 32), (CropOffset{64, 0}));
  EXPECT_EQ(*EntropyCrop(frame.rows(), 96, 32), (CropOffset{32, 0}));
  const TestFrame left = Patch(128, 32, PixelFormat::kRgb8, {0, 0, 64, 32}, true);
  EXPECT_EQ(*EntropyCrop(left.rows(), 64, 32), (CropOffset{0, 0}));
}

// Of two patches equally far from grey, skin attracts and a cold colour does not.
TEST(AttentionCrop, LooksForSkin) {
  const Box patch{20, 40, 60, 60};
  TestFrame frame = Patch(320, 140, PixelFormat::kRgb8, patch, false, {230, 170, 140});
  frame.ForEach([&](int x, int y, int c) {
    constexpr std::array kCold = {120, 190, 210};
    if (x >= 240 && x < 300 && y >= 40 && y < 100) {
      frame.set(x, y, c, kCold[static_cast<std::size_t>(c)]);
    }
  });
  const CropOffset at = *AttentionCrop(frame.rows(), 140, 140);
  EXPECT_LE(at.left, 20);
  EXPECT_EQ(at.top, 0);
}

TEST(Saliency, WhatNobodySeesDoesNotCount) {
  for (const Crop crop : kCrops) {
    TestFrame frame = Patch(200, 60, PixelFormat::kRgba8, {140, 0, 60, 60}, true);
    for (int y = 0; y < 60; ++y) {
      for (int x = 0; x < 200; ++x) {
        const bool hidden = x >= 140;
        frame.set(x, y, 3, hidden ? 0 : 255);
        // Something faint to look at on the other side.
        if (x < 40) frame.set(x, y, 0, 100 + (x * 7 + y * 13) % 40);
      }
    }
    EXPECT_LT(crop(frame.rows(), 60, 60).left, 100);
  }
}

TEST(Saliency, DepthMakesNoDifference) {
  const TestFrame narrow = NoiseFrame(90, 70, PixelFormat::kRgb8, 21);
  TestFrame wide(90, 70, PixelFormat::kRgb16);
  narrow.ForEach([&](int x, int y, int c) { wide.set(x, y, c, narrow.at(x, y, c) * 257); });
  for (const Crop crop : kCrops) {
    EXPECT_EQ(crop(narrow.rows(), 40, 33), crop(wide.rows(), 40, 33));
  }
}

TEST(Saliency, StaysInsidePicturesOfAnySize) {
  for (const Crop crop : kCrops) {
    for (const PixelFormat format : kFormats) {
      for (const auto& [width, height] :
           {std::pair{1, 1}, {1, 40}, {33, 1}, {31, 33}, {129, 7}, {300, 200}}) {
        const TestFrame frame = NoiseFrame(width, height, format);
        for (const auto& [part_x, part_y] : {std::pair{1, 1},
                                             {width, height},
                                             {(width + 1) / 2, height},
                                             {width, (height + 2) / 3}}) {
          const CropOffset at = crop(frame.rows(), part_x, part_y);
          EXPECT_GE(at.left, 0);
          EXPECT_GE(at.top, 0);
          EXPECT_LE(at.left + part_x, width);
          EXPECT_LE(at.top + part_y, height);
        }
      }
    }
  }
}

TEST(Saliency, BothAreStopped) {
  std::stop_source stop;
  stop.request_stop();
  const TestFrame frame = NoiseFrame(90, 70, PixelFormat::kRgb8, 21);
  for (const auto& at : {EntropyCrop(frame.rows(), 40, 33, stop.get_token()),
                         AttentionCrop(frame.rows(), 40, 33, stop.get_token())}) {
    ASSERT_FALSE(at);
    EXPECT_EQ(at.error().kind, ErrorKind::kCancelled);
  }
}

}  // namespace
}  // namespace whittle::effect
