// The resizer with every reconstruction kernel, against exact arithmetic.
#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "pixel/resizer.h"
#include "tests/pixel/reference.h"

namespace whittle::pixel::test {
namespace {

using whittle::test::Blank;
using whittle::test::Compare;
using whittle::test::Noise;
using whittle::test::Photo;

Picture Resized(const Picture& source, const Geometry& g, Kernel kernel,
                Light light = Light::kLinear) {
  Resizer resizer;
  return RunResizer(resizer, source, {.geometry = g, .light = light, .kernel = kernel});
}

class KernelTest : public testing::TestWithParam<Kernel> {};

TEST_P(KernelTest, IsWithinOneOfExact) {
  for (const auto& [w, h, dw, dh] : {std::tuple{211, 160, 100, 77},
                                     {211, 160, 211, 160},
                                     {211, 160, 30, 22},
                                     {403, 320, 10, 8},
                                     {67, 53, 200, 90},
                                     {1, 1, 5, 3},
                                     {3, 2, 17, 1},
                                     {2100, 2, 7, 2},
                                     {2, 2500, 2, 4},
                                     {5000, 3, 1, 1},
                                     {31, 90, 62, 9}}) {
    SCOPED_TRACE(testing::Message() << w << "x" << h << " to " << dw << "x" << dh);
    Geometry g = Geometry::Whole(w, h, dw, dh);
    for (const double crop : {0.0, 0.3}) {
      g.left = crop * w / 3, g.bottom = h - crop * h / 5;
      for (const Picture& picture : {Photo(w, h), Noise(w, h)}) {
        const int halvings =
            HalvingsFor(g.horizontal(GetParam()), g.vertical(GetParam()), Light::kLinear);
        const Picture exact = HalvedExactResize(picture, g, Light::kLinear, halvings, GetParam());
        OnEveryTarget([&](const std::string&) {
          EXPECT_LE(Compare(Resized(picture, g, GetParam()), exact).max, 1);
        });
      }
    }
  }
}

TEST_P(KernelTest, EqualsFixedPointModel) {
  for (const auto& [w, h, dw, dh] :
       {std::tuple{67, 53, 20, 11}, {130, 64, 100, 60}, {20, 9, 50, 40}, {130, 90, 9, 6}}) {
    const Geometry g = Geometry::Whole(w, h, dw, dh);
    const Picture picture = Noise(w, h);
    const Picture expected = FixedPointResize(picture, g, Light::kLinear, GetParam());
    OnEveryTarget([&](const std::string&) {
      EXPECT_EQ(Resized(picture, g, GetParam()).samples, expected.samples);
    });
  }
}

TEST_P(KernelTest, KeepsOneColour) {
  for (int code = 0; code < 256; code += 5) {
    for (const auto& g : {Geometry::Whole(40, 30, 13, 7), Geometry::Whole(300, 90, 5, 2),
                          Geometry::Whole(5, 4, 9, 9), Geometry::Whole(29, 31, 29, 31)}) {
      const auto value = static_cast<std::uint8_t>(code);
      EXPECT_EQ(Resized(Blank(g.src_width, g.src_height, 1, value), g, GetParam()).samples,
                Blank(g.dst_width, g.dst_height, 1, value).samples);
    }
  }
}

TEST_P(KernelTest, IsHalvedUnderLanczos3Only) {
  const Geometry g = Geometry::Whole(1000, 1000, 100, 100);
  EXPECT_EQ(HalvingsFor(g.horizontal(GetParam()), g.vertical(GetParam()), Light::kLinear),
            GetParam() == Kernel::kLanczos3 ? 1 : 0);
}

TEST_P(KernelTest, HoldsWhatItSaid) {
  for (const Geometry& g :
       {Geometry::Whole(2000, 1333, 500, 333), Geometry::Whole(10, 10, 700, 900),
        Geometry::Whole(2001, 1333, 60, 40)}) {
    const ResizeSpec spec{.geometry = g, .kernel = GetParam()};
    Resizer resizer;
    ASSERT_TRUE(resizer.Configure(spec));
    EXPECT_LE(resizer.buffer_bytes(), Resizer::BytesNeeded(spec));
    EXPECT_GE(resizer.buffer_bytes(), Resizer::BytesNeeded(spec) / 10 * 9);
  }
}

std::string NameOf(const testing::TestParamInfo<Kernel>& kernel) {
  static constexpr const char* kNames[] = {"Nearest",  "Linear",   "Cubic",   "Mitchell",
                                           "Lanczos2", "Lanczos3", "Mks2013", "Mks2021"};
  return kNames[static_cast<int>(kernel.param)];
}
INSTANTIATE_TEST_SUITE_P(All, KernelTest, testing::ValuesIn(kKernels), NameOf);

TEST(Kernels, NearestEnlargesByRepeating) {
  const Picture picture = Noise(7, 5);
  const Picture result = Resized(picture, Geometry::Whole(7, 5, 21, 10), Kernel::kNearest);
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < 21; ++x) {
      for (int c = 0; c < 3; ++c) EXPECT_EQ(result.at(x, y, c), picture.at(x / 3, y / 2, c));
    }
  }
}

}  // namespace
}  // namespace whittle::pixel::test
