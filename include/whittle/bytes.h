// Byte buffers: ByteView looks, Bytes owns, SharedBytes is shared and immutable.
//
// Bytes grows without zeroing what it grows by, because every byte of a source or a result is
// written exactly once. Thread-safety: as any plain value; SharedBytes may be read from anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>

namespace whittle {

using ByteView = std::span<const std::uint8_t>;

/// The bytes of a text, for parsers that take bytes.
inline ByteView AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Owned, growable, move-only bytes; the storage comes from malloc, so C libraries may fill it.
class Bytes {
 public:
  Bytes() = default;
  /// `size` uninitialised bytes. Throws std::bad_alloc.
  explicit Bytes(std::size_t size) { Resize(size); }
  Bytes(Bytes&& other) noexcept
      : data_(std::move(other.data_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  Bytes& operator=(Bytes&& other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  static Bytes CopyOf(ByteView view) {
    Bytes bytes(view.size());
    if (!view.empty()) std::memcpy(bytes.data(), view.data(), view.size());
    return bytes;
  }

  std::uint8_t* data() { return data_.get(); }
  const std::uint8_t* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  ByteView view() const { return {data_.get(), size_}; }

  /// Makes room for `capacity` bytes; keeps the content.
  void Reserve(std::size_t capacity) {
    if (capacity <= capacity_) return;
    void* grown = std::realloc(data_.get(), capacity);
    if (grown == nullptr) throw std::bad_alloc();
    static_cast<void>(data_.release());
    data_.reset(static_cast<std::uint8_t*>(grown));
    capacity_ = capacity;
  }
  /// New bytes at the end are uninitialised.
  void Resize(std::size_t size) {
    Reserve(size);
    size_ = size;
  }
  void Append(ByteView more) {
    if (more.empty()) return;
    if (size_ + more.size() > capacity_) Reserve((size_ + more.size()) * 3 / 2);
    std::memcpy(data_.get() + size_, more.data(), more.size());
    size_ += more.size();
  }

 private:
  struct Free {
    void operator()(std::uint8_t* p) const { std::free(p); }
  };
  std::unique_ptr<std::uint8_t[], Free> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

using SharedBytes = std::shared_ptr<const Bytes>;

}  // namespace whittle
