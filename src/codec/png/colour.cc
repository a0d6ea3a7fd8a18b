#include "codec/png/colour.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace whittle::codec {
namespace {

constexpr std::size_t kCicp = 4;
constexpr std::size_t kGama = 4;
constexpr std::size_t kChrm = 32;
constexpr double kUnit = 100'000;  // gAMA and cHRM count hundred-thousandths

// ITU-T H.273, tables 2 and 3, without what is reserved, unspecified, logarithmic or for XYZ only.
constexpr std::uint8_t kPrimaries[] = {1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 22};
constexpr std::uint8_t kTransfers[] = {1, 4, 5, 6, 7, 8, 11, 13, 14, 15, 16, 17, 18};

bool IsAmong(std::span<const std::uint8_t> known, std::uint8_t code) {
  return std::ranges::find(known, code) != known.end();
}

using Chromaticities = std::array<double, 8>;  // of white, red, green, blue
constexpr Chromaticities kSrgb = {0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06};

// Some writers round; a colour moves by less than half a code in 8 bits.
bool IsSrgb(const Chromaticities& chromaticities) {
  constexpr double kNear = 0.001;
  return std::ranges::equal(chromaticities, kSrgb,
                            [](double a, double b) { return std::abs(a - b) < kNear; });
}

// libpng's and Chromium's bounds, to the unit.
bool IsUsualGamma(std::uint32_t gamma) { return gamma >= 43'182 && gamma <= 47'727; }

// Primaries on one line span no colours, and white without luminance is none.
bool MakeSense(const Chromaticities& c) {
  constexpr double kLeastArea = 1e-4;  // sRGB's triangle: 0.22, twice its area
  const double area = (c[4] - c[2]) * (c[7] - c[3]) - (c[6] - c[2]) * (c[5] - c[3]);
  const bool inside = std::ranges::all_of(c, [](double v) { return v >= 0 && v <= 1; });
  return inside && c[1] > 0 && std::abs(area) > kLeastArea;
}

Chromaticities ChromaticitiesOf(ByteView chrm) {
  Chromaticities c;
  for (std::size_t i = 0; i < c.size(); ++i) c[i] = Load32(chrm.data() + 4 * i) / kUnit;
  return c;
}

}  // namespace

std::optional<pixel::Cicp> PngCicpOf(const PngFile& png) {
  if (png.cicp.size() != kCicp) return std::nullopt;
  const pixel::Cicp cicp{.primaries = png.cicp[0], .transfer = png.cicp[1]};
  const bool full_rgb = png.cicp[2] == 0 && png.cicp[3] == 1;
  const bool known = IsAmong(kPrimaries, cicp.primaries) && IsAmong(kTransfers, cicp.transfer);
  return full_rgb && known ? std::optional(cicp) : std::nullopt;
}

std::optional<pixel::Calibration> PngCalibrationOf(const PngFile& png) {
  if (png.gama.size() != kGama) return std::nullopt;
  const std::uint32_t gamma = Load32(png.gama.data());
  if (gamma == 0) return std::nullopt;
  pixel::Calibration calibration{.gamma = gamma / kUnit, .chromaticities = {}};
  if (!png.chrm.empty()) {
    if (png.chrm.size() != kChrm) return std::nullopt;
    const Chromaticities c = ChromaticitiesOf(png.chrm);
    if (!MakeSense(c)) return std::nullopt;
    if (!IsSrgb(c)) calibration.chromaticities = c;
  }
  if (IsUsualGamma(gamma) && !calibration.chromaticities) return std::nullopt;
  return calibration;
}

}  // namespace whittle::codec
