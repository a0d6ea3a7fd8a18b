#include "app/memory_limit.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string_view>

#include "tests/support/corpus.h"

namespace whittle::app {
namespace {

class MemoryLimitTest : public ::testing::Test {
 protected:
  void Write(const std::filesystem::path& name, std::string_view text) {
    const auto path = dir_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    test::WriteFile(path, AsBytes(text));
  }
  std::uint64_t Limit() const {
    return MemoryLimit({.membership = dir_.path() / "self", .cgroups = dir_.path() / "fs"});
  }

  test::TempDir dir_;
};

TEST_F(MemoryLimitTest, WithoutACgroupItIsTheMachines) {
  const std::uint64_t machine = Limit();
  EXPECT_GT(machine, 64ULL << 20);
  EXPECT_LT(machine, 1ULL << 46);
  Write("self", "0::/x\n");
  for (const char* none : {"max\n", "", "nonsense\n", "-1\n"}) {
    Write("fs/x/memory.max", none);
    EXPECT_EQ(Limit(), machine) << none;
  }
  Write("fs/x/memory.max", "9223372036854771712\n");  // version 1's word for none
  EXPECT_EQ(Limit(), machine);
}

// A container of 256 MB was killed: its limit was not looked at.
TEST_F(MemoryLimitTest, TheLeastOfACgroupAndItsParentsCounts) {
  Write("self", "0::/a/b\n");
  Write("fs/a/b/memory.max", "max\n");
  Write("fs/a/memory.max", "268435456\n");
  Write("fs/memory.max", "536870912\n");
  EXPECT_EQ(Limit(), 256U << 20);
  Write("fs/a/b/memory.high", "134217728\n");
  EXPECT_EQ(Limit(), 128U << 20);
}

TEST_F(MemoryLimitTest, InAContainerTheLimitIsAtTheRoot) {
  Write("self", "0::/../../host/name\n");
  Write("fs/memory.max", "268435456\n");
  EXPECT_EQ(Limit(), 256U << 20);
}

TEST_F(MemoryLimitTest, WithFewAddressesItIsWhatIsLeftOfThem) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t taken = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
  constexpr rlim_t kStacks = rlim_t{96} << 20;
  for (const rlim_t left : {rlim_t{1} << 30, rlim_t{256} << 20, rlim_t{0}}) {
    const rlimit few = {.rlim_cur = taken + kStacks + left, .rlim_max = before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_AS, &few), 0);
    const std::uint64_t limit = Limit();
    ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
    EXPECT_LE(limit, left + (4U << 20));  // this test may have taken some, or given some back
    EXPECT_GE(limit + (4U << 20), left);
  }
}

TEST_F(MemoryLimitTest, Version1HasItsOwnFile) {
  Write("self", "5:cpu,cpuacct:/x\n4:memory:/x\n");
  Write("fs/memory/x/memory.limit_in_bytes", "100000000\n");
  EXPECT_EQ(Limit(), 100'000'000U);
}

}  // namespace
}  // namespace whittle::app
