// Memory for whole sources: so many bytes of them at once, however many files that is.
//
// A file's size is known before it is read, so whoever wants to read waits here until the bytes of
// all sources, those being worked on included, stay below the limit. A source larger than the limit
// is read when it is alone. Blocks are mapped from the kernel and reused, grown or cut to size: an
// allocator keeps freed blocks of a few megabytes and needs new ones for the next file, which is
// larger; it was seen to hold four times what was in use.
//
// Memory is thread-safe and must outlive its blocks; a Block belongs to one job. Cost: one
// uncontended lock to take and to give back, and the page faults of what was not mapped before.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "async/admission_gate.h"
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

  /// Makes room for `capacity` bytes; keeps the content. Throws std::bad_alloc.
  void Reserve(std::size_t capacity);
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

  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;  ///< whole pages
  async::AdmissionGate::Ticket ticket_;
  Memory* memory_ = nullptr;  ///< null for a block of its own
};

class Memory {
 public:
  struct Options {
    std::uint64_t max_bytes = 16ULL << 20;
    std::chrono::nanoseconds max_wait = std::chrono::seconds(2);
  };

  explicit Memory(const Options& options);
  ~Memory() { ReleaseIdle(); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  /// An empty block with room for `bytes`. Errors: kOverloaded, kCancelled. The calling coroutine
  /// must run on a strand.
  async::Awaitable<Expected<Block>> Take(std::size_t bytes, std::stop_token stop);
  /// Gives the kernel what no block uses.
  void ReleaseIdle();
  /// Callers of Take that wait.
  int waiting() const { return gate_.stats().waiting; }
  /// Bytes that are mapped now, used or idle.
  std::size_t mapped() const;

 private:
  friend class Block;
  struct Idle {
    std::uint8_t* data;
    std::size_t capacity;
  };

  Block Reuse(std::size_t bytes);
  void Keep(Idle idle);
  void ReleaseOldest();

  const Options options_;
  async::AdmissionGate gate_;
  mutable std::mutex mutex_;
  std::vector<Idle> idle_;  ///< the last is the one given back last
  std::size_t idle_bytes_ = 0;
  std::size_t used_bytes_ = 0;
};

}  // namespace whittle::source
