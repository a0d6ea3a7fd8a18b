// A tier of one's own, by its file and its line: reached by MakeTier, and as good as its contract.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cache/tier.h"
#include "tests/support/coroutines.h"
#include "tests/support/corpus.h"
#include "tests/support/entries.h"

namespace whittle::cache {
namespace {
namespace fs = std::filesystem;

class DirectoryTierTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kMaxBytes = 4096;

  std::unique_ptr<Tier> Make(const fs::path& place) {
    auto tier =
        MakeTier({.location = place, .max_bytes = kMaxBytes, .files = &files_, .memory = &memory_});
    EXPECT_TRUE(tier);
    return tier ? *std::move(tier) : nullptr;
  }
  void SetUp() override { tier_ = Make(dir_.path()); }

  Expected<void> Put(const EntryPtr& entry, Wait wait = {}) {
    return loop_.Run(tier_->Put(entry, std::move(wait)));
  }
  Expected<std::optional<Found>> Find(const std::string& key, Wait wait = {}) {
    return loop_.Run(tier_->Find(key, std::move(wait)));
  }
  // The bytes of what is found; else "none", or the kind of error and its detail.
  std::string Text(const std::string& key) {
    const auto found = Find(key);
    if (!found) return std::string(Name(found.error().kind)) + ": " + found.error().detail;
    return *found ? std::string(AsText((*found)->entry->bytes->view())) : "none";
  }
  std::vector<fs::path> Files() const {
    return {fs::directory_iterator(dir_.path()), fs::directory_iterator()};
  }

