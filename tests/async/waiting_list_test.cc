#include "async/waiting_list.h"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace whittle::async {
namespace {

using std::chrono::milliseconds;
using Job = WaitingList::Job;
using Verdict = WaitingList::Verdict;

constexpr milliseconds kMaxWait(2000), kShort(5);

class WaitingListTest : public ::testing::Test {
 protected:
  Job& Add(milliseconds came, milliseconds cpu, std::uint64_t client = 0, std::uint64_t bytes = 1) {
    jobs_.push_back(
        {.client = client, .cost = {.bytes = bytes, .cpu = cpu}, .since = start_ + came});
    list_.Add(&jobs_.back());
    return jobs_.back();
  }
  Job* Next(milliseconds at = {}) {
    return list_.Next(start_ + at, [](const Job&) { return Verdict::kTake; });
  }

  bool Admits(milliseconds at, milliseconds expected, milliseconds cpu = kShort) {
    return list_.Admits(start_ + at, expected, kMaxWait, cpu);
  }

  const Clock::time_point start_ = Clock::now();
  WaitingList list_{kMaxWait, start_};
  std::deque<Job> jobs_;
};

TEST_F(WaitingListTest, EqualJobsGoInTheOrderOfTheirArrival) {
  Job& a = Add(milliseconds(0), milliseconds(20));
  Job& b = Add(milliseconds(1), milliseconds(20));
  Job& c = Add(milliseconds(2), milliseconds(20));
  EXPECT_EQ(Next(), &a);
  EXPECT_EQ(Next(), &b);
  EXPECT_EQ(Next(), &c);
  EXPECT_EQ(Next(), nullptr);
  EXPECT_TRUE(list_.empty());
}

TEST_F(WaitingListTest, ShortOnesGoBeforeLongOnesThatCameBefore) {
  Job& large = Add(milliseconds(0), milliseconds(500));
  Job& small = Add(milliseconds(100), milliseconds(5));
  EXPECT_EQ(Next(), &small);
  EXPECT_EQ(Next(), &large);
}

TEST_F(WaitingListTest, NobodyWaitsMoreThanHalfOfTheTimeLongerThanInTurn) {
  Job& large = Add(milliseconds(0), std::chrono::hours(1));
  Job& early = Add(milliseconds(999), milliseconds(0));
  Job& late = Add(milliseconds(1001), milliseconds(0));
  EXPECT_EQ(Next(), &early);
  EXPECT_EQ(Next(), &large);
  EXPECT_EQ(Next(), &late);
}

TEST_F(WaitingListTest, WhoHasMoreThanHalfComesAfterTheOthers) {
  for (int i = 0; i < 9; ++i) Add(milliseconds(0), milliseconds(5), 7);
  Job& other = Add(milliseconds(50), milliseconds(20), 8);
  EXPECT_EQ(Next(), &other);
}

TEST_F(WaitingListTest, AFewJobsOfOnePageAreNoCrowd) {
  Job& first = Add(milliseconds(0), milliseconds(5), 7);
  for (int i = 0; i < 6; ++i) Add(milliseconds(0), milliseconds(5), 7);
  Add(milliseconds(50), milliseconds(20), 8);
  EXPECT_EQ(Next(), &first);
}

TEST_F(WaitingListTest, NobodyInParticularIsNoCrowd) {
  Job& first = Add(milliseconds(0), milliseconds(5));
  for (int i = 0; i < 20; ++i) Add(milliseconds(0), milliseconds(5));
  Add(milliseconds(50), milliseconds(20), 8);
  EXPECT_EQ(Next(), &first);
}

TEST_F(WaitingListTest, SmallOnesPassOneThatFindsNoMemoryButNotForEver) {
  Job& large = Add(milliseconds(0), milliseconds(5), 0, 1000);
  Job& small = Add(milliseconds(1), milliseconds(5), 0, 1);
  const auto judge = [](const Job& job) {
    return job.cost.bytes > 100 ? Verdict::kNoMemory : Verdict::kTake;
  };
  EXPECT_EQ(list_.Next(start_ + kMaxWait / 4, judge), &small);
  list_.Add(&small);
  EXPECT_EQ(list_.Next(start_ + kMaxWait / 4 + milliseconds(1), judge), nullptr)
      << "else there would never be room for it";
  EXPECT_EQ(Next(), &large);
}

TEST_F(WaitingListTest, WhoFindsNoThreadKeepsNobodyWaiting) {
  Add(milliseconds(0), milliseconds(900));
  Job& small = Add(milliseconds(1), milliseconds(5));
  const auto judge = [](const Job& job) {
    return job.cost.cpu > milliseconds(60) ? Verdict::kNoThread : Verdict::kTake;
  };
  EXPECT_EQ(list_.Next(start_ + kMaxWait, judge), &small);
}

TEST_F(WaitingListTest, CountsWhatComesBeforeANewcomer) {
  Add(milliseconds(0), milliseconds(10));
  Add(milliseconds(0), milliseconds(400));
  EXPECT_EQ(list_.Before(start_, milliseconds(10)), milliseconds(10));
  EXPECT_EQ(list_.Before(start_, milliseconds(400)), milliseconds(410));
  EXPECT_EQ(list_.Before(start_ + kMaxWait, milliseconds(10)), milliseconds(410));
}

// One job of 8.8 s kept bursts of 20 out for the next 70 jobs: a mean was believed.
TEST_F(WaitingListTest, ALongJobThatIsOverRefusesNobody) {
  Job& large = Add(milliseconds(0), milliseconds(8800));
  list_.Remove(&large);
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(
        list_.Admits(start_, list_.Before(start_, milliseconds(20)), kMaxWait, milliseconds(20)))
        << i;
    Add(milliseconds(0), milliseconds(20));
  }
}

