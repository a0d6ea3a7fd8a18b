// How like its original a lossy copy of a picture looks, as an estimate of SSIMULACRA2.
//
// The pipeline asks, to choose a quality (pipeline/auto_quality.h). The terms are those of the
// metric that decide its score between 50 and 95 and cost little: luma at full and half resolution,
// luma and colour at a quarter to a sixteenth, each by local means and variances of a Gaussian
// window, pooled by its weights. Luma stands for the metric's Y where colour is not looked at, and
// of the full resolution every fourth row counts. How near that comes:
// docs/decisions/quality.md.
//
// The same estimate on every CPU: no fused operations, sums in a fixed order. One object, one
// thread. Cost: see the kernel, likeness_rows.h; 0.7 ms for 500x333 with AVX-512.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "pixel/view.h"
#include "whittle/expected.h"

namespace whittle::effect {

/// Codes of full range (ITU-R BT.601, as in JPEG) of the sRGB colours; all kGrey8. Chroma has
/// luma's size, or half of its width and rows, rounded up, or is empty: grey. What a copy lost by
/// having less of it than its original is told only when the original's has luma's size.
struct LikenessPlanes {
  pixel::ConstRowSpan luma, cb, cr;
};

/// Rows of floats with zeros around them, which the window reaches into.
class FloatPlane {
 public:
  void Shape(int width, int height);
  int width() const { return width_; }
  int height() const { return height_; }
  float* row(int y) { return values_.data() + Offset(y); }
  const float* row(int y) const { return values_.data() + Offset(y); }

 private:
  std::size_t Offset(int y) const;
  int width_ = 0, height_ = 0;
  std::vector<float> values_;
};

class Likeness {
 public:
  /// `original` must outlive the object. Once a stop is requested, all there is to be had is
  /// kCancelled.
  explicit Likeness(const LikenessPlanes& original, std::stop_token stop = {});

  /// Estimated SSIMULACRA2 of `copy`, which has the original's size: 100 for the original itself,
  /// 90 hardly told from it, 70 good, 50 fair. Error: kCancelled.
  Expected<double> Score(const LikenessPlanes& copy);

  /// Upper estimate of what an object holds for a picture of this size.
  static std::uint64_t BytesNeeded(std::uint64_t width, std::uint64_t height);

  /// Resolutions: full, half, ... a sixteenth.
  static constexpr std::size_t kLevels = 5;

 private:
  // Of one picture, what is compared below full resolution.
  struct Coarse {
    FloatPlane half;                                        // luma
    std::array<std::array<FloatPlane, 3>, kLevels> colour;  // X, Y, B of levels 2 to 4
    std::array<FloatPlane, 3> light;                        // red, green, blue of the last level
    std::array<FloatPlane, 3> next;                         // and of the one after it
  };
  void Fill(const LikenessPlanes& picture, Coarse& coarse) const;
  double SumOfColours() const;

  const std::stop_token stop_;
  LikenessPlanes original_;
  Coarse of_original_, of_copy_;
};

}  // namespace whittle::effect
