#include "pixel/transfer.h"

#include <cmath>

namespace whittle::pixel {
namespace {

// No value lies closer than 2e-5 to the middle between two codes, so that the last bit of the C
// library's pow cannot change the table.
EncodeTable MakeLinear() {
  EncodeTable table;
  for (int i = 0; i <= kOne; ++i) {
    const double light = static_cast<double>(i) / kOne;
    const double coded =
        light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
    table[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(std::lround(255 * coded));
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

}  // namespace

const EncodeTable& EncodeTableFor(Light light) {
  static const EncodeTable kLinear = MakeLinear();
  static const EncodeTable kGamma = MakeGamma();
  return light == Light::kLinear ? kLinear : kGamma;
}

}  // namespace whittle::pixel
