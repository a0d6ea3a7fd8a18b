#include "jpeg/huffman.h"

#include <cstddef>
#include <numeric>

namespace whittle::jpeg {

int HuffmanSpec::size() const { return std::accumulate(counts.begin(), counts.end(), 0); }

std::optional<HuffmanCodes> CodesOf(const HuffmanSpec& spec) {
  if (spec.size() > static_cast<int>(spec.symbols.size())) return std::nullopt;
  HuffmanCodes codes{};
  std::uint32_t next = 0;
  std::size_t k = 0;
  for (std::size_t length = 1; length <= spec.counts.size(); ++length) {
    for (int i = 0; i < spec.counts[length - 1]; ++i) {
      HuffmanCode& code = codes[spec.symbols[k++]];
      if (next >> length != 0 || code.length != 0) return std::nullopt;
      code = {static_cast<std::uint16_t>(next++), static_cast<std::uint8_t>(length)};
    }
    next <<= 1;
  }
  return codes;
}

}  // namespace whittle::jpeg
