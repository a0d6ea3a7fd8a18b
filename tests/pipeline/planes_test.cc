// Luma and chroma on their own way: held against the way through RGB and against the exact resize.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "codec/registry.h"
#include "pipeline/job.h"
#include "pipeline/plan.h"
#include "pipeline/run.h"
#include "tests/codec/made_icc.h"
#include "tests/pixel/reference.h"
#include "tests/support/pictures.h"
#include "whittle/whittle.h"

namespace whittle::pipeline {
namespace {

using test::Compare;
using test::JpegOptions;
using test::Picture;

constexpr std::pair<int, int> kSamplings[] = {{1, 1}, {2, 1}, {1, 2}, {2, 2},
                                              {4, 1}, {4, 2}, {1, 4}};

Transform Box(std::uint32_t side, double quality = 89) {
  return *Transform::Make({.width = side, .height = side, .quality = quality});
}

Expected<Plan> PlanOf(const codec::Header& header, const Transform& transform,
                      const Limits& limits = {}) {
  return MakePlan(*codec::ByName("jpeg"), header, WholeOf(header, transform), transform, limits);
}

bool UsesPlanes(ByteView file, const Transform& transform) {
  const auto header = codec::ByName("jpeg")->probe(file, Limits{});
  return PlanOf(*header, transform)->planes.has_value();
}

Picture Resized(ByteView file, const Transform& transform) {
  const auto result = Process(file, transform, Limits{});
  if (!result) throw std::runtime_error(result.error().text + ": " + result.error().detail);
  return test::DecodeJpeg(result->bytes.view());
}

// The luma that a viewer sees: BT.601, as JFIF has it.
Picture Luma(const Picture& rgb) {
  Picture luma = test::Blank(rgb.width, rgb.height, 1);
  for (int y = 0; y < rgb.height; ++y) {
    for (int x = 0; x < rgb.width; ++x) {
      luma.at(x, y, 0) = static_cast<std::uint8_t>(
          std::lround(0.299 * rgb.at(x, y, 0) + 0.587 * rgb.at(x, y, 1) + 0.114 * rgb.at(x, y, 2)));
    }
  }
  return luma;
}

// Pale colours: halved chroma then stays within RGB, and luma within what a viewer can see of it.
Picture PalePhoto(int width, int height) {
  Picture photo = test::Photo(width, height);
  const Picture luma = Luma(photo);
  for (std::size_t i = 0; i < photo.samples.size(); ++i) {
    photo.samples[i] = static_cast<std::uint8_t>((photo.samples[i] + 3 * luma.samples[i / 3]) / 4);
  }
  return photo;
}

Picture Exact(const Picture& source, int width, int height) {
  return pixel::test::ExactResize(
      source, pixel::Geometry::Whole(source.width, source.height, width, height));
}

TEST(Planes, ServeGreyAndHalvedColour) {
  const Picture photo = test::Photo(64, 48);
  EXPECT_TRUE(UsesPlanes(EncodeJpeg(photo).view(), Box(30)));
  EXPECT_TRUE(UsesPlanes(EncodeJpeg(photo, {.progressive = true}).view(), Box(30)));
  EXPECT_FALSE(UsesPlanes(EncodeJpeg(photo).view(), Box(30, 90)));
  EXPECT_TRUE(UsesPlanes(EncodeJpeg(photo, {.orientation = 6}).view(), Box(30)));
  EXPECT_TRUE(UsesPlanes(EncodeJpeg(test::Photo(64, 48, 1)).view(), Box(30, 90)));
  EXPECT_FALSE(UsesPlanes(EncodeJpeg(test::Photo(64, 48, 4)).view(), Box(30)));
}

class NoPhases final : public PhaseObserver {
 public:
  void Enter(Phase) override {}
};

// As Process, by way of RGB.
Expected<Bytes> ProcessByRows(ByteView file, const Transform& transform) {
  const codec::Codec& jpeg = *codec::ByName("jpeg");
  const Limits limits;
  WHITTLE_TRY(const codec::Header header, jpeg.probe(file, limits));
  WHITTLE_TRY(Plan plan, PlanOf(header, transform, limits));
  plan.planes.reset();
  Workspace workspace;
  NoPhases phases;
  WHITTLE_CHECK(workspace.Prepare(plan));
  const codec::EncodeSpec result = ResultOf(plan, transform);
  WHITTLE_TRY(const auto sink, jpeg.create(result));
  bool truncated = false;
  WHITTLE_CHECK(StreamRows({.input = jpeg,
                            .source = file,
                            .header = header,
                            .plan = plan,
                            .limits = limits,
                            .result = result,
                            .stop = {},
                            .phases = phases,
                            .workspace = workspace,
                            .truncated = truncated},
                           *sink));
  return sink->Finish();
}

Picture ResizedByRows(ByteView file, const Transform& transform) {
  const auto result = ProcessByRows(file, transform);
  if (!result) throw std::runtime_error(result.error().text + ": " + result.error().detail);
  return test::DecodeJpeg(result->view());
}

TEST(Planes, ComeAsNearToTheExactResizeAsRgbDoes) {
  const Picture photo = test::Photo(613, 407);
  for (const auto& [h, v] : kSamplings) {
    const JpegOptions options = {.h_sampling = h, .v_sampling = v, .restart_interval = 5};
    const Bytes file = EncodeJpeg(photo, options);
    const Picture exact = Exact(test::DecodeJpeg(file.view()), 200, 133);
    const Picture by_planes = Resized(file.view(), Box(200));
    const Picture by_rows = ResizedByRows(file.view(), Box(200));
    EXPECT_LT(Compare(by_planes, exact).mean, 1.05 * Compare(by_rows, exact).mean) << h << v;
    EXPECT_LT(Compare(Luma(by_planes), Luma(exact)).mean,
              1.05 * Compare(Luma(by_rows), Luma(exact)).mean)
        << h << v;
  }
}

// Odd and even sizes: a mirrored chroma grid begins half a sample before the picture.
TEST(Planes, StandUprightInAllEightOrientations) {
  const Picture photo = test::Photo(613, 407);
  for (const auto& [h, v] : kSamplings) {
    for (int orientation = 1; orientation <= 8; ++orientation) {
      for (const unsigned side : {200U, 201U}) {
        SCOPED_TRACE(testing::Message() << h << v << " turned " << orientation << " to " << side);
        const Bytes file =
            EncodeJpeg(test::StoredFor(photo, orientation),
                       {.h_sampling = h, .v_sampling = v, .orientation = orientation});
        const Picture by_planes = Resized(file.view(), Box(side));
        const Picture by_rows = ResizedByRows(file.view(), Box(side));
        const Picture exact = Exact(photo, by_rows.width, by_rows.height);
        ASSERT_EQ(by_planes.width, by_rows.width);
        ASSERT_EQ(by_planes.height, by_rows.height);
        EXPECT_LT(Compare(by_planes, exact).mean, 1.05 * Compare(by_rows, exact).mean);
        EXPECT_LT(Compare(by_planes, by_rows).mean, 2);
      }
    }
  }
}

// Fine stripes of one colour, as wide as a chroma sample, with black between.
Picture ColouredStripes(int side, int stripe) {
  Picture stripes = test::Blank(side, side);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      if (x / stripe % 2 == 1) continue;
      stripes.at(x, y, 0) = 200;
      stripes.at(x, y, 1) = 150;
      stripes.at(x, y, 2) = 90;
    }
  }
  return stripes;
}

