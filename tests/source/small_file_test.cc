#include "source/small_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <future>

#include "tests/support/coroutines.h"
#include "tests/support/corpus.h"

namespace whittle::source {
namespace {
namespace fs = std::filesystem;

class SmallFileTest : public ::testing::Test {
 protected:
  std::string Path(const char* name) const { return (dir_.path() / name).string(); }
  std::string Read(const char* name) const {
    const auto text = ReadSmallFile(Path(name));
    return text ? *text : std::string(Name(text.error().kind)) + ": " + text.error().detail;
  }
  test::TempDir dir_;
};

TEST_F(SmallFileTest, IsReadWholeAlsoBehindLinks) {
  test::WriteFile(dir_.path() / "token", AsBytes("a\nb\n"));
  fs::create_symlink("token", dir_.path() / "data");
  fs::create_symlink("data", dir_.path() / "link");
  EXPECT_EQ(Read("link"), "a\nb\n");
  test::WriteFile(dir_.path() / "empty", {});
  EXPECT_EQ(Read("empty"), "");
}

TEST_F(SmallFileTest, IsNotLongerThanItMayBe) {
  test::WriteFile(dir_.path() / "longest", AsBytes(std::string(kMostSmallFile, 'x')));
  EXPECT_EQ(Read("longest").size(), kMostSmallFile);
  test::WriteFile(dir_.path() / "longer", AsBytes(std::string(kMostSmallFile + 1, 'x')));
  EXPECT_EQ(Read("longer"), "Unreadable: too long");
}

// A FIFO held its reader, and /dev/zero would never have ended.
TEST_F(SmallFileTest, IsNothingElseThanAFile) {
  EXPECT_EQ(Read("missing"), "NotFound: No such file or directory");
  EXPECT_EQ(Read("missing/below"), "NotFound: No such file or directory");
  test::WriteFile(dir_.path() / "file", {});
  EXPECT_EQ(Read("file/below"), "NotFound: Not a directory");
  EXPECT_EQ(Read("."), "Unreadable: not a regular file");
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(Read("fifo"), "Unreadable: not a regular file");
  EXPECT_EQ(ReadSmallFile("/dev/zero").error().detail, "not a regular file");
}

TEST_F(SmallFileTest, IsReadOnAFileThread) {
  test::WriteFile(dir_.path() / "token", AsBytes("t"));
  test::Loop loop{1};
  async::BlockingPool files({.threads = 1});
  const auto read = ReadOn(files);
  EXPECT_EQ(*loop.Run(read(Path("token"), {})), "t");
  EXPECT_EQ(loop.Run(read(Path("missing"), {})).error().kind, ErrorKind::kNotFound);
  // It was sometimes read before the stop was seen: now its thread is busy.
  std::promise<void> goes_on;
  auto busy = loop.Start(files.Run(
      [&goes_on]() -> Expected<int> {
        goes_on.get_future().wait();
        return 7;
      },
      async::kNever, {}));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(loop.Run(read(Path("token"), {.stop = stop.get_token()})).error().kind,
            ErrorKind::kCancelled);
  goes_on.set_value();
  EXPECT_EQ(*busy.get(), 7);
}

}  // namespace
}  // namespace whittle::source
