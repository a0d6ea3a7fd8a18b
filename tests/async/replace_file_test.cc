#include "async/replace_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/support/corpus.h"

namespace whittle::async {
namespace {
namespace fs = std::filesystem;

class ReplaceFileTest : public ::testing::Test {
 protected:
  Expected<void> Replace(const std::string& name, std::string_view bytes, bool durable = false,
                         const std::stop_token& stop = {}) {
    return ReplaceFile(directory_, name, AsBytes(bytes), durable, stop);
  }
  std::string Get(const std::string& name) const {
    return std::string(AsText(test::ReadFile(dir_.path() / name).view()));
  }
  std::ptrdiff_t Files() const {
    return std::distance(fs::directory_iterator(dir_.path()), fs::directory_iterator());
  }

  test::TempDir dir_;
  Descriptor directory_{open(dir_.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
};

TEST_F(ReplaceFileTest, ReplacesDurablyOrNot) {
  for (const bool durable : {false, true}) {
    EXPECT_TRUE(Replace("a", "first", durable));
    EXPECT_TRUE(Replace("a", "2nd", durable));
    EXPECT_EQ(Get("a"), "2nd");
  }
  EXPECT_EQ(Files(), 1);
}

TEST_F(ReplaceFileTest, ManyChunksAreOneFile) {
  std::string large(9 << 20, 'x');
  large[(4 << 20) - 1] = 'a';
  large[4 << 20] = 'b';
  large.back() = 'c';
  EXPECT_TRUE(Replace("a", large));
  EXPECT_TRUE(Get("a") == large);
}

TEST_F(ReplaceFileTest, WhatFailsLeavesNothing) {
  fs::create_directory(dir_.path() / "d");
  EXPECT_EQ(Replace("d", "a").error().kind, ErrorKind::kBadRequest);
  EXPECT_EQ(Replace(std::string(256, 'n'), "a").error().kind, ErrorKind::kBadRequest);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(Replace("a", "a", false, stop.get_token()).error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(Files(), 1);
  const Descriptor none;
  EXPECT_EQ(ReplaceFile(none, "a", {}, false, {}).error().kind, ErrorKind::kUnreadable);
}

// Readers and several writers at once: each read is one of the writes, whole.
TEST_F(ReplaceFileTest, IsNeverSeenHalf) {
  const std::string a(300'000, 'a');
  const std::string b(200'000, 'b');
  ASSERT_TRUE(Replace("f", a));
  std::atomic<int> writing = 2;
  const auto write = [&](const std::string& text) {
    for (int i = 0; i < 30; ++i) EXPECT_TRUE(Replace("f", text));
    --writing;
  };
  const std::jthread first(write, a);
  const std::jthread second(write, b);
  do {
    const std::string read = Get("f");
    EXPECT_TRUE(read == a || read == b) << read.size();
  } while (writing > 0);
}

}  // namespace
}  // namespace whittle::async
