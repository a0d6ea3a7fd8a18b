#include "pixel/resizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "base/checked.h"

namespace whittle::pixel {
namespace {

std::size_t Planes(const ResizeSpec& spec) { return spec.format == PixelFormat::kGray8 ? 1 : 3; }

std::size_t EvenRowBytes(const ResizeSpec& spec) {
  return static_cast<std::size_t>(spec.geometry.src_width) * Planes(spec);
}
// Values from one lane row of the group to the next.
std::size_t GroupStride(std::size_t samples) {
  return RowStride(samples * sizeof(std::int16_t)) / sizeof(std::int16_t);
}
// Values of one plane of the finished group.
std::size_t FinishedPlane(const ResizeSpec& spec) {
  return static_cast<std::size_t>(spec.geometry.dst_width) * kGroupRows;
}

Expected<void> Check(const ResizeSpec& spec) {
  if (spec.format != PixelFormat::kGray8 && spec.format != PixelFormat::kRgb8) {
    return std::unexpected(Error::Of(ErrorKind::kInternal, "resize takes grey and RGB"));
  }
  WHITTLE_CHECK(Validate(spec.geometry.horizontal()));
  return Validate(spec.geometry.vertical());
}

// The job as the filters see it.
struct Reduced {
  explicit Reduced(const ResizeSpec& spec)
      : shape{.width = spec.geometry.src_width,
              .planes = Planes(spec),
              .light = spec.light,
              .halvings =
                  HalvingsFor(spec.geometry.horizontal(), spec.geometry.vertical(), spec.light)},
        horizontal(Halved(spec.geometry.horizontal(), shape.halvings)),
        vertical(Halved(spec.geometry.vertical(), shape.halvings)),
        plane_samples(Padded(horizontal.src)) {}

  Reducer::Shape shape;
  Axis horizontal, vertical;
  std::size_t plane_samples;
};

}  // namespace

std::size_t Resizer::BytesNeeded(const ResizeSpec& spec) {
  if (!Check(spec)) return 0;
  const Reduced reduced(spec);
  const std::size_t planes = Planes(spec);
  const std::size_t samples = reduced.plane_samples * planes;
  return Reducer::BytesNeeded(reduced.shape) +
         VerticalPass::BytesNeeded(reduced.vertical, samples) +
         HorizontalPass::BytesNeeded(reduced.horizontal, reduced.plane_samples) +
         RoundUp(EvenRowBytes(spec), kAlignment) +
         kGroupRows * GroupStride(samples) * sizeof(std::int16_t) +
         RoundUp(planes * FinishedPlane(spec) * sizeof(std::int16_t), kAlignment);
}

std::size_t Resizer::buffer_bytes() const {
  return reducer_.bytes() + vertical_.bytes() + horizontal_.bytes() + even_row_.bytes() +
         group_.bytes() + finished_.bytes();
}

Expected<void> Resizer::Configure(const ResizeSpec& spec) {
  WHITTLE_CHECK(Check(spec));
  spec_ = spec;
  planes_ = Planes(spec);
  const Reduced reduced(spec);
  plane_samples_ = reduced.plane_samples;
  kernels_ = &KernelsForThisCpu();
  encode_ = &EncodeTableFor(spec.light);
  reducer_.Configure(*kernels_, reduced.shape);
  WHITTLE_CHECK(vertical_.Configure(*kernels_, reduced.vertical, plane_samples_ * planes_));
  WHITTLE_CHECK(
      horizontal_.Configure(*kernels_, reduced.horizontal, plane_samples_, reducer_.order()));
  even_row_.Resize(EvenRowBytes(spec));
  group_.Resize(kGroupRows * GroupStride(plane_samples_ * planes_));
  finished_.Resize(planes_ * FinishedPlane(spec));
  taken_ = group_rows_ = pulled_ = 0;
  ready_ = false;
  return {};
}

int Resizer::Push(ConstRowSpan rows) {
  assert(rows.format == spec_.format && rows.width == spec_.geometry.src_width);
  const int height = spec_.geometry.src_height;
  int used = 0;
  while (used < rows.rows && taken_ < height) {
    Advance();
    if (!vertical_.HasRoom()) break;
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
    if (taken_ == height && reducer_.Finish(Slot())) vertical_.Advance();
  }
  Advance();
  return used;
}

void Resizer::TakePair(const std::uint8_t* even, const std::uint8_t* odd) {
  if (reducer_.Take(even, odd, Slot())) vertical_.Advance();
}

// Fetches output rows as far as the source rows allow, up to one finished group.
void Resizer::Advance() {
  if (ready_) return;
  const std::size_t stride = GroupStride(plane_samples_ * planes_);
  while (group_rows_ < kGroupRows &&
         vertical_.Next(group_.data() + static_cast<std::size_t>(group_rows_) * stride)) {
    ++group_rows_;
  }
  if (group_rows_ == kGroupRows || (group_rows_ > 0 && vertical_.Done())) FinishGroup();
}

void Resizer::FinishGroup() {
  std::array<const std::int16_t*, kGroupRows> rows;
  for (std::size_t plane = 0; plane < planes_; ++plane) {
    for (int row = 0; row < kGroupRows; ++row) {
      // The last group repeats its last row.
      const auto from = static_cast<std::size_t>(std::min(row, group_rows_ - 1));
      rows[static_cast<std::size_t>(row)] =
          group_.data() + from * GroupStride(plane_samples_ * planes_) + plane * plane_samples_;
    }
    horizontal_.Run(rows.data(), finished_.data() + plane * FinishedPlane(spec_));
  }
  ready_ = true;
}

int Resizer::Pull(RowSpan out) {
  assert(out.format == spec_.format && out.width == spec_.geometry.dst_width);
  Advance();
  if (!ready_) return 0;
  const int count = std::min(out.rows, group_rows_ - pulled_);
  Encode(out.Slice(0, count));
  pulled_ += count;
  if (pulled_ == group_rows_) {
    group_rows_ = pulled_ = 0;
    ready_ = false;
  }
  return count;
}

// Goes in blocks of columns, so that all rows of a block come from the first-level cache.
void Resizer::Encode(RowSpan out) const {
  constexpr int kColumns = 64;
  const EncodeTable& table = *encode_;
  const auto code = [&](const std::int16_t* sample) {
    return table[static_cast<std::size_t>(*sample)];
  };
  const std::size_t plane = FinishedPlane(spec_);
  for (int left = 0; left < out.width; left += kColumns) {
    const int right = std::min(left + kColumns, out.width);
    for (int y = 0; y < out.rows; ++y) {
      const std::int16_t* sample = finished_.data() + left * kGroupRows + pulled_ + y;
      std::uint8_t* to = out.row(y) + static_cast<std::size_t>(left) * planes_;
      if (planes_ == 1) {
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
