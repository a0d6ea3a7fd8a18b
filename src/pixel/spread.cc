#include "pixel/spread.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

namespace whittle::pixel {
namespace {

// Cells of the last level are 16 pixels wide: so far visible colours reach. Beyond, the mean of all
// is cheaper to encode than colours that go on changing: with all levels an 800x600 picture of
// colourful dice takes 4.5 % more bytes and 1.6 times the CPU in AVIF, with these 0.2 % less than
// black.
constexpr std::size_t kLevels = 4;

constexpr int kBatchRows = 16;  // between two looks at the stop token

// Means of squares of pixels, each level of half the width and height of the one before it, rounded
// up. Of a cell that nothing is visible of, `weight` is 0 until it is filled from the next level.
struct Cell {
  std::array<std::uint16_t, 3> colour{};
  std::uint16_t weight = 0;  // mean alpha, and at least 1 where there is any
};
struct Level {
  int width = 0;
  int height = 0;
  std::vector<Cell> cells;
  Cell& at(int x, int y) {
    return cells[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                 static_cast<std::size_t>(x)];
  }
};

int Half(int side) { return (side + 1) / 2; }

// Of cells, weighed. `Sum` holds the sum of their colours' products with their weights.
template <class Sum>
class Mean {
 public:
  void Add(const Cell& cell) {
    for (std::size_t c = 0; c < 3; ++c) {
      sums_[c] += Sum{cell.colour[c]} * cell.weight;
    }
    weight_ += cell.weight;
  }
  Cell Take() const {
    Cell cell;
    if (weight_ == 0) return cell;
    for (std::size_t c = 0; c < 3; ++c) {
      cell.colour[c] = static_cast<std::uint16_t>((sums_[c] + weight_ / 2) / weight_);
    }
    cell.weight = static_cast<std::uint16_t>((weight_ + 3) / 4);
    return cell;
  }

 private:
  std::array<Sum, 3> sums_{};
  Sum weight_ = 0;
};

template <class Sample, std::size_t kColours>
class Spreader {
 public:
  Spreader(RowSpan picture, const std::stop_token& stop) : picture_(picture), stop_(stop) {}

  Expected<void> Run() {
    WHITTLE_TRY(const bool any, AnyTransparent());
    if (!any) return {};
    WHITTLE_TRY(levels_[0], FirstLevel());
    for (std::size_t i = 1; i < kLevels; ++i) {
      WHITTLE_TRY(levels_[i], Halved(levels_[i - 1]));
    }
    Mean<std::uint64_t> all;
    for (const Cell& cell : levels_.back().cells) all.Add(cell);
    const Cell mean = all.Take();
    if (mean.weight == 0) return {};  // nothing is visible
    for (Cell& cell : levels_.back().cells) {
      if (cell.weight == 0) cell.colour = mean.colour;
    }
    for (std::size_t i = kLevels - 1; i > 0; --i) {
      WHITTLE_CHECK(Fill(levels_[i - 1], levels_[i]));
    }
    for (int y = 0; y < picture_.rows; ++y) {
      WHITTLE_CHECK(GoOn(y));
      FillRow(y);
    }
    return {};
  }

 private:
  static constexpr std::size_t kPixel = (kColours + 1) * sizeof(Sample);
  using SumOfFour = std::conditional_t<sizeof(Sample) == 1, std::uint32_t, std::uint64_t>;

