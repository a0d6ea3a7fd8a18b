#include "pixel/resizer.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "base/checked.h"

namespace whittle::pixel {
namespace {

std::size_t Planes(const ResizeSpec& spec) { return spec.format == PixelFormat::kGray8 ? 1 : 3; }

std::size_t EvenRowBytes(const ResizeSpec& spec) {
  return static_cast<std::size_t>(spec.geometry.src_width) * Planes(spec);
}

Expected<void> Check(const ResizeSpec& spec) {
  if (spec.format != PixelFormat::kGray8 && spec.format != PixelFormat::kRgb8) {
    return std::unexpected(Error::Of(ErrorKind::kInternal, "resize takes grey and RGB"));
  }
  WHITTLE_CHECK(Validate(spec.horizontal()));
  return Validate(spec.vertical());
}

// The job's parts.
struct Parts {
  explicit Parts(const ResizeSpec& spec)
      : reducer{.width = spec.geometry.src_width,
                .planes = Planes(spec),
                .light = spec.light,
                .halvings = HalvingsFor(spec.horizontal(), spec.vertical(), spec.light)},
        filter{.horizontal = Halved(spec.horizontal(), reducer.halvings),
               .vertical = Halved(spec.vertical(), reducer.halvings),
               .planes = reducer.planes} {}

  Reducer::Shape reducer;
  GroupFilter::Shape filter;
};

}  // namespace

std::size_t Resizer::BytesNeeded(const ResizeSpec& spec) {
  if (!Check(spec)) return 0;
  const Parts parts(spec);
  return Reducer::BytesNeeded(parts.reducer) + GroupFilter::BytesNeeded(parts.filter) +
         RoundUp(EvenRowBytes(spec), kAlignment);
}

std::size_t Resizer::buffer_bytes() const {
  return reducer_.bytes() + filter_.bytes() + even_row_.bytes();
}

Expected<void> Resizer::Configure(const ResizeSpec& spec) {
  WHITTLE_CHECK(Check(spec));
  spec_ = spec;
  encode_ = &EncodeTableFor(spec.light);
  const Kernels& kernels = KernelsForThisCpu();
  const Parts parts(spec);
  reducer_.Configure(kernels, parts.reducer);
  WHITTLE_CHECK(filter_.Configure(kernels, parts.filter, reducer_.order()));
  even_row_.Resize(EvenRowBytes(spec));
  taken_ = 0;
  return {};
}

int Resizer::Push(ConstRowSpan rows) {
  assert(rows.format == spec_.format && rows.width == spec_.geometry.src_width);
  const int height = spec_.geometry.src_height;
  int used = 0;
  while (used < rows.rows && taken_ < height) {
    if (!filter_.HasRoom()) break;
    const std::uint8_t* row = rows.row(used);
    if (taken_ % 2 == 1) {
      TakePair(even_row_.data(), row);
    } else if (taken_ + 1 == height) {
      TakePair(row, row);  // its odd neighbour weighs 0
    } else if (used + 1 < rows.rows) {
      TakePair(row, rows.row(used + 1));
      ++used, ++taken_;
    } else {
      std::memcpy(even_row_.data(), row, rows.row_bytes());
    }
    ++used, ++taken_;
    if (taken_ == height && reducer_.Finish(filter_.Slot())) filter_.Advance();
  }
  return used;
}

void Resizer::TakePair(const std::uint8_t* even, const std::uint8_t* odd) {
  if (reducer_.Take(even, odd, filter_.Slot())) filter_.Advance();
}

int Resizer::Pull(RowSpan out) {
  assert(out.format == spec_.format && out.width == spec_.geometry.dst_width);
  const int count = std::min(out.rows, filter_.Ready());
  if (count == 0) return 0;
  Encode(out.Slice(0, count));
  filter_.Drop(count);
  return count;
}

// Goes in blocks of columns, so that all rows of a block come from the first-level cache.
void Resizer::Encode(RowSpan out) const {
  constexpr int kColumns = 64;
  const EncodeTable& table = *encode_;
  const auto code = [&](const std::int16_t* sample) {
    return table[static_cast<std::size_t>(*sample)];
  };
  const std::int16_t* samples = filter_.finished();
  const std::size_t plane = filter_.finished_plane();
  const bool grey = spec_.format == PixelFormat::kGray8;
  for (int left = 0; left < out.width; left += kColumns) {
    const int right = std::min(left + kColumns, out.width);
    for (int y = 0; y < out.rows; ++y) {
      const std::int16_t* sample = samples + left * kGroupRows + y;
      std::uint8_t* to = out.row(y) + static_cast<std::size_t>(left) * (grey ? 1 : 3);
      if (grey) {
#pragma clang loop unroll_count(8)
        for (int x = left; x < right; ++x, sample += kGroupRows) *to++ = code(sample);
      } else {
        for (int x = left; x < right; ++x, sample += kGroupRows) {
          *to++ = code(sample);
          *to++ = code(sample + plane);
          *to++ = code(sample + 2 * plane);
        }
      }
    }
  }
}

}  // namespace whittle::pixel
