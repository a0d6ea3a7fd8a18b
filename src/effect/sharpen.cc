#include "effect/sharpen.h"

#include <algorithm>

#include "effect/gaussian.h"
#include "effect/samples.h"

namespace whittle::effect {
namespace {

template <class Sample, int kChannels>
float LumaOf(const Sample* pixel) {
  if constexpr (kChannels <= 2) {
    return pixel[0];
  } else {
    return 0.2126F * pixel[0] + 0.7152F * pixel[1] + 0.0722F * pixel[2];
  }
}

// Luma; with alpha, luma times alpha's share and alpha.
template <class Sample, int kChannels>
void LoadLuma(const Sample* pixel, int width, float* to) {
  for (int x = 0; x < width; ++x, pixel += kChannels) {
    const float luma = LumaOf<Sample, kChannels>(pixel);
    if constexpr (kChannels % 2 == 1) {
      *to++ = luma;
    } else {
      const float alpha = pixel[kChannels - 1];
      *to++ = luma * (alpha / kFull<Sample>);
      *to++ = alpha;
    }
  }
}

template <class Sample, int kChannels>
void AddDetail(const float* blurred, float amount, int width, Sample* pixel) {
  constexpr int kColours = kChannels % 2 == 0 ? kChannels - 1 : kChannels;
  constexpr auto kMost = static_cast<float>(kFull<Sample>);
  for (int x = 0; x < width; ++x, pixel += kChannels) {
    // NOLINTNEXTLINE(misc-const-correctness): alpha changes it
    float around = *blurred++;
    if constexpr (kChannels % 2 == 0) {
      const float alpha = *blurred++;
      if (pixel[kColours] == 0) continue;  // nobody sees it; the blurred alpha may be 0, too
      around *= kMost / alpha;
    }
    const float detail = amount * (LumaOf<Sample, kChannels>(pixel) - around);
    for (int c = 0; c < kColours; ++c) {
      pixel[c] = static_cast<Sample>(std::clamp(pixel[c] + detail, 0.0F, kMost) + 0.5F);
    }
  }
}

int LumaChannels(pixel::PixelFormat format) { return HasAlpha(format) ? 2 : 1; }

}  // namespace

Expected<void> Sharpen(pixel::RowSpan frame, double sigma, double amount,
                       const std::stop_token& stop) {
  if (frame.width == 0 || frame.rows == 0) return {};
  GaussianRows rows(frame.width, frame.rows, LumaChannels(frame.format), sigma);
  return WithSamples(frame.format, [&]<class Sample, int kChannels>() {
    const auto row_at = [&](int y) { return reinterpret_cast<Sample*>(frame.row(y)); };
    return rows.Run(
        [&](int y, float* row) { LoadLuma<Sample, kChannels>(row_at(y), frame.width, row); },
        [&](int y, const float* row) {
          AddDetail<Sample, kChannels>(row, static_cast<float>(amount), frame.width, row_at(y));
        },
        stop);
  });
}

std::uint64_t SharpenBytesNeeded(int width, pixel::PixelFormat format, double sigma) {
  return GaussianRows::BytesNeeded(width, LumaChannels(format), sigma);
}

}  // namespace whittle::effect
