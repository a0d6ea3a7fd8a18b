#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "source/beneath.h"
#include "source/source.h"
#include "tests/support/coroutines.h"
#include "tests/support/corpus.h"

namespace whittle::source {
namespace {
namespace fs = std::filesystem;

// A root with a file, a folder and links, and a secret beside it.
class FileSourceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = dir_.path() / "root";
    Write("root/a.jpg", "picture");
    Write("root/albums/b.jpg", "nested");
    Write("root/gr\xC3\xBCn e.jpg", "named");
    Write("secret.jpg", "secret");
    Write("root-evil/c.jpg", "sibling");
    fs::create_symlink("a.jpg", root_ / "inside.jpg");
    fs::create_symlink("albums", root_ / "inside");
    fs::create_symlink("../secret.jpg", root_ / "outside.jpg");
    fs::create_symlink("..", root_ / "outside");
    fs::create_symlink(dir_.path() / "secret.jpg", root_ / "absolute.jpg");
    fs::create_symlink("/proc/self/root/etc", root_ / "magic");
    fs::create_symlink("loop.jpg", root_ / "loop.jpg");
    mkfifo((root_ / "fifo.jpg").c_str(), 0600);
  }

  void Write(const std::string& path, std::string_view content) {
    test::WriteFile(dir_.path() / path, AsBytes(content));
  }

  Expected<Fetched> Fetch(const std::string& path, std::uint64_t max_bytes = 1 << 20,
                          std::stop_token stop = {}) {
    auto source = MakeSource({root_.string(), max_bytes, &pool_, &memory_, now_});
    EXPECT_TRUE(source);
    auto found = loop_.Run((*source)->Fetch({.path = path}, {}, {async::kNever, std::move(stop)}));
    if (!found) return std::unexpected(found.error());
    return std::get<Fetched>(std::move(found->what));
  }

  // Whether the file that was `known` still is.
  bool IsStill(const std::string& path, const Validator& known) {
    auto source = MakeSource({root_.string(), 1 << 20, &pool_, &memory_, now_});
    EXPECT_TRUE(source);
    const auto found = loop_.Run((*source)->Fetch({.path = path}, known, {}));
    return found && std::holds_alternative<NotModified>(found->what);
  }

  std::string KindOf(const std::string& path) {
    const auto fetched = Fetch(path);
    return fetched ? "read" : std::string(Name(fetched.error().kind));
  }

  static constexpr std::uint64_t kLater = 10'000'000'000;  // ns: every file has settled by then
  std::uint64_t (*now_)() = &WallNow;
  test::TempDir dir_;
  fs::path root_;
  test::Loop loop_;
  async::BlockingPool pool_{{.threads = 2}};
  async::Budget budget_{64 << 20};
  Memory memory_{budget_};
};

TEST_F(FileSourceTest, ReadsWholeFilesWithTheirTime) {
  const auto fetched = Fetch("a.jpg");
  ASSERT_TRUE(fetched);
  EXPECT_EQ(AsText(fetched->bytes.view()), "picture");
  struct stat status{};
  stat((root_ / "a.jpg").c_str(), &status);
  EXPECT_EQ(fetched->modified, status.st_mtime);
  EXPECT_EQ(AsText(Fetch("albums/b.jpg")->bytes.view()), "nested");
  EXPECT_EQ(AsText(Fetch("gr\xC3\xBCn e.jpg")->bytes.view()), "named");
}

TEST_F(FileSourceTest, FollowsLinksThatStayInside) {
  EXPECT_EQ(AsText(Fetch("inside.jpg")->bytes.view()), "picture");
  EXPECT_EQ(AsText(Fetch("inside/b.jpg")->bytes.view()), "nested");
}

TEST_F(FileSourceTest, NeverLeavesItsRoot) {
  for (const char* path :
       {"outside.jpg", "outside/secret.jpg", "absolute.jpg", "magic/passwd", "../secret.jpg",
        "albums/../../secret.jpg", "../root-evil/c.jpg", "/etc/passwd", "loop.jpg"}) {
    EXPECT_EQ(KindOf(path), "NotFound") << path;
  }
}

TEST_F(FileSourceTest, TheWalkForOldKernelsRefusesEveryLink) {
  const auto root = OpenRoot(root_.string());
  ASSERT_TRUE(root);
  EXPECT_TRUE(OpenBeneathByWalking(*root, "a.jpg"));
  EXPECT_TRUE(OpenBeneathByWalking(*root, "albums/b.jpg"));
  for (const char* path :
       {"inside.jpg", "inside/b.jpg", "outside.jpg", "outside/secret.jpg", "absolute.jpg",
        "../secret.jpg", "albums/../a.jpg", "/etc/passwd", "", "albums//b.jpg", "missing.jpg"}) {
    const auto opened = OpenBeneathByWalking(*root, path);
    ASSERT_FALSE(opened) << path;
    EXPECT_EQ(opened.error().kind, ErrorKind::kNotFound) << path;
  }
}

