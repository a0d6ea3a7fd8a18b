#include "effect/blur.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <type_traits>
#include <vector>

#include "effect/float_rows.h"
#include "effect/gaussian.h"
#include "effect/samples.h"

namespace whittle::effect {
namespace {

constexpr int kBatchRows = 16;  // between two looks at the stop token

// A sum of nine products of colour and alpha fits.
template <class Sample, int kChannels>
using Sum =
    std::conditional_t<sizeof(Sample) == 2 && kChannels % 2 == 0, std::uint64_t, std::uint32_t>;

// sums[x] of three pixels above each other; colour times alpha where there is alpha.
template <class Sample, int kChannels>
void SumColumns(const Sample* above, const Sample* row, const Sample* below, int width,
                Sum<Sample, kChannels>* sums) {
  using Wide = Sum<Sample, kChannels>;
  if constexpr (kChannels % 2 == 1) {
    for (int i = 0; i < width * kChannels; ++i) {
      sums[i] = Wide{above[i]} + row[i] + below[i];
    }
  } else {
    constexpr int kAlpha = kChannels - 1;
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < kAlpha; ++c) {
        sums[c] = Wide{above[c]} * above[kAlpha] + Wide{row[c]} * row[kAlpha] +
                  Wide{below[c]} * below[kAlpha];
      }
      sums[kAlpha] = Wide{above[kAlpha]} + row[kAlpha] + below[kAlpha];
      above += kChannels;
      row += kChannels;
      below += kChannels;
      sums += kChannels;
    }
  }
}

// The means of three columns, for each pixel of a row.
template <class Sample, int kChannels>
void MeansOfColumns(const Sum<Sample, kChannels>* sums, int width, Sample* row) {
  for (int x = 0; x < width; ++x, row += kChannels) {
    const auto* left = sums + std::max(x - 1, 0) * kChannels;
    const auto* here = sums + x * kChannels;
    const auto* right = sums + std::min(x + 1, width - 1) * kChannels;
    const auto total = [&](int c) { return left[c] + here[c] + right[c]; };
    if constexpr (kChannels % 2 == 1) {
      for (int c = 0; c < kChannels; ++c) row[c] = static_cast<Sample>((total(c) + 4) / 9);
    } else {
      constexpr int kAlpha = kChannels - 1;
      const auto alpha = total(kAlpha);
      row[kAlpha] = static_cast<Sample>((alpha + 4) / 9);
      for (int c = 0; c < kAlpha; ++c) {
        row[c] = row[kAlpha] == 0 ? Sample{0} : static_cast<Sample>((total(c) + alpha / 2) / alpha);
      }
    }
  }
}

template <class Sample, int kChannels>
Expected<void> BoxBlur3Of(pixel::RowSpan frame, const std::stop_token& stop) {
  const auto count = static_cast<std::size_t>(frame.width) * kChannels;
  const auto row_at = [&](int y) {
    return reinterpret_cast<Sample*>(frame.row(std::min(y, frame.rows - 1)));
  };
  std::vector<Sample> above(row_at(0), row_at(0) + count);  // rows as they were
  std::vector<Sample> row = above;
  std::vector<Sum<Sample, kChannels>> sums(count);
  for (int y = 0; y < frame.rows; ++y) {
    if (y % kBatchRows == 0 && stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    std::memcpy(row.data(), row_at(y), count * sizeof(Sample));
    SumColumns<Sample, kChannels>(above.data(), row.data(), row_at(y + 1), frame.width,
                                  sums.data());
    MeansOfColumns<Sample, kChannels>(sums.data(), frame.width, row_at(y));
    std::swap(above, row);
  }
  return {};
}

}  // namespace

Expected<void> BoxBlur3(pixel::RowSpan frame, const std::stop_token& stop) {
  if (frame.width == 0 || frame.rows == 0) return {};
  return WithSamples(frame.format, [&]<class Sample, int kChannels>() {
    return BoxBlur3Of<Sample, kChannels>(frame, stop);
  });
}

std::uint64_t BoxBlur3BytesNeeded(int width, pixel::PixelFormat format) {
  return WithSamples(format, [&]<class Sample, int kChannels>() {
    return static_cast<std::uint64_t>(width) * kChannels *
           (2 * sizeof(Sample) + sizeof(Sum<Sample, kChannels>));
  });
}

Expected<void> GaussianBlur(pixel::RowSpan frame, double sigma, const std::stop_token& stop) {
  if (frame.width == 0 || frame.rows == 0) return {};
  GaussianRows rows(frame.width, frame.rows, Channels(frame.format), sigma);
  return rows.Run(
      [&](int y, float* row) { ToFloats(frame.row(y), frame.format, frame.width, row); },
      [&](int y, const float* row) { FromFloats(row, frame.format, frame.width, frame.row(y)); },
      stop);
}

std::uint64_t GaussianBlurBytesNeeded(int width, pixel::PixelFormat format, double sigma) {
  return GaussianRows::BytesNeeded(width, Channels(format), sigma);
}

}  // namespace whittle::effect