TEST_F(WaitingListTest, ABurstMayTakeMostOfTheTime) {
  EXPECT_TRUE(Admits(milliseconds(0), milliseconds(1400)));
  EXPECT_FALSE(Admits(milliseconds(0), milliseconds(1401)));
  EXPECT_TRUE(list_.Admits(start_, {}, -kMaxWait, kShort))
      << "who need not wait has no time to lose";
}

TEST_F(WaitingListTest, AQueueThatStandsIsMadeShort) {
  EXPECT_TRUE(Admits(milliseconds(2000), milliseconds(1000)));
  EXPECT_FALSE(Admits(milliseconds(2001), milliseconds(126)));
  EXPECT_TRUE(Admits(milliseconds(2001), milliseconds(125)));
  EXPECT_FALSE(Admits(milliseconds(2001), milliseconds(126))) << "half full is not short";
  EXPECT_TRUE(Admits(milliseconds(2001), milliseconds(62)));
  EXPECT_FALSE(Admits(milliseconds(4000), milliseconds(126))) << "it stood a moment ago";
  EXPECT_TRUE(Admits(milliseconds(4001), milliseconds(1400))) << "it has been short again";
}

TEST_F(WaitingListTest, SixteenJobsAWorkerMayStandUpToAQuarterOfTheTime) {
  const struct {
    milliseconds cpu, most;
  } cases[] = {
      {milliseconds(7), milliseconds(125)},   {milliseconds(8), milliseconds(128)},
      {milliseconds(31), milliseconds(496)},  {milliseconds(32), milliseconds(500)},
      {milliseconds(900), milliseconds(500)}, {std::chrono::hours(2'000'000), milliseconds(500)}};
  for (const auto& [cpu, most] : cases) {
    EXPECT_TRUE(Admits(milliseconds(2001), most, cpu)) << cpu.count();
    EXPECT_FALSE(Admits(milliseconds(2001), most + milliseconds(1), cpu)) << cpu.count();
  }
}

TEST_F(WaitingListTest, AQueueThatStandsGivesNobodyMoreTimeThanThereIs) {
  const auto later = start_ + milliseconds(2001);
  EXPECT_TRUE(list_.Admits(later, milliseconds(100), milliseconds(100), kShort));
  EXPECT_FALSE(list_.Admits(later, milliseconds(101), milliseconds(100), kShort));
}

TEST_F(WaitingListTest, TheLastOfACrowdMakesRoomForOthersOnly) {
  Add(milliseconds(0), milliseconds(5), 8);
  for (int i = 0; i < 9; ++i) Add(milliseconds(i), milliseconds(5), 7);
  EXPECT_EQ(list_.ToMakeRoomFor(8), &jobs_.back());
  EXPECT_EQ(list_.ToMakeRoomFor(9), &jobs_.back());
  EXPECT_EQ(list_.ToMakeRoomFor(7), nullptr);
  while (list_.size() > 8) Next();
  EXPECT_NE(list_.ToMakeRoomFor(9), nullptr);
  Next();
  EXPECT_EQ(list_.ToMakeRoomFor(9), nullptr) << "seven are no crowd";
}

// Of those that can be done together one pays for what they share: whoever came first, and when
// that has gone, the next.
TEST_F(WaitingListTest, WhatAKinSharesIsCountedOnce) {
  constexpr int kSubject = 0, kOther = 1;
  const auto add = [this](const void* subject) -> Job& {
    jobs_.push_back({.cost = {.cpu = milliseconds(20),
                              .kin = {.subject = subject},
                              .shared_cpu = milliseconds(15)},
                     .since = start_});
    list_.Add(&jobs_.back());
    return jobs_.back();
  };
  const auto before = [this] {
    return list_.Before(start_ + milliseconds(1000), milliseconds(0)) / milliseconds(1);
  };
  Job& a = add(&kSubject);
  EXPECT_EQ(before(), 20);
  Job& b = add(&kSubject);
  Job& c = add(&kSubject);
  EXPECT_EQ(before(), 30);
  add(&kOther);
  EXPECT_EQ(before(), 50);
  add(nullptr);
  add(nullptr);
  EXPECT_EQ(before(), 90) << "no kin";
  EXPECT_EQ(list_.KinOf(a.cost.kin), (std::vector<Job*>{&a, &b, &c}));
  list_.Remove(&a);
  EXPECT_EQ(before(), 85);
  list_.Remove(&c);
  EXPECT_EQ(before(), 80);
  list_.Remove(&b);
  EXPECT_EQ(before(), 60);
}

}  // namespace
}  // namespace whittle::async
