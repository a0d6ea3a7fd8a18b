// libimagequant's objects behind owners, and how its work is stopped: what PNG's and GIF's palettes
// have in common. For those files only.
#pragma once

#include <libimagequant.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stop_token>

#include "codec/encode_cost.h"
#include "codec/encoder_memory.h"

namespace whittle::codec {

struct DestroyLiq {
  void operator()(liq_attr* p) const { liq_attr_destroy(p); }
  void operator()(liq_image* p) const { liq_image_destroy(p); }
  void operator()(liq_histogram* p) const { liq_histogram_destroy(p); }
  void operator()(liq_result* p) const { liq_result_destroy(p); }
};
template <class T>
using LiqPtr = std::unique_ptr<T, DestroyLiq>;

/// Rows of a picture that are given to libimagequant as one image. 2.17 loses a row of floats, or
/// two, for each image above 4 Mi pixels, which it does not hold as floats: 32 bytes a column, for
/// ever. Larger pictures are images one below the other, with one palette.
inline int LiqRows(int width) { return std::max((4 << 20) / width, 1); }

/// The speed that is asked for, 1 (best) to 10, or a faster one for pictures whose longest step, in
/// which libimagequant does not ask whether it may go on, would take too long (encode_cost.h): a
/// look at all colours that there are. Photos with noise have most; speeds below 8 differ little.
inline int LiqSpeedWithin(int speed, double megapixels) {
  constexpr EncodeCost kCosts[] = {{7, 0.075}, {8, 0.037}, {9, 0.02}, {10, 0.017}};
  const int least = LevelWithin(kCosts, 7, megapixels);
  return least == 7 ? speed : std::max(speed, least);
}

/// Bytes that a palette of so many pixels takes: libimagequant's histogram, which grows with the
/// colours that there are, in ever coarser steps; and what it is given and gives: the picture as
/// RGBA and as floats, maps of its edges, indices.
inline std::uint64_t LiqBytes(std::uint64_t pixels) {
  return std::min({256 * kKiB + 112 * pixels, 8 * kMiB + 45 * pixels, 40 * kMiB + 20 * pixels});
}

/// The entry of `palette` that is nearest to `colour`.
inline std::uint8_t LiqNearest(const liq_palette& palette, const liq_color& colour) {
  const auto distance = [&colour](const liq_color& entry) {
    const auto square = [](int a, int b) { return (a - b) * (a - b); };
    return square(entry.r, colour.r) + square(entry.g, colour.g) + square(entry.b, colour.b) +
           square(entry.a, colour.a);
  };
  const auto* const end = palette.entries + palette.count;
  return static_cast<std::uint8_t>(std::ranges::min_element(palette.entries, end, {}, distance) -
                                   palette.entries);
}

/// Progress callback whose user info is a const std::stop_token: zero ends the work.
inline int LiqMayGoOn(float, void* stop) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 0 : 1;
}

}  // namespace whittle::codec
