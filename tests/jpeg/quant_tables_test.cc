// The tables of every quality.
#include "jpeg/quant_tables.h"

#include <gtest/gtest.h>

namespace whittle::jpeg {
namespace {

TEST(QuantTables, NeverGrowWithQuality) {
  QuantTables before = TablesFor(1);
  for (int hundredths = 100; hundredths <= 10'000; ++hundredths) {
    const QuantTables tables = TablesFor(hundredths / 100.0);
    for (std::size_t c = 0; c < tables.size(); ++c) {
      for (std::size_t k = 0; k < kBlockSize; ++k) {
        ASSERT_LE(tables[c][k], before[c][k]) << hundredths;
        ASSERT_GE(tables[c][k], 1);
      }
    }
    before = tables;
  }
}

TEST(QuantTables, DifferBetweenWholeQualities) {
  EXPECT_NE(TablesFor(79), TablesFor(79.5));
  EXPECT_NE(TablesFor(79.5), TablesFor(80));
}

TEST(QuantTables, AreAllOnesAt100) {
  for (const QuantTable& table : TablesFor(100)) {
    for (const std::uint8_t step : table) EXPECT_EQ(step, 1);
  }
}

TEST(QuantTables, StayInRangeOutsideOfIt) {
  EXPECT_EQ(TablesFor(0), TablesFor(1));
  EXPECT_EQ(TablesFor(101), TablesFor(100));
}

}  // namespace
}  // namespace whittle::jpeg
