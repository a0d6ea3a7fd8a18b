#include "app/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/corpus.h"

namespace whittle::app {
namespace {
namespace fs = std::filesystem;

std::string Content(const fs::path& path) {
  const Bytes bytes = test::ReadFile(path);
  return std::string(AsText(bytes.view()));
}

std::ptrdiff_t FilesIn(const fs::path& dir) {
  return std::distance(fs::directory_iterator(dir), fs::directory_iterator());
}

TEST(ReadWhole, ReadsFilesOfAnySizeUpToTheLimit) {
  const test::TempDir dir;
  const fs::path path = dir.path() / "file";
  for (const std::size_t size : {0UL, 1UL, 262143UL, 262144UL, 262145UL, 1000000UL}) {
    std::string text(size, 'x');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
    test::WriteFile(path, AsBytes(text));
    const auto all = ReadWhole(path, size);
    ASSERT_TRUE(all.has_value()) << size;
    EXPECT_TRUE(AsText(all->view()) == text) << size;
    if (size == 0) continue;
    const auto less = ReadWhole(path, size - 1);
    ASSERT_FALSE(less.has_value()) << size;
    EXPECT_EQ(less.error().kind, ErrorKind::kTooLarge);
  }
}

TEST(ReadWhole, StopsReadingAFileWithoutEndAtTheLimit) {
  const auto zeros = ReadWhole("/dev/zero", 1 << 20);
  ASSERT_FALSE(zeros.has_value());
  EXPECT_EQ(zeros.error().kind, ErrorKind::kTooLarge);
}

TEST(ReadWhole, SaysWhyItCannot) {
  const test::TempDir dir;
  const auto missing = ReadWhole(dir.path() / "none", 10);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(missing.error().text, "No such file or directory");
  const auto folder = ReadWhole(dir.path(), 10);
  ASSERT_FALSE(folder.has_value());
  EXPECT_EQ(folder.error().kind, ErrorKind::kUnreadable);
}

TEST(WriteWhole, ReplacesAFileAndKeepsItsMode) {
  const test::TempDir dir;
  const fs::path path = dir.path() / "out";
  ASSERT_TRUE(WriteWhole(path, AsBytes("first")).has_value());
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  ASSERT_TRUE(WriteWhole(path, AsBytes("second")).has_value());
  EXPECT_EQ(Content(path), "second");
  EXPECT_EQ(fs::status(path).permissions(), fs::perms{0640});
  EXPECT_EQ(FilesIn(dir.path()), 1);
}

TEST(WriteWhole, ANewFileHasTheUsualMode) {
  const test::TempDir dir;
  const mode_t mask = ::umask(027);
  const auto written = WriteWhole(dir.path() / "out", AsBytes("x"));
  ::umask(mask);
  ASSERT_TRUE(written.has_value());
  EXPECT_EQ(fs::status(dir.path() / "out").permissions(), fs::perms{0640});
}

TEST(WriteWhole, LeavesNothingBehindWhenItFails) {
  const test::TempDir dir;
  const fs::path folder = dir.path() / "folder";
  fs::create_directory(folder);
  const auto onto_folder = WriteWhole(folder, AsBytes("x"));
  ASSERT_FALSE(onto_folder.has_value());
  EXPECT_EQ(onto_folder.error().text, "Is a directory");
  EXPECT_EQ(FilesIn(dir.path()), 1);
  EXPECT_FALSE(WriteWhole(dir.path() / "none" / "out", AsBytes("x")).has_value());
}

}  // namespace
}  // namespace whittle::app
