// Rows through a Gaussian blur: rows in from the top, blurred rows out a little later.
//
// Below sigma 8 each row is weighed by the whole kernel (4 sigma to each side) across, and some
// rows of such sums wait to be weighed down. From 8 on that happens on a coarse grid of cells,
// averages of 2x2 pixels or 4x4, ..., on which sigma is 4 to 8 again, and a cubic brings the result
// back to the pixels' grid; what averaging itself blurs is taken off sigma. On pictures of 8 bits
// that differs from the exact blur by less than 0.4 codes, rounding aside.
//
// Used by blur and sharpen. One picture, one thread. Beyond the edges lies the edges' own colour.
// Cost: 8 sigma + 1 multiplications down and across for each value, at most 66, by floats in
// vectors.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include "pixel/aligned.h"
#include "whittle/expected.h"

namespace whittle::effect {

inline constexpr double kMinSigma = 0.3;
inline constexpr double kMaxSigma = 1000;

class GaussianRows {
 public:
  /// `sigma`, in pixels, is kMinSigma..kMaxSigma; `channels` values to a pixel. Throws
  /// std::bad_alloc.
  GaussianRows(int width, int height, int channels, double sigma);

  /// Bytes that such an object holds. Depends on a picture's height only to be less for a small
  /// one.
  static std::uint64_t BytesNeeded(int width, int channels, double sigma);

  /// Fills a row with values; called once for each row, top to bottom.
  using Load = std::function<void(int y, float* row)>;
  /// Takes a blurred row; called once for each row, top to bottom, and for none before it was
  /// loaded.
  using Store = std::function<void(int y, const float* row)>;
  /// Blurs a picture. Error: kCancelled.
  Expected<void> Run(const Load& load, const Store& store, const std::stop_token& stop);

 private:
  using Row = pixel::AlignedBuffer<float>;
  struct Shape {
    int cell = 1;    ///< pixels on a cell's side
    int margin = 0;  ///< cells beyond each edge that the way back to pixels looks at
    int radius = 0;  ///< of the kernel, in cells
    double sigma = 0;
  };
  // How a pixel comes from four cells: their weights, and where the first of them is.
  struct Phase {
    std::array<float, 4> weights;
    int first;  ///< counted from the cell that the pixel is in
  };
  static Shape ShapeFor(double sigma);
  static Phase PhaseOf(int pixel, int cell);
  static int CellsOf(int pixels, int cell) { return (pixels + cell - 1) / cell; }

  void LoadCells(const Load& load, int j);
  void LoadRow(const Load& load, int y);
  void SumCells(const float* row);
  void FillBeyond(float* cells, const float* first, const float* last, float scale) const;
  void BlurAcross(const float* cells, float scale, float* to);
  void BlurDown(int j);
  const float* AcrossAt(int j) const;
  float* BlurredAt(int j) {
    return blurred_.data() + static_cast<std::size_t>((j + 4) % 4) * row_floats_;
  }
  const float* PixelsOf(int y);

  int width_, height_, channels_;
  Shape shape_;
  int columns_, lines_;      // cells across and down
  std::size_t row_floats_;   // from one row of cells to the next
  std::size_t pad_floats_;   // before a row of cells while it is blurred across
  std::size_t grid_values_;  // of a row of cells with its margins
  std::vector<float> kernel_;
  std::vector<Phase> phases_;  // for each pixel of a cell
  std::vector<const float*> taps_;
  Row pixels_;        // one row at the picture's resolution
  Row cells_;         // sums of rows, padded for the kernel
  Row sums_;          // of one row
  Row across_;        // a ring of rows blurred across
  Row top_, bottom_;  // what lies beyond the first and last, blurred across
  Row blurred_;       // the last four rows, blurred both ways
  Row coarse_;        // one row between rows of cells
};

}  // namespace whittle::effect
