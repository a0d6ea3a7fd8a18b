// Memory of the real program: it grows with the work, and comes back when there is none.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/process.h"
#include "tests/support/pictures.h"

namespace whittle::test {
namespace {

constexpr std::size_t kMib = 1024;  // in KiB

/// Waits until `program` has less than that, for as long as nobody would.
bool FallsBelow(const Process& program, std::size_t kib) {
  const auto hopeless = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (program.MemoryKib("VmRSS") >= kib) {
    if (std::chrono::steady_clock::now() > hopeless) return false;
    std::this_thread::yield();
  }
  return true;
}

class Memory : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::string_view(WHITTLE_SANITIZE).empty()) {
      GTEST_SKIP() << "LEFT OUT: a sanitizer brings its own allocator, and ours is to give back";
    }
  }
  Process program_{{"WHITTLE_GIVE_BACK_AFTER=20ms", "WHITTLE_WORKERS=2"}};
};

// Progressive: libjpeg keeps the coefficients, 2 bytes for each of 72 million samples.
TEST_F(Memory, ComesBackAfterLargePictures) {
  const std::size_t before = program_.MemoryKib("VmRSS");
  program_.Add("large.jpg", EncodeJpeg(Blank(6000, 4000), {.progressive = true}).view());
  HttpClient client = program_.Connect();
  for (int side = 100; side < 103; ++side) {
    EXPECT_EQ(client.Get("/resize/" + std::to_string(side) + "/0/large.jpg").status, 200);
  }
  EXPECT_GT(program_.MemoryKib("VmHWM"), before + 60 * kMib) << "it has had them";
  EXPECT_TRUE(FallsBelow(program_, before + 16 * kMib)) << program_.MemoryKib("VmRSS");
  EXPECT_EQ(client.Get("/resize/99/0/large.jpg").status, 200);
}

// libaom's blocks are smaller; they stay with the worker's thread, which has to be asked for them.
TEST_F(Memory, ComesBackFromTheWorkers) {
  const std::size_t before = program_.MemoryKib("VmRSS");
  program_.Add("photo.jpg", EncodeJpeg(Photo(1600, 1200)).view());
  HttpClient client = program_.Connect();
  const std::string target = "/resize/1500/0/photo.jpg?preset=fast&format=avif&q=";
  for (const char* quality : {"30", "31"}) EXPECT_EQ(client.Get(target + quality).status, 200);
  EXPECT_GT(program_.MemoryKib("VmHWM"), before + 30 * kMib) << "it has had them";
  EXPECT_TRUE(FallsBelow(program_, before + 20 * kMib)) << program_.MemoryKib("VmRSS");
}

TEST_F(Memory, ComesBackAfterManyHeads) {
  const std::size_t before = program_.MemoryKib("VmRSS");
  const std::string head = "GET /health HTTP/1.1\r\nHost: x\r\nX-Filler: ";
  {
    std::vector<HttpClient> clients;
    for (int i = 0; i < 400; ++i) {
      clients.push_back(program_.Connect());
      clients.back().Send(head + std::string(15'000, 'x'));
    }
    for (HttpClient& client : clients) client.Send("\r\n\r\n");
    for (HttpClient& client : clients) EXPECT_EQ(client.Read().body, "ok");
  }
  EXPECT_GT(program_.MemoryKib("VmHWM"), before + 5 * kMib);
  EXPECT_TRUE(FallsBelow(program_, before + 3 * kMib)) << program_.MemoryKib("VmRSS");
}

}  // namespace
}  // namespace whittle::test
