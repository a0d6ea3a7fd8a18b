// What a scan's symbols go into: first a count, to find the best code for them, then that code.
//
// A scan is walked by one template for both, so that count and code cannot differ.
#pragma once

#include <cstdint>

#include "jpeg/bit_writer.h"
#include "jpeg/code_lengths.h"
#include "jpeg/huffman.h"

namespace whittle::jpeg {

/// Counts symbols and drops what else there is.
class SymbolCounter {
 public:
  explicit SymbolCounter(SymbolCounts& counts) : counts_(counts) {}
  void NextBlock() {}
  void Symbol(std::uint32_t symbol, std::uint32_t /*bits*/, std::uint32_t /*size*/) {
    ++counts_[symbol];
  }
  void Bits(std::uint32_t /*bits*/, std::uint32_t /*size*/) {}

 private:
  SymbolCounts& counts_;
};

class SymbolCoder {
 public:
  SymbolCoder(BitWriter& writer, const HuffmanCodes& codes) : writer_(writer), codes_(codes) {}
  /// Before each block: makes room for the most that one can take, and an end-of-band run before
  /// it.
  void NextBlock() { writer_.Reserve(kMostBytes); }
  /// A symbol's code and the `size` bits that follow it.
  void Symbol(std::uint32_t symbol, std::uint32_t bits, std::uint32_t size) {
    const HuffmanCode code = codes_[symbol];
    writer_.Put(std::uint32_t{code.bits} << size | bits, static_cast<int>(code.length + size));
  }
  void Bits(std::uint32_t bits, std::uint32_t size) { writer_.Put(bits, static_cast<int>(size)); }

 private:
  // 64 symbols of 16 bits with up to 11 more, a run and its corrections, all of it stuffed.
  static constexpr std::size_t kMostBytes = 1024;

  BitWriter& writer_;
  const HuffmanCodes& codes_;
};

}  // namespace whittle::jpeg