double MeanRedOverBlue(const Picture& picture) {
  double sum = 0;
  for (std::size_t i = 0; i < picture.samples.size(); i += 3) {
    sum += picture.samples[i] - picture.samples[i + 2];
  }
  return 3 * sum / static_cast<double>(picture.samples.size());
}

// Black has no colour of its own to mix in, but its chroma of 128 counted as much as that of the
// bright stripes, and a third of the colour was lost.
TEST(Planes, FineColouredDetailBesideBlackDoesNotFade) {
  for (const auto& [h, v] : kSamplings) {
    const Picture stripes = ColouredStripes(512, h);
    const Bytes file = EncodeJpeg(stripes, {.h_sampling = h, .v_sampling = v});
    for (const unsigned side : {64U, 51U, 33U}) {
      const Picture result = Resized(file.view(), Box(side));
      const double exact = MeanRedOverBlue(Exact(stripes, result.width, result.height));
      EXPECT_GT(MeanRedOverBlue(result), 0.95 * exact) << h << v << " " << side;
      EXPECT_LT(MeanRedOverBlue(result), 1.2 * exact) << h << v << " " << side;
    }
  }
}

// Such files are odd but legal; their chroma planes cannot be weighed together.
TEST(Planes, ServeChromaPlanesOfDifferentResolutions) {
  const Picture photo = test::Photo(613, 407);
  for (const int orientation : {1, 6}) {
    const Bytes file = EncodeJpeg(
        test::StoredFor(photo, orientation),
        {.h_sampling = 2, .v_sampling = 2, .cb_h_sampling = 2, .orientation = orientation});
    const auto planes = codec::ByName("jpeg")->probe(file.view(), Limits{})->planes;
    ASSERT_TRUE(planes);
    ASSERT_NE((*planes)[1], (*planes)[2]);
    const Picture by_planes = Resized(file.view(), Box(200));
    const Picture by_rows = ResizedByRows(file.view(), Box(200));
    const Picture exact = Exact(photo, by_rows.width, by_rows.height);
    EXPECT_LT(Compare(by_planes, exact).mean, 1.05 * Compare(by_rows, exact).mean);
  }
}

