// Fits, crops, turns, effects and colours through the whole call, against the double-precision
// resize and plain loops.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "effect/adjust.h"
#include "effect/blur.h"
#include "pipeline/run.h"
#include "tests/pixel/reference.h"
#include "tests/support/pictures.h"
#include "whittle/whittle.h"

namespace whittle::pipeline {
namespace {

using test::Picture;
using Params = Transform::Params;

constexpr int kWidth = 300;
constexpr int kHeight = 200;

Encoded Made(ByteView file, Params params) {
  if (params.quality == 80) params.quality = 100;  // so that little but the operation shows
  const auto transform = Transform::Make(params);
  if (!transform) throw std::runtime_error(transform.error().text);
  auto result = Process(file, *transform, Limits{});
  if (!result) throw std::runtime_error(result.error().text + ": " + result.error().detail);
  return *std::move(result);
}

Picture Shown(ByteView file, const Params& params) {
  return test::DecodeJpeg(Made(file, params).bytes.view());
}

Bytes PhotoFile() { return EncodeJpeg(test::Photo(kWidth, kHeight), {.quality = 98}); }

// What `area` of the source is at `width` x `height`.
Picture Part(const Picture& source, double left, double top, double right, double bottom, int width,
             int height) {
  return pixel::test::ExactResize(source, {.src_width = source.width,
                                           .src_height = source.height,
                                           .dst_width = width,
                                           .dst_height = height,
                                           .left = left,
                                           .top = top,
                                           .right = right,
                                           .bottom = bottom});
}

void ExpectNear(const Picture& picture, const Picture& wanted, const std::string& what) {
  const auto difference = test::Compare(picture, wanted);
  EXPECT_LT(difference.mean, 1) << what;
  EXPECT_LE(difference.max, 12) << what;
}

TEST(Operations, CoverShowsTheMiddleOrWhatThePositionSays) {
  const Bytes file = PhotoFile();
  const Picture source = test::DecodeJpeg(file.view());
  const auto cover = [&](Position position) {
    return Shown(file.view(),
                 {.width = 80, .height = 80, .fit = Fit::kCover, .position = position});
  };
  ExpectNear(cover(Position::kCentre), Part(source, 50, 0, 250, 200, 80, 80), "centre");
  ExpectNear(cover(Position::kLeft), Part(source, 0, 0, 200, 200, 80, 80), "left");
  ExpectNear(cover(Position::kRightBottom), Part(source, 100, 0, 300, 200, 80, 80), "right");
  ExpectNear(Shown(file.view(), {.width = 80,
                                 .height = 80,
                                 .fit = Fit::kCover,
                                 .position = Position::kFocal,
                                 .focal = {0.4, 0.5}}),
             Part(source, 20, 0, 220, 200, 80, 80), "focal");
}

TEST(Operations, TheSameInPlanesAndInRows) {
  const Bytes file =
      EncodeJpeg(test::Photo(kWidth, kHeight), {.quality = 98, .h_sampling = 2, .v_sampling = 2});
  const Picture source = test::DecodeJpeg(file.view());
  for (const double quality : {89.0, 90.0}) {  // 4:2:0 in planes, 4:4:4 in rows
    for (int turn = 0; turn < 360; turn += 90) {
      Params params{.width = 60, .height = 60, .fit = Fit::kCover, .rotate = turn};
      params.position = Position::kTop;
      params.quality = quality;
      const int orientation = turn == 0 ? 1 : turn == 90 ? 6 : turn == 180 ? 3 : 8;
      const Picture turned = test::Upright(source, orientation);
      const Picture wanted = turn % 180 == 0 ? Part(turned, 50, 0, 250, 200, 60, 60)
                                             : Part(turned, 0, 0, 200, 200, 60, 60);
      const auto difference = test::Compare(Shown(file.view(), params), wanted);
      EXPECT_LT(difference.mean, 4) << turn << " " << quality;
    }
  }
}

TEST(Operations, FillStretches) {
  const Bytes file = PhotoFile();
  ExpectNear(Shown(file.view(), {.width = 60, .height = 100, .fit = Fit::kFill}),
             Part(test::DecodeJpeg(file.view()), 0, 0, kWidth, kHeight, 60, 100), "fill");
}

TEST(Operations, CropComesBeforeTheResize) {
  const Bytes file = PhotoFile();
  ExpectNear(Shown(file.view(), {.width = 50, .crop = Rectangle{100, 40, 100, 80}}),
             Part(test::DecodeJpeg(file.view()), 100, 40, 200, 120, 50, 40), "crop");
  const Picture whole = test::DecodeJpeg(file.view());
  const Picture cut = Shown(file.view(), {.width = 1000, .crop = Rectangle{100, 40, 64, 48}});
  ASSERT_EQ(cut.width, 64);
  ASSERT_EQ(cut.height, 48);
  ExpectNear(cut, Part(whole, 100, 40, 164, 88, 64, 48), "not resized");
}

TEST(Operations, CropAndOrientationAreOfThePictureAsDisplayed) {
  const Picture upright = test::Photo(120, 90);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Bytes file = EncodeJpeg(test::StoredFor(upright, orientation),
                                  {.quality = 98, .orientation = orientation});
    ExpectNear(Shown(file.view(), {.width = 30, .crop = Rectangle{20, 10, 60, 60}}),
               Part(upright, 20, 10, 80, 70, 30, 30), std::to_string(orientation));
  }
}

TEST(Operations, RotateFlipAndFlopComeAfterTheOrientation) {
  const Picture upright = test::Quadrants(80, 60);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Bytes file =
        EncodeJpeg(test::StoredFor(upright, orientation), {.orientation = orientation});
    const auto near = [&](const Params& params, int turn) {
      const Picture wanted = test::Upright(upright, turn);
      EXPECT_LT(test::Compare(Shown(file.view(), params), wanted).mean, 2)
          << orientation << " " << turn;
    };
    near({.width = 100, .rotate = 90}, 6);
    near({.width = 100, .rotate = 180}, 3);
    near({.width = 100, .rotate = 270}, 8);
    near({.width = 100, .flip = true}, 4);
    near({.width = 100, .flop = true}, 2);
  }
}

