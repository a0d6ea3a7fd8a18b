#include "effect/adjust.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "effect/cielab.h"
#include "effect/plain_math.h"
#include "effect/samples.h"
#include "pixel/wide_transfer.h"

namespace whittle::effect {
namespace {

constexpr int kFine = 65535;  // most of the codes that a curve is looked up by

bool Modulates(const Adjustment& adjustment) {
  return adjustment.brightness != 1 || adjustment.saturation != 1 || adjustment.hue != 0;
}

// a* and b* are multiplied by saturation and turned; the factors 500 and 200 between them and
// LightChange's differences remain in the turn.
LightChange ChangeFor(const Adjustment& adjustment) {
  LightChange change;
  change.modulates = Modulates(adjustment);
  change.lift = static_cast<float>(adjustment.brightness);
  change.offset = static_cast<float>((1 - adjustment.brightness) * 4 / 29);
  const double turn_cos = adjustment.saturation * PlainCos(adjustment.hue);
  const double turn_sin = adjustment.saturation * PlainSin(adjustment.hue);
  change.turn = {static_cast<float>(turn_cos), static_cast<float>(-turn_sin * 200 / 500),
                 static_cast<float>(turn_sin * 500 / 200), static_cast<float>(turn_cos)};
  change.greyscale = adjustment.greyscale;
  if (adjustment.tint) {
    const Cielab& cielab = Cielab::Get();
    const auto light = [&](std::uint8_t code) {
      return cielab.Decode(static_cast<float>(code) / 255);
    };
    const Colour& tint = *adjustment.tint;
    const Lab lab = cielab.ToLab({light(tint.red), light(tint.green), light(tint.blue)});
    change.tints = true;
    change.tint_x = lab.a / 500;
    change.tint_z = lab.b / 200;
  }
  return change;
}

// The light of each code, 0..1.
template <class Sample>
const auto& Decoding() {
  if constexpr (sizeof(Sample) == 2) {
    return pixel::WideDecoding();
  } else {
    static const std::array<float, 256> kTable = [] {
      std::array<float, 256> table{};
      for (std::size_t i = 0; i < table.size(); ++i) {
        table[i] = Cielab::Get().Decode(static_cast<float>(i) / 255);
      }
      return table;
    }();
    return kTable;
  }
}

}  // namespace

Adjuster::Adjuster(const Adjustment& adjustment, pixel::PixelFormat format)
    : adjustment_(adjustment) {
  const bool grey = IsGrey(format);
  if (grey) {
    adjustment_.saturation = 1;
    adjustment_.hue = 0;
    adjustment_.greyscale = false;
    adjustment_.tint.reset();
  }
  const bool modulates = Modulates(adjustment_);
  pointwise_ = grey || !(modulates || adjustment_.greyscale || adjustment_.tint);
  const int most = IsWide(format) ? kFull<std::uint16_t> : kFull<std::uint8_t>;
  const bool curves = adjustment_.contrast != 1 || adjustment_.gamma != 1;
  if (curves || (pointwise_ && modulates)) FillCurve(pointwise_ ? most : kFine, most);
  if (pointwise_) return;
  light_ = ChangeFor(adjustment_);
  light_.most = static_cast<float>(curves ? kFine : most);
}

// curve_ for codes 0..codes that gives 0..most.
void Adjuster::FillCurve(int codes, int most) {
  const Cielab& cielab = Cielab::Get();
  const bool lifts = pointwise_ && adjustment_.brightness != 1;
  const auto brightness = static_cast<float>(adjustment_.brightness);
  curve_.reserve(static_cast<std::size_t>(codes) + 1);
  for (int i = 0; i <= codes; ++i) {
    double code = static_cast<double>(i) / codes;
    if (lifts) {
      const float lightness = cielab.LightnessOf(cielab.Decode(static_cast<float>(code)));
      code = cielab.Encode(Cielab::LuminanceOf(brightness * lightness));
    }
    curve_.push_back(static_cast<std::uint16_t>(Curved(code) * most + 0.5));
  }
}

double Adjuster::Curved(double code) const {
  const double contrasted = std::clamp((code - 0.5) * adjustment_.contrast + 0.5, 0.0, 1.0);
  return adjustment_.gamma == 1 ? contrasted : PlainPow(contrasted, adjustment_.gamma);
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
  const auto& decoding = Decoding<Sample>();
  const std::uint16_t* curve = curve_.empty() ? nullptr : curve_.data();
  LightBlock block;
  for (int y = 0; y < rows.rows; ++y) {
    auto* pixel = reinterpret_cast<Sample*>(rows.row(y));
    for (auto left = static_cast<std::size_t>(rows.width); left > 0;) {
      const std::size_t count = std::min(left, LightBlock::kPixels);
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t c = 0; c < 3; ++c) {
          block.light[c][i] = decoding[pixel[i * kChannels + c]];
        }
      }
      ChangeLight(light_, count, block);
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t c = 0; c < 3; ++c) {
          const int code = block.codes[c][i];
          pixel[i * kChannels + c] = static_cast<Sample>(curve == nullptr ? code : curve[code]);
        }
      }
      pixel += count * kChannels;
      left -= count;
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
