#include "effect/gaussian.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

#include "base/checked.h"
#include "effect/plain_math.h"
#include "effect/weigh.h"

namespace whittle::effect {
namespace {

// Sigma, in cells, from which cells are doubled.
constexpr double kCoarserFrom = 8;
// Rows between two looks at the stop token.
constexpr int kBatchRows = 16;

std::vector<float> KernelOf(double sigma, int radius) {
  std::vector<double> weights;
  weights.reserve(2 * static_cast<std::size_t>(radius) + 1);
  double sum = 0;
  for (int i = -radius; i <= radius; ++i) {
    weights.push_back(PlainExp(-0.5 * i * i / (sigma * sigma)));
    sum += weights.back();
  }
  std::vector<float> kernel;
  kernel.reserve(weights.size());
  for (const double weight : weights) kernel.push_back(static_cast<float>(weight / sum));
  return kernel;
}

// Keys' cubic convolution, which reproduces parabolas: it adds no blur of its own.
std::array<float, 4> CubicAt(double t) {
  return {static_cast<float>(((-0.5 * t + 1) * t - 0.5) * t),
          static_cast<float>((1.5 * t - 2.5) * t * t + 1),
          static_cast<float>(((-1.5 * t + 2) * t + 0.5) * t),
          static_cast<float>((0.5 * t - 0.5) * t * t)};
}

std::size_t RowFloats(std::size_t values) { return RoundUp(values, kFloatSlack) + kFloatSlack; }

}  // namespace

GaussianRows::Shape GaussianRows::ShapeFor(double sigma) {
  Shape shape;
  while (sigma / shape.cell >= kCoarserFrom) shape.cell *= 2;
  // A box of n pixels has a variance of (n^2 - 1) / 12.
  const double averaged = (shape.cell * shape.cell - 1) / 12.0;
  shape.sigma = std::sqrt(sigma * sigma - averaged) / shape.cell;
  shape.radius = static_cast<int>(std::ceil(4 * shape.sigma));
  shape.margin = shape.cell > 1 ? 2 : 0;
  return shape;
}

GaussianRows::Phase GaussianRows::PhaseOf(int pixel, int cell) {
  const double at = (pixel + 0.5) / cell - 0.5;  // from the middle of its cell
  return at < 0 ? Phase{CubicAt(at + 1), -2} : Phase{CubicAt(at), -1};
}

std::uint64_t GaussianRows::BytesNeeded(int width, int channels, double sigma) {
  const Shape shape = ShapeFor(sigma);
  const auto values = [&](int count) {
    return static_cast<std::uint64_t>(RowFloats(static_cast<std::size_t>(count * channels)));
  };
  const int cells = CellsOf(width, shape.cell) + 2 * shape.margin;
  const auto rows = static_cast<std::uint64_t>(2 * shape.radius + 1);
  // The ring, two edges, four blurred rows, one between them; two padded ones; one of pixels.
  const std::uint64_t floats =
      (rows + 7) * values(cells) + 2 * values(cells + 2 * shape.radius) + values(width);
  return floats * sizeof(float) + 16 * pixel::kAlignment + rows * (sizeof(float) + sizeof(void*)) +
         static_cast<std::uint64_t>(shape.cell) * sizeof(phases_[0]);
}

GaussianRows::GaussianRows(int width, int height, int channels, double sigma)
    : width_(width), height_(height), channels_(channels), shape_(ShapeFor(sigma)) {
  assert(width > 0 && height > 0 && sigma >= kMinSigma && sigma <= kMaxSigma);
  columns_ = CellsOf(width, shape_.cell);
  lines_ = CellsOf(height, shape_.cell);
  grid_values_ = static_cast<std::size_t>((columns_ + 2 * shape_.margin) * channels);
  pad_floats_ = static_cast<std::size_t>((shape_.margin + shape_.radius) * channels);
  row_floats_ = RowFloats(grid_values_);
  kernel_ = KernelOf(shape_.sigma, shape_.radius);
  taps_.resize(std::max<std::size_t>(kernel_.size(), 4));
  for (int p = 0; p < shape_.cell; ++p) phases_.push_back(PhaseOf(p, shape_.cell));

  // All that vectors may touch begins as numbers, so that no slack slows them down.
  const auto make = [](Row& row, std::size_t floats) {
    row.Resize(floats);
    std::fill_n(row.data(), floats, 0.0F);
  };
  const std::size_t padded =
      RowFloats(static_cast<std::size_t>(columns_ * channels) + 2 * pad_floats_);
  make(pixels_, RowFloats(static_cast<std::size_t>(width * channels)));
  make(cells_, padded);
  make(sums_, padded);
  make(across_, kernel_.size() * row_floats_);
  make(top_, row_floats_);
  make(bottom_, row_floats_);
  make(blurred_, 4 * row_floats_);
  make(coarse_, row_floats_);
}

// What lies beyond the edges is the colour of the edges' own pixels, not of their cells.
void GaussianRows::FillBeyond(float* cells, const float* first, const float* last,
                              float scale) const {
  const auto channels = static_cast<std::size_t>(channels_);
  float* right = cells + pad_floats_ + static_cast<std::size_t>(columns_) * channels;
  for (std::size_t i = 0; i < pad_floats_; ++i) {
    cells[i] = first[i % channels] * scale;
    right[i] = last[i % channels] * scale;
  }
}

// One row's sums over the pixels of each cell, into sums_. The last cell is filled up with the
// edge.
void GaussianRows::SumCells(const float* row) {
  float* to = sums_.data() + pad_floats_;
  const auto channels = static_cast<std::size_t>(channels_);
  for (int i = 0; i < columns_; ++i) {
    for (std::size_t c = 0; c < channels; ++c) {
      float sum = 0;
      for (int p = 0; p < shape_.cell; ++p) {
        const int x = std::min(i * shape_.cell + p, width_ - 1);
        sum += row[static_cast<std::size_t>(x) * channels + c];
      }
      *to++ = sum;
    }
  }
  FillBeyond(sums_.data(), row, row + static_cast<std::size_t>(width_ - 1) * channels,
             static_cast<float>(shape_.cell));
}

void GaussianRows::BlurAcross(const float* cells, float scale, float* to) {
  for (std::size_t k = 0; k < kernel_.size(); ++k) {
    taps_[k] = cells + k * static_cast<std::size_t>(channels_);
  }
  Weigh(taps_.data(), kernel_.data(), kernel_.size(), grid_values_, to);
  if (shape_.cell == 1) return;
  for (std::size_t i = 0; i < grid_values_; ++i) to[i] *= scale;
}

// Cells that are pixels.
void GaussianRows::LoadRow(const Load& load, int y) {
  float* row = cells_.data() + pad_floats_;
  load(y, row);
  FillBeyond(cells_.data(), row, row + static_cast<std::size_t>((columns_ - 1) * channels_), 1);
  float* across = across_.data() + static_cast<std::size_t>(y) % kernel_.size() * row_floats_;
  BlurAcross(cells_.data(), 1, across);
  if (y == 0) std::memcpy(top_.data(), across, grid_values_ * sizeof(float));
  if (y == height_ - 1) std::memcpy(bottom_.data(), across, grid_values_ * sizeof(float));
}

// Row j of cells, blurred across, into the ring; and what lies beyond the picture beside it.
void GaussianRows::LoadCells(const Load& load, int j) {
  if (shape_.cell == 1) return LoadRow(load, j);
  const std::size_t count = 2 * pad_floats_ + static_cast<std::size_t>(columns_ * channels_);
  const auto side = static_cast<float>(shape_.cell);
  for (int r = 0; r < shape_.cell; ++r) {
    const int y = j * shape_.cell + r;
    if (y < height_) {
      load(y, pixels_.data());
      SumCells(pixels_.data());
      if (y == 0) BlurAcross(sums_.data(), 1 / side, top_.data());
      if (y == height_ - 1) BlurAcross(sums_.data(), 1 / side, bottom_.data());
    }
    if (r == 0) {
      std::memcpy(cells_.data(), sums_.data(), count * sizeof(float));
    } else {
      for (std::size_t i = 0; i < count; ++i) cells_.data()[i] += sums_.data()[i];
    }
  }
  float* across = across_.data() + static_cast<std::size_t>(j) % kernel_.size() * row_floats_;
  BlurAcross(cells_.data(), 1 / (side * side), across);
}

const float* GaussianRows::AcrossAt(int j) const {
  if (j < 0) return top_.data();
  if (j >= lines_) return bottom_.data();
  return across_.data() + static_cast<std::size_t>(j) % kernel_.size() * row_floats_;
}

void GaussianRows::BlurDown(int j) {
  for (int k = 0; k <= 2 * shape_.radius; ++k) {
    taps_[static_cast<std::size_t>(k)] = AcrossAt(j - shape_.radius + k);
  }
  Weigh(taps_.data(), kernel_.data(), kernel_.size(), grid_values_, BlurredAt(j));
}

// Row y at the picture's resolution, from the four blurred rows around it.
const float* GaussianRows::PixelsOf(int y) {
  if (shape_.cell == 1) return BlurredAt(y);
  const Phase& down = phases_[static_cast<std::size_t>(y % shape_.cell)];
  const int above = y / shape_.cell + down.first;
  for (int k = 0; k < 4; ++k) taps_[static_cast<std::size_t>(k)] = BlurredAt(above + k);
  Weigh(taps_.data(), down.weights.data(), 4, grid_values_, coarse_.data());
  const auto channels = static_cast<std::size_t>(channels_);
  float* to = pixels_.data();
  for (int x = 0; x < width_;) {
    const int cell = x / shape_.cell + shape_.margin;
    for (int p = 0; p < shape_.cell && x < width_; ++p, ++x) {
      const auto& [weights, first] = phases_[static_cast<std::size_t>(p)];
      const float* from = coarse_.data() + static_cast<std::size_t>(cell + first) * channels;
      for (std::size_t c = 0; c < channels; ++c) {
        *to++ = weights[0] * from[c] + weights[1] * from[channels + c] +
                weights[2] * from[2 * channels + c] + weights[3] * from[3 * channels + c];
      }
    }
  }
  return pixels_.data();
}

Expected<void> GaussianRows::Run(const Load& load, const Store& store,
                                 const std::stop_token& stop) {
  int loaded = 0;
  int blurred = -shape_.margin;
  for (int y = 0; y < height_; ++y) {
    if (y % kBatchRows == 0 && stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    const int needed =
        shape_.cell == 1
            ? y
            : y / shape_.cell + phases_[static_cast<std::size_t>(y % shape_.cell)].first + 3;
    for (; blurred <= needed; ++blurred) {
      for (; loaded < lines_ && loaded <= blurred + shape_.radius; ++loaded) {
        if (loaded % kBatchRows == 0 && stop.stop_requested()) return Fail(ErrorKind::kCancelled);
        LoadCells(load, loaded);
      }
      BlurDown(blurred);
    }
    store(y, PixelsOf(y));
  }
  return {};
}

}  // namespace whittle::effect
