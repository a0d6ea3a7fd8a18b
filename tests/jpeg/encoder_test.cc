// Files of the encoder, read back by plain libjpeg.
#include "jpeg/encoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <stop_token>
#include <string>

#include "pixel/simd.h"
#include "tests/jpeg/planes.h"
#include "tests/support/jpeg_coefficients.h"

namespace whittle::jpeg {
namespace {

using test::ReadCoefficients;

constexpr Layout kLayouts[] = {Layout::kGrey, Layout::k420, Layout::k444};
constexpr Preset kPresets[] = {Preset::kFast, Preset::kDefault, Preset::kSmall};

// The coefficient (u, v) of a block by its definition (T.81, A.3.3); samples beyond the plane's
// edge are those at the edge.
double Exact(const test::Picture& plane, int block_x, int block_y, int u, int v) {
  const auto c = [](int k) { return k == 0 ? std::numbers::sqrt2 / 2 : 1.0; };
  double sum = 0;
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 8; ++x) {
      const int sample = plane.at(std::min(block_x * 8 + x, plane.width - 1),
                                  std::min(block_y * 8 + y, plane.height - 1), 0);
      sum += (sample - 128) * std::cos((2 * x + 1) * u * std::numbers::pi / 16) *
             std::cos((2 * y + 1) * v * std::numbers::pi / 16);
    }
  }
  return sum * c(u) * c(v) / 4;
}

// Every coefficient is its exact value, divided and rounded; small ones may also have been dropped.
void ExpectCoefficients(const Planes& planes,
                        const std::vector<test::ComponentCoefficients>& components,
                        bool honest = false) {
  for (std::size_t p = 0; p < components.size(); ++p) {
    const auto& component = components[p];
    ASSERT_EQ(component.width, (planes[p].width + 7) / 8);
    ASSERT_EQ(component.height, (planes[p].height + 7) / 8);
    for (int i = 0; i < component.width * component.height; ++i) {
      for (int k = 0; k < 64; ++k) {
        const auto at = static_cast<std::size_t>(k);
        const double exact =
            Exact(planes[p], i % component.width, i / component.width, k % 8, k / 8) /
            component.steps[at];
        const int value = component.blocks[static_cast<std::size_t>(i)][at];
        const bool dropped = k > 0 && value == 0 && !honest;
        ASSERT_NEAR(value, exact, dropped ? 0.82 : 0.502)
            << "plane " << p << " block " << i << " coefficient " << k;
      }
    }
  }
}

TEST(Encoder, WritesWhatTheTransformSays) {
  for (const Layout layout : kLayouts) {
    const Planes planes = NoisePlanes(45, 37, layout);
    for (const double quality : {30.0, 80.0, 100.0}) {
      const Bytes file = Encoded(planes, {.layout = layout, .quality = quality});
      ExpectCoefficients(planes, ReadCoefficients(file.view()), quality == 100);
    }
  }
}

TEST(Encoder, CodesTheSameCoefficientsInEveryPreset) {
  for (const Layout layout : kLayouts) {
    for (const bool noise : {false, true}) {
      for (const double quality : {5.0, 40.0, 80.0, 97.0, 100.0}) {
        const Planes planes = noise ? NoisePlanes(133, 75, layout) : PhotoPlanes(133, 75, layout);
        const auto coefficients = [&](Preset preset) {
          const Bytes file =
              Encoded(planes, {.layout = layout, .quality = quality, .preset = preset});
          return ReadCoefficients(file.view());
        };
        const auto fast = coefficients(Preset::kFast);
        EXPECT_EQ(coefficients(Preset::kDefault), fast);
        EXPECT_EQ(coefficients(Preset::kSmall), fast);
      }
    }
  }
}

