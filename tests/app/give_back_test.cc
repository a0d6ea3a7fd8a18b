// Memory that was freed leaves the process; memory in use keeps what is in it.
#include "app/give_back.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <latch>
#include <thread>
#include <vector>

#include "app/allocator.h"
#include "base/kept_segment.h"

namespace whittle::app {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

#ifdef WHITTLE_MIMALLOC
std::size_t Resident() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// A block whose bytes tell whether they are its own.
class Filled {
 public:
  Filled(std::size_t size, std::uint8_t value) : bytes_(size, value) {}
  bool Whole() const {
    return std::memcmp(bytes_.data(), bytes_.data() + 1, bytes_.size() - 1) == 0;
  }
  std::uint8_t value() const { return bytes_.front(); }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// Of many sizes, from what shares a page with others to what has a part of the arena to itself.
std::vector<Filled> MakeMixture(int rounds) {
  std::vector<Filled> blocks;
  for (int i = 0; i < rounds; ++i) {
    for (const std::size_t size : {std::size_t{300}, std::size_t{4} << 10, std::size_t{16} << 10,
                                   std::size_t{100} << 10, std::size_t{700} << 10, 3 * kMiB}) {
      blocks.emplace_back(size, static_cast<std::uint8_t>(1 + blocks.size() % 250));
    }
  }
  return blocks;
}

testing::AssertionResult AllWhole(const std::vector<Filled>& blocks) {
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (!blocks[i].Whole() || blocks[i].value() == 0) {
      return testing::AssertionFailure() << "block " << i << " was overwritten";
    }
  }
  return testing::AssertionSuccess();
}

class GiveBack : public testing::Test {
 protected:
  static void SetUpTestSuite() { ConfigureAllocator(); }
  void SetUp() override { GiveBackMemory(); }
};

TEST_F(GiveBack, LargeBlocksLeaveTheProcess) {
  const std::size_t before = Resident();
  {
    const Filled one(200 * kMiB, 1);
    const Filled other(20 * kMiB, 2);
    EXPECT_TRUE(one.Whole());
    EXPECT_TRUE(other.Whole());
    EXPECT_GT(Resident(), before + 210 * kMiB);
  }
  EXPECT_GT(Resident(), before + 210 * kMiB) << "mimalloc does it by itself: is this needed?";
  GiveBackMemory();
  EXPECT_LT(Resident(), before + 2 * kMiB);
}

// Their segments stay, because of what lies between.
TEST_F(GiveBack, GapsBetweenBlocksLeaveTheProcess) {
  std::vector<Filled> blocks = MakeMixture(/*rounds=*/40);
  const std::size_t full = Resident();
  std::vector<Filled> kept;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (i % 6 < 3 && i % 5 == 0) kept.push_back(std::move(blocks[i]));
  }
  blocks.clear();
  GiveBackMemory();
  EXPECT_LT(Resident(), full - 140 * kMiB) << "of 152";
  EXPECT_TRUE(AllWhole(kept));
}

TEST_F(GiveBack, NothingInUseIsTouched) {
  std::vector<Filled> blocks = MakeMixture(/*rounds=*/20);
  const Filled large(40 * kMiB, 77);
  GiveBackMemory();
  EXPECT_TRUE(large.Whole());
  EXPECT_EQ(large.value(), 77);
  EXPECT_TRUE(AllWhole(blocks));
  const std::vector<Filled> more = MakeMixture(/*rounds=*/20);
  GiveBackMemory();
  EXPECT_TRUE(AllWhole(blocks));
  EXPECT_TRUE(AllWhole(more));
}

// Nobody owns the segments of a thread that has ended, so whoever looks for room gets them.
TEST_F(GiveBack, WhatAnEndedThreadHasLeftIsNotTouched) {
  std::vector<Filled> left;
  for (int i = 0; i < 20; ++i) {
    std::thread([&left] {
      for (Filled& block : MakeMixture(/*rounds=*/2)) left.push_back(std::move(block));
    }).join();
  }
  const std::size_t full = Resident();
  for (int i = 0; i < 5; ++i) {
    GiveBackMemory();
    ASSERT_TRUE(AllWhole(left)) << "round " << i;
  }
  left.clear();
  GiveBackMemory();
  EXPECT_LT(Resident(), full - 120 * kMiB) << "of 152";
}

TEST_F(GiveBack, WhatOthersFreedIsGivenBackByTheThreadThatMadeIt) {
  const std::size_t before = Resident();
  std::vector<Filled> blocks;
  std::latch made(1);
  std::latch freed(1);
  std::latch given(1);
  std::latch seen(1);
  std::thread maker([&] {
    blocks = MakeMixture(/*rounds=*/20);
    made.count_down();
    freed.wait();
    GiveBackMemory();
    given.count_down();
    seen.wait();  // the end of a thread gives back, too
  });
  made.wait();
  blocks.clear();
  EXPECT_GT(Resident(), before + 70 * kMiB);
  freed.count_down();
  given.wait();
  EXPECT_LT(Resident(), before + 10 * kMiB);
  seen.count_down();
  maker.join();
}

// Was: 30 MB of large pictures stayed with the log's thread, whose first line came after them.
TEST_F(GiveBack, WhoAllocatesLateTakesNothingOfWhatLargePicturesLeft) {
  const std::size_t before = Resident();
  std::vector<Filled> line;
  std::latch started(1);
  std::latch freed(1);
  std::latch said(1);
  std::latch seen(1);
  std::thread late([&] {
    const KeptSegment kept;
    started.count_down();
    freed.wait();
    line.emplace_back(300, 1);
    said.count_down();
    seen.wait();
  });
  started.wait();
  {
    std::vector<Filled> pictures;  // most of the arena
    for (int i = 0; i < 8; ++i) pictures.emplace_back(60 * kMiB, 1);
    EXPECT_TRUE(AllWhole(pictures));
  }
  freed.count_down();
  said.wait();
  GiveBackMemory();
  EXPECT_LT(Resident(), before + 2 * kMiB);
  EXPECT_TRUE(AllWhole(line));
  seen.count_down();
  late.join();
}

TEST_F(GiveBack, OthersMayAllocateMeanwhile) {
  std::atomic<bool> done = false;
  std::atomic<int> broken = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      while (!done) {
        const std::vector<Filled> blocks = MakeMixture(/*rounds=*/1);
        const Filled large(17 * kMiB, 5);
        if (!AllWhole(blocks) || !large.Whole() || large.value() != 5) ++broken;
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    const std::vector<Filled> own = MakeMixture(/*rounds=*/1);
    GiveBackMemory();
    if (!AllWhole(own)) ++broken;
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(broken, 0);
}

// All of the arena is in use: what is found then is found in segments alone.
TEST_F(GiveBack, WorksWhenTheArenaIsFull) {
  std::vector<void*> blocks;
  for (int i = 0; i < 40; ++i) blocks.push_back(std::malloc(31 * kMiB));  // not touched
  std::vector<Filled> mixture = MakeMixture(/*rounds=*/2);
  GiveBackMemory();
  EXPECT_TRUE(AllWhole(mixture));
  for (void* block : blocks) std::free(block);
}
#else
TEST(GiveBack, IsForMimallocAlone) {
  ConfigureAllocator();
  const std::vector<std::uint8_t> block(kMiB, 7);
  GiveBackMemory();
  EXPECT_EQ(block.back(), 7);
}
#endif

}  // namespace
}  // namespace whittle::app
