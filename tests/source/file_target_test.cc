#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "source/target.h"
#include "tests/support/coroutines.h"
#include "tests/support/corpus.h"

namespace whittle::source {
namespace {
namespace fs = std::filesystem;

SharedBytes Share(std::string_view text) {
  return std::make_shared<const Bytes>(Bytes::CopyOf(AsBytes(text)));
}

// A root with a folder and links that lead out of it, and something beside it to be spared.
class FileTargetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(root_ / "albums");
    fs::create_directory(dir_.path() / "outside");
    test::WriteFile(dir_.path() / "secret.jpg", AsBytes("secret"));
    test::WriteFile(root_ / "old.jpg", AsBytes("old"));
    fs::create_symlink("albums", root_ / "inside");
    fs::create_symlink("..", root_ / "up");
    fs::create_symlink(dir_.path() / "outside", root_ / "absolute");
    fs::create_symlink("../outside/new", root_ / "dangling");
    fs::create_symlink("../secret.jpg", root_ / "link.jpg");
    target_ = Make(root_);
  }

  std::unique_ptr<Target> Make(const fs::path& place, bool durable = false) {
    auto target =
        MakeTarget({.location = place, .max_bytes = 5000, .durable = durable, .files = &files_});
    EXPECT_TRUE(target);
    return target ? *std::move(target) : nullptr;
  }
  // Empty, or the kind of error.
  std::string Put(const std::string& name, std::string_view bytes = "new", Wait wait = {}) {
    const auto put = loop_.Run(target_->Put(name, "image/jpeg", Share(bytes), std::move(wait)));
    return put ? "" : std::string(Name(put.error().kind));
  }
  std::string Get(const std::string& name) const {
    const fs::path path = root_ / name;
    return fs::is_regular_file(path) ? std::string(AsText(test::ReadFile(path).view())) : "none";
  }
  // Paths of all that is below the test's directory.
  std::string Tree() const {
    std::string tree;
    for (const auto& entry : fs::recursive_directory_iterator(dir_.path())) {
      tree += entry.path().string() + '\n';
    }
    return tree;
  }

  test::TempDir dir_;
  fs::path root_ = dir_.path() / "root";
  async::BlockingPool files_{{.threads = 2}};
  test::Loop loop_;
  std::unique_ptr<Target> target_;
};

TEST_F(FileTargetTest, StoresAndReplaces) {
  EXPECT_EQ(Put("a.jpg", ""), "");
  EXPECT_EQ(Get("a.jpg"), "");
  EXPECT_EQ(Put("a.jpg", "first"), "");
  EXPECT_EQ(Get("a.jpg"), "first");
  EXPECT_EQ(Put("a.jpg", "2nd"), "");
  EXPECT_EQ(Get("a.jpg"), "2nd");
  EXPECT_EQ(Put("old.jpg"), "");
  EXPECT_EQ(Get("old.jpg"), "new");
  EXPECT_EQ(Tree().find(".whittle-"), std::string::npos);
}

TEST_F(FileTargetTest, MakesTheFoldersOfAName) {
  EXPECT_EQ(Put("albums/a.jpg"), "");
  EXPECT_EQ(Put("albums/2026/gr\xC3\xBCn e/a.jpg"), "");
  EXPECT_EQ(Put("x/y/z.jpg"), "");
  EXPECT_EQ(Get("albums/a.jpg"), "new");
  EXPECT_EQ(Get("albums/2026/gr\xC3\xBCn e/a.jpg"), "new");
  EXPECT_EQ(Get("x/y/z.jpg"), "new");
  EXPECT_EQ(Put("inside/made/b.jpg"), "") << "a link that stays below";
  EXPECT_EQ(Get("albums/made/b.jpg"), "new");
  target_ = Make(root_, true);
  EXPECT_EQ(Put("durable/a.jpg"), "");
  EXPECT_EQ(Get("durable/a.jpg"), "new");
}

TEST_F(FileTargetTest, NeverWritesOutsideItsRoot) {
  const std::string before = Tree();
  for (const std::string name : {"../a.jpg",
                                 "..",
                                 ".",
                                 "",
                                 "/a.jpg",
                                 "/",
                                 "a/",
                                 "albums/../../a.jpg",
                                 "albums/..",
                                 "albums//a.jpg",
                                 "./a.jpg",
                                 "albums\\a.jpg",
                                 "a\nb.jpg",
                                 "a\x7F.jpg",
                                 "\xFF.jpg",
                                 "up/a.jpg",
                                 "up/made/a.jpg",
                                 "absolute/a.jpg",
                                 "absolute/made/a.jpg",
                                 "dangling/a.jpg",
                                 "dangling/made/a.jpg"}) {
    EXPECT_EQ(Put(name), "BadRequest") << name;
  }
  EXPECT_EQ(Put(std::string("a\0b", 3)), "BadRequest");
  EXPECT_EQ(Tree(), before);
}

