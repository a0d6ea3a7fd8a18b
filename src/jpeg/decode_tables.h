// Huffman tables in the form in which the entropy decoder looks them up.
//
// Built once per scan (some microseconds), then read only; any thread. For entropy_decoder.cc.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "jpeg/huffman.h"

namespace whittle::jpeg {

/// Finds the symbol of any code, however long.
class CodeFinder {
 public:
  struct Found {
    std::uint8_t symbol;
    std::uint8_t length;  ///< 1..16; 0 when no code matches
  };

  /// Nothing when libjpeg would refuse the table: too many codes, or one of ones only.
  static std::optional<CodeFinder> Of(const HuffmanSpec& spec);
  /// `bits`: what comes next, left-aligned.
  Found Find(std::uint16_t bits) const;

 private:
  HuffmanSpec spec_;
  /// Behind the last code of each length, left-aligned in 16 bits, and the index of the symbol
  /// whose code would be 0.
  std::array<std::uint32_t, 17> limits_{};
  std::array<std::int32_t, 17> offsets_{};
};

/// By the next kBits bits: length of the code, size of the difference, and both together.
struct DcTable {
  static constexpr int kBits = 10;
  /// Larger differences do not occur with 8-bit samples, and are left to Find.
  static constexpr int kMaxSize = 11;
  struct Entry {
    std::uint8_t total = 0;  ///< bits of code and difference; 0 when Find has to be asked
    std::uint8_t length = 0;
    std::uint8_t size = 0;
  };
  CodeFinder finder;
  std::array<Entry, 1 << kBits> entries;

  /// Nothing when libjpeg would refuse the table.
  static std::optional<DcTable> Of(const HuffmanSpec& spec);
};

/// What the next kBits bits hold, for the coefficient `k` that is next: one or two whole symbols
/// with their values, or the end of the block, or a symbol and the end.
///
/// Every entry says: value first() belongs to k + skip(), value second() to k + advance() - 1, and
/// k + advance() is next. With one symbol both are the same. Where there is no value (a run of 16
/// zeros, the end) a zero is named, which belongs to a place that still is zero.
class AcEntry {
 public:
  static constexpr std::uint32_t kEnd = 1 << 16;   ///< the block ends
  static constexpr std::uint32_t kLong = 1 << 17;  ///< there is no whole symbol
  /// Values beyond +-kMost have no room in an entry.
  static constexpr int kMost = 63;

  AcEntry() = default;
  constexpr AcEntry(int length, int skip, int advance, int first, int second, std::uint32_t flags)
      : word_(static_cast<std::uint32_t>(length) | static_cast<std::uint32_t>(skip) << 6 |
              static_cast<std::uint32_t>(advance) << 10 | flags |
              (static_cast<std::uint32_t>(second) & 127) << 18 |
              static_cast<std::uint32_t>(first) << 25) {}

  std::uint32_t word() const { return word_; }
  unsigned length() const { return word_ & 63; }  ///< bits of all that it holds, 0..11
  unsigned skip() const { return word_ >> 6 & 15; }
  unsigned advance() const { return word_ >> 10 & 63; }  ///< 1..32
  int second() const { return static_cast<std::int32_t>(word_ << 7) >> 25; }
  int first() const { return static_cast<std::int32_t>(word_) >> 25; }
  /// The flags where they can be joined to a k below 64: not 0 when the usual way ends.
  unsigned flags_above_k() const { return word_ >> 10 & 0xC0; }

 private:
  std::uint32_t word_ = 0;
};

struct AcTable {
  static constexpr int kBits = 11;
  std::array<AcEntry, 1 << kBits> entries;
  CodeFinder finder;

  /// Nothing when libjpeg would refuse the table.
  static std::optional<AcTable> Of(const HuffmanSpec& spec);
};

}  // namespace whittle::jpeg
