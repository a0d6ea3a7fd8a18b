#include "pixel/transfer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "pixel/aligned.h"
#include "pixel/kernels.h"
#include "tests/pixel/reference.h"

namespace whittle::pixel::test {
namespace {

// The fixed-point value of one code, by the kernel in force: the first sample of a pair row.
int KernelDecode(int code, Light light) {
  AlignedBuffer<std::int16_t> pairs;
  pairs.Resize(2 * kBlock);
  const auto even = static_cast<std::uint8_t>(code);
  const auto odd = static_cast<std::uint8_t>(255 - code);
  KernelsForThisCpu().pair_grey(&even, &odd, 1, light, pairs.data());
  return pairs.data()[0];
}

TEST(Transfer, DecodesToTheNearestValueOnEveryTarget) {
  OnEveryTarget([](const std::string&) {
    for (int code = 0; code < 256; ++code) {
      EXPECT_EQ(KernelDecode(code, Light::kLinear), std::lround(kOne * Decode(code / 255.0)));
      EXPECT_EQ(KernelDecode(code, Light::kGamma), code * kGammaStep);
    }
  });
}

TEST(Transfer, EncodingUndoesDecoding) {
  for (const Light light : {Light::kLinear, Light::kGamma}) {
    for (int code = 0; code < 256; ++code) {
      EXPECT_EQ(EncodeTableFor(light)[static_cast<std::size_t>(KernelDecode(code, light))], code);
    }
  }
}

TEST(Transfer, EncodesToTheNearestCode) {
  for (int i = 0; i <= kOne; ++i) {
    const double exact = 255 * Encode(static_cast<double>(i) / kOne);
    EXPECT_LE(std::abs(EncodeTableFor(Light::kLinear)[static_cast<std::size_t>(i)] - exact), 0.5);
  }
}

TEST(Transfer, RgbKernelReadsEachChannelOnce) {
  OnEveryTarget([](const std::string&) {
    for (std::size_t width : {1U, 5U, 15U, 16U, 17U, 63U, 64U, 65U, 130U}) {
      std::vector<std::uint8_t> even(3 * width), odd(3 * width), plane_even(width),
          plane_odd(width);
      for (std::size_t i = 0; i < 3 * width; ++i) {
        even[i] = static_cast<std::uint8_t>(i * 37);
        odd[i] = static_cast<std::uint8_t>(i * 91 + 5);
      }
      const std::size_t plane = 2 * ((width + kBlock - 1) / kBlock * kBlock);
      AlignedBuffer<std::int16_t> rgb, grey;
      rgb.Resize(3 * plane);
      grey.Resize(plane);
      KernelsForThisCpu().pair_rgb(even.data(), odd.data(), width, Light::kLinear, rgb.data(),
                                   plane);
      for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t x = 0; x < width; ++x) {
          plane_even[x] = even[3 * x + c];
          plane_odd[x] = odd[3 * x + c];
        }
        KernelsForThisCpu().pair_grey(plane_even.data(), plane_odd.data(), width, Light::kLinear,
                                      grey.data());
        EXPECT_TRUE(std::equal(grey.data(), grey.data() + plane, rgb.data() + c * plane));
      }
    }
  });
}

}  // namespace
}  // namespace whittle::pixel::test
