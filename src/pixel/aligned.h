// AlignedBuffer: 64-byte aligned scratch that a worker keeps from job to job.
//
// Owners are the passes of the resizer. Resize() only ever grows the storage and loses the content,
// so a buffer that once was large enough costs nothing again; Release() gives the memory back.
// Thread-safety: as any plain value.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

#include "base/checked.h"

namespace whittle::pixel {

/// Bytes in a cache line, and the widest vector we load.
inline constexpr std::size_t kAlignment = 64;

/// The distance between rows of `bytes` bytes: an odd number of cache lines, so that equal columns
/// of up to 64 rows never share their address modulo 4096 (such loads and stores stall each other).
constexpr std::size_t RowStride(std::size_t bytes) {
  return RoundUp(bytes, 2 * kAlignment) + kAlignment;
}

template <class T>
class AlignedBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  /// Room for `count` values, uninitialised. Throws std::bad_alloc.
  void Resize(std::size_t count) {
    if (count <= capacity_) return;
    Release();
    const std::size_t bytes = RoundUp(count * sizeof(T), kAlignment);
    void* grown = std::aligned_alloc(kAlignment, bytes);
    if (grown == nullptr) throw std::bad_alloc();
    data_.reset(static_cast<T*>(grown));
    capacity_ = bytes / sizeof(T);
  }
  void Release() {
    data_.reset();
    capacity_ = 0;
  }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  /// Bytes held, which may be more than the last Resize asked for.
  std::size_t bytes() const { return capacity_ * sizeof(T); }

 private:
  struct Free {
    void operator()(T* p) const { std::free(p); }
  };
  std::unique_ptr<T[], Free> data_;
  std::size_t capacity_ = 0;
};

}  // namespace whittle::pixel
