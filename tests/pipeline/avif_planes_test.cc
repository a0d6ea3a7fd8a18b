// Luma and chroma of AVIF on their own way: held against the exact resize of what libavif shows,
// and chroma's place against the picture's.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <utility>

#include "codec/registry.h"
#include "pipeline/plan.h"
#include "pipeline/run.h"
#include "tests/codec/avif_files.h"
#include "tests/codec/decode.h"
#include "tests/pixel/reference.h"
#include "whittle/whittle.h"

namespace whittle::pipeline {
namespace {

using codec::AvifOptions;
using pixel::PixelFormat;
using test::Picture;
using Params = Transform::Params;

constexpr avifPixelFormat kLayouts[] = {AVIF_PIXEL_FORMAT_YUV444, AVIF_PIXEL_FORMAT_YUV422,
                                        AVIF_PIXEL_FORMAT_YUV420};

Picture Shown(ByteView file, const Params& params) {
  const auto result = Process(file, *Transform::Make(params), Limits{});
  if (!result) throw std::runtime_error(result.error().text + ": " + result.error().detail);
  return PictureOf(*codec::DecodeRows(result->bytes.view()));
}

Bytes File(const Picture& picture, const AvifOptions& options) {
  return MakeAvif(codec::SamplesOf(picture, PixelFormat::kRgb8), options);
}

// As libavif shows all of it, and resized exactly.
Picture Exact(const Bytes& file, int width, int height) {
  const codec::SampleRows rows = codec::PlainAvif(file.view(), PixelFormat::kRgb8);
  return pixel::test::ExactResize(rows.Colour(),
                                  pixel::Geometry::Whole(rows.width, rows.height, width, height));
}

TEST(AvifPlanes, ComeNearToTheExactResize) {
  const Picture photo = test::Photo(613, 407);
  for (const auto layout : kLayouts) {
    for (const auto range : {AVIF_RANGE_FULL, AVIF_RANGE_LIMITED}) {
      SCOPED_TRACE(testing::Message() << layout << ' ' << range);
      const Bytes file = File(photo, {.planes = layout, .range = range});
      const Picture exact = Exact(file, 200, 133);
      // PNG takes rows and is exact; its distance is the decoder's and resizer's own rounding.
      EXPECT_LT(
          test::Compare(Shown(file.view(), {.width = 200, .format = Format::kPng}), exact).mean, 1);
      for (const Format to : {Format::kAvif, Format::kJpeg}) {
        Params params = {.width = 200, .format = to, .quality = 97};
        params.subsampling = ChromaSubsampling::k420;
        EXPECT_LT(test::Compare(Shown(file.view(), params), exact).mean, 3.2) << WordOf(to);
      }
    }
  }
}

// A red disc in the middle of grey of the same luma.
Picture RedDisc(int side) {
  Picture disc = test::Blank(side, side, 3, 110);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      if (std::hypot(x + 0.5 - side / 2.0, y + 0.5 - side / 2.0) > side / 4.0) continue;
      disc.at(x, y, 0) = 200;
      disc.at(x, y, 1) = 72;
      disc.at(x, y, 2) = 72;
    }
  }
  return disc;
}

// How far the middle of the red is from the middle of the picture, in pixels.
double ShiftOfRed(const Picture& picture) {
  double sum = 0, at_x = 0, at_y = 0;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const double red = picture.at(x, y, 0) - picture.at(x, y, 2);
      if (red < 64) continue;
      sum += red;
      at_x += red * (x + 0.5);
      at_y += red * (y + 0.5);
    }
  }
  return std::hypot(at_x / sum - picture.width / 2.0, at_y / sum - picture.height / 2.0);
}

// A chroma grid that is off by a quarter of a sample shows as a shift by half a pixel.
TEST(AvifPlanes, KeepChromaInItsPlace) {
  const Picture disc = RedDisc(300);
  for (const auto layout : kLayouts) {
    const Bytes file = File(disc, {.planes = layout});
    for (const unsigned side : {300U, 151U, 150U, 77U}) {
      const Picture shown =
          Shown(file.view(), {.width = side, .format = Format::kAvif, .quality = 89});
      EXPECT_LT(ShiftOfRed(shown), 0.12) << layout << ' ' << side;
    }
  }
}

TEST(AvifPlanes, StandUprightWhenTurned) {
  const Picture photo = test::Photo(241, 157);
  const std::optional<int> irot[] = {{}, {}, 2, {}, 1, 3, 3, 1};
  const std::optional<int> imir[] = {{}, 1, {}, 0, 0, {}, 0, {}};
  const Picture exact = pixel::test::ExactResize(photo, pixel::Geometry::Whole(241, 157, 100, 65));
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Bytes file =
        File(test::StoredFor(photo, orientation), {.planes = AVIF_PIXEL_FORMAT_YUV420,
                                                   .irot = irot[orientation - 1],
                                                   .imir = imir[orientation - 1]});
    const auto header = codec::ByName("avif")->probe(file.view(), Limits{});
    ASSERT_TRUE(header && header->planes);
    ASSERT_EQ(header->info.orientation, orientation);
    const Picture shown =
        Shown(file.view(), {.width = 100, .format = Format::kAvif, .quality = 89});
    ASSERT_EQ(shown.width, 100);
    ASSERT_EQ(shown.height, 65);
    EXPECT_LT(test::Compare(shown, exact).mean, 5) << orientation;
  }
}

TEST(AvifPlanes, OfGreyStayGrey) {
  const Picture grey = test::Photo(120, 90, 1);
  for (const auto range : {AVIF_RANGE_FULL, AVIF_RANGE_LIMITED}) {
    const Bytes file = File(grey, {.planes = AVIF_PIXEL_FORMAT_YUV400, .range = range});
    const Picture shown = Shown(file.view(), {.width = 60, .format = Format::kAvif, .quality = 89});
    ASSERT_EQ(shown.channels, 1);
    const Picture exact = pixel::test::ExactResize(grey, pixel::Geometry::Whole(120, 90, 60, 45));
    EXPECT_LT(test::Compare(shown, exact).mean, 3);
  }
}

// What an encoder needs is counted before anything is decoded: libjxl keeps 14 bytes a sample.
TEST(AvifPlanes, AreRefusedWhereTheEncoderNeedsTooMuch) {
  const Bytes file = File(test::Photo(800, 800), {});
  const auto made = [&](Format format) {
    return Process(file.view(), *Transform::Make({.width = 800, .format = format}),
                   {.max_working_bytes = 32U << 20});
  };
  EXPECT_TRUE(made(Format::kPng));
  const auto refused = made(Format::kJxl);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kTooLarge);
}

}  // namespace
}  // namespace whittle::pipeline