TEST(Operations, ContainPutsThePictureOnItsBackground) {
  const Bytes file = PhotoFile();
  const Colour red = {200, 10, 20, 255};
  const Picture result =
      Shown(file.view(), {.width = 90, .height = 90, .fit = Fit::kContain, .background = red});
  ASSERT_EQ(result.width, 90);
  ASSERT_EQ(result.height, 90);
  for (const int y : {0, 7, 82, 89}) {
    EXPECT_NEAR(result.at(45, y, 0), red.red, 6) << y;
    EXPECT_NEAR(result.at(45, y, 1), red.green, 6) << y;
    EXPECT_NEAR(result.at(45, y, 2), red.blue, 6) << y;
  }
  const Picture inside = Part(test::DecodeJpeg(file.view()), 0, 0, kWidth, kHeight, 90, 60);
  Picture middle = test::Blank(90, 40);
  Picture wanted = test::Blank(90, 40);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 90; ++x) {
      for (int c = 0; c < 3; ++c) {
        middle.at(x, y, c) = result.at(x, y + 25, c);
        wanted.at(x, y, c) = inside.at(x, y + 10, c);
      }
    }
  }
  ExpectNear(middle, wanted, "the picture");
}

TEST(Operations, PadGoesAround) {
  const Bytes file = PhotoFile();
  const Colour blue = {10, 20, 220, 255};
  const Picture result = Shown(
      file.view(),
      {.width = 60, .pad = {.top = 8, .right = 16, .bottom = 24, .left = 32}, .background = blue});
  ASSERT_EQ(result.width, 60 + 48);
  ASSERT_EQ(result.height, 40 + 32);
  const auto is_blue = [&](int x, int y) {
    return std::abs(result.at(x, y, 2) - 220) < 12 && result.at(x, y, 0) < 30;
  };
  EXPECT_TRUE(is_blue(3, 3) && is_blue(104, 3) && is_blue(3, 68) && is_blue(104, 68));
  EXPECT_TRUE(is_blue(20, 30) && is_blue(100, 30) && is_blue(50, 2) && is_blue(50, 60));
  EXPECT_FALSE(is_blue(50, 20));
}

