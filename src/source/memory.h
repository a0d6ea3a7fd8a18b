// Memory for whole sources: blocks of the budget's share for them, however many files that is.
//
// A file's size is known before it is read, so whoever wants to read waits here until the bytes of
// all sources, those being worked on included, stay below that share. Blocks are mapped from the
// kernel and reused, grown or cut to size: an allocator keeps freed blocks of a few megabytes and
// needs new ones for the next file, which is larger; it was seen to hold four times what was in
// use.
//
// What is idle is the first to give way when the budget is short.
//
// Memory is thread-safe and must outlive its blocks; a Block belongs to one job. Cost: one
// uncontended lock to take and to give back, and the page faults of what was not mapped before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "async/budget.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::source {

class Memory;

/// Owned, growable, move-only bytes of one source.
class Block {
 public:
  Block() = default;
  /// A block of its own, with no limit; for sources that are in memory already.
  static Block CopyOf(ByteView bytes);
  Block(Block&& other) noexcept { Swap(other); }
  Block& operator=(Block&& other) noexcept {
    Swap(other);
    return *this;
  }
  ~Block() { GiveBack(); }

  std::uint8_t* data() { return data_; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  ByteView view() const { return {data_, size_}; }

  /// Makes room for `capacity` bytes; keeps the content. False, and as it was, when there is no
  /// memory for more.
  bool Reserve(std::size_t capacity);
  /// Bytes within the capacity that hold content.
  void SetSize(std::size_t size);

 private:
  friend class Memory;
  void Swap(Block& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    std::swap(ticket_, other.ticket_);
    std::swap(memory_, other.memory_);
  }
  void GiveBack();
  bool MoveTo(std::size_t pages);

  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;      ///< whole pages
  async::Budget::Ticket ticket_;  ///< for its capacity
  Memory* memory_ = nullptr;      ///< null for a block of its own
};

class Memory {
 public:
  /// The budget must outlive it.
  explicit Memory(async::Budget& budget);
  ~Memory() { ReleaseIdle(); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  /// An empty block with room for `bytes`. Errors: kOverloaded, kTooLarge, kCancelled. The calling
  /// coroutine must run on a strand.
  async::Awaitable<Expected<Block>> Take(std::size_t bytes, async::Clock::time_point until,
                                         std::stop_token stop);
  /// Take at once or not at all, from any thread.
  std::optional<Block> Try(std::size_t bytes);
  /// Makes room for `capacity` bytes in one of its blocks, waiting for them; keeps the content. The
  /// block is as it was on errors, which are those of Take. Who waits here holds what the block
  /// has, and others may do the same: let `until` be soon, and give the block back then.
  async::Awaitable<Expected<void>> Grow(Block& block, std::size_t capacity,
                                        async::Clock::time_point until, std::stop_token stop);
  /// Gives the kernel what no block uses, or the blocks given back first, until that is `bytes`.
  void ReleaseIdle(std::uint64_t bytes = UINT64_MAX);
  /// Bytes that are mapped now, used or idle.
  std::size_t mapped() const;

 private:
  friend class Block;
  struct Idle {
    std::uint8_t* data;
    std::size_t capacity;
    async::Budget::Ticket ticket;
  };

  Expected<Block> Map(std::size_t bytes, async::Budget::Ticket ticket);
  Block TakeIdle(std::size_t bytes);
  void Keep(Idle idle);
  void KeepWithinShare();

  async::Budget& budget_;
  mutable std::mutex mutex_;
  std::vector<Idle> idle_;  ///< the last is the one given back last
  std::size_t idle_bytes_ = 0;
  std::size_t used_bytes_ = 0;
};

}  // namespace whittle::source
