#include "app/memory_shares.h"

#include <gtest/gtest.h>

namespace whittle::app {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kGiB = 1 << 30;

TEST(MemoryShares, SourcesHaveTheirPartForEachWorker) {
  const Settings settings;
  EXPECT_EQ(SharesOf(settings, 1, 8 * kGiB).sources, 16 * kMiB);
  EXPECT_EQ(SharesOf(settings, 2, 8 * kGiB).sources, 32 * kMiB);
  EXPECT_EQ(SharesOf(settings, 64, 8 * kGiB).sources, 1024 * kMiB);
}

TEST(MemoryShares, JobsAlwaysHaveTheRest) {
  Settings settings;
  settings.service.memory_budget = 100 * kMiB;
  EXPECT_EQ(SharesOf(settings, 1, 8 * kGiB).sources, 16 * kMiB);
  EXPECT_EQ(SharesOf(settings, 2, 8 * kGiB).sources, 25 * kMiB);
  settings.source.source_memory = 7;
  EXPECT_EQ(SharesOf(settings, 2, 8 * kGiB).sources, 7U);
  settings.source.source_memory = kGiB;
  EXPECT_EQ(SharesOf(settings, 2, 8 * kGiB).sources, 25 * kMiB);
}

TEST(MemoryShares, TheBudgetIsAPartOfWhatThereIsOrWhatIsSet) {
  Settings settings;
  EXPECT_EQ(SharesOf(settings, 2, 1000 * kMiB).budget, 600 * kMiB);
  settings.service.memory_budget = 2000 * kMiB;
  EXPECT_EQ(SharesOf(settings, 2, 1000 * kMiB).budget, 2000 * kMiB);
}

TEST(MemoryShares, ConnectionsFitBesideIt) {
  Settings settings;
  settings.http.max_connections = 1'000'000;
  EXPECT_EQ(SharesOf(settings, 2, 260 * kMiB).connections, 1535U);  // 39 MiB, 26 KiB each
  EXPECT_EQ(SharesOf(settings, 2, kMiB).connections, 64U) << "so many in any case";
  settings.http.max_connections = 10;
  EXPECT_EQ(SharesOf(settings, 2, 8 * kGiB).connections, 10U);
}

}  // namespace
}  // namespace whittle::app
