#include "pixel/average_blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/pixel/reference.h"

namespace whittle::pixel::test {
namespace {

std::uint8_t PlainAverage(const Picture& fine, int across, int down, int x, int y) {
  int sum = 0;
  int count = 0;
  for (int row = y * down; row < std::min((y + 1) * down, fine.height); ++row) {
    for (int column = x * across; column < std::min((x + 1) * across, fine.width); ++column) {
      sum += fine.at(column, row, 0);
      ++count;
    }
  }
  return static_cast<std::uint8_t>(std::floor(static_cast<double>(sum) / count + 0.5));
}

void ExpectAverages(int width, int height, int across, int down) {
  SCOPED_TRACE(testing::Message() << width << "x" << height << " by " << across << "x" << down);
  const Picture fine = whittle::test::Noise(width, height, 1);
  const int coarse_width = (width + across - 1) / across;
  const int coarse_height = (height + down - 1) / down;
  OnEveryTarget([&](const std::string&) {
    std::vector<std::uint8_t> coarse(static_cast<std::size_t>(coarse_width * coarse_height));
    AverageBlocks(
        {fine.samples.data(), static_cast<std::size_t>(width), width, height, PixelFormat::kGrey8},
        across, down,
        {coarse.data(), static_cast<std::size_t>(coarse_width), coarse_width, coarse_height,
         PixelFormat::kGrey8});
    for (int y = 0; y < coarse_height; ++y) {
      for (int x = 0; x < coarse_width; ++x) {
        ASSERT_EQ(coarse[static_cast<std::size_t>(y * coarse_width + x)],
                  PlainAverage(fine, across, down, x, y))
            << x << "," << y;
      }
    }
  });
}

TEST(AverageBlocks, RoundsTheMeanOfWhatExists) {
  for (int across = 1; across <= 4; ++across) {
    for (int down = 1; down <= 4; ++down) {
      for (const int width : {1, 2, 3, 4, 5, 17, 33, 64, 127, 128, 129, 258}) {
        for (const int height : {1, 2, 3, 5, 8}) ExpectAverages(width, height, across, down);
      }
    }
  }
}

}  // namespace
}  // namespace whittle::pixel::test
