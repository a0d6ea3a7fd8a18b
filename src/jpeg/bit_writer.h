// Entropy-coded bits into bytes: most significant first, a zero byte after each FF.
//
// Belongs to one encoder. Cost: a store for each 64 bits.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "whittle/bytes.h"

namespace whittle::jpeg {

class BitWriter {
 public:
  /// Appends to `bytes`, which nobody else touches until Flush.
  explicit BitWriter(Bytes& bytes) : bytes_(bytes) { Attach(); }

  /// Makes room for `count` bytes, stuffing included. Throws std::bad_alloc.
  void Reserve(std::size_t count) {
    if (static_cast<std::size_t>(end_ - at_) < count) Grow(count);
  }

  /// Appends the lowest `length` (0..32) bits of `bits`, which has no higher ones. There must be
  /// room: 16 bytes more than whatever the bits take.
  void Put(std::uint32_t bits, int length) {
    free_ -= length;
    if (free_ >= 0) {
      pending_ = pending_ << length | bits;
      return;
    }
    const int late = -free_;  // bits that do not fit any more
    Store((pending_ << (length - late)) | (std::uint64_t{bits} >> late));
    pending_ = bits;  // the early ones are shifted out later
    free_ = 64 - late;
  }

  /// Fills the last byte with ones and leaves `bytes` with all that was written.
  void Flush() {
    const int used = 64 - free_;
    const int fill = (8 - used % 8) % 8;
    Reserve(32);
    Put((1U << fill) - 1, fill);
    for (int left = 64 - free_; left > 0; left -= 8) {
      StoreByte(static_cast<std::uint8_t>(pending_ >> (left - 8)));
    }
    pending_ = 0;
    free_ = 64;
    bytes_.Resize(static_cast<std::size_t>(at_ - bytes_.data()));  // only ever shrinks
  }
  /// After something else has appended to `bytes`: goes on at its end.
  void Attach() {
    const std::size_t used = bytes_.size();
    bytes_.Resize(bytes_.capacity());
    at_ = bytes_.data() + used;
    end_ = bytes_.data() + bytes_.size();
  }

 private:
  void Grow(std::size_t count) {
    const auto used = static_cast<std::size_t>(at_ - bytes_.data());
    bytes_.Resize((used + count) * 3 / 2);
    at_ = bytes_.data() + used;
    end_ = bytes_.data() + bytes_.size();
  }
  void StoreByte(std::uint8_t byte) {
    *at_++ = byte;
    if (byte == 0xFF) *at_++ = 0;
  }
  void Store(std::uint64_t word) {
    constexpr std::uint64_t kTops = 0x8080808080808080;
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    if ((word & ~(word + kOnes) & kTops) != 0) {  // a byte may be FF
      for (int shift = 56; shift >= 0; shift -= 8) {
        StoreByte(static_cast<std::uint8_t>(word >> shift));
      }
      return;
    }
    if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
    std::memcpy(at_, &word, sizeof word);
    at_ += sizeof word;
  }

  Bytes& bytes_;
  std::uint8_t* at_ = nullptr;
  std::uint8_t* end_ = nullptr;
  std::uint64_t pending_ = 0;  // its lowest 64 - free_ bits
  int free_ = 64;
};

}  // namespace whittle::jpeg
