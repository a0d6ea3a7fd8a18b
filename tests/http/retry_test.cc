#include "http/retry.h"

#include <gtest/gtest.h>

#include <set>

namespace whittle::http {
namespace {
using namespace std::chrono_literals;

const RetryAfter::Clock::time_point kStart{1000s};
constexpr std::uint64_t kClient = 7;

// What many refusals within one second say.
std::set<int> Answers(RetryAfter& retry, RetryAfter::Clock::time_point now, int refusals = 200) {
  std::set<int> seconds;
  for (int i = 0; i < refusals; ++i) {
    seconds.insert(static_cast<int>(retry.Refuse(kClient, now).said.count()));
  }
  return seconds;
}

// All clients were told "1", and came back in the same moment.
TEST(RetryAfter, ThoseWhoWereRefusedTogetherCameBackTogether) {
  RetryAfter retry(1);
  EXPECT_EQ(Answers(retry, kStart), (std::set{1, 2}));
}

// Thousands of clients that ask at once were let through in the first milliseconds of each second,
// and pages waited behind them.
TEST(RetryAfter, ThoseWhoAreHeldCameBackOnTheSecond) {
  RetryAfter retry(1);
  std::set<std::int64_t> tenths;
  for (int i = 0; i < 500; ++i) {
    const RetryAfter::Wait wait = retry.Refuse(kClient, kStart);
    EXPECT_LE(wait.held, wait.said);
    EXPECT_GT(wait.held, wait.said - 1s);
    tenths.insert((wait.said - wait.held) / 100ms);
  }
  EXPECT_EQ(tenths.size(), 10);
}

TEST(RetryAfter, GrowsWithTheLoadAndShrinksAfterIt) {
  RetryAfter retry(1);
  for (int i = 0; i < 25; ++i) retry.CountMade(kStart);
  EXPECT_EQ(Answers(retry, kStart), (std::set{1, 2}));
  for (int i = 0; i < 199; ++i) retry.CountMade(kStart + 1s);
  EXPECT_EQ(Answers(retry, kStart + 1s), (std::set{2, 3, 4})) << "eight times as much";
  for (int i = 0; i < 199; ++i) retry.CountMade(kStart + 2s);
  EXPECT_EQ(Answers(retry, kStart + 2s), (std::set{4, 5, 6, 7, 8})) << "more";
  for (int i = 0; i < 201; ++i) retry.CountMade(kStart + 3s);
  EXPECT_EQ(Answers(retry, kStart + 3s, 100), (std::set{4, 5, 6, 7, 8})) << "no further";
  EXPECT_EQ(Answers(retry, kStart + 4s, 50), (std::set{2, 3, 4})) << "twice as much was made";
  for (int i = 0; i < 100; ++i) retry.CountMade(kStart + 4s);
  EXPECT_EQ(Answers(retry, kStart + 5s), (std::set{2, 3, 4})) << "half as much: as it was";
  for (int i = 0; i < 200; ++i) retry.CountMade(kStart + 5s);
  EXPECT_EQ(Answers(retry, kStart + 6s), (std::set{2, 3, 4})) << "as much: as it was";
  EXPECT_EQ(Answers(retry, kStart + 60s), (std::set{1, 2})) << "long ago";
}

// It took seconds of thousands of refusals until the wait was long enough.
TEST(RetryAfter, IsLongAtOnceInAStorm) {
  RetryAfter retry(1);
  for (int i = 0; i < 24; ++i) retry.CountMade(kStart);
  Answers(retry, kStart, 193);
  std::set<int> from_8_to_16;
  for (int i = 8; i <= 16; ++i) from_8_to_16.insert(i);
  EXPECT_EQ(Answers(retry, kStart + 1s), from_8_to_16);
  for (int i = 0; i < 199; ++i) retry.CountMade(kStart + 1s);
  EXPECT_EQ(Answers(retry, kStart + 2s, 100), from_8_to_16) << "it has worked: that is no reason";
  for (int i = 0; i < 201; ++i) retry.CountMade(kStart + 2s);
  EXPECT_EQ(Answers(retry, kStart + 3s, 100), (std::set{4, 5, 6, 7, 8})) << "it is over";
}

TEST(RetryAfter, PausesNewConnectionsOfWhoWasRefusedOftenInTheLastSecond) {
  RetryAfter retry(1, 3);
  Answers(retry, kStart, 2);
  EXPECT_EQ(retry.PauseOf(kClient, kStart), 0ms);
  Answers(retry, kStart, 1);
  const auto pause = retry.PauseOf(kClient, kStart);
  EXPECT_GE(pause, 1s);
  EXPECT_LE(pause, 2s);
  EXPECT_NE(pause, retry.PauseOf(kClient, kStart)) << "each another";
  EXPECT_GE(retry.PauseOf(kClient, kStart + 1s), 1s);
  EXPECT_EQ(retry.PauseOf(kClient, kStart + 2s), 0ms);
  EXPECT_EQ(retry.PauseOf(kClient + 1, kStart), 0ms);
}

TEST(RetryAfter, KnowsNobodyBehindAUnixSocket) {
  RetryAfter retry(1, 1);
  retry.Refuse(0, kStart);
  EXPECT_EQ(retry.PauseOf(0, kStart), 0ms);
}

// The table has a fixed size: two clients may want one slot.
TEST(RetryAfter, OneClientsRefusalsAreNotAnothers) {
  RetryAfter retry(1, 3);
  Answers(retry, kStart, 3);
  const std::uint64_t other = kClient + 1024;
  for (int i = 0; i < 5; ++i) retry.Refuse(other, kStart);
  EXPECT_EQ(retry.PauseOf(other, kStart), 0ms);
  EXPECT_GE(retry.PauseOf(kClient, kStart), 1s);
  for (int i = 0; i < 3; ++i) retry.Refuse(other, kStart + 2s);
  EXPECT_GE(retry.PauseOf(other, kStart + 2s), 1s) << "the slot is free again";
  EXPECT_EQ(retry.PauseOf(kClient, kStart + 2s), 0ms);
}

}  // namespace
}  // namespace whittle::http