TEST_F(FileSourceTest, SaysWhatIsMissingAndWhatCannotBeRead) {
  EXPECT_EQ(KindOf("missing.jpg"), "NotFound");
  EXPECT_EQ(KindOf("missing/a.jpg"), "NotFound");
  EXPECT_EQ(KindOf("a.jpg/b"), "NotFound");
  EXPECT_EQ(KindOf(std::string(5000, 'a')), "NotFound");
  EXPECT_EQ(KindOf("albums"), "Unreadable");
  EXPECT_EQ(KindOf("fifo.jpg"), "Unreadable");
  if (geteuid() != 0) {  // root may read everything
    fs::permissions(root_ / "a.jpg", fs::perms::none);
    EXPECT_EQ(KindOf("a.jpg"), "Unreadable");
  }
}

TEST_F(FileSourceTest, RefusesFilesOverTheLimit) {
  EXPECT_TRUE(Fetch("a.jpg", 7));
  const auto fetched = Fetch("a.jpg", 6);
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().kind, ErrorKind::kTooLarge);
}

// /proc files say that they are empty: their size is only known by reading. Read through a root of
// their own, such a file must come whole and be limited by what was read.
TEST_F(FileSourceTest, CountsWhatItReadsAndNotWhatTheFileSays) {
  const auto read = [&](std::uint64_t max_bytes) {
    auto source = MakeSource({"/proc/self", max_bytes, &pool_, &memory_});
    return loop_.Run((*source)->Fetch({.path = "status"}, {}, {}));
  };
  EXPECT_GT(std::get<Fetched>(read(1 << 20)->what).bytes.size(), 100U);
  const auto limited = read(100);
  ASSERT_FALSE(limited);
  EXPECT_EQ(limited.error().kind, ErrorKind::kTooLarge);
}

TEST_F(FileSourceTest, StopsWhenNobodyWaits) {
  std::stop_source stop;
  stop.request_stop();
  const auto fetched = Fetch("a.jpg", 1 << 20, stop.get_token());
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().kind, ErrorKind::kCancelled);
}

// What a validator must not miss: another content of the same size and time, and another file under
// its name. A write within one tick of the clock leaves no trace, which is why Fetch gives out none
// for a file that new; so here the clock is ahead, and the file written until its own has moved on.
TEST_F(FileSourceTest, AValidatorIsTrueUntilTheFileChanges) {
  const std::string name = "a.jpg";
  now_ = [] { return WallNow() + kLater; };
  const auto fetched = Fetch(name);
  ASSERT_TRUE(fetched);
  const Validator known = fetched->validator;
  ASSERT_FALSE(known.empty());
  EXPECT_TRUE(IsStill(name, known));
  EXPECT_FALSE(IsStill(name, {}));
  EXPECT_FALSE(IsStill(name, {known.text + "0"}));
  const auto time = fs::last_write_time(root_ / name);
  int writes = 0;
  do {
    Write("root/a.jpg", "PICTURE");
    fs::last_write_time(root_ / name, time);
  } while (IsStill(name, known) && ++writes < 100'000);
  const Validator written = Fetch(name)->validator;
  EXPECT_NE(written, known);
  Write("root/new.jpg", "Picture");
  fs::last_write_time(root_ / "new.jpg", time);
  fs::rename(root_ / "new.jpg", root_ / name);
  EXPECT_FALSE(IsStill(name, written)) << "another file of the same size and time took its name";
}

TEST_F(FileSourceTest, WhatWasKnownDoesNotHelpWhereNothingCanBeRead) {
  for (const char* path : {"missing.jpg", "outside.jpg", "outside/secret.jpg", "../secret.jpg",
                           "albums", "fifo.jpg", "loop.jpg"}) {
    EXPECT_FALSE(IsStill(path, {"1-2-3-4-5"})) << path;
  }
}

TEST_F(FileSourceTest, OnlyAFileThatHasSettledHasAValidatorForItsBytes) {
  EXPECT_TRUE(Fetch("a.jpg")->validator.empty()) << "written a moment ago";
  root_ = WHITTLE_SOURCE_DIR;  // older than this program
  const auto old = Fetch("CMakeLists.txt");
  ASSERT_TRUE(old);
  EXPECT_FALSE(old->validator.empty());
  EXPECT_TRUE(IsStill("CMakeLists.txt", old->validator));
}

TEST_F(FileSourceTest, RefusesLocationsItCannotServe) {
  EXPECT_FALSE(MakeSource({(root_ / "missing").string(), 1, &pool_, &memory_}));
  EXPECT_FALSE(MakeSource({(root_ / "a.jpg").string(), 1, &pool_, &memory_}));
  EXPECT_FALSE(MakeSource({"ftp://example.com/", 1, &pool_, &memory_}));
}

}  // namespace
}  // namespace whittle::source
