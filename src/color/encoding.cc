#include "color/encoding.h"

#include <cmath>
#include <cstddef>

namespace whittle::color {
namespace {

// Beyond these a gamma is no display's, and its profile would not hold it.
constexpr double kLeastGamma = 0.05;
constexpr double kMostGamma = 20;

constexpr Curve Gamma(double gamma) { return {.g = gamma}; }

std::optional<Chromaticities> ChromaticitiesOf(int primaries) {
  constexpr double kD65x = 0.3127, kD65y = 0.329;
  constexpr double kCx = 0.310, kCy = 0.316;  // illuminant C
  switch (primaries) {
    case 4:  // BT.470 System M
      return Chromaticities{kCx, kCy, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08};
    case 5:  // BT.601 of 625 lines
      return Chromaticities{kD65x, kD65y, 0.64, 0.33, 0.29, 0.6, 0.15, 0.06};
    case 6:  // BT.601 of 525 lines
    case 7:  // SMPTE ST 240
      return Chromaticities{kD65x, kD65y, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07};
    case 8:  // film
      return Chromaticities{kCx, kCy, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049};
    case 9:
      return kBt2020;
    case 10:  // CIE XYZ, SMPTE ST 428-1
      return Chromaticities{1.0 / 3, 1.0 / 3, 1, 0, 0, 1, 0, 0};
    case 11:  // SMPTE RP 431-2: P3 with the white of cinemas
      return Chromaticities{0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06};
    case 12:  // SMPTE EG 432-1: Display P3
      return Chromaticities{kD65x, kD65y, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06};
    case 22:  // EBU Tech 3213-E
      return Chromaticities{kD65x, kD65y, 0.63, 0.34, 0.295, 0.605, 0.155, 0.077};
    default:  // 1 is BT.709
      return std::nullopt;
  }
}

std::optional<Curve> CurveOf(int transfer) {
  switch (transfer) {
    case 1:   // BT.709
    case 6:   // BT.601
    case 11:  // IEC 61966-2-4
    case 14:  // BT.2020, 10 bits
    case 15:  // and 12
      return Gamma(2.4);
    case 4:
      return Gamma(2.2);
    case 5:
      return Gamma(2.8);
    case 7:  // SMPTE ST 240
      return Curve{1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 0.25, 0.0913};
    case 8:
      return Gamma(1);
    case 17:  // SMPTE ST 428-1, relative to a white of 48 cd/m2
      return Curve{.g = 2.6, .a = std::pow(52.37 / 48, 1 / 2.6)};
    default:  // 13 is sRGB
      return std::nullopt;
  }
}

std::optional<Encoding> EncodingOf(const pixel::Cicp& cicp) {
  const auto chromaticities = ChromaticitiesOf(cicp.primaries);
  const auto curve = CurveOf(cicp.transfer);
  const Hdr hdr = HdrOf({.cicp = cicp, .calibration = {}});
  if (!chromaticities && !curve && hdr == Hdr::kNone) return std::nullopt;
  return Encoding{chromaticities.value_or(kBt709), curve.value_or(kSrgbCurve), hdr};
}

std::optional<Encoding> EncodingOf(const pixel::Calibration& calibration) {
  const double gamma = calibration.gamma;
  if (!(gamma >= kLeastGamma && gamma <= kMostGamma)) return std::nullopt;
  if (!calibration.chromaticities) return Encoding{.curve = Gamma(1 / gamma)};
  if (!Between(*calibration.chromaticities, kBt709)) return std::nullopt;
  return Encoding{.chromaticities = *calibration.chromaticities, .curve = Gamma(1 / gamma)};
}

std::optional<Matrix> Inverse(const Matrix& m) {
  const auto minor = [&m](std::size_t row, std::size_t column) {
    const std::size_t r0 = (row + 1) % 3, r1 = (row + 2) % 3;
    const std::size_t c0 = (column + 1) % 3, c1 = (column + 2) % 3;
    return m[r0][c0] * m[r1][c1] - m[r0][c1] * m[r1][c0];
  };
  const double determinant = m[0][0] * minor(0, 0) + m[0][1] * minor(0, 1) + m[0][2] * minor(0, 2);
  // Primaries of real triangles are some 0.05 and more.
  if (!(std::abs(determinant) > 1e-4)) return std::nullopt;
  Matrix inverse = {};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) inverse[j][i] = minor(i, j) / determinant;
  }
  return inverse;
}

