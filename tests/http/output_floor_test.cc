#include "http/output_floor.h"

#include <gtest/gtest.h>

namespace whittle::http {
namespace {
using namespace std::chrono_literals;

constexpr OutputFloor::Options kOptions{.patience = 20s, .rate = 1000, .whole = 1h};
const OutputFloor::Clock::time_point kStart{};

TEST(OutputFloor, CutsOffWhoTakesNothingWhenItsPatienceIsUsedUp) {
  OutputFloor floor(kOptions, 7, kStart);
  EXPECT_EQ(floor.deadline(), kStart + 20s);
  floor.Note(7, kStart + 19s);
  floor.Note(3, kStart + 19s);  // a count that went back is none
  EXPECT_EQ(floor.deadline(), kStart + 20s);
}

TEST(OutputFloor, GivesTimeForEachByte) {
  OutputFloor floor(kOptions, 0, kStart);
  floor.Note(1000, kStart + 10s);
  EXPECT_EQ(floor.deadline(), kStart + 21s);
  floor.Note(1500, kStart + 11s);
  EXPECT_EQ(floor.deadline(), kStart + 21500ms);
}

TEST(OutputFloor, SavesNothingUpBeyondItsPatience) {
  OutputFloor floor(kOptions, 0, kStart);
  floor.Note(1ULL << 60, kStart + 5s);
  EXPECT_EQ(floor.deadline(), kStart + 25s);
}

// Asked whether the socket took more, the server cut 10 KB/s off after 26 seconds, 4 KB/s after 20.
TEST(OutputFloor, AReaderOf4KBASecondWasCutOff) {
  OutputFloor floor(kOptions, 0, kStart);
  constexpr std::uint64_t kAnswer = 4'000'000;
  // A kernel acknowledges in large steps: 64 KB each time that so much has been read.
  for (std::uint64_t taken = 0; taken < kAnswer; taken += 64'000) {
    const auto now = kStart + std::chrono::seconds(taken / 4000);
    EXPECT_GT(floor.deadline(), now) << "after " << taken;
    floor.Note(taken, now);
  }
}

TEST(OutputFloor, CutsOffWhoIsBelowTheRateALittleLater) {
  OutputFloor floor(kOptions, 0, kStart);
  auto now = kStart;
  for (std::uint64_t taken = 500; floor.deadline() > now; taken += 500) {
    floor.Note(taken, now += 1s);
  }
  EXPECT_EQ(now, kStart + 40s);  // half the rate, twice the patience
}

TEST(OutputFloor, EndsTheWholeAnswerHoweverMuchIsTaken) {
  OutputFloor floor(kOptions, 0, kStart);
  std::uint64_t taken = 0;
  auto now = kStart;
  for (; floor.deadline() > now; now += 1s) floor.Note(taken += 1'000'000, now);
  EXPECT_EQ(now, kStart + 1h);
}

TEST(OutputFloor, LooksOftenEnoughToSeeThatSomebodyHasStopped) {
  OutputFloor floor(kOptions, 0, kStart);
  EXPECT_EQ(floor.NextLook(kStart), kStart + 5s);
  EXPECT_EQ(floor.NextLook(kStart + 18s), kStart + 20s);
}

TEST(OutputFloor, CountsGigabytesAtAByteASecond) {
  OutputFloor floor({.patience = 1h, .rate = 1, .whole = 24h}, 0, kStart);
  floor.Note(~0ULL, kStart + 10s);
  EXPECT_EQ(floor.deadline(), kStart + 10s + 1h);
}

}  // namespace
}  // namespace whittle::http
