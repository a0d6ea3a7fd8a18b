#include "pixel/resizer.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>

#include "base/checked.h"

namespace whittle::pixel {
namespace {

std::size_t Planes(const ResizeSpec& spec) {
  return static_cast<std::size_t>(Channels(spec.format));
}

// Where colour is divided by alpha afterwards, an overshoot of both must cancel out.
std::int16_t Most(const ResizeSpec& spec) {
  return HasAlpha(spec.format) ? std::numeric_limits<std::int16_t>::max() : std::int16_t{kOne};
}

Expected<void> Check(const ResizeSpec& spec) {
  if (IsWide(spec.format) || spec.format == PixelFormat::kCmyk8) {
    return std::unexpected(Error::Of(ErrorKind::kInternal, "resize takes 8-bit grey and RGB"));
  }
  if (spec.studio_output && spec.format != PixelFormat::kGrey8) {
    return std::unexpected(Error::Of(ErrorKind::kInternal, "studio range is for single planes"));
  }
  WHITTLE_CHECK(Validate(spec.horizontal()));
  return Validate(spec.vertical());
}

// The job's parts.
struct Parts {
  explicit Parts(const ResizeSpec& spec)
      : pairs(Resizer::PairsOf(spec)),
        filter{.horizontal = Halved(spec.horizontal(), pairs.reducer.halvings),
               .vertical = Halved(spec.vertical(), pairs.reducer.halvings),
               .planes = pairs.reducer.planes,
               .most = Most(spec)} {}

  PairShape pairs;
  GroupFilter::Shape filter;
};

}  // namespace

std::size_t Resizer::BytesNeeded(const ResizeSpec& spec) {
  if (!Check(spec)) return 0;
  const Parts parts(spec);
  return CodePairs::BytesNeeded(parts.pairs) + GroupFilter::BytesNeeded(parts.filter);
}

std::size_t Resizer::buffer_bytes() const { return pairs_.bytes() + filter_.bytes(); }

PairShape Resizer::PairsOf(const ResizeSpec& spec) {
  return {.reducer = {.width = spec.geometry.src_width,
                      .planes = Planes(spec),
                      .light = spec.light,
                      .halvings = HalvingsFor(spec.horizontal(), spec.vertical(), spec.light)},
          .height = spec.geometry.src_height};
}

Expected<void> Resizer::Configure(const ResizeSpec& spec, const PairRing* leader) {
  WHITTLE_CHECK(Check(spec));
  spec_ = spec;
  encode_ = &EncodeTableFor(spec.light, spec.studio_output ? CodeRange::kStudio : CodeRange::kFull);
  kernels_ = &KernelsForThisCpu();
  const Parts parts(spec);
  follows_ = leader != nullptr;
  if (!follows_) pairs_.Configure(*kernels_, parts.pairs);
  return filter_.Configure(*kernels_, parts.filter, parts.pairs.reducer.order(), leader);
}

int Resizer::Push(ConstRowSpan rows) {
  assert(rows.format == spec_.format && rows.width == spec_.geometry.src_width);
  int used = 0;
  while (used < rows.rows && !pairs_.done() && filter_.HasRoom()) {
    if (pairs_.Take(rows, used, filter_.Slot())) filter_.Advance();
  }
  return used;
}

int Resizer::Pull(RowSpan out) {
  assert(out.format == spec_.format && out.width == spec_.geometry.dst_width);
  const int count = std::min(out.rows, filter_.Ready());
  if (count == 0) return 0;
  if (HasAlpha(spec_.format) && filter_.dropped() == 0) {
    kernels_->unpremultiply(filter_.group(), filter_.finished_plane(), Planes(spec_) - 1);
  }
  Encode(out.Slice(0, count));
  filter_.Drop(count);
  return count;
}

// Goes in blocks of columns, so that all rows of a block come from the first-level cache.
template <int kChannels>
void Resizer::EncodeAs(RowSpan out) const {
  constexpr int kColumns = 64;
  constexpr int kColours = kChannels % 2 == 0 ? kChannels - 1 : kChannels;
  const EncodeTable& table = *encode_;
  const EncodeTable& alpha_table = EncodeTableFor(Light::kGamma);
  const std::int16_t* samples = filter_.finished();
  const std::size_t plane = filter_.finished_plane();
  for (int left = 0; left < out.width; left += kColumns) {
    const int right = std::min(left + kColumns, out.width);
    for (int y = 0; y < out.rows; ++y) {
      const std::int16_t* sample = samples + std::ptrdiff_t{left} * kGroupRows + y;
      std::uint8_t* to = out.row(y) + static_cast<std::size_t>(left) * kChannels;
#pragma clang loop unroll_count(8 / kChannels)
      for (int x = left; x < right; ++x, sample += kGroupRows) {
        const std::int16_t* from = sample;
        for (int c = 0; c < kChannels; ++c, from += plane) {
          *to++ = (c < kColours ? table : alpha_table)[static_cast<std::size_t>(*from)];
        }
      }
    }
  }
}

void Resizer::Encode(RowSpan out) const {
  switch (Channels(spec_.format)) {
    case 1:
      return EncodeAs<1>(out);
    case 2:
      return EncodeAs<2>(out);
    case 3:
      return EncodeAs<3>(out);
    case 4:
      return EncodeAs<4>(out);
  }
}

}  // namespace whittle::pixel
