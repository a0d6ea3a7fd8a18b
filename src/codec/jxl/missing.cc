#include "codec/jxl/missing.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/fill_rows.h"

namespace whittle::codec {
namespace {

constexpr int kSide = 128;  // of the smallest groups; others are multiples

pixel::RowSpan SquareAt(const pixel::RowSpan& picture, int x, int y) {
  pixel::RowSpan square = picture.Slice(y, std::min(kSide, picture.rows - y));
  square.data +=
      static_cast<std::size_t>(x) * static_cast<std::size_t>(pixel::PixelBytes(picture.format));
  square.width = std::min(kSide, picture.width - x);
  return square;
}

bool IsMissing(const pixel::RowSpan& square) {
  for (int y = 0; y < square.rows; ++y) {
    const std::span<const std::uint8_t> row(square.row(y), square.row_bytes());
    if (std::ranges::any_of(row, [](std::uint8_t byte) { return byte != 0; })) return false;
  }
  return true;
}

std::vector<std::uint8_t> MeanOfLastRow(const pixel::RowSpan& rows) {
  return MeanPixel(rows.Slice(rows.rows - 1, 1));
}

// What stands for squares that are missing in the first row of them; nothing where all are.
Expected<std::vector<std::uint8_t>> FirstMean(const pixel::RowSpan& picture,
                                              const std::stop_token& stop) {
  for (int y = 0; y < picture.rows; y += kSide) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    for (int x = 0; x < picture.width; x += kSide) {
      const pixel::RowSpan square = SquareAt(picture, x, y);
      if (!IsMissing(square)) return MeanOfLastRow(square);
    }
  }
  return std::vector<std::uint8_t>{};
}

}  // namespace

Expected<bool> FillMissing(pixel::RowSpan picture, const std::stop_token& stop) {
  WHITTLE_TRY(std::vector<std::uint8_t> mean, FirstMean(picture, stop));
  if (mean.empty()) return false;
  for (int y = 0; y < picture.rows; y += kSide) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    bool whole = true;
    for (int x = 0; x < picture.width; x += kSide) {
      const pixel::RowSpan square = SquareAt(picture, x, y);
      if (!IsMissing(square)) continue;
      whole = false;
      FillRows(square, mean);
    }
    if (whole) mean = MeanOfLastRow(picture.Slice(y, std::min(kSide, picture.rows - y)));
  }
  return true;
}

}  // namespace whittle::codec