TEST(Encoder, DoesEverySmallSize) {
  for (const Layout layout : kLayouts) {
    for (const Preset preset : kPresets) {
      for (int width = 1; width <= 17; ++width) {
        for (int height = 1; height <= 17; ++height) {
          SCOPED_TRACE(testing::Message() << width << "x" << height);
          const Planes planes = PhotoPlanes(width, height, layout);
          const Bytes file = Encoded(planes, {.layout = layout, .quality = 92, .preset = preset});
          ExpectCoefficients(planes, ReadCoefficients(file.view()));
          const test::Picture shown = test::DecodeJpeg(file.view());
          ASSERT_EQ(shown.width, width);
          ASSERT_EQ(shown.height, height);
          if (layout == Layout::kGrey) {
            EXPECT_LT(test::Compare(shown, planes[0]).mean, 3);
          }
        }
      }
    }
  }
}

// Blocks of any two values in any frequency reach the largest coefficients there are.
TEST(Encoder, HoldsTheLargestCoefficients) {
  for (const int side : {1, 2, 4, 8}) {
    for (const bool both : {false, true}) {
      const Planes planes =
          MakePlanes(64, 48, Layout::k444, [&](int width, int height, unsigned seed) {
            test::Picture plane = test::Blank(width, height, 1);
            for (int y = 0; y < height; ++y) {
              for (int x = 0; x < width; ++x) {
                const int cell = x / side + (both ? y / side : 0) + static_cast<int>(seed);
                plane.at(x, y, 0) = cell % 2 == 0 ? 0 : 255;
              }
            }
            return plane;
          });
      for (const Preset preset : kPresets) {
        const Bytes file =
            Encoded(planes, {.layout = Layout::k444, .quality = 100, .preset = preset});
        ExpectCoefficients(planes, ReadCoefficients(file.view()));
      }
    }
  }
}

// Runs of more than 2^15 - 1 blocks have to be cut, and 64 corrections a block to be sent in time.
TEST(Encoder, EndsRunsInTime) {
  const test::Picture blank = test::Blank(1600, 1600, 1, 200);
  test::Picture fine = blank;
  for (std::size_t i = 0; i < fine.samples.size(); ++i) {
    fine.samples[i] = static_cast<std::uint8_t>(200 + (i % 7 == 0 ? 40 : 0));
  }
  for (const auto& picture : {blank, fine}) {
    const Planes planes = {picture, {}, {}};
    const auto coefficients = [&](Preset preset) {
      return ReadCoefficients(
          Encoded(planes, {.layout = Layout::kGrey, .quality = 90, .preset = preset}).view());
    };
    const auto fast = coefficients(Preset::kFast);
    EXPECT_EQ(coefficients(Preset::kDefault), fast);
    EXPECT_EQ(coefficients(Preset::kSmall), fast);
  }
}

// In the order in which they are coded, blocks beyond the picture repeat the DC before them, which
// costs least, and show nothing.
TEST(Encoder, RepeatsTheLastDcBeyondThePicture) {
  for (const auto& [width, height] : {std::pair{40, 40}, {33, 17}, {24, 8}, {8, 24}, {56, 1}}) {
    for (const Preset preset : kPresets) {
      const Planes planes = NoisePlanes(width, height, Layout::k420);
      const auto luma = ReadCoefficients(Encoded(planes, {.preset = preset}).view(), true)[0];
      const auto dc = [&luma](int x, int y) {
        return luma.blocks[static_cast<std::size_t>(y * luma.width + x)][0];
      };
      int beyond = 0;
      for (int y = 0; y < luma.height; ++y) {
        for (int x = 0; x < luma.width; ++x) {
          if (x * 8 < width && y * 8 < height) continue;
          ++beyond;
          // Before the left block of an MCU's lower row is the right one of its upper row.
          const int before = x % 2 == 1 ? dc(x - 1, y) : dc(x + 1, y - 1);
          EXPECT_EQ(dc(x, y), before) << x << "," << y << " of " << width << "x" << height;
          for (std::size_t k = 1; k < 64; ++k) {
            EXPECT_EQ(luma.blocks[static_cast<std::size_t>(y * luma.width + x)][k], 0);
          }
        }
      }
      EXPECT_GT(beyond, 0);
    }
  }
}

