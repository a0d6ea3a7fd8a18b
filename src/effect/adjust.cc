#include "effect/adjust.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "effect/plain_math.h"
#include "effect/samples.h"

namespace whittle::effect {
namespace {

float Shown(float light) { return std::clamp(light, 0.0F, 1.0F); }
LinearRgb Shown(const LinearRgb& light) {
  return {Shown(light.red), Shown(light.green), Shown(light.blue)};
}

}  // namespace

Adjuster::Adjuster(const Adjustment& adjustment, pixel::PixelFormat format)
    : adjustment_(adjustment) {
  const bool gray = IsGray(format);
  if (gray) {
    adjustment_.saturation = 1;
    adjustment_.hue = 0;
    adjustment_.greyscale = false;
    adjustment_.tint.reset();
  }
  modulates_ = adjustment_.brightness != 1 || adjustment_.saturation != 1 || adjustment_.hue != 0;
  pointwise_ = gray || !(modulates_ || adjustment_.greyscale || adjustment_.tint);
  const double saturation = adjustment_.saturation;
  turn_cos_ = static_cast<float>(saturation * PlainCos(adjustment_.hue));
  turn_sin_ = static_cast<float>(saturation * PlainSin(adjustment_.hue));
  const Cielab& cielab = Cielab::Get();
  if (adjustment_.tint) {
    const auto light = [&](std::uint8_t code) {
      return cielab.Decode(static_cast<float>(code) / 255);
    };
    const Colour& tint = *adjustment_.tint;
    const Lab lab = cielab.ToLab({light(tint.red), light(tint.green), light(tint.blue)});
    tint_a_ = lab.a;
    tint_b_ = lab.b;
  }
  const bool curves = adjustment_.contrast != 1 || adjustment_.gamma != 1;
  if (!curves && !(pointwise_ && modulates_)) return;
  const int most = pointwise_ && !IsWide(format) ? 255 : 65535;
  curve_.reserve(static_cast<std::size_t>(most) + 1);
  for (int i = 0; i <= most; ++i) {
    double code = static_cast<double>(i) / most;
    if (pointwise_ && modulates_) {
      const float light = cielab.Decode(static_cast<float>(code));
      code = cielab.Encode(Changed({light, light, light}, true).green);
    }
    curve_.push_back(static_cast<std::uint16_t>(Curved(code) * most + 0.5));
  }
}

double Adjuster::Curved(double code) const {
  const double contrasted = std::clamp((code - 0.5) * adjustment_.contrast + 0.5, 0.0, 1.0);
  return adjustment_.gamma == 1 ? contrasted : PlainPow(contrasted, adjustment_.gamma);
}

LinearRgb Adjuster::Tinted(const LinearRgb& light) const {
  const Cielab& cielab = Cielab::Get();
  const float lightness = cielab.LightnessOf(Cielab::LuminanceOf(light));
  const float from_middle = lightness / 100 - 0.5F;
  const float weight = 1 - 4 * from_middle * from_middle;
  return cielab.ToLight({lightness, weight * tint_a_, weight * tint_b_});
}

// All but the curve. `gray`: the three are equal, and have no chroma that rounding could give them.
LinearRgb Adjuster::Changed(const LinearRgb& light, bool gray) const {
  const Cielab& cielab = Cielab::Get();
  const auto brightness = static_cast<float>(adjustment_.brightness);
  LinearRgb to = light;
  if (modulates_ && gray) {
    const float y = Cielab::LuminanceOf(brightness * cielab.LightnessOf(light.green));
    to = {y, y, y};
  } else if (modulates_) {
    const Lab lab = cielab.ToLab(light);
    to = cielab.ToLight({lab.lightness * brightness, turn_cos_ * lab.a - turn_sin_ * lab.b,
                         turn_sin_ * lab.a + turn_cos_ * lab.b});
  }
  if (adjustment_.greyscale && !gray) {
    const float y = Cielab::LuminanceOf(Shown(to));
    to = {y, y, y};
  }
  if (adjustment_.tint) to = Tinted(Shown(to));
  return to;
}

template <class Sample, int kChannels>
void Adjuster::ApplyCurve(pixel::RowSpan rows) const {
  constexpr int kColours = kChannels % 2 == 0 ? kChannels - 1 : kChannels;
  const std::uint16_t* curve = curve_.data();
  for (int y = 0; y < rows.rows; ++y) {
    auto* pixel = reinterpret_cast<Sample*>(rows.row(y));
    for (int x = 0; x < rows.width; ++x, pixel += kChannels) {
      for (int c = 0; c < kColours; ++c) pixel[c] = static_cast<Sample>(curve[pixel[c]]);
    }
  }
}

template <class Sample, int kChannels>
void Adjuster::ApplyColour(pixel::RowSpan rows) const {
  const Cielab& cielab = Cielab::Get();
  constexpr auto kMost = static_cast<float>(kFull<Sample>);
  const auto decode = [&](Sample code) { return cielab.Decode(code / kMost); };
  const auto encode = [&](float light) {
    float code = cielab.Encode(light);
    if (!curve_.empty()) {
      const int at = static_cast<int>(code * 65535 + 0.5F);
      code = static_cast<float>(curve_[static_cast<std::size_t>(at)]) / 65535;
    }
    return static_cast<Sample>(static_cast<int>(code * kMost + 0.5F));
  };
  for (int y = 0; y < rows.rows; ++y) {
    auto* pixel = reinterpret_cast<Sample*>(rows.row(y));
    for (int x = 0; x < rows.width; ++x, pixel += kChannels) {
      const bool gray = pixel[0] == pixel[1] && pixel[1] == pixel[2];
      const LinearRgb light = Changed({decode(pixel[0]), decode(pixel[1]), decode(pixel[2])}, gray);
      pixel[0] = encode(light.red);
      pixel[1] = encode(light.green);
      pixel[2] = encode(light.blue);
    }
  }
}

void Adjuster::Apply(pixel::RowSpan rows) const {
  WithSamples(rows.format, [&]<class Sample, int kChannels>() {
    if (pointwise_) {
      if (!curve_.empty()) ApplyCurve<Sample, kChannels>(rows);
    } else if constexpr (kChannels >= 3) {
      ApplyColour<Sample, kChannels>(rows);
    }
  });
}

}  // namespace whittle::effect
