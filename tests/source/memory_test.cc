#include "source/memory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <optional>
#include <random>
#include <thread>

#include "tests/support/coroutines.h"

namespace whittle::source {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

class SourceMemoryTest : public ::testing::Test {
 protected:
  Block Take(Memory& memory, std::size_t bytes) {
    auto block = loop_.Run(memory.Take(bytes, async::kNever, {}));
    EXPECT_TRUE(block);
    return block ? *std::move(block) : Block();
  }

  test::Loop loop_;
};

TEST_F(SourceMemoryTest, ABlockHasRoomAndKeepsItsContentAsItGrows) {
  async::Budget budget(64 * kMiB, 4 * kMiB);
  Memory memory(budget);
  Block block = Take(memory, 100'000);
  ASSERT_GE(block.capacity(), 100'000U);
  block.SetSize(100'000);
  std::memset(block.data(), 7, 100'000);
  block.Reserve(3 * kMiB);
  block.SetSize(3 * kMiB);
  EXPECT_EQ(block.data()[0], 7);
  EXPECT_EQ(block.data()[99'999], 7);
  EXPECT_EQ(block.view().size(), 3 * kMiB);
  EXPECT_EQ(memory.mapped(), 3 * kMiB);
}

TEST_F(SourceMemoryTest, AnEmptySourceHasABlock) {
  async::Budget budget(64 * kMiB, kMiB);
  Memory memory(budget);
  Block block = Take(memory, 0);
  block.SetSize(0);
  EXPECT_TRUE(block.view().empty());
}

TEST_F(SourceMemoryTest, BlocksAreReusedInAllSizesWithinTheLimit) {
  async::Budget budget(64 * kMiB, 8 * kMiB);
  Memory memory(budget);
  std::minstd_rand random(5);
  Block held;
  for (int i = 0; i < 300; ++i) {
    const std::size_t bytes = random() % (4 * kMiB);
    Block block = Take(memory, bytes);
    ASSERT_GE(block.capacity(), bytes);
    ASSERT_LE(memory.mapped(), 8 * kMiB);
    block.SetSize(bytes);
    if (bytes > 0) block.data()[bytes - 1] = 1;
    if (i % 3 == 0) held = std::move(block);
  }
}

TEST_F(SourceMemoryTest, ASmallSourceDoesNotKeepALargeBlockFromOthers) {
  async::Budget budget(64 * kMiB, 8 * kMiB);
  Memory memory(budget);
  static_cast<void>(Take(memory, 8 * kMiB));
  const Block small = Take(memory, 1000);
  EXPECT_LE(small.capacity(), kMiB);
  const Block other = Take(memory, 7 * kMiB);
  EXPECT_LE(memory.mapped(), 8 * kMiB);
}

TEST_F(SourceMemoryTest, OneLargerThanTheLimitComesInWhenItIsAlone) {
  async::Budget budget(64 * kMiB, 4 * kMiB);
  Memory memory(budget);
  std::optional<Block> small = Take(memory, kMiB);
  std::atomic<bool> in = false;
  const auto enter = [&]() -> async::Awaitable<std::size_t> {
    auto block = co_await memory.Take(10 * kMiB, async::kNever, {});
    in = true;
    co_return block ? block->capacity() : 0;
  };
  auto large = loop_.Start(enter());
  while (budget.stats().waiting != 1) std::this_thread::yield();
  // Whoever needs little waits behind it.
  std::stop_source stop;
  auto behind = loop_.Start(memory.Take(1, async::kNever, stop.get_token()));
  while (budget.stats().waiting != 2) std::this_thread::yield();
  EXPECT_FALSE(in);
  small.reset();
  EXPECT_GE(large.get(), 10 * kMiB);
  EXPECT_TRUE(behind.get());
  EXPECT_LE(memory.mapped(), 4 * kMiB) << "what is over the limit is not kept";
}

TEST_F(SourceMemoryTest, WhoCannotGetInIsRefused) {
  async::Budget budget(64 * kMiB, 4 * kMiB);
  Memory memory(budget);
  const Block all = Take(memory, 4 * kMiB);
  const auto refused = loop_.Run(memory.Take(1, async::Clock::now(), {}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kOverloaded);
}

TEST_F(SourceMemoryTest, IdleBlocksGoBackToTheKernel) {
  async::Budget budget(64 * kMiB, 8 * kMiB);
  Memory memory(budget);
  static_cast<void>(Take(memory, 2 * kMiB));
  EXPECT_EQ(memory.mapped(), 2 * kMiB);
  memory.ReleaseIdle();
  EXPECT_EQ(memory.mapped(), 0U);
}

TEST_F(SourceMemoryTest, WhatWasLargerThanTheShareIsUnmappedWhenGivenBack) {
  async::Budget budget(64 * kMiB, kMiB);
  Memory memory(budget);
  static_cast<void>(Take(memory, 3 * kMiB));
  EXPECT_EQ(memory.mapped(), 0U);
}

// A file that grew while it was read took more than it had waited for.
TEST_F(SourceMemoryTest, ABlockNeverOutgrowsTheBudget) {
  async::Budget budget(6 * kMiB, 4 * kMiB);
  Memory memory(budget);
  Block block = Take(memory, kMiB);
  Block other = Take(memory, 2 * kMiB);
  EXPECT_TRUE(block.Reserve(2 * kMiB));
  EXPECT_FALSE(block.Reserve(2 * kMiB + 1));
  EXPECT_EQ(block.capacity(), 2 * kMiB);
  EXPECT_EQ(budget.stats().used[0], 4 * kMiB);
}

TEST_F(SourceMemoryTest, IdleBlocksAreTheBudgetsAndGiveWay) {
  async::Budget budget(8 * kMiB, 4 * kMiB);
  Memory memory(budget);
  static_cast<void>(Take(memory, 3 * kMiB));
  EXPECT_EQ(budget.stats().used[0], 0U);
  EXPECT_EQ(budget.stats().used[3], 3 * kMiB);
  EXPECT_TRUE(budget.Try(async::Budget::Use::kJob, 8 * kMiB));
  EXPECT_EQ(memory.mapped(), 0U);
}

// Who waits must not sit on what is idle: nobody could have it, and nobody would pay for it.
TEST_F(SourceMemoryTest, WhoWaitsHoldsNothing) {
  async::Budget budget(8 * kMiB, 4 * kMiB);
  Memory memory(budget);
  std::optional<Block> held = Take(memory, 3 * kMiB);
  static_cast<void>(Take(memory, kMiB));
  auto waits = loop_.Start(memory.Take(2 * kMiB, async::kNever, {}));
  while (budget.stats().waiting != 1) std::this_thread::yield();
  EXPECT_EQ(budget.stats().used[3], kMiB);
  EXPECT_EQ(budget.stats().used[0], 3 * kMiB);
  held.reset();
  EXPECT_TRUE(waits.get());
}

TEST_F(SourceMemoryTest, WhatFitsIsTakenWithoutWaiting) {
  async::Budget budget(8 * kMiB, 4 * kMiB);
  Memory memory(budget);
  const auto block = memory.Try(3 * kMiB);
  ASSERT_TRUE(block);
  EXPECT_EQ(block->capacity(), 3 * kMiB);
  EXPECT_EQ(budget.stats().used[0], 3 * kMiB);
  EXPECT_FALSE(memory.Try(kMiB + 1));
  EXPECT_TRUE(memory.Try(kMiB));
}

TEST_F(SourceMemoryTest, ABlockThatGrowsWaitsForItsBytesAndKeepsItsContent) {
  async::Budget budget(64 * kMiB, 4 * kMiB);
  Memory memory(budget);
  Block block = Take(memory, kMiB);
  block.SetSize(kMiB);
  std::memset(block.data(), 7, kMiB);
  std::optional<Block> other = Take(memory, 3 * kMiB);
  auto grown = loop_.Start(memory.Grow(block, 3 * kMiB, async::kNever, {}));
  while (budget.stats().waiting != 1) std::this_thread::yield();
  other.reset();
  ASSERT_TRUE(grown.get());
  EXPECT_EQ(block.capacity(), 3 * kMiB);
  EXPECT_EQ(block.view().size(), kMiB);
  EXPECT_EQ(block.data()[kMiB - 1], 7);
  EXPECT_EQ(budget.stats().used[0], 3 * kMiB);
  block = Block();
  EXPECT_EQ(budget.stats().used[0], 0U) << "all of it is given back";
}

TEST_F(SourceMemoryTest, ABlockThatCannotGrowIsAsItWas) {
  async::Budget budget(64 * kMiB, 4 * kMiB);
  Memory memory(budget);
  Block block = Take(memory, kMiB);
  const Block other = Take(memory, 3 * kMiB);
  const auto late = loop_.Run(memory.Grow(block, 2 * kMiB, async::Clock::now(), {}));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::kOverloaded);
  std::stop_source stop;
  auto stopped = loop_.Start(memory.Grow(block, 2 * kMiB, async::kNever, stop.get_token()));
  while (budget.stats().waiting != 1) std::this_thread::yield();
  stop.request_stop();
  EXPECT_EQ(stopped.get().error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(block.capacity(), kMiB);
  EXPECT_EQ(budget.stats().used[0], 4 * kMiB);
}

TEST_F(SourceMemoryTest, ManyAtOnceKeepToTheLimit) {
  async::Budget budget(64 * kMiB, 6 * kMiB);
  Memory memory(budget);
  std::atomic<std::size_t> worst = 0;
  const auto use = [&](std::size_t bytes) -> async::Awaitable<bool> {
    auto block = co_await memory.Take(bytes, async::kNever, {});
    if (!block) co_return false;
    auto job = [&] {
      block->SetSize(bytes);
      std::memset(block->data(), 1, bytes);
      const std::size_t now = memory.mapped();
      std::size_t seen = worst;
      while (now > seen && !worst.compare_exchange_weak(seen, now)) {
      }
      return true;
    };
    co_return job();
  };
  std::vector<std::future<bool>> all;
  for (std::size_t i = 0; i < 200; ++i) all.push_back(loop_.Start(use(i * 7919 % (3 * kMiB) + 1)));
  for (auto& one : all) EXPECT_TRUE(one.get());
  EXPECT_LE(worst, 6 * kMiB);
}

TEST(Block, ACopyBelongsToNobody) {
  Block block = Block::CopyOf(AsBytes("picture"));
  EXPECT_EQ(AsText(block.view()), "picture");
  Block moved = std::move(block);
  EXPECT_EQ(AsText(moved.view()), "picture");
  moved = Block();
  EXPECT_EQ(moved.size(), 0U);
}

}  // namespace
}  // namespace whittle::source
