#include "jpeg/quant_tables.h"

#include <algorithm>
#include <cmath>

namespace whittle::jpeg {
namespace {

// All numbers here were found by hill climbing: fewest bytes at equal SSIMULACRA2 for 21 photos to
// fit 500 at quality 80, held against 20 others (docs/decisions/jpeg.md). u and v count half waves
// across and down.

// step = base * (1 + rise * f^power), f = (u + v + diagonal * u * v / 7) / 14.
struct Curve {
  double base, rise, power, diagonal;
};
constexpr Curve kLuma = {16, 5.92, 0.674, 0.562};
constexpr Curve kCb = {17.1, 11.9, 1.442, -0.212};
constexpr Curve kCr = {15.4, 7.41, 0.978, -0.212};

double Step(const Curve& curve, std::size_t u, std::size_t v) {
  const auto x = static_cast<double>(u), y = static_cast<double>(v);
  const double f = (x + y + curve.diagonal * x * y / 7) / 14;
  return curve.base * (1 + curve.rise * std::pow(f, curve.power));
}

// Where luma leaves its curve: finer in the very lowest frequencies and across, coarser just above.
double LumaFactor(std::size_t u, std::size_t v) {
  double factor = 1;
  if (u + v == 1) factor = 0.927;
  if (u == 1 && v == 1) factor = 0.883;
  if (u + v == 2 && u != v) factor = 1.395;
  if (u + v == 3 && u > 0 && v > 0) factor = 1.289;
  if (u + v >= 7) factor = 1.058;
  return u > v ? factor * 0.922 : factor;
}

// libjpeg's own scaling of its tables, and a constant that makes quality 80 as large as there. The
// score is then 2 to 3 points higher, from quality 30 to 90.
double ScaleFor(double quality) {
  constexpr double kAsLarge = 0.505;
  return kAsLarge * (quality < 50 ? 50 / quality : 2 - quality / 50);
}

}  // namespace

QuantTables TablesFor(double quality) {
  const double scale = ScaleFor(std::clamp(quality, 1.0, 100.0));
  const auto clamped = [scale](double step) {
    return static_cast<std::uint8_t>(std::clamp(std::round(scale * step), 1.0, 255.0));
  };
  QuantTables tables{};
  for (std::size_t v = 0; v < kBlockSide; ++v) {
    for (std::size_t u = 0; u < kBlockSide; ++u) {
      const std::size_t at = v * kBlockSide + u;
      tables[0][at] = clamped(Step(kLuma, u, v) * LumaFactor(u, v));
      tables[1][at] = clamped(Step(kCb, u, v));
      tables[2][at] = clamped(Step(kCr, u, v));
    }
  }
  return tables;
}

}  // namespace whittle::jpeg
