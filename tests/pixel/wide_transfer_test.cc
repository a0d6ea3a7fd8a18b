#include "pixel/wide_transfer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/pixel/reference.h"

namespace whittle::pixel::test {
namespace {

// In units of a float's last place, how far `value` is from the middle between two floats.
double FromMiddle(double value) {
  const auto nearest = static_cast<float>(value);
  const float other = std::nextafter(nearest, value > double{nearest} ? 2e9F : -2e9F);
  const double place = std::abs(double{other} - double{nearest});
  return 0.5 - std::abs(value - double{nearest}) / place;
}

TEST(WideTransfer, DecodesToTheNearestFloat) {
  for (int code = 0; code <= kWideMost; ++code) {
    const double exact = Decode(code / 65535.0);
    ASSERT_EQ(WideDecoding()[static_cast<std::size_t>(code)], static_cast<float>(exact));
    // A double's last place is 2e-9 of a float's. The straight piece needs no pow.
    if (code > 0.04045 * 65535) ASSERT_GT(FromMiddle(exact), 1e-8) << code;
  }
}

TEST(WideTransfer, TableOfCodesDoesNotDependOnTheLastBitOfPow) {
  for (int i = 1; i < 1 << 15; ++i) {
    const double light = std::ldexp(i, -15);
    if (light > 0.0031308) ASSERT_GT(FromMiddle(65535 * Encode(light)), 1e-8) << i;
  }
}

TEST(WideTransfer, EncodingUndoesDecoding) {
  for (int code = 0; code <= kWideMost; ++code) {
    ASSERT_EQ(WideEncoding()(WideDecoding()[static_cast<std::size_t>(code)]), code);
  }
}

TEST(WideTransfer, EncodesToTheNearestCode) {
  for (int i = 0; i <= 3'000'000; ++i) {
    const float light = static_cast<float>(i) / 3'000'000;
    ASSERT_LE(std::abs(WideEncoding()(light) - 65535 * Encode(double{light})), 0.61) << light;
  }
  EXPECT_EQ(WideEncoding()(-0.5F), 0);
  EXPECT_EQ(WideEncoding()(1.5F), 65535);
}

}  // namespace
}  // namespace whittle::pixel::test
