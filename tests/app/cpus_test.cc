#include "app/cpus.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <string_view>

#include "tests/support/corpus.h"

namespace whittle::app {
namespace {

/// A cgroup file system as a process may see it.
class FakeCgroups {
 public:
  explicit FakeCgroups(std::string_view membership) { Write("self", membership); }
  void Write(const std::filesystem::path& name, std::string_view text) {
    const auto path = dir_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    test::WriteFile(path, AsBytes(text));
  }
  int Quota() const {
    return QuotaCpus({.membership = dir_.path() / "self", .cgroups = dir_.path() / "fs"});
  }

 private:
  test::TempDir dir_;
};

TEST(QuotaCpus, RoundsVersion2DownButNotBelowOne) {
  const std::pair<const char*, int> cases[] = {{"max 100000\n", 0},
                                               {"200000 100000\n", 2},
                                               {"150000 100000\n", 1},
                                               {"199999 100000\n", 1},
                                               {"50000 100000\n", 1},
                                               {"1000 100000\n", 1},
                                               {"6400000 100000\n", 64},
                                               {"25000 10000\n", 2},
                                               {"", 0},
                                               {"100000\n", 0},
                                               {"0 100000\n", 0},
                                               {"200000 0\n", 0},
                                               {"-1 100000\n", 0},
                                               {"two 100000\n", 0},
                                               {"18446744073709551615 1\n", 0},
                                               {"99999999999999999999 1\n", 0}};
  for (const auto& [text, expected] : cases) {
    FakeCgroups fake("0::/\n");
    fake.Write("fs/cpu.max", text);
    EXPECT_EQ(fake.Quota(), expected) << text;
  }
}

TEST(QuotaCpus, TheTightestParentBinds) {
  FakeCgroups fake("0::/kube/pod/container\n");
  fake.Write("fs/kube/pod/container/cpu.max", "800000 100000\n");
  EXPECT_EQ(fake.Quota(), 8);
  fake.Write("fs/kube/cpu.max", "300000 100000\n");
  EXPECT_EQ(fake.Quota(), 3);
  fake.Write("fs/kube/pod/cpu.max", "max 100000\n");
  EXPECT_EQ(fake.Quota(), 3);
  fake.Write("fs/kube/pod/cpu.max", "200000 100000\n");
  EXPECT_EQ(fake.Quota(), 2);
}

TEST(QuotaCpus, ReadsTheRootWhenThePathIsTheHosts) {
  for (const char* membership : {"0::/docker/0123abcd\n", "0::/../../pod\n", "0::/..\n"}) {
    FakeCgroups fake(membership);
    fake.Write("fs/cpu.max", "400000 100000\n");
    EXPECT_EQ(fake.Quota(), 4) << membership;
  }
}

TEST(QuotaCpus, ReadsVersion1) {
  FakeCgroups fake("7:memory:/docker/1\n4:cpu,cpuacct:/docker/1\n0::/\n");
  EXPECT_EQ(fake.Quota(), 0);
  fake.Write("fs/cpu,cpuacct/docker/1/cpu.cfs_quota_us", "-1\n");
  fake.Write("fs/cpu,cpuacct/docker/1/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(fake.Quota(), 0);
  fake.Write("fs/cpu,cpuacct/docker/1/cpu.cfs_quota_us", "350000\n");
  EXPECT_EQ(fake.Quota(), 3);
  fake.Write("fs/cpu/cpu.cfs_quota_us", "200000\n");
  fake.Write("fs/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(fake.Quota(), 2) << "the mount may be named for the one controller";
}

TEST(QuotaCpus, OtherControllersDoNotCount) {
  FakeCgroups fake("4:cpuset,cpuacct:/\n5:memory:/\n");
  fake.Write("fs/cpu/cpu.cfs_quota_us", "100000\n");
  fake.Write("fs/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(fake.Quota(), 0);
}

TEST(QuotaCpus, NonsenseIsNoQuota) {
  for (const char* membership : {"", "\n", "0", "0:", "::", "garbage"}) {
    FakeCgroups fake(membership);
    EXPECT_EQ(fake.Quota(), 0) << membership;
  }
  EXPECT_EQ(QuotaCpus({.membership = "/nonexistent", .cgroups = "/nonexistent"}), 0);
}

TEST(UsableCpus, IsTheSmallerOfMaskAndQuota) {
  EXPECT_EQ(UsableCpus(8, 2), 2);
  EXPECT_EQ(UsableCpus(2, 8), 2);
  EXPECT_EQ(UsableCpus(8, 0), 8);
  EXPECT_EQ(UsableCpus(0, 0), 1);
}

TEST(AffinityCpus, CountsTheMaskOfThisThread) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  EXPECT_EQ(AffinityCpus(), CPU_COUNT(&before));

  cpu_set_t one;
  CPU_ZERO(&one);
  for (std::size_t cpu = 0; CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  }
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  EXPECT_EQ(AffinityCpus(), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof(before), &before), 0);
}

}  // namespace
}  // namespace whittle::app