  test::TempDir dir_;
  async::BlockingPool files_{{.threads = 2}};
  async::Budget memory_{64 << 10};
  test::Loop loop_;
  std::unique_ptr<Tier> tier_;
};

TEST_F(DirectoryTierTest, KeepsEntries) {
  EXPECT_EQ(tier_->name(), "directory");
  EXPECT_EQ(Text("k"), "none");
  ASSERT_TRUE(Put(test::ShareEntry("k", "a")));
  EXPECT_EQ(Text("k"), "a");
  ASSERT_TRUE(Put(test::ShareEntry("k", "b")));
  EXPECT_EQ(Text("k"), "b");
  EXPECT_EQ(Text("K"), "none");
  EXPECT_EQ(Files().size(), 1U) << "nothing is left aside";
  ASSERT_TRUE(loop_.Run(tier_->Drop("k", {})));
  ASSERT_TRUE(loop_.Run(tier_->Drop("k", {}))) << "again";
  EXPECT_EQ(Text("k"), "none");
}

TEST_F(DirectoryTierTest, OutlivesItsProcess) {
  ASSERT_TRUE(Put(test::ShareEntry("k", "a")));
  tier_ = Make(dir_.path());
  EXPECT_EQ(Text("k"), "a");
}

TEST_F(DirectoryTierTest, SaysWhatIsWrongWithAFile) {
  ASSERT_TRUE(Put(test::ShareEntry("k")));
  ASSERT_TRUE(Put(test::ShareEntry("other")));
  const auto files = Files();
  fs::copy_file(files[0], files[1], fs::copy_options::overwrite_existing);
  EXPECT_TRUE((Text("k") == "Undecodable: another's") !=
              (Text("other") == "Undecodable: another's"));
  fs::resize_file(files[0], fs::file_size(files[0]) - 1);
  fs::resize_file(files[1], 3);
  EXPECT_EQ(Text("k"), "Undecodable: truncated");
  EXPECT_EQ(Text("other"), "Undecodable: truncated");
  fs::resize_file(files[0], 0);
  fs::resize_file(files[1], 0);
  EXPECT_EQ(Text("k"), "Undecodable: truncated");
  fs::resize_file(files[0], kMaxBytes + 1);
  fs::resize_file(files[1], kMaxBytes + 1);
  EXPECT_EQ(Text("k"), "TooLarge: ");
  for (const fs::path& file : files) {
    fs::remove(file);
    fs::create_directory(file);
  }
  EXPECT_EQ(Text("k"), "Undecodable: not a regular file");
}

TEST_F(DirectoryTierTest, NeverKeepsWhatIsTooLarge) {
  const std::size_t head = Serialize(test::MakeEntry("k", ""))->size();
  ASSERT_TRUE(Put(test::ShareEntry("k", std::string(kMaxBytes - head, 'x'))));
  EXPECT_EQ(Text("k").size(), kMaxBytes - head);
  for (const std::size_t size : {kMaxBytes - head + 1, kMaxBytes + 1}) {
    EXPECT_EQ(Put(test::ShareEntry("k", std::string(size, 'x'))).error().kind,
              ErrorKind::kTooLarge);
  }
  EXPECT_EQ(Text("k").size(), kMaxBytes - head) << "what was there before";
}

TEST_F(DirectoryTierTest, HoldsMemoryForWhatItFinds) {
  const std::string kilobyte(1024, 'x');
  ASSERT_TRUE(Put(test::ShareEntry("k", kilobyte)));
  const auto used = [this] {
    return memory_.stats().used[static_cast<std::size_t>(async::Budget::Use::kResult)];
  };
  {
    const auto found = Find("k");
    ASSERT_TRUE(found && *found);
    EXPECT_EQ(used(), 1024U);
  }
  EXPECT_EQ(used(), 0U);
  const auto rest = memory_.Try(async::Budget::Use::kJob, memory_.capacity() - 2048);
  ASSERT_TRUE(rest);
  EXPECT_EQ(Find("k").error().kind, ErrorKind::kOverloaded);
  EXPECT_EQ(Text("none"), "none");
}

TEST_F(DirectoryTierTest, EndsWhenItIsToldTo) {
  std::stop_source stop;
  stop.request_stop();
  const Wait wait{async::kNever, stop.get_token()};
  EXPECT_EQ(Put(test::ShareEntry("k"), wait).error().kind, ErrorKind::kCancelled);
  while (files_.stats().running > 0) std::this_thread::yield();
  EXPECT_TRUE(Files().empty());
  ASSERT_TRUE(Put(test::ShareEntry("k")));
  EXPECT_EQ(Find("k", wait).error().kind, ErrorKind::kCancelled);
}

TEST_F(DirectoryTierTest, AFullDiskIsNoRoomAndLeavesNothingBehind) {
  const fs::path small = dir_.path() / "small";
  fs::create_directory(small);
  if (mount("tmpfs", small.c_str(), "tmpfs", 0, "size=8192") != 0) {
    GTEST_SKIP() << "LEFT OUT: no file system can be mounted: " << std::strerror(errno);
  }
  tier_ = Make(small);
  int kept = 0;
  const std::string most(3000, 'x');
  while (kept < 10 && Put(test::ShareEntry(std::to_string(kept), most))) ++kept;
  EXPECT_EQ(kept, 2);
  EXPECT_EQ(Put(test::ShareEntry("k", most)).error().kind, ErrorKind::kOverloaded);
  EXPECT_EQ(Text("0"), most);
  EXPECT_EQ(std::distance(fs::directory_iterator(small), fs::directory_iterator()), 2);
  ASSERT_TRUE(loop_.Run(tier_->Drop("0", {})));
  EXPECT_TRUE(Put(test::ShareEntry("k", most)));
  tier_.reset();
  umount2(small.c_str(), MNT_DETACH);
}

TEST_F(DirectoryTierTest, IsKnownByItsLineAlone) {
  EXPECT_FALSE(MakeTier({.location = dir_.path() / "none", .files = &files_, .memory = &memory_}));
  const auto unknown = MakeTier({.location = "redis://host"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().text, "no tier keeps results at 'redis://' locations");
}

}  // namespace
}  // namespace whittle::cache
