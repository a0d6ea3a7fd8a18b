#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "codec/png/unfilter.h"
#include "pixel/simd.h"

namespace whittle::codec {
namespace {

using Row = std::vector<std::uint8_t>;

// As PNG's specification has it (section 9.4), byte by byte.
int PaethPredictor(int left, int above, int corner) {
  const int estimate = left + above - corner;
  const int from_left = std::abs(estimate - left);
  const int from_above = std::abs(estimate - above);
  const int from_corner = std::abs(estimate - corner);
  if (from_left <= from_above && from_left <= from_corner) return left;
  return from_above <= from_corner ? above : corner;
}

void PlainUnfilter(int filter, Row& row, const Row& prior, std::size_t pixel_bytes) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const int left = i >= pixel_bytes ? row[i - pixel_bytes] : 0;
    const int above = prior[i];
    const int corner = i >= pixel_bytes ? prior[i - pixel_bytes] : 0;
    const int predicted[] = {0, left, above, (left + above) / 2,
                             PaethPredictor(left, above, corner)};
    row[i] = static_cast<std::uint8_t>(row[i] + predicted[filter]);
  }
}

Row Random(std::size_t size, std::minstd_rand& random, unsigned range) {
  Row row(size);
  for (auto& byte : row) byte = static_cast<std::uint8_t>(random() % range);
  return row;
}

// Runs `check` on each instruction set that this machine has and the file is compiled for.
void OnEveryTarget(void (*check)()) {
  for (const std::string& target : pixel::SimdTargets()) {
    ASSERT_TRUE(pixel::ForceSimdTarget(target));
    // Nothing is compiled for AVX-512; the next best serves.
    EXPECT_EQ(PngUnfilterForThisCpu().target, target.starts_with("AVX3") ? "AVX2" : target);
    check();
  }
  ASSERT_TRUE(pixel::ForceSimdTarget("auto"));
}

void CheckEveryFilter() {
  std::minstd_rand random(1);
  for (const std::size_t pixel_bytes : {1UL, 2UL, 3UL, 4UL, 6UL, 8UL}) {
    for (int filter = 0; filter <= 4; ++filter) {
      for (std::size_t pixels = 1; pixels < 40; ++pixels) {
        for (const unsigned range : {4U, 256U}) {  // near values make ties
          const Row prior = Random(pixels * pixel_bytes, random, range);
          Row row = Random(pixels * pixel_bytes, random, range);
          Row wanted = row;
          PlainUnfilter(filter, wanted, prior, pixel_bytes);
          ASSERT_TRUE(UnfilterPngRow(filter, row.data(), prior.data(), row.size(), pixel_bytes));
          ASSERT_EQ(row, wanted) << pixel_bytes << " " << filter << " " << pixels;
        }
      }
    }
  }
}

TEST(PngUnfilter, EveryFilterDoesWhatTheSpecificationSays) { OnEveryTarget(CheckEveryFilter); }

void CheckRowsTogether() {
  std::minstd_rand random(2);
  for (const std::size_t pixel_bytes : {3UL, 4UL}) {
    for (std::size_t pixels = 1; pixels < 60; ++pixels) {
      const std::size_t bytes = pixels * pixel_bytes;
      const std::size_t stride = bytes + 1;
      const Row prior = Random(bytes, random, 256);
      Row rows = Random(stride * kPaethRows - 1, random, 256);  // nothing behind the last byte
      Row wanted = rows;
      Row above = prior;
      for (std::size_t r = 0; r < kPaethRows; ++r) {
        const auto begin = wanted.begin() + static_cast<std::ptrdiff_t>(r * stride);
        const auto end = begin + static_cast<std::ptrdiff_t>(bytes);
        Row row(begin, end);
        PlainUnfilter(4, row, above, pixel_bytes);
        std::ranges::copy(row, begin);
        above = row;
      }
      ASSERT_TRUE(UnfilterPaethRows(rows.data(), stride, prior.data(), bytes, pixel_bytes));
      ASSERT_EQ(rows, wanted) << pixel_bytes << " " << pixels;
    }
  }
  EXPECT_FALSE(UnfilterPaethRows(nullptr, 0, nullptr, 0, 2));
}

TEST(PngUnfilter, RowsByPaethAreTheSameTogether) { OnEveryTarget(CheckRowsTogether); }

TEST(PngUnfilter, KnowsFiveFilters) {
  std::uint8_t byte = 0;
  EXPECT_FALSE(UnfilterPngRow(5, &byte, &byte, 1, 1));
  EXPECT_FALSE(UnfilterPngRow(0, &byte, &byte, 1, 5));
}

}  // namespace
}  // namespace whittle::codec
