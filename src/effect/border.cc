#include "effect/border.h"

#include <cmath>
#include <cstddef>
#include <cstdlib>

#include "effect/samples.h"

namespace whittle::effect {
namespace {

template <class Sample, int kChannels, class Border>
bool Differs(const Sample* pixel, const Border& border) {
  constexpr bool kAlpha = kChannels % 2 == 0;
  constexpr int kColours = kAlpha ? kChannels - 1 : kChannels;
  const auto distance = [&](int c) {
    return std::abs(pixel[c] - border.colour[static_cast<std::size_t>(c)]);
  };
  if constexpr (kAlpha) {
    const std::int64_t alpha = pixel[kColours];
    if (distance(kColours) > border.reach) return true;
    for (int c = 0; c < kColours; ++c) {
      if (distance(c) * alpha > border.colour_reach) return true;
    }
  } else {
    for (int c = 0; c < kColours; ++c) {
      if (distance(c) > border.reach) return true;
    }
  }
  return false;
}

}  // namespace

template <class Sample, int kChannels>
void BorderFinder::FeedRows(pixel::ConstRowSpan rows) {
  const auto row_at = [&](int y) { return reinterpret_cast<const Sample*>(rows.row(y)); };
  if (rows_ == 0) {
    constexpr int kMost = kFull<Sample>;
    constexpr int kScale = kMost / 255;
    for (std::size_t c = 0; c < kChannels; ++c) border_.colour[c] = row_at(0)[c];
    border_.reach = static_cast<int>(std::floor(tolerance_ * kScale));
    border_.colour_reach = static_cast<std::int64_t>(std::floor(tolerance_ * kScale * kMost));
  }
  for (int y = 0; y < rows.rows; ++y, ++rows_) {
    const Sample* row = row_at(y);
    const auto differs = [&](int x) {
      return Differs<Sample, kChannels>(row + static_cast<std::ptrdiff_t>(x) * kChannels, border_);
    };
    const bool first = left_ > right_;
    bool any = false;
    for (int x = 0; x < (first ? rows.width : left_); ++x) {
      if (!differs(x)) continue;
      any = true;
      left_ = x;
      if (first) right_ = x;
      break;
    }
    if (first && !any) continue;
    for (int x = rows.width - 1; x > right_; --x) {
      if (!differs(x)) continue;
      any = true;
      right_ = x;
    }
    for (int x = left_; x <= right_ && !any; ++x) any = differs(x);
    if (first) top_ = rows_;
    if (any) bottom_ = rows_;
  }
}

void BorderFinder::Feed(pixel::ConstRowSpan rows) {
  if (rows.width == 0 || rows.rows == 0) return;
  WithSamples(rows.format,
              [&]<class Sample, int kChannels>() { FeedRows<Sample, kChannels>(rows); });
}

std::optional<Rectangle> BorderFinder::box() const {
  if (left_ > right_) return std::nullopt;
  return Rectangle{.left = static_cast<std::uint32_t>(left_),
                   .top = static_cast<std::uint32_t>(top_),
                   .width = static_cast<std::uint32_t>(right_ - left_ + 1),
                   .height = static_cast<std::uint32_t>(bottom_ - top_ + 1)};
}

}  // namespace whittle::effect