// A red disc on grey of the same luma, so that only chroma draws it.
Picture RedDisc(int side) {
  Picture disc = test::Blank(side, side, 3, 110);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      if (std::hypot(x + 0.5 - side / 2.0, y + 0.5 - side / 2.0) > side / 3.0) continue;
      disc.at(x, y, 0) = 200;
      disc.at(x, y, 1) = 72;
      disc.at(x, y, 2) = 72;
    }
  }
  return disc;
}

// How far the middle of the red is from the middle of the picture, in pixels.
double ShiftOfRed(const Picture& picture) {
  double sum = 0;
  double at_x = 0;
  double at_y = 0;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const double red = picture.at(x, y, 0) - picture.at(x, y, 2);
      if (red < 64) continue;  // the edges of the picture have a tint of their own
      sum += red;
      at_x += red * (x + 0.5);
      at_y += red * (y + 0.5);
    }
  }
  return std::hypot(at_x / sum - picture.width / 2.0, at_y / sum - picture.height / 2.0);
}

// A chroma grid that is off by a quarter of a sample shows as a shift by half a pixel.
TEST(Planes, KeepChromaInItsPlace) {
  const Picture disc = RedDisc(600);
  for (const auto& [h, v] : kSamplings) {
    const Bytes file = EncodeJpeg(disc, {.h_sampling = h, .v_sampling = v});
    for (const unsigned side : {301U, 300U, 299U, 151U, 77U}) {
      EXPECT_LT(ShiftOfRed(Resized(file.view(), Box(side))), 0.12) << h << v << " " << side;
    }
  }
}

// The luma of small pictures suffers most from quantisation, which both ways have in common.
void ExpectLumaAsGoodAsByRows(int width, int height, const JpegOptions& options, unsigned side) {
  SCOPED_TRACE(testing::Message() << width << "x" << height << " to " << side << ", "
                                  << options.h_sampling << options.v_sampling << ", turned "
                                  << options.orientation);
  const Picture photo = PalePhoto(width, height);
  const Bytes file = EncodeJpeg(test::StoredFor(photo, std::max(1, options.orientation)), options);
  const Picture by_planes = Resized(file.view(), Box(side));
  const Picture by_rows = ResizedByRows(file.view(), Box(side));
  const Picture exact =
      Exact(Luma(Upright(test::DecodeJpeg(file.view()), std::max(1, options.orientation))),
            by_planes.width, by_planes.height);
  EXPECT_LT(Compare(Luma(by_planes), exact).mean, 3 + 1.1 * Compare(Luma(by_rows), exact).mean);
}

