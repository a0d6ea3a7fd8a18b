#include "app/give_back.h"

#ifdef WHITTLE_MIMALLOC
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <new>
#include <utility>

#include "base/checked.h"
#endif

namespace whittle::app {

#ifdef WHITTLE_MIMALLOC
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kMiB = std::size_t{1} << 20;
// Heaps cut their blocks out of segments of this size, and an arena is divided into parts of it. A
// block above half of it has one or more parts to itself, with a header of some KiB.
constexpr std::size_t kSegment = 32 * kMiB;
// Left for that header. mimalloc rounds sizes from 32 MiB up to 4.
constexpr std::size_t kHeaderRoom = 4 * kMiB;
// The smallest block that has a part of a segment to itself, in units of 64 KiB.
constexpr std::size_t kOwnPart = 192 << 10;
// The largest of which several share one unit. Smaller gaps are not found.
constexpr std::size_t kSharedPart = 16 << 10;
// A thread has few segments. Of more than these, the rest keep what they have.
constexpr std::size_t kMaxSegments = 256;
// Where a segment's first block begins at the latest: after a header of one unit.
constexpr std::size_t kFirstBlock = 128 << 10;

std::mutex mutex;
mi_arena_id_t owned = 0;
std::size_t owned_bytes = 0;

std::uintptr_t AddressOf(const void* at) { return reinterpret_cast<std::uintptr_t>(at); }

/// The segments in which the calling thread has blocks.
class OwnSegments {
 public:
  OwnSegments() {
    mi_heap_visit_blocks(
        mi_heap_get_default(), /*visit_all_blocks=*/false,
        [](const mi_heap_t*, const mi_heap_area_t* area, void*, std::size_t, void* arg) {
          return static_cast<OwnSegments*>(arg)->Add(area->blocks);
        },
        this);
  }
  bool Has(const void* at) const {
    const auto end = starts_.begin() + count_;
    return std::find(starts_.begin(), end, StartOf(at)) != end;
  }
  /// False when there are too many.
  bool Add(const void* at) {
    if (Has(at)) return true;
    if (count_ == std::ssize(starts_)) return false;
    starts_[static_cast<std::size_t>(count_++)] = StartOf(at);
    return true;
  }

 private:
  static std::uintptr_t StartOf(const void* at) { return AddressOf(at) & ~(kSegment - 1); }

  std::array<std::uintptr_t, kMaxSegments> starts_{};
  std::ptrdiff_t count_ = 0;
};

/// Blocks that are in nobody else's use, taken to be given back. The calling thread's.
class Claims {
 public:
  explicit Claims(mi_heap_t* heap) : heap_(heap) {}
  ~Claims() {
    while (first_ != nullptr) {
      Discard(first_);
      DropLast();
    }
    if (heap_ != nullptr) mi_heap_delete(heap_);
  }
  Claims(const Claims&) = delete;
  Claims& operator=(const Claims&) = delete;

  /// Null when the heap has no room for one more.
  const void* Take(std::size_t bytes) {
    void* const block = heap_ == nullptr ? nullptr : mi_heap_malloc(heap_, bytes);
    if (block != nullptr) first_ = new (block) Claim{first_};
    return block;
  }
  /// Frees the block taken last, without giving it back.
  void DropLast() { mi_free(std::exchange(first_, first_->next)); }

 private:
  /// At the block's start: its page stays, also because mimalloc writes there when it is freed.
  struct Claim {
    Claim* next;
  };

  static void Discard(const Claim* claim) {
    std::uintptr_t end = AddressOf(claim) + mi_usable_size(claim);
    // Only the arena's are that large, and have the rest of their last part to themselves.
    if (mi_usable_size(claim) > kSegment / 2) end = RoundUp(end, kSegment);
    const std::uintptr_t start = RoundUp(AddressOf(claim) + sizeof(Claim), kPage);
    end &= ~(kPage - 1);
    if (end <= start) return;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): it was rounded to pages
    madvise(reinterpret_cast<void*>(start), end - start, MADV_DONTNEED);
  }

  mi_heap_t* const heap_;
  Claim* first_ = nullptr;
};

// By a heap of its own, so that no block is taken from a page that has others. The first block of a
// segment that is not known means that mimalloc has made a new one, since there is no more room in
// ours. Any other is in one that an ended thread has left and that has become ours with it.
void GiveBackOwnSegments() {
  OwnSegments own;
  Claims claims(mi_heap_new());
  const auto take_all = [&](std::size_t bytes) {
    while (const void* const block = claims.Take(bytes)) {
      if (own.Has(block)) continue;
      if (AddressOf(block) % kSegment < kFirstBlock || !own.Add(block)) {
        claims.DropLast();
        return;
      }
    }
  };
  for (std::size_t bytes = kSegment / 2; bytes > kOwnPart; bytes /= 2) take_all(bytes);
  take_all(kOwnPart);
  take_all(kSharedPart);
}

void GiveBackArena() {
  Claims claims(mi_heap_new_in_arena(owned));
  const auto take_all = [&](std::size_t bytes) {
    while (claims.Take(bytes) != nullptr) {
    }
  };
  for (std::size_t bytes = owned_bytes; bytes > kSegment; bytes /= 2) take_all(bytes - kHeaderRoom);
  take_all(kSegment - kMiB);
}

}  // namespace

void OwnArena(mi_arena_id_t arena) {
  owned = arena;
  mi_arena_area(arena, &owned_bytes);
}

void GiveBackMemory() {
  if (owned_bytes == 0) return;
  const std::lock_guard lock(mutex);
  mi_collect(/*force=*/true);  // frees segments without a block in use
  GiveBackOwnSegments();
  mi_collect(/*force=*/true);
  GiveBackArena();
}

#else

void GiveBackMemory() {}

#endif

}  // namespace whittle::app
