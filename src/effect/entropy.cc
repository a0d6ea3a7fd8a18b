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
Expected<void> Count(pixel::ConstRowSpan frame, const Part& part, Histogram& histogram,
                     const std::stop_token& stop) {
  constexpr int kShift = sizeof(Sample) == 2 ? 8 : 0;
  for (int y = part.top; y < part.top + part.height; ++y) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
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
  return {};
}

// Bits for each sample of a part, all channels taken together.
Expected<double> EntropyOf(pixel::ConstRowSpan frame, const Part& part,
                           const std::stop_token& stop) {
  Histogram histogram = {};
  WHITTLE_CHECK(WithSamples(frame.format, [&]<class Sample, int kChannels>() {
    return Count<Sample, kChannels>(frame, part, histogram, stop);
  }));
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

// Whether the second of two opposite slices has more to be seen, so that the first goes.
Expected<bool> SecondHasMore(pixel::ConstRowSpan frame, const Part& first, const Part& second,
                             const std::stop_token& stop) {
  WHITTLE_TRY(const double one, EntropyOf(frame, first, stop));
  WHITTLE_TRY(const double other, EntropyOf(frame, second, stop));
  return one < other;
}

}  // namespace

Expected<CropOffset> EntropyCrop(pixel::ConstRowSpan frame, int width, int height,
                                 const std::stop_token& stop) {
  Part rest{0, 0, frame.width, frame.rows};
  const int step = std::max((rest.width - width + 7) / 8, (rest.height - height + 7) / 8);
  while (rest.width > width || rest.height > height) {
    if (const int slice = std::min(rest.width - width, step); slice > 0) {
      const Part first{rest.left, rest.top, slice, rest.height};
      const Part last{rest.left + rest.width - slice, rest.top, slice, rest.height};
      WHITTLE_TRY(const bool right, SecondHasMore(frame, first, last, stop));
      if (right) rest.left += slice;
      rest.width -= slice;
    }
    if (const int slice = std::min(rest.height - height, step); slice > 0) {
      const Part first{rest.left, rest.top, rest.width, slice};
      const Part last{rest.left, rest.top + rest.height - slice, rest.width, slice};
      WHITTLE_TRY(const bool below, SecondHasMore(frame, first, last, stop));
      if (below) rest.top += slice;
      rest.height -= slice;
    }
  }
  return CropOffset{rest.left, rest.top};
}

}  // namespace whittle::effect
