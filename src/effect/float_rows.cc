#include "effect/float_rows.h"

#include <algorithm>

#include "effect/samples.h"

namespace whittle::effect {
namespace {

template <class Sample>
Sample Nearest(float value) {
  return static_cast<Sample>(std::clamp(value, 0.0F, static_cast<float>(kFull<Sample>)) + 0.5F);
}

}  // namespace

void ToFloats(const std::uint8_t* row, pixel::PixelFormat format, int width, float* to) {
  WithSamples(format, [&]<class Sample, int kChannels>() {
    const auto* from = reinterpret_cast<const Sample*>(row);
    if constexpr (kChannels % 2 == 1) {
      for (int i = 0; i < width * kChannels; ++i) to[i] = from[i];
    } else {
      for (int x = 0; x < width; ++x, from += kChannels, to += kChannels) {
        const float alpha = from[kChannels - 1];
        const float share = alpha / kFull<Sample>;
        for (int c = 0; c + 1 < kChannels; ++c) to[c] = from[c] * share;
        to[kChannels - 1] = alpha;
      }
    }
  });
}

void FromFloats(const float* from, pixel::PixelFormat format, int width, std::uint8_t* row) {
  WithSamples(format, [&]<class Sample, int kChannels>() {
    auto* to = reinterpret_cast<Sample*>(row);
    if constexpr (kChannels % 2 == 1) {
      for (int i = 0; i < width * kChannels; ++i) to[i] = Nearest<Sample>(from[i]);
    } else {
      for (int x = 0; x < width; ++x, from += kChannels, to += kChannels) {
        const auto alpha = Nearest<Sample>(from[kChannels - 1]);
        const float factor =
            alpha == 0 ? 0 : static_cast<float>(kFull<Sample>) / from[kChannels - 1];
        for (int c = 0; c + 1 < kChannels; ++c) to[c] = Nearest<Sample>(from[c] * factor);
        to[kChannels - 1] = alpha;
      }
    }
  });
}

}  // namespace whittle::effect
