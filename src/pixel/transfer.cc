#include "pixel/transfer.h"

#include <cmath>

namespace whittle::pixel {
namespace {

// Codes from `black` on, `white` at full light. No value lies closer than 2e-5 (6e-6 in studio
// range) to the middle between two codes, so that the last bit of the C library's pow cannot change
// the table.
EncodeTable MakeLinear(int black, int white) {
  EncodeTable table;
  for (int i = 0; i <= kOne; ++i) {
    const double light = static_cast<double>(i) / kOne;
    const double coded =
        light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
    table[static_cast<std::size_t>(i)] =
        static_cast<std::uint8_t>(std::lround(black + (white - black) * coded));
  }
  return table;
}

EncodeTable MakeGamma() {
  EncodeTable table;
  for (int i = 0; i <= kOne; ++i) {
    table[static_cast<std::size_t>(i)] =
        static_cast<std::uint8_t>((i + kGammaStep / 2) / kGammaStep);
  }
  return table;
}

EncodeTable MakeStudioGamma() {
  EncodeTable table;
  for (int i = 0; i <= kOne; ++i) {
    // 255 * kGammaStep is kOne; halves up, all above 0.
    const int scaled = 128 * kOne + (i - 128 * kGammaStep) * 224;
    table[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>((scaled + kOne / 2) / kOne);
  }
  return table;
}

}  // namespace

const EncodeTable& EncodeTableFor(Light light) { return EncodeTableFor(light, CodeRange::kFull); }

const EncodeTable& EncodeTableFor(Light light, CodeRange range) {
  static const EncodeTable kLinear = MakeLinear(0, 255);
  static const EncodeTable kGamma = MakeGamma();
  if (range == CodeRange::kFull) return light == Light::kLinear ? kLinear : kGamma;
  static const EncodeTable kStudioLinear = MakeLinear(16, 235);
  static const EncodeTable kStudioGamma = MakeStudioGamma();
  return light == Light::kLinear ? kStudioLinear : kStudioGamma;
}

}  // namespace whittle::pixel
