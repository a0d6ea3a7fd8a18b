#include "observe/line_rates.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace whittle::observe {
namespace {
using namespace std::chrono_literals;

class LineRatesTest : public ::testing::Test {
 protected:
  LineRates Rates(double burst, double per_second, std::size_t lines = 4) {
    return LineRates({burst, per_second, lines, [this] { return now_; }});
  }
  // How many of `count` pass.
  static int Passing(LineRates& rates, const std::string& what, int count) {
    int passing = 0;
    for (int i = 0; i < count; ++i) passing += rates.Pass(what).has_value() ? 1 : 0;
    return passing;
  }
  LineRates::Clock::time_point now_{1h};
};

TEST_F(LineRatesTest, ABurstPassesAndThenSoManyASecond) {
  LineRates rates = Rates(3, 2);
  EXPECT_EQ(Passing(rates, "a", 10), 3);
  now_ += 499ms;
  EXPECT_EQ(rates.Pass("a"), std::nullopt);
  now_ += 1ms;
  EXPECT_EQ(rates.Pass("a"), 8U);
  EXPECT_EQ(rates.Pass("a"), std::nullopt);
  now_ += 1h;
  EXPECT_EQ(rates.Pass("a"), 1U);
  EXPECT_EQ(Passing(rates, "a", 10), 2) << "a burst is no longer after an hour of rest";
}

TEST_F(LineRatesTest, LinesAreHeldBackEachForItself) {
  LineRates rates = Rates(1, 1);
  EXPECT_EQ(rates.Pass("a", 500), 0U);
  EXPECT_EQ(rates.Pass("a", 503), 0U);
  EXPECT_EQ(rates.Pass("b", 503), 0U);
  EXPECT_EQ(rates.Pass("a", 503), std::nullopt);
  now_ += 1s;
  EXPECT_EQ(rates.Pass("a", 500), 0U);
  EXPECT_EQ(rates.Pass("b", 503), 0U);
  EXPECT_EQ(rates.Pass("a", 503), 1U);
}

TEST_F(LineRatesTest, SumsAreOfWhatHasWaitedForASecond) {
  LineRates rates = Rates(1, 0);
  EXPECT_FALSE(rates.HoldsBack());
  EXPECT_EQ(Passing(rates, "a", 3), 1);
  EXPECT_TRUE(rates.HoldsBack());
  now_ += 999ms;
  EXPECT_EQ(rates.Pass("b", 7), 0U);
  EXPECT_EQ(rates.Pass("b", 7), std::nullopt);
  EXPECT_FALSE(rates.SumsAreDue());
  EXPECT_TRUE(rates.TakeSums().empty());
  now_ += 1ms;
  EXPECT_TRUE(rates.SumsAreDue());
  auto sums = rates.TakeSums();
  ASSERT_EQ(sums.size(), 1U);
  EXPECT_EQ(sums[0].what, "a");
  EXPECT_EQ(sums[0].number, 0);
  EXPECT_EQ(sums[0].held_back, 2U);
  EXPECT_FALSE(rates.SumsAreDue());
  EXPECT_TRUE(rates.HoldsBack());
  now_ += 999ms;
  EXPECT_TRUE(rates.SumsAreDue());
  sums = rates.TakeSums();
  ASSERT_EQ(sums.size(), 1U);
  EXPECT_EQ(sums[0].what, "b");
  EXPECT_EQ(sums[0].number, 7);
  EXPECT_EQ(sums[0].held_back, 1U);
  EXPECT_FALSE(rates.HoldsBack());
}

TEST_F(LineRatesTest, SumsOfAnyAgeCanBeAskedFor) {
  LineRates rates = Rates(1, 0);
  EXPECT_EQ(Passing(rates, "a", 3), 1);
  ASSERT_EQ(rates.TakeSums({}).size(), 1U);
  EXPECT_TRUE(rates.TakeSums({}).empty()) << "told already";
}

TEST_F(LineRatesTest, TheTableIsBoundedAndForgetsNoCount) {
  LineRates rates = Rates(1, 0, 2);
  EXPECT_EQ(Passing(rates, "a", 3), 1);
  now_ += 1ms;
  EXPECT_EQ(Passing(rates, "b", 2), 1);
  now_ += 1ms;
  EXPECT_EQ(Passing(rates, "a", 1), 0) << "still known, and heard of later than b";
  EXPECT_EQ(Passing(rates, "c", 2), 1);
  EXPECT_EQ(Passing(rates, "a", 1), 0);
  now_ += 1s;
  EXPECT_EQ(Passing(rates, "d", 1), 1);
  std::uint64_t others = 0;
  std::uint64_t all = 0;
  for (const auto& sum : rates.TakeSums({})) {
    all += sum.held_back;
    if (sum.what == "others") others += sum.held_back;
    EXPECT_NE(sum.what, "b");
  }
  EXPECT_EQ(all, 2U + 1 + 1 + 1 + 1);
  EXPECT_GT(others, 0U);
}

}  // namespace
}  // namespace whittle::observe