TEST(Operations, TrimTakesTheBorderAway) {
  Picture framed = test::Blank(200, 150, 3, 255);
  const Picture inner = test::Photo(96, 80);
  for (int y = 0; y < 80; ++y) {
    for (int x = 0; x < 96; ++x) {
      for (int c = 0; c < 3; ++c) {
        framed.at(x + 40, y + 24, c) = static_cast<std::uint8_t>(inner.at(x, y, c) / 2);
      }
    }
  }
  const Bytes file = EncodeJpeg(framed, {.quality = 100});
  const Encoded result = Made(file.view(), {.width = 1000, .trim = 40});
  EXPECT_EQ(result.width, 96U);
  EXPECT_EQ(result.height, 80U);
  const Bytes flat = EncodeJpeg(test::Blank(40, 30, 3, 90));
  EXPECT_EQ(Made(flat.view(), {.width = 1000, .trim = 10}).width, 40U) << "all is border";
}

TEST(Operations, BlurAndSharpenWorkOnTheResult) {
  const Bytes file = PhotoFile();
  const Params plain{.width = 100, .quality = 99};
  for (int turn = 0; turn < 180; turn += 90) {
    Params blurred = plain;
    blurred.rotate = turn;
    Picture wanted = Shown(file.view(), blurred);
    blurred.blur = 2.5;
    const pixel::RowSpan rows{wanted.samples.data(), static_cast<std::size_t>(wanted.width) * 3,
                              wanted.width, wanted.height, pixel::PixelFormat::kRgb8};
    ASSERT_TRUE(effect::GaussianBlur(rows, 2.5));
    EXPECT_LT(test::Compare(Shown(file.view(), blurred), wanted).mean, 1) << turn;
  }
  Params sharp = plain;
  sharp.sharpen = {{1, 2}};
  EXPECT_GT(test::Compare(Shown(file.view(), sharp), Shown(file.view(), plain)).mean, 0.2);
  Params box = plain;
  box.box_blur = true;
  EXPECT_GT(test::Compare(Shown(file.view(), box), Shown(file.view(), plain)).mean, 0.2);
}

TEST(Operations, ColoursAreAdjusted) {
  const Bytes file = PhotoFile();
  const Params plain{.width = 100, .quality = 99};
  Params changed = plain;
  changed.saturation = 0.3;
  changed.contrast = 1.4;
  changed.gamma = 1.3;
  Picture wanted = Shown(file.view(), plain);
  const pixel::RowSpan rows{wanted.samples.data(), static_cast<std::size_t>(wanted.width) * 3,
                            wanted.width, wanted.height, pixel::PixelFormat::kRgb8};
  effect::Adjuster({.saturation = 0.3, .contrast = 1.4, .gamma = 1.3}, rows.format).Apply(rows);
  EXPECT_LT(test::Compare(Shown(file.view(), changed), wanted).mean, 1.5);
}

TEST(Operations, GreyscaleIsAGreyFileAndTintGivesGreyColour) {
  EXPECT_EQ(Shown(PhotoFile().view(), {.width = 100, .greyscale = true}).channels, 1);
  const Bytes grey = EncodeJpeg(test::Photo(kWidth, kHeight, 1));
  EXPECT_EQ(Shown(grey.view(), {.width = 100}).channels, 1);
  const Picture tinted = Shown(grey.view(), {.width = 100, .tint = Colour{255, 160, 60, 255}});
  ASSERT_EQ(tinted.channels, 3);
  double red = 0;
  double blue = 0;
  for (std::size_t i = 0; i < tinted.samples.size(); i += 3) {
    red += tinted.samples[i];
    blue += tinted.samples[i + 2];
  }
  EXPECT_GT(red, blue);
}

TEST(Operations, PaddingOfAGreyscaleResultLostItsColour) {
  const Picture result = Shown(PhotoFile().view(), {.width = 60,
                                                    .pad = {.left = 24},
                                                    .background = Colour{220, 20, 10, 255},
                                                    .greyscale = true});
  ASSERT_EQ(result.channels, 3);
  EXPECT_NEAR(result.at(4, 20, 0), 220, 6);
  EXPECT_NEAR(result.at(4, 20, 2), 10, 6);
  for (int x = 40; x < 80; ++x) EXPECT_NEAR(result.at(x, 20, 0), result.at(x, 20, 2), 4) << x;
}