  // Before each row `y` of any level.
  Expected<void> GoOn(int y) const {
    if (y % kBatchRows == 0 && stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
    return {};
  }

  static bool IsTransparent(const std::uint8_t* pixel) {
    Sample alpha;
    std::memcpy(&alpha, pixel + kColours * sizeof alpha, sizeof alpha);
    return alpha == 0;
  }

  Expected<bool> AnyTransparent() const {
    for (int y = 0; y < picture_.rows; ++y) {
      WHITTLE_CHECK(GoOn(y));
      const std::uint8_t* pixel = picture_.row(y);
      for (int x = 0; x < picture_.width; ++x, pixel += kPixel) {
        if (IsTransparent(pixel)) return true;
      }
    }
    return false;
  }

  Cell Load(int x, int y) const {
    std::array<Sample, kColours + 1> pixel{};
    std::memcpy(pixel.data(), picture_.row(y) + static_cast<std::size_t>(x) * kPixel, kPixel);
    Cell cell;
    for (std::size_t c = 0; c < kColours; ++c) cell.colour[c] = pixel[c];
    cell.weight = pixel[kColours];
    return cell;
  }

  Expected<Level> FirstLevel() const {
    return Halved(picture_.width, picture_.rows, [this](int x, int y) { return Load(x, y); });
  }
  Expected<Level> Halved(Level& fine) const {
    return Halved(fine.width, fine.height, [&fine](int x, int y) { return fine.at(x, y); });
  }

  // Means of squares of two by two; `cell_at` gives what is at a place of so many by so many.
  template <class CellAt>
  Expected<Level> Halved(int width, int height, CellAt cell_at) const {
    Level level = {Half(width), Half(height), {}};
    level.cells.resize(static_cast<std::size_t>(level.width) *
                       static_cast<std::size_t>(level.height));
    for (int y = 0; y < level.height; ++y) {
      WHITTLE_CHECK(GoOn(y));
      for (int x = 0; x < level.width; ++x) {
        Mean<SumOfFour> mean;
        for (int v = 2 * y; v < std::min(2 * y + 2, height); ++v) {
          for (int u = 2 * x; u < std::min(2 * x + 2, width); ++u) mean.Add(cell_at(u, v));
        }
        level.at(x, y) = mean.Take();
      }
    }
    return level;
  }

  // The colour of `coarse` at the middle of the finer level's cell (x, y): between the four cells
  // whose middles are around it, of which the nearest counts nine sixteenths.
  static std::array<std::uint16_t, 3> Between(Level& coarse, int x, int y) {
    const auto clamped = [](int at, int size) { return std::clamp(at, 0, size - 1); };
    const int near_x = clamped(x / 2, coarse.width), near_y = clamped(y / 2, coarse.height);
    const int far_x = clamped(x / 2 + (x % 2 == 0 ? -1 : 1), coarse.width);
    const int far_y = clamped(y / 2 + (y % 2 == 0 ? -1 : 1), coarse.height);
    const Cell& nearest = coarse.at(near_x, near_y);
    const Cell& beside = coarse.at(far_x, near_y);
    const Cell& above = coarse.at(near_x, far_y);
    const Cell& across = coarse.at(far_x, far_y);
    std::array<std::uint16_t, 3> colour{};
    for (std::size_t c = 0; c < 3; ++c) {
      const std::uint32_t sum =
          9U * nearest.colour[c] + 3U * beside.colour[c] + 3U * above.colour[c] + across.colour[c];
      colour[c] = static_cast<std::uint16_t>((sum + 8) / 16);
    }
    return colour;
  }

  Expected<void> Fill(Level& fine, Level& coarse) const {
    for (int y = 0; y < fine.height; ++y) {
      WHITTLE_CHECK(GoOn(y));
      for (int x = 0; x < fine.width; ++x) {
        Cell& cell = fine.at(x, y);
        if (cell.weight == 0) cell.colour = Between(coarse, x, y);
      }
    }
    return {};
  }

  void FillRow(int y) {
    std::uint8_t* pixel = picture_.row(y);
    for (int x = 0; x < picture_.width; ++x, pixel += kPixel) {
      if (!IsTransparent(pixel)) continue;
      const auto colour = Between(levels_[0], x, y);
      for (std::size_t c = 0; c < kColours; ++c) {
        const auto sample = static_cast<Sample>(colour[c]);
        std::memcpy(pixel + c * sizeof sample, &sample, sizeof sample);
      }
    }
  }

  RowSpan picture_;
  const std::stop_token& stop_;
  std::array<Level, kLevels> levels_;
};

}  // namespace

Expected<void> SpreadUnderTransparency(RowSpan picture, const std::stop_token& stop) {
  if (!HasAlpha(picture.format) || picture.width < 1 || picture.rows < 1) return {};
  if (IsWide(picture.format)) {
    if (IsGrey(picture.format)) return Spreader<std::uint16_t, 1>(picture, stop).Run();
    return Spreader<std::uint16_t, 3>(picture, stop).Run();
  }
  if (IsGrey(picture.format)) return Spreader<std::uint8_t, 1>(picture, stop).Run();
  return Spreader<std::uint8_t, 3>(picture, stop).Run();
}

}  // namespace whittle::pixel