// Not what it leads to.
TEST_F(FileTargetTest, ReplacesALinkItself) {
  EXPECT_EQ(Put("link.jpg"), "");
  EXPECT_FALSE(fs::is_symlink(root_ / "link.jpg"));
  EXPECT_EQ(Get("link.jpg"), "new");
  EXPECT_EQ(AsText(test::ReadFile(dir_.path() / "secret.jpg").view()), "secret");
}

TEST_F(FileTargetTest, NamesThatCannotBeAreTheAskersMistake) {
  const std::string before = Tree();
  EXPECT_EQ(Put("albums"), "BadRequest") << "a directory";
  EXPECT_EQ(Put("old.jpg/a.jpg"), "BadRequest") << "below a file";
  EXPECT_EQ(Put(std::string(256, 'a')), "BadRequest");
  EXPECT_EQ(Put(".whittle-0123"), "BadRequest") << "what is aside has such names";
  EXPECT_EQ(Tree(), before);
  EXPECT_EQ(Put(std::string(255, 'a')), "");
}

TEST_F(FileTargetTest, LimitsHowDeepANameIs) {
  std::string name = "a.jpg";
  for (int depth = 0; depth < 32; ++depth) name.insert(0, "d/");
  EXPECT_EQ(Put("d/" + name), "BadRequest");
  EXPECT_FALSE(fs::exists(root_ / "d"));
  EXPECT_EQ(Put(name), "");
  EXPECT_EQ(Get(name), "new");
  std::string longest;
  while (longest.size() + 251 <= 4095) longest += std::string(250, 'd') + '/';
  EXPECT_EQ(Put(longest + std::string(4096 - longest.size(), 'a')), "BadRequest");
}

TEST_F(FileTargetTest, LimitsThePicture) {
  EXPECT_EQ(Put("a.jpg", std::string(5000, 'x')), "");
  EXPECT_EQ(Put("a.jpg", std::string(5001, 'y')), "TooLarge");
  EXPECT_EQ(Get("a.jpg"), std::string(5000, 'x'));
}

TEST_F(FileTargetTest, DoesNothingOnceItIsToldToStop) {
  const std::string before = Tree();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(Put("made/a.jpg", "new", {async::kNever, stop.get_token()}), "Cancelled");
  files_.Join();
  EXPECT_EQ(Tree(), before);
}

TEST_F(FileTargetTest, AFullDiskIsNoRoomAndChangesNothing) {
  const fs::path small = root_ / "small";
  fs::create_directory(small);
  if (mount("tmpfs", small.c_str(), "tmpfs", 0, "size=8192,nr_inodes=8") != 0) {
    GTEST_SKIP() << "LEFT OUT: no file system can be mounted: " << std::strerror(errno);
  }
  target_ = Make(small);
  EXPECT_EQ(Put("a.jpg", std::string(4000, 'x')), "");
  const std::string before = Tree();
  EXPECT_EQ(Put("a.jpg", std::string(5000, 'y')), "Overloaded");
  EXPECT_EQ(Tree(), before);
  EXPECT_EQ(Get("small/a.jpg"), std::string(4000, 'x'));
  EXPECT_EQ(Put("a.jpg", std::string(3000, 'z')), "") << "what fits is stored again";
  EXPECT_EQ(Put("1/2/3/4/5/6/7/8.jpg"), "Overloaded") << "also folders need room";
  target_.reset();
  umount2(small.c_str(), MNT_DETACH);
}

TEST_F(FileTargetTest, AReadOnlyDiskIsOurs) {
  const fs::path still = root_ / "still";
  fs::create_directory(still);
  if (mount("tmpfs", still.c_str(), "tmpfs", MS_RDONLY, "size=8192") != 0) {
    GTEST_SKIP() << "LEFT OUT: no file system can be mounted: " << std::strerror(errno);
  }
  target_ = Make(still);
  EXPECT_EQ(Put("a.jpg"), "Unreadable");
  EXPECT_EQ(Put("made/a.jpg"), "Unreadable");
  target_.reset();
  umount2(still.c_str(), MNT_DETACH);
}

TEST(MakeTarget, SaysWhatIsWrong) {
  EXPECT_FALSE(MakeTarget({.location = "/no/such/directory"}));
  EXPECT_EQ(MakeTarget({.location = "ftp://host"}).error().text,
            "no target takes 'ftp://' locations");
}

}  // namespace
}  // namespace whittle::source