TEST(Operations, EveryKernelGivesAPicture) {
  const Bytes file = PhotoFile();
  const Picture exact = Part(test::DecodeJpeg(file.view()), 0, 0, kWidth, kHeight, 120, 80);
  for (const Kernel kernel : {Kernel::kLinear, Kernel::kCubic, Kernel::kMitchell, Kernel::kLanczos2,
                              Kernel::kLanczos3, Kernel::kMks2013, Kernel::kMks2021}) {
    const Picture result = Shown(file.view(), {.width = 120, .kernel = kernel});
    EXPECT_LT(test::Compare(result, exact).mean, 4) << static_cast<int>(kernel);
  }
  EXPECT_EQ(Shown(file.view(), {.width = 120, .kernel = Kernel::kNearest}).width, 120);
}

TEST(Operations, EnlargesOnlyWhenAsked) {
  const Bytes file = EncodeJpeg(test::Photo(30, 20));
  EXPECT_EQ(Made(file.view(), {.width = 60}).width, 30U);
  const Encoded large = Made(file.view(), {.width = 60, .enlarge = true});
  EXPECT_EQ(large.width, 60U);
  EXPECT_EQ(large.height, 40U);
}

TEST(Operations, MaxBytesAreKept) {
  const Bytes file = EncodeJpeg(test::Noise(200, 200));
  const std::size_t full = Made(file.view(), {.width = 150}).bytes.size();
  for (const std::uint64_t limit : {full, full / 2, full / 4}) {
    const Encoded result = Made(file.view(), {.width = 150, .max_bytes = limit});
    EXPECT_LE(result.bytes.size(), limit);
    EXPECT_GT(result.bytes.size(), limit / 2) << "no lower than it must be";
    EXPECT_EQ(result.width, 150U);
  }
  EXPECT_LT(Made(file.view(), {.width = 150, .max_bytes = 1}).bytes.size(), full / 8);
}

TEST(Operations, NothingGrowsWhenNothingIsAsked) {
  const Bytes file = EncodeJpeg(test::Noise(90, 60), {.quality = 30});
  const Encoded same = Made(file.view(), {.width = 1000});
  EXPECT_EQ(AsText(same.bytes.view()), AsText(file.view()));
  EXPECT_GT(Made(file.view(), {.width = 1000, .if_larger_source = false}).bytes.size(),
            file.size());
  EXPECT_GT(Made(file.view(), {.width = 1000, .blur = 0.3}).bytes.size(), file.size());
  const Bytes turned = EncodeJpeg(test::Noise(90, 60), {.quality = 30, .orientation = 2});
  EXPECT_NE(AsText(Made(turned.view(), {.width = 1000}).bytes.view()), AsText(turned.view()));
  const Bytes noted = EncodeJpeg(test::Noise(90, 60), {.quality = 30, .orientation = 1});
  EXPECT_NE(AsText(Made(noted.view(), {.width = 1000}).bytes.view()), AsText(noted.view()))
      << "metadata would come along";
}

// Noise in one place of an even picture is what both strategies are to find.
TEST(Operations, EntropyAndAttentionKeepWhatThereIsToSee) {
  Picture picture = test::Blank(300, 100, 3, 128);
  const Picture noise = test::Noise(60, 60);
  for (int y = 0; y < 60; ++y) {
    for (int x = 0; x < 60; ++x) {
      for (int c = 0; c < 3; ++c) picture.at(x + 220, y + 20, c) = noise.at(x, y, c);
    }
  }
  const Bytes file = EncodeJpeg(picture, {.quality = 98});
  for (const Position position : {Position::kEntropy, Position::kAttention}) {
    Params params{.width = 50, .height = 50, .fit = Fit::kCover, .position = position};
    const Picture found = Shown(file.view(), params);
    ASSERT_EQ(found.width, 50);
    ASSERT_EQ(found.height, 50);
    params.position = Position::kLeft;
    const Picture left = Shown(file.view(), params);
    EXPECT_LT(test::Compare(left, test::Blank(50, 50, 3, 128)).mean, 1);
    EXPECT_GT(test::Compare(found, left).mean, 5) << static_cast<int>(position);
  }
}

TEST(Operations, RefusesACropBesideThePicture) {
  const auto transform = Transform::Make({.width = 10, .crop = Rectangle{kWidth, 0, 10, 10}});
  const auto result = Process(PhotoFile().view(), *transform, Limits{});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kBadRequest);
  EXPECT_EQ(result.error().text, "invalid crop");
}

}  // namespace
}  // namespace whittle::pipeline
