#include "source/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <iterator>
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

// What a reused block is cut to a multiple of: so the sources of most sites, below 1 MiB, need no
// system call.
constexpr std::size_t kUnit = std::size_t{1} << 20;
constexpr std::size_t kPage = 4096;

std::uint8_t* MapPages(std::size_t bytes) {
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return at == MAP_FAILED ? nullptr : static_cast<std::uint8_t*>(at);
}

// Null, and as it was, when the kernel has no memory. Keeps what both sizes have; `data` may be
// null.
std::uint8_t* Remap(std::uint8_t* data, std::size_t from, std::size_t to) {
  if (data == nullptr) return MapPages(to);
  if (from == to) return data;
#if __has_feature(thread_sanitizer)  // takes moved pages for those that were there before
  std::uint8_t* const moved = MapPages(to);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, data, std::min(from, to));
  munmap(data, from);
  return moved;
#endif
  void* at = mremap(data, from, to, MREMAP_MAYMOVE);
  return at == MAP_FAILED ? nullptr : static_cast<std::uint8_t*>(at);
}

}  // namespace

Block Block::CopyOf(ByteView bytes) {
  Block block;
  if (!block.Reserve(bytes.size())) throw std::bad_alloc();
  if (!bytes.empty()) std::memcpy(block.data(), bytes.data(), bytes.size());
  block.SetSize(bytes.size());
  return block;
}

bool Block::Reserve(std::size_t capacity) {
  if (capacity <= capacity_) return true;
  const std::size_t pages = RoundUp(capacity, kPage);
  if (memory_ != nullptr && !ticket_.Resize(pages)) return false;
  return MoveTo(pages);
}

// To more pages, which the ticket has already.
bool Block::MoveTo(std::size_t pages) {
  // What is poisoned does not move along with its pages, and would stay for those who come there.
  ASAN_UNPOISON_MEMORY_REGION(data_, capacity_);
  std::uint8_t* const data = Remap(data_, capacity_, pages);
  if (data == nullptr) {
    if (memory_ != nullptr) ticket_.Resize(capacity_);
    return false;
  }
  data_ = data;
  if (memory_ != nullptr) {
    const std::lock_guard lock(memory_->mutex_);
    memory_->used_bytes_ += pages - capacity_;
  }
  capacity_ = pages;
  return true;
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
    memory_->Keep({data_, capacity_, std::move(ticket_)});
  } else {
    munmap(data_, capacity_);
  }
  data_ = nullptr;
}

Memory::Memory(async::Budget& budget) : budget_(budget) {
  budget_.AddReclaimer([this](std::uint64_t bytes) { ReleaseIdle(bytes); });
}

async::Awaitable<Expected<Block>> Memory::Take(std::size_t bytes, async::Clock::time_point until,
                                               std::stop_token stop) {
  const std::size_t pages = RoundUp(std::max<std::size_t>(bytes, 1), kPage);
  WHITTLE_CO_TRY(auto ticket,
                 co_await budget_.Take(async::Budget::Use::kSource, pages, until, std::move(stop)));
  co_return Map(bytes, std::move(ticket));
}

std::optional<Block> Memory::Try(std::size_t bytes) {
  const std::size_t pages = RoundUp(std::max<std::size_t>(bytes, 1), kPage);
  auto ticket = budget_.Try(async::Budget::Use::kSource, pages);
  if (!ticket) return std::nullopt;
  auto block = Map(bytes, *std::move(ticket));
  if (!block) return std::nullopt;
  return *std::move(block);
}

async::Awaitable<Expected<void>> Memory::Grow(Block& block, std::size_t capacity,
                                              async::Clock::time_point until,
                                              std::stop_token stop) {
  assert(block.memory_ == this);
  if (block.Reserve(capacity)) co_return Expected<void>();
  const std::size_t pages = RoundUp(capacity, kPage);
  WHITTLE_CO_TRY(auto more, co_await budget_.Take(async::Budget::Use::kSource,
                                                  pages - block.capacity_, until, std::move(stop)));
  block.ticket_.Absorb(std::move(more));
  if (!block.MoveTo(pages)) co_return Fail(ErrorKind::kOverloaded, "no memory for a source");
  co_return Expected<void>();
}