TEST(Encoder, GrowsItsFileAsNeeded) {
  for (const Preset preset : kPresets) {
    const Planes planes = NoisePlanes(400, 300, Layout::k444);
    const Bytes file = Encoded(planes, {.layout = Layout::k444, .quality = 100, .preset = preset});
    EXPECT_GT(file.size(), 300'000U);
    EXPECT_EQ(ReadCoefficients(file.view()).size(), 3U);
  }
}

TEST(Encoder, SpendsFewerBytesWithEveryPreset) {
  const Planes planes = PhotoPlanes(300, 200, Layout::k420);
  const auto size = [&](Preset preset) { return Encoded(planes, {.preset = preset}).size(); };
  EXPECT_LT(size(Preset::kDefault), size(Preset::kFast));
  EXPECT_LT(size(Preset::kSmall), size(Preset::kDefault));
}

TEST(Encoder, IsBetterTheHigherTheQuality) {
  const Planes planes = PhotoPlanes(160, 120, Layout::kGrey);
  std::size_t size = 0;
  double worst = 256;
  for (const double quality : {1.0, 10.0, 30.0, 50.0, 70.0, 80.0, 80.5, 90.0, 95.0, 100.0}) {
    const Bytes file = Encoded(planes, {.layout = Layout::kGrey, .quality = quality});
    const double difference = test::Compare(test::DecodeJpeg(file.view()), planes[0]).mean;
    EXPECT_GT(file.size(), size) << quality;
    EXPECT_LT(difference, worst) << quality;
    size = file.size();
    worst = difference;
  }
  EXPECT_LT(worst, 0.5);
}

TEST(Encoder, CarriesProfilesInChunks) {
  for (const std::size_t size : {1UL, 65'519UL, 65'520UL, 200'000UL}) {
    std::string icc(size, 'x');
    for (std::size_t i = 0; i < size; ++i) icc[i] = static_cast<char>(i * 31 % 251);
    const Bytes file =
        Encoded(PhotoPlanes(9, 9, Layout::k420), {.embedded = {.icc = AsBytes(icc)}});
    std::string carried;
    test::DecodeJpeg(file.view(), &carried);
    EXPECT_EQ(carried, icc);
  }
}

TEST(Encoder, GivesTheSameBytesOnEveryTarget) {
  for (const Layout layout : kLayouts) {
    const Planes planes = NoisePlanes(203, 61, layout);
    for (const Preset preset : kPresets) {
      const Picture picture{.layout = layout, .quality = 85, .preset = preset};
      const Bytes best = Encoded(planes, picture);
      for (const std::string& target : pixel::SimdTargets()) {
        ASSERT_TRUE(pixel::ForceSimdTarget(target));
        // This room has no code of its own for AVX3_DL; the next best serves.
        EXPECT_EQ(FdctForThisCpu().target, target == "AVX3_DL" ? "AVX3" : target);
        EXPECT_EQ(AsText(Encoded(planes, picture).view()), AsText(best.view())) << target;
      }
      ASSERT_TRUE(pixel::ForceSimdTarget("auto"));
    }
  }
}

// The scans of a progressive file are many walks over all coefficients.
TEST(Encoder, IsStoppedBetweenScans) {
  const Planes planes = NoisePlanes(64, 16, Layout::k420);
  std::stop_source stop;
  stop.request_stop();
  for (const Preset preset : {Preset::kDefault, Preset::kSmall}) {
    const Picture picture{.width = 64, .height = 16, .layout = Layout::k420, .preset = preset};
    const auto size = [&](const std::stop_token& token) {
      Encoder encoder(picture);
      PlaneRows rows;
      for (std::size_t p = 0; p < 3; ++p) {
        const auto width = static_cast<std::size_t>(planes[p].width);
        rows[p] = {planes[p].samples.data(), width, planes[p].width, planes[p].height,
                   pixel::PixelFormat::kGrey8};
      }
      encoder.Write(rows);
      return encoder.Finish(token).size();
    };
    EXPECT_LT(size(stop.get_token()), size({}) / 2);
  }
}

}  // namespace
}  // namespace whittle::jpeg
