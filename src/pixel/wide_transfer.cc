#include "pixel/wide_transfer.h"

#include <cmath>
#include <memory>

namespace whittle::pixel {

const WideDecodeTable& WideDecoding() {
  static const auto kTable = [] {
    auto table = std::make_unique<WideDecodeTable>();
    for (int code = 0; code <= kWideMost; ++code) {
      const double coded = static_cast<double>(code) / kWideMost;
      (*table)[static_cast<std::size_t>(code)] = static_cast<float>(
          coded <= 0.04045 ? coded / 12.92 : std::pow((coded + 0.055) / 1.055, 2.4));
    }
    return table;
  }();
  return *kTable;
}

WideEncodeTable::WideEncodeTable() {
  for (int i = 0; i <= kSteps; ++i) {
    const double light = static_cast<double>(i) / kSteps;
    codes_[static_cast<std::size_t>(i)] = static_cast<float>(
        kWideMost *
        (light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055));
  }
  codes_.back() = kWideMost;
}

const WideEncodeTable& WideEncoding() {
  static const std::unique_ptr<const WideEncodeTable> kTable(new WideEncodeTable);
  return *kTable;
}

}  // namespace whittle::pixel
