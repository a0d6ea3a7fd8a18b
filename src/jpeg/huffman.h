// A Huffman table as a DHT segment holds it, and the codes that it stands for.
//
// Pure functions, any thread. Used by decoder and encoder.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace whittle::jpeg {

/// ITU-T T.81, annex C: how many codes there are of each length, and their symbols in code order.
struct HuffmanSpec {
  std::array<std::uint8_t, 16> counts{};    ///< of codes with 1..16 bits
  std::array<std::uint8_t, 256> symbols{};  ///< the first size() of them
  int size() const;                         ///< sum of the counts, 0..4080
};

struct HuffmanCode {
  std::uint16_t bits = 0;   ///< right-aligned
  std::uint8_t length = 0;  ///< 1..16; 0 where the symbol has no code
};
using HuffmanCodes = std::array<HuffmanCode, 256>;  ///< by symbol

/// The code of every symbol. Nothing when the table is impossible: more than 256 codes, more codes
/// of a length than there are, or two codes for one symbol.
std::optional<HuffmanCodes> CodesOf(const HuffmanSpec& spec);

}  // namespace whittle::jpeg