Matrix Times(const Matrix& a, const Matrix& b) {
  Matrix product = {};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      for (std::size_t k = 0; k < 3; ++k) product[i][j] += a[i][k] * b[k][j];
    }
  }
  return product;
}

std::array<double, 3> Times(const Matrix& a, const std::array<double, 3>& v) {
  std::array<double, 3> product = {};
  for (std::size_t i = 0; i < 3; ++i) product[i] = a[i][0] * v[0] + a[i][1] * v[1] + a[i][2] * v[2];
  return product;
}

// X, Y and Z of white, with a Y of 1.
std::array<double, 3> WhiteOf(const Chromaticities& c) {
  return {c[0] / c[1], 1, (1 - c[0] - c[1]) / c[1]};
}

// Amounts of light of the primaries to XYZ.
std::optional<Matrix> ToXyz(const Chromaticities& c) {
  Matrix primaries = {};
  for (std::size_t i = 0; i < 3; ++i) {
    const double x = c[2 + 2 * i], y = c[3 + 2 * i];
    primaries[0][i] = x;
    primaries[1][i] = y;
    primaries[2][i] = 1 - x - y;
  }
  const auto inverse = Inverse(primaries);
  if (!inverse) return std::nullopt;
  const auto weights = Times(*inverse, WhiteOf(c));
  for (auto& row : primaries) {
    for (std::size_t i = 0; i < 3; ++i) row[i] *= weights[i];
  }
  return primaries;
}

// Bradford's matrix: XYZ to what the eye's cones, somewhat sharpened, answer to.
constexpr Matrix kCones = {
    {{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}};

// XYZ under one white to XYZ under another. Nothing where cones would not answer to a white, which
// is so for all that lie far from greys, or have no luminance.
std::optional<Matrix> Adaptation(const std::array<double, 3>& from,
                                 const std::array<double, 3>& to) {
  const auto before = Times(kCones, from), after = Times(kCones, to);
  Matrix scaled = kCones;
  for (std::size_t i = 0; i < 3; ++i) {
    if (!(before[i] > 1e-3)) return std::nullopt;
    for (double& value : scaled[i]) value *= after[i] / before[i];
  }
  return Times(*Inverse(kCones), scaled);
}

}  // namespace

double Curve::operator()(double code) const {
  return code >= d ? std::pow(a * code + b, g) : c * code;
}

Hdr HdrOf(const pixel::ColourSpace& space) {
  if (!space.cicp) return Hdr::kNone;
  if (space.cicp->transfer == 16) return Hdr::kPq;
  return space.cicp->transfer == 18 ? Hdr::kHlg : Hdr::kNone;
}

std::optional<Encoding> EncodingOf(const pixel::ColourSpace& space) {
  if (space.cicp) return EncodingOf(*space.cicp);
  if (space.calibration) return EncodingOf(*space.calibration);
  return std::nullopt;
}

std::optional<Encoding> GreyEncodingOf(const pixel::ColourSpace& space) {
  auto encoding = EncodingOf(space);
  if (!encoding) return std::nullopt;
  encoding->chromaticities = kBt709;
  if (encoding->hdr == Hdr::kNone && encoding->curve == kSrgbCurve) return std::nullopt;
  return encoding;
}

std::optional<Matrix> Between(const Chromaticities& from, const Chromaticities& to) {
  const auto source = ToXyz(from), target = ToXyz(to);
  if (!source || !target) return std::nullopt;
  const auto adaptation = Adaptation(WhiteOf(from), WhiteOf(to));
  const auto inverse = Inverse(*target);
  if (!adaptation || !inverse) return std::nullopt;
  return Times(*inverse, Times(*adaptation, *source));
}

}  // namespace whittle::color