TEST(Planes, ServeEverySizeFromOneToSeventeen) {
  for (const auto& [h, v] : kSamplings) {
    for (int width = 1; width <= 17; ++width) {
      for (int height = 1; height <= 17; ++height) {
        for (const unsigned side : {1U, 2U, 5U, 8U, 9U, 16U, 100U}) {
          const int orientation = 1 + (3 * width + height) % 8;
          ExpectLumaAsGoodAsByRows(
              width, height, {.h_sampling = h, .v_sampling = v, .orientation = orientation}, side);
        }
      }
    }
  }
}

TEST(Planes, ServeExtremeAspectsAndScales) {
  for (const auto& [width, height] :
       {std::pair{3000, 1}, {1, 3000}, {2999, 7}, {5, 2001}, {1600, 1200}}) {
    for (const unsigned side : {3U, 17U, 500U, 1000U}) {
      for (const int orientation : {1, 6}) {
        ExpectLumaAsGoodAsByRows(
            width, height, {.h_sampling = 2, .v_sampling = 2, .orientation = orientation}, side);
      }
    }
  }
}

TEST(Planes, HoldNoMoreThanTheirPlanSaid) {
  for (const auto& [orientation, cb_sampling] : {std::pair{1, 1}, {8, 1}, {1, 2}}) {
    const Bytes file = EncodeJpeg(test::Photo(1200, 800), {.h_sampling = 2,
                                                           .v_sampling = 2,
                                                           .cb_h_sampling = cb_sampling,
                                                           .orientation = orientation});
    const auto plan = PlanOf(*codec::ByName("jpeg")->probe(file.view(), Limits{}), Box(300));
    Workspace workspace;
    ASSERT_TRUE(pipeline::Run(workspace, file.view(), Box(300), Limits{}, {}, nullptr));
    EXPECT_LE(workspace.bytes(), Workspace::BytesNeeded(*plan));
    EXPECT_GE(2 * workspace.bytes(), Workspace::BytesNeeded(*plan)) << "a wild guess";
  }
}

TEST(Planes, LeaveAPictureThatFitsAlmostAsItIs) {
  const Bytes file = EncodeJpeg(test::Photo(333, 221), {.h_sampling = 2, .v_sampling = 2});
  EXPECT_LT(Compare(Resized(file.view(), Box(8192)), test::DecodeJpeg(file.view())).mean, 2.5);
}

TEST(Planes, ShowCutFilesAsRowsDo) {
  const Bytes file =
      EncodeJpeg(test::Photo(200, 150), {.h_sampling = 2, .v_sampling = 2, .restart_interval = 4});
  int shown = 0;
  for (std::size_t size = 7; size < file.size(); size += 41) {
    const auto by_planes = Process(file.view().first(size), Box(50), Limits{});
    const auto by_rows = ProcessByRows(file.view().first(size), Box(50));
    ASSERT_EQ(by_planes.has_value(), by_rows.has_value()) << size;
    if (!by_planes) {
      EXPECT_EQ(by_planes.error().kind, by_rows.error().kind) << size;
      continue;
    }
    ++shown;
    EXPECT_LT(
        Compare(test::DecodeJpeg(by_planes->bytes.view()), test::DecodeJpeg(by_rows->view())).mean,
        4)
        << size;
  }
  EXPECT_GT(shown, 20);
}

TEST(Planes, KeepTheProfileByteForByte) {
  const std::string profile = codec::MadeIcc(700, "RGB ");
  const Bytes file = EncodeJpeg(test::Photo(64, 48), {.icc = profile});
  ASSERT_TRUE(UsesPlanes(file.view(), Box(30)));
  std::string icc;
  test::DecodeJpeg(Process(file.view(), Box(30), Limits{})->bytes.view(), &icc);
  EXPECT_EQ(icc, profile);
}

}  // namespace
}  // namespace whittle::pipeline
