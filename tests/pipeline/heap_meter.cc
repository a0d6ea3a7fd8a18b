#include "tests/pipeline/heap_meter.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define WHITTLE_OTHER_ALLOCATOR
#endif
#endif

namespace whittle::test {
namespace {

std::atomic<std::int64_t> held = 0;
std::atomic<std::int64_t> most = 0;

[[maybe_unused]] void* Count(void* block) {
  if (block == nullptr) return block;
  const auto now = held += static_cast<std::int64_t>(malloc_usable_size(block));
  for (std::int64_t seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
  }
  return block;
}
[[maybe_unused]] void Uncount(void* block) {
  if (block != nullptr) held -= static_cast<std::int64_t>(malloc_usable_size(block));
}

}  // namespace

HeapPeak::HeapPeak() : before_(held) { most = before_; }
std::uint64_t HeapPeak::bytes() const {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(most - before_, 0));
}

#ifdef WHITTLE_OTHER_ALLOCATOR
bool MeasuresHeap() { return false; }
}  // namespace whittle::test
#else
bool MeasuresHeap() { return true; }
}  // namespace whittle::test

// glibc's own entry points; its documentation lists what a replacement must define ("Replacing
// malloc").
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier): glibc has named them
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
// NOLINTEND(bugprone-reserved-identifier)

void* malloc(std::size_t size) { return whittle::test::Count(__libc_malloc(size)); }
void* calloc(std::size_t count, std::size_t size) {
  return whittle::test::Count(__libc_calloc(count, size));
}
void* realloc(void* block, std::size_t size) {
  whittle::test::Uncount(block);
  void* const grown = __libc_realloc(block, size);
  if (grown == nullptr && size != 0) {  // the old block is still there
    whittle::test::Count(block);
    return nullptr;
  }
  return whittle::test::Count(grown);
}
void* memalign(std::size_t alignment, std::size_t size) {
  return whittle::test::Count(__libc_memalign(alignment, size));
}
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
  *block = memalign(alignment, size);
  return *block != nullptr ? 0 : ENOMEM;
}
void free(void* block) {
  whittle::test::Uncount(block);
  __libc_free(block);
}
}
#endif
