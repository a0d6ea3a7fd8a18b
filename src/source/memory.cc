#include "source/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <new>

#include "base/checked.h"

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, bytes) (static_cast<void>(at), static_cast<void>(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(at, bytes) (static_cast<void>(at), static_cast<void>(bytes))
#endif

namespace whittle::source {
namespace {

// What the gate counts in, and what a reused block is cut to a multiple of: so the sources of most
// sites, below 1 MiB, need no system call.
constexpr std::size_t kUnit = std::size_t{1} << 20;
constexpr std::size_t kPage = 4096;

std::size_t Units(std::uint64_t bytes) {
  return static_cast<std::size_t>(std::max<std::uint64_t>(1, (bytes + kUnit - 1) / kUnit));
}

int Slots(std::uint64_t bytes) {
  return static_cast<int>(std::min<std::uint64_t>(Units(bytes), std::numeric_limits<int>::max()));
}

std::uint8_t* Map(std::size_t bytes) {
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) throw std::bad_alloc();
  return static_cast<std::uint8_t*>(at);
}

// Keeps what both sizes have; `data` may be null.
std::uint8_t* Remap(std::uint8_t* data, std::size_t from, std::size_t to) {
  if (data == nullptr) return Map(to);
  if (from == to) return data;
  void* at = mremap(data, from, to, MREMAP_MAYMOVE);
  if (at == MAP_FAILED) throw std::bad_alloc();
  return static_cast<std::uint8_t*>(at);
}

}  // namespace

Block Block::CopyOf(ByteView bytes) {
  Block block;
  block.Reserve(bytes.size());
  if (!bytes.empty()) std::memcpy(block.data(), bytes.data(), bytes.size());
  block.SetSize(bytes.size());
  return block;
}

void Block::Reserve(std::size_t capacity) {
  if (capacity <= capacity_) return;
  const std::size_t pages = RoundUp(capacity, kPage);
  data_ = Remap(data_, capacity_, pages);
  if (memory_ != nullptr) {
    const std::lock_guard lock(memory_->mutex_);
    memory_->used_bytes_ += pages - capacity_;
  }
  capacity_ = pages;
}

void Block::SetSize(std::size_t size) {
  assert(size <= capacity_);
  size_ = size;
  // A decoder that reads past the end is caught, although there are pages.
  ASAN_UNPOISON_MEMORY_REGION(data_, size);
  ASAN_POISON_MEMORY_REGION(data_ + size, capacity_ - size);
}

void Block::GiveBack() {
  if (data_ == nullptr) return;
  ASAN_UNPOISON_MEMORY_REGION(data_, capacity_);
  if (memory_ != nullptr) {
    memory_->Keep({data_, capacity_});
  } else {
    munmap(data_, capacity_);
  }
  data_ = nullptr;
}

Memory::Memory(const Options& options)
    : options_(options),
      gate_({.slots = Slots(options.max_bytes),
             .max_waiting = std::numeric_limits<int>::max(),  // those before us have a limit
             .max_wait = options.max_wait}) {}

async::Awaitable<Expected<Block>> Memory::Take(std::size_t bytes, std::stop_token stop) {
  WHITTLE_CO_TRY(auto ticket, co_await gate_.Enter(std::move(stop), Slots(bytes)));
  try {
    Block block = Reuse(bytes);
    block.ticket_ = std::move(ticket);
    co_return block;
  } catch (const std::bad_alloc&) {
    co_return Fail(ErrorKind::kOverloaded, "no memory for a source");
  }
}

// The smallest idle block that is large enough, or else the largest, or else a new one. It is cut
// to what the gate counts for it, and others go until all together keep to the limit.
Block Memory::Reuse(std::size_t bytes) {
  const std::size_t most = Units(bytes) * kUnit;
  const std::lock_guard lock(mutex_);
  Block block;
  const auto better = [bytes](const Idle& a, const Idle& b) {
    const bool a_fits = a.capacity >= bytes;
    const bool b_fits = b.capacity >= bytes;
    if (a_fits != b_fits) return a_fits;
    return a_fits ? a.capacity < b.capacity : a.capacity > b.capacity;
  };
  if (const auto best = std::ranges::min_element(idle_, better); best != idle_.end()) {
    block.data_ = best->data;
    block.capacity_ = best->capacity;
    idle_bytes_ -= best->capacity;
    idle_.erase(best);
  }
  const std::size_t fit =
      std::clamp(block.capacity_, RoundUp(std::max<std::size_t>(bytes, 1), kPage), most);
  while (!idle_.empty() && used_bytes_ + fit + idle_bytes_ > options_.max_bytes) ReleaseOldest();
  block.data_ = Remap(block.data_, block.capacity_, fit);
  block.capacity_ = fit;
  block.memory_ = this;
  used_bytes_ += fit;
  return block;
}

void Memory::Keep(Idle idle) {
  const std::lock_guard lock(mutex_);
  used_bytes_ -= idle.capacity;
  idle_.push_back(idle);
  idle_bytes_ += idle.capacity;
  while (!idle_.empty() && used_bytes_ + idle_bytes_ > options_.max_bytes) ReleaseOldest();
}

void Memory::ReleaseOldest() {
  munmap(idle_.front().data, idle_.front().capacity);
  idle_bytes_ -= idle_.front().capacity;
  idle_.erase(idle_.begin());
}

void Memory::ReleaseIdle() {
  const std::lock_guard lock(mutex_);
  while (!idle_.empty()) ReleaseOldest();
}

std::size_t Memory::mapped() const {
  const std::lock_guard lock(mutex_);
  return used_bytes_ + idle_bytes_;
}

}  // namespace whittle::source