// An empty block for `bytes`, whose pages `ticket` has.
Expected<Block> Memory::Map(std::size_t bytes, async::Budget::Ticket ticket) {
  const std::size_t pages = RoundUp(std::max<std::size_t>(bytes, 1), kPage);
  Block block = TakeIdle(bytes);
  std::size_t fit = pages;
  block.ticket_.Return();
  if (block.capacity_ > pages && block.capacity_ <= RoundUp(pages, kUnit) &&
      ticket.Resize(block.capacity_)) {
    fit = block.capacity_;  // as it is
  }
  block.ticket_ = std::move(ticket);
  block.memory_ = this;
  {
    const std::lock_guard lock(mutex_);
    used_bytes_ += fit - block.capacity_;
  }
  KeepWithinShare();
  std::uint8_t* const data = Remap(block.data_, block.capacity_, fit);
  if (data == nullptr) {
    const std::lock_guard lock(mutex_);
    used_bytes_ -= fit - block.capacity_;
    return Fail(ErrorKind::kOverloaded, "no memory for a source");
  }
  block.data_ = data;
  block.capacity_ = fit;
  return block;
}

// The smallest idle block that is large enough, or else the largest, or else none.
Block Memory::TakeIdle(std::size_t bytes) {
  const auto better = [bytes](const Idle& a, const Idle& b) {
    const bool a_fits = a.capacity >= bytes;
    const bool b_fits = b.capacity >= bytes;
    if (a_fits != b_fits) return a_fits;
    return a_fits ? a.capacity < b.capacity : a.capacity > b.capacity;
  };
  Block block;
  const std::lock_guard lock(mutex_);
  const auto best = std::ranges::min_element(idle_, better);
  if (best == idle_.end()) return block;
  block.data_ = best->data;
  block.capacity_ = best->capacity;
  block.ticket_ = std::move(best->ticket);
  block.memory_ = this;
  idle_bytes_ -= best->capacity;
  used_bytes_ += best->capacity;
  idle_.erase(best);
  return block;
}

void Memory::Keep(Idle idle) {
  idle.ticket.Become(async::Budget::Use::kIdle);
  {
    const std::lock_guard lock(mutex_);
    used_bytes_ -= idle.capacity;
    idle_bytes_ += idle.capacity;
    idle_.push_back(std::move(idle));
  }
  KeepWithinShare();
}

// Idle blocks go until all are within the share of sources.
void Memory::KeepWithinShare() {
  std::size_t excess = 0;
  {
    const std::lock_guard lock(mutex_);
    const std::size_t mapped = used_bytes_ + idle_bytes_;
    excess = mapped - std::min<std::uint64_t>(mapped, budget_.sources());
  }
  if (excess > 0) ReleaseIdle(excess);
}

void Memory::ReleaseIdle(std::uint64_t bytes) {
  std::vector<Idle> released;  // its tickets go back once the lock is released
  {
    const std::lock_guard lock(mutex_);
    std::uint64_t sum = 0;
    const auto enough = std::ranges::find_if(idle_, [&](const Idle& idle) {
      const bool has = sum >= bytes;
      sum += idle.capacity;
      return has;
    });
    released.assign(std::make_move_iterator(idle_.begin()), std::make_move_iterator(enough));
    idle_.erase(idle_.begin(), enough);
    for (const Idle& idle : released) idle_bytes_ -= idle.capacity;
  }
  for (const Idle& idle : released) munmap(idle.data, idle.capacity);
}

std::size_t Memory::mapped() const {
  const std::lock_guard lock(mutex_);
  return used_bytes_ + idle_bytes_;
}

}  // namespace whittle::source
