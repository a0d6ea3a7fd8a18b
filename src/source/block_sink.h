// A Block that is filled as bytes come, each paid for by the memory budget before.
//
// Belongs to one upload, on one strand. The first room is waited for; more of it is there at once
// or not at all, since others wait for what this one holds.
#pragma once

#include <cstring>
#include <utility>

#include "async/byte_sink.h"
#include "source/memory.h"

namespace whittle::source {

class BlockSink final : public async::ByteSink {
 public:
  /// `memory` must outlive it and its block.
  explicit BlockSink(Memory& memory) : memory_(memory) {}

  async::Awaitable<Expected<void>> Reserve(std::uint64_t bytes, async::Wait wait) override {
    if (block_.capacity() == 0) {
      WHITTLE_CO_TRY(block_, co_await memory_.Take(bytes, wait.until, std::move(wait.stop)));
    } else if (!block_.Reserve(bytes)) {
      co_return Fail(ErrorKind::kOverloaded, "no memory for an upload");
    }
    co_return Expected<void>();
  }
  void Append(ByteView more) override {
    const std::size_t before = block_.size();
    block_.SetSize(before + more.size());
    if (!more.empty()) std::memcpy(block_.data() + before, more.data(), more.size());
  }
  /// What has come.
  Block Finish() { return std::move(block_); }

 private:
  Memory& memory_;
  Block block_;
};

}  // namespace whittle::source
