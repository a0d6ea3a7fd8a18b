#include "source/block_sink.h"

#include <gtest/gtest.h>

#include "tests/support/coroutines.h"

namespace whittle::source {
namespace {

class BlockSinkTest : public ::testing::Test {
 protected:
  Expected<void> Reserve(BlockSink& sink, std::uint64_t bytes, std::stop_token stop = {}) {
    return loop_.Run(sink.Reserve(bytes, {async::Clock::now(), std::move(stop)}));
  }
  std::uint64_t used() const {
    return budget_.stats().used[static_cast<std::size_t>(async::Budget::Use::kSource)];
  }

  async::Budget budget_{64 << 10, 32 << 10};
  Memory memory_{budget_};
  test::Loop loop_;
};

TEST_F(BlockSinkTest, HoldsWhatComesAndItsShareOfTheBudget) {
  BlockSink sink(memory_);
  ASSERT_TRUE(Reserve(sink, 5));
  EXPECT_EQ(used(), 4096U);
  sink.Append(AsBytes("hel"));
  sink.Append({});
  sink.Append(AsBytes("lo"));
  ASSERT_TRUE(Reserve(sink, 8192));
  EXPECT_EQ(used(), 8192U);
  sink.Append(AsBytes(" world"));
  const Block block = sink.Finish();
  EXPECT_EQ(AsText(block.view()), "hello world");
  EXPECT_EQ(used(), 8192U);
}

TEST_F(BlockSinkTest, HasNoRoomBeyondTheBudget) {
  BlockSink sink(memory_);
  ASSERT_TRUE(Reserve(sink, 4096));
  sink.Append(AsBytes("hello"));
  EXPECT_EQ(Reserve(sink, 40 << 10).error().kind, ErrorKind::kOverloaded);
  EXPECT_EQ(AsText(sink.Finish().view()), "hello") << "as it was";
  BlockSink other(memory_);
  EXPECT_EQ(Reserve(other, 65 << 10).error().kind, ErrorKind::kTooLarge);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(Reserve(other, 4096, stop.get_token()).error().kind, ErrorKind::kCancelled);
}

}  // namespace
}  // namespace whittle::source
