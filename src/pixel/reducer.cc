#include "pixel/reducer.h"

#include <algorithm>

namespace whittle::pixel {
namespace {

// What must be left for the filters to shrink after the first halving and after each further one,
// by measurement: SSIMULACRA2 of photos then falls by 0.1 at most on average. Large photos have
// little of the finest detail, which is what the first halving folds back, hence the difference.
// Chroma, resized as it is coded, shows less.
struct LeastShrink {
  double after_first, after_more;
};
constexpr LeastShrink LeastShrinkFor(Light light) {
  return light == Light::kLinear ? LeastShrink{2, 4} : LeastShrink{1.8, 1.8};
}

}  // namespace

int HalvingsFor(const Axis& horizontal, const Axis& vertical, Light light) {
  const LeastShrink least = LeastShrinkFor(light);
  // How the filters are to undo a box was measured for Lanczos3 only, and who asks for another
  // kernel shall see that one.
  if (horizontal.kernel != Kernel::kLanczos3 || vertical.kernel != Kernel::kLanczos3) return 0;
  const double shrink = std::min(horizontal.scale(), vertical.scale());
  if (shrink < 2 * least.after_first) return 0;
  int halvings = 1;
  while (halvings < Reducer::kMaxHalvings && shrink >= least.after_more * (2 << halvings)) {
    ++halvings;
  }
  return halvings;
}

Axis Halved(Axis axis, int halvings) {
  const int box = 1 << halvings;
  const int src = (axis.src + box - 1) / box;
  return {.src = src,
          .dst = axis.dst,
          .from = axis.from / box,
          .to = axis.to / box,
          .box = box,
          .last = (axis.src - (src - 1.0) * box) / box,
          .kernel = axis.kernel};
}

// Room for whole vectors of the next level's samples.
std::size_t Reducer::PlaneAt(const Shape& shape, int level) {
  const std::size_t samples =
      std::max(Padded(WidthAt(shape, level)), 2 * Padded(WidthAt(shape, level + 1)));
  return RowStride(samples * sizeof(std::int16_t)) / sizeof(std::int16_t);
}

std::size_t Reducer::BytesNeeded(const Shape& shape) {
  std::size_t samples = 0;
  for (int level = 0; level < shape.levels(); ++level) {
    samples += 2 * shape.planes * PlaneAt(shape, level);
  }
  return samples * sizeof(std::int16_t);
}

void Reducer::Configure(const Kernels& kernels, const Shape& shape) {
  kernels_ = &kernels;
  shape_ = shape;
  waits_ = {};
  const std::size_t samples = BytesNeeded(shape) / sizeof(std::int16_t);
  rows_.Resize(samples);
  std::fill_n(rows_.data(), samples, std::int16_t{0});  // the padding is read, though not used
  std::size_t begin = 0;
  for (int level = 0; level < shape.levels(); ++level) {
    begin_[static_cast<std::size_t>(level)] = begin;
    begin += 2 * shape.planes * PlaneAt(shape, level);
  }
}

std::int16_t* Reducer::Row(int level, bool odd) {
  const std::size_t row = odd ? shape_.planes * PlaneAt(shape_, level) : 0;
  return rows_.data() + begin_[static_cast<std::size_t>(level)] + row;
}

bool Reducer::Take(const std::uint8_t* even, const std::uint8_t* odd, std::int16_t* pair_row) {
  const auto width = static_cast<std::size_t>(shape_.width);
  const Light light = shape_.light;
  if (shape_.halvings == 0) {
    if (pair_row == nullptr) return true;
    const std::size_t plane = 2 * Padded(shape_.width);
    switch (shape_.planes) {
      case 1:
        kernels_->pair_grey(even, odd, width, light, pair_row);
        break;
      case 2:
        kernels_->pair_grey_alpha(even, odd, width, light, pair_row, plane);
        break;
      case 3:
        kernels_->pair_rgb(even, odd, width, light, pair_row, plane);
        break;
      case 4:
        kernels_->pair_rgba(even, odd, width, light, pair_row, plane);
        break;
    }
    return true;
  }
  if (pair_row != nullptr) {
    std::int16_t* half = Row(0, waits_[0]);
    const std::size_t plane = PlaneAt(shape_, 0);
    switch (shape_.planes) {
      case 1:
        kernels_->halve_grey(even, odd, width, light, half);
        break;
      case 2:
        kernels_->halve_grey_alpha(even, odd, width, light, half, plane);
        break;
      case 3:
        kernels_->halve_rgb(even, odd, width, light, half, plane);
        break;
      case 4:
        kernels_->halve_rgba(even, odd, width, light, half, plane);
        break;
    }
  }
  return RowDone(0, pair_row);
}

bool Reducer::Finish(std::int16_t* pair_row) {
  for (int level = 0; level < shape_.levels(); ++level) {
    if (!waits_[static_cast<std::size_t>(level)]) continue;
    std::copy_n(Row(level, false), shape_.planes * PlaneAt(shape_, level), Row(level, true));
    if (RowDone(level, pair_row)) return true;
  }
  return false;
}

// The next row of `level` is there. Every second one takes the one before along to the next level.
bool Reducer::RowDone(int level, std::int16_t* pair_row) {
  for (; level < shape_.levels(); ++level) {
    bool& waits = waits_[static_cast<std::size_t>(level)];
    waits = !waits;
    if (waits) return false;
    if (pair_row != nullptr) Combine(level, pair_row);
  }
  return true;
}

void Reducer::Combine(int level, std::int16_t* pair_row) {
  const bool last = level + 1 == shape_.levels();
  const auto width = static_cast<std::size_t>(WidthAt(shape_, level));
  for (std::size_t plane = 0; plane < shape_.planes; ++plane) {
    std::int16_t* even = Row(level, false) + plane * PlaneAt(shape_, level);
    std::int16_t* odd = Row(level, true) + plane * PlaneAt(shape_, level);
    if (last) {
      const std::size_t samples = Padded(WidthAt(shape_, level));
      kernels_->pair_halves(even, odd, samples, pair_row + plane * 2 * samples);
      continue;
    }
    if (width % 2 == 1) {
      even[width] = even[width - 1];
      odd[width] = odd[width - 1];
    }
    std::int16_t* half = Row(level + 1, waits_[static_cast<std::size_t>(level) + 1]);
    kernels_->halve(even, odd, 2 * Padded(WidthAt(shape_, level + 1)),
                    half + plane * PlaneAt(shape_, level + 1));
  }
}

}  // namespace whittle::pixel
