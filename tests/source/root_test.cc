#include "source/root.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/corpus.h"

namespace whittle::source {
namespace {
namespace fs = std::filesystem;

class RootTest : public ::testing::Test {
 protected:
  RootTest() {
    for (const char* release : {"r1", "r2"}) {
      fs::create_directory(dir_.path() / release);
      test::WriteFile(dir_.path() / release / release, AsBytes("x"));
    }
    fs::create_directory_symlink("r1", dir_.path() / "current");
  }
  std::shared_ptr<Root> Open() {
    return *Root::Open((dir_.path() / "current").string(), [this] { return now_; });
  }
  static bool Has(Root& root, const std::string& name) {
    return OpenBeneath(*root.Current(), name).has_value();
  }
  void PointAt(const char* release) {
    fs::create_directory_symlink(release, dir_.path() / "next");
    fs::rename(dir_.path() / "next", dir_.path() / "current");
  }

  test::TempDir dir_;
  Root::Clock::time_point now_ = Root::Clock::now();
};

// The old release was served until a restart.
TEST_F(RootTest, ALinkThatIsSwappedIsSeenWithinASecond) {
  const auto root = Open();
  EXPECT_TRUE(Has(*root, "r1"));
  PointAt("r2");
  now_ += Root::kLookEvery - std::chrono::nanoseconds(1);
  EXPECT_TRUE(Has(*root, "r1"));
  now_ += std::chrono::nanoseconds(1);
  EXPECT_TRUE(Has(*root, "r2"));
  EXPECT_FALSE(Has(*root, "r1"));
}

// 404 for ever.
TEST_F(RootTest, ADirectoryThatIsMadeAnewIsSeen) {
  const auto root = Open();
  fs::remove_all(dir_.path() / "r1");
  now_ += Root::kLookEvery;
  EXPECT_FALSE(Has(*root, "r1")) << "there is none; the old one is empty";
  fs::create_directory(dir_.path() / "r1");
  test::WriteFile(dir_.path() / "r1" / "new", AsBytes("x"));
  now_ += Root::kLookEvery;
  EXPECT_TRUE(Has(*root, "new"));
}

TEST_F(RootTest, WhatIsOpenStaysOpen) {
  const auto root = Open();
  const auto before = root->Current();
  PointAt("r2");
  now_ += Root::kLookEvery;
  EXPECT_TRUE(Has(*root, "r2"));
  EXPECT_TRUE(OpenBeneath(*before, "r1")) << "a read under way goes on";
}

TEST(Root, WithoutADirectoryThereIsNone) { EXPECT_FALSE(Root::Open("/nowhere/at/all")); }

}  // namespace
}  // namespace whittle::source
