#include "jpeg/trained_tables.h"

#include <algorithm>

namespace whittle::jpeg {

const std::array<HuffmanCodes, 4>& TrainedCodes() {
  static const std::array<HuffmanCodes, 4> kCodes = [] {
    std::array<HuffmanCodes, 4> codes{};
    std::ranges::transform(kTrained, codes.begin(),
                           [](const HuffmanSpec& table) { return *CodesOf(table); });
    return codes;
  }();
  return kCodes;
}

}  // namespace whittle::jpeg
