#include "jpeg/quant_tables.h"

#include <algorithm>
#include <cmath>

namespace whittle::jpeg {
namespace {

// step = scale * base * (1 + rise * f^power), f = (u + v) / 14.
struct Curve {
  double base, rise, power;
};
constexpr std::array<Curve, 3> kCurves = {{{16, 6.9, 0.72}, {15.4, 11.9, 1.5}, {15.4, 11.9, 1.5}}};

double ScaleFor(double quality) { return (quality < 50 ? 50 / quality : 2 - quality / 50) * 0.5; }

}  // namespace

QuantTables TablesFor(double quality) {
  const double scale = ScaleFor(std::clamp(quality, 1.0, 100.0));
  QuantTables tables{};
  for (std::size_t c = 0; c < tables.size(); ++c) {
    const Curve& curve = kCurves[c];
    for (std::size_t k = 0; k < kBlockSize; ++k) {
      const double f = static_cast<double>(k / kBlockSide + k % kBlockSide) / 14;
      const double step = scale * curve.base * (1 + curve.rise * std::pow(f, curve.power));
      tables[c][k] = static_cast<std::uint8_t>(std::clamp(std::round(step), 1.0, 255.0));
    }
  }
  return tables;
}

}  // namespace whittle::jpeg
