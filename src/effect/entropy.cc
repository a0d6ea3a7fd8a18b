#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

#include "effect/plain_math.h"
#include "effect/saliency.h"
#include "effect/samples.h"

namespace whittle::effect {
namespace {

struct Part {
  int left, top, width, height;
};

// 256 steps for each channel, whatever the depth.
using Histogram = std::array<std::array<std::uint32_t, 256>, 4>;

template <class Sample, int kChannels>
void Count(pixel::ConstRowSpan frame, const Part& part, Histogram& histogram) {
  constexpr int kShift = sizeof(Sample) == 2 ? 8 : 0;
  for (int y = part.top; y < part.top + part.height; ++y) {
    const auto* pixel = reinterpret_cast<const Sample*>(frame.row(y)) +
                        static_cast<std::ptrdiff_t>(part.left) * kChannels;
    for (int x = 0; x < part.width; ++x, pixel += kChannels) {
      if constexpr (kChannels % 2 == 1) {
        for (std::size_t c = 0; c < kChannels; ++c) ++histogram[c][pixel[c] >> kShift];
      } else {
        const std::uint32_t alpha = pixel[kChannels - 1];
        for (std::size_t c = 0; c + 1 < kChannels; ++c) {
          ++histogram[c][pixel[c] * alpha / kFull<Sample> >> kShift];
        }
        ++histogram[kChannels - 1][alpha >> kShift];
      }
    }
  }
}

// Bits for each sample of a part, all channels taken together.
double EntropyOf(pixel::ConstRowSpan frame, const Part& part) {
  Histogram histogram = {};
  WithSamples(frame.format, [&]<class Sample, int kChannels>() {
    Count<Sample, kChannels>(frame, part, histogram);
  });
  const double total = static_cast<double>(part.width) * part.height * Channels(frame.format);
  double entropy = 0;
  for (const auto& channel : histogram) {
    for (const std::uint32_t count : channel) {
      if (count == 0) continue;
      const double share = count / total;
      entropy -= share * PlainLog(share);
    }
  }
  return entropy / std::numbers::ln2;
}

}  // namespace

CropOffset EntropyCrop(pixel::ConstRowSpan frame, int width, int height) {
  Part rest{0, 0, frame.width, frame.rows};
  const int step = std::max((rest.width - width + 7) / 8, (rest.height - height + 7) / 8);
  while (rest.width > width || rest.height > height) {
    if (const int slice = std::min(rest.width - width, step); slice > 0) {
      const Part first{rest.left, rest.top, slice, rest.height};
      const Part last{rest.left + rest.width - slice, rest.top, slice, rest.height};
      if (EntropyOf(frame, first) < EntropyOf(frame, last)) rest.left += slice;
      rest.width -= slice;
    }
    if (const int slice = std::min(rest.height - height, step); slice > 0) {
      const Part first{rest.left, rest.top, rest.width, slice};
      const Part last{rest.left, rest.top + rest.height - slice, rest.width, slice};
      if (EntropyOf(frame, first) < EntropyOf(frame, last)) rest.top += slice;
      rest.height -= slice;
    }
  }
  return {rest.left, rest.top};
}

}  // namespace whittle::effect
