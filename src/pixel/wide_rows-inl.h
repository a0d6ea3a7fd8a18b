// Kernels of the 16-bit resize, which computes in floats, for the target being compiled. Included
// by kernels.cc only, once per target; see kernels.h for what they compute.
//
// Products are rounded before they are added, and every sum begins at 0 or what is there and takes
// its samples in their order: the same floats on every target.
#if defined(WHITTLE_PIXEL_WIDE_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WHITTLE_PIXEL_WIDE_ROWS_INL_H_
#undef WHITTLE_PIXEL_WIDE_ROWS_INL_H_
#else
#define WHITTLE_PIXEL_WIDE_ROWS_INL_H_
#endif

#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"
#include "pixel/kernels.h"
#include "pixel/weigh_rows-inl.h"
#include "pixel/wide_filter.h"

HWY_BEFORE_NAMESPACE();
namespace whittle::pixel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void WeighWideRows(const float* const* rows, const float* weights, int count, std::size_t samples,
                   const float* before, float* sums) {
  const HWY_CAPPED(float, kBlock / 4) d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t x = 0; x < samples; x += 4 * lanes) {
    auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
    if (before != nullptr) {
      s0 = hn::Load(d, before + x);
      s1 = hn::Load(d, before + x + lanes);
      s2 = hn::Load(d, before + x + 2 * lanes);
      s3 = hn::Load(d, before + x + 3 * lanes);
    }
    for (int i = 0; i < count; ++i) {
      const auto weight = hn::Set(d, weights[i]);
      const float* row = rows[i] + x;
      s0 = hn::Add(s0, hn::Mul(weight, hn::Load(d, row)));
      s1 = hn::Add(s1, hn::Mul(weight, hn::Load(d, row + lanes)));
      s2 = hn::Add(s2, hn::Mul(weight, hn::Load(d, row + 2 * lanes)));
      s3 = hn::Add(s3, hn::Mul(weight, hn::Load(d, row + 3 * lanes)));
    }
    hn::Store(s0, d, sums + x);
    hn::Store(s1, d, sums + x + lanes);
    hn::Store(s2, d, sums + x + 2 * lanes);
    hn::Store(s3, d, sums + x + 3 * lanes);
  }
}

void TurnWide(const float* const* lane_rows, std::size_t samples, float* columns) {
  const hn::Full128<float> d;
  const hn::Full128<std::int32_t> bits;
  for (std::size_t x = 0; x < samples; x += 4) {
    for (std::size_t row = 0; row < kGroupRows; row += 4) {
      TurnTile(
          [&](std::size_t i) { return hn::BitCast(bits, hn::Load(d, lane_rows[row + i] + x)); },
          [&](std::size_t i, auto rows) {
            hn::Store(hn::BitCast(d, rows), d, columns + (x + i) * kGroupRows + row);
          });
    }
  }
}

template <std::size_t kChannels>
HWY_INLINE void WeighWideColumnsAs(const WideFilter& filter, const float* HWY_RESTRICT columns,
                                   float* HWY_RESTRICT out) {
  const hn::CappedTag<float, kGroupRows> d;
  constexpr std::size_t kPixel = kChannels * kGroupRows;
  for (int i = 0; i < filter.size(); ++i, out += kPixel) {
    const WideFilter::Window window = filter.window(i);
    const float* HWY_RESTRICT weights = filter.weights(i);
    const float* HWY_RESTRICT from = columns + static_cast<std::size_t>(window.begin) * kPixel;
    for (std::size_t row = 0; row < kGroupRows; row += hn::Lanes(d)) {
      hn::Vec<decltype(d)> sums[kChannels];
      for (auto& sum : sums) sum = hn::Zero(d);
      const float* HWY_RESTRICT pixel = from + row;
      for (int tap = 0; tap < window.taps; ++tap, pixel += kPixel) {
        const auto weight = hn::Set(d, weights[tap]);
        for (std::size_t c = 0; c < kChannels; ++c) {
          sums[c] = hn::Add(sums[c], hn::Mul(weight, hn::Load(d, pixel + c * kGroupRows)));
        }
      }
      for (std::size_t c = 0; c < kChannels; ++c) {
        hn::Store(sums[c], d, out + c * kGroupRows + row);
      }
    }
  }
}

void WeighWideColumns(const WideFilter& filter, const float* columns, std::size_t channels,
                      float* out) {
  switch (channels) {
    case 1:
      return WeighWideColumnsAs<1>(filter, columns, out);
    case 2:
      return WeighWideColumnsAs<2>(filter, columns, out);
    case 3:
      return WeighWideColumnsAs<3>(filter, columns, out);
    default:
      return WeighWideColumnsAs<4>(filter, columns, out);
  }
}

}  // namespace whittle::pixel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
