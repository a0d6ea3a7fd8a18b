// Resizer: 8-bit rows in, resized 8-bit rows out, by separable Lanczos3.
//
//   Resizer resizer;                                     // one per worker, kept from job to job
//   WHITTLE_CHECK(resizer.Configure({Geometry::Whole(6000, 4000, 800, 533), PixelFormat::kRgb8}));
//   while (rows left) {
//     rows.drop(resizer.Push(rows));                     // takes what it has room for
//     while (int n = resizer.Pull(out)) Write(out.Slice(0, n));
//   }
//
// Where both axes shrink enough, the source is halved first (reducer.h). The result is the same,
// byte for byte, on every CPU, for any batch sizes. It differs from exact arithmetic, halving
// included, by at most 1 of 255; halving itself moves the samples of a photo by 0.1 of 255 on
// average. A plane of one colour stays as it is. Mirrored input gives exactly the mirrored output
// where the source rectangle lies symmetrically, no axis shrinks 32 times or more, and a source
// that is halved has sides that divide by 2, 4 or 8. Not thread-safe. Memory is some tens of source
// rows, whatever the source's height.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pixel/aligned.h"
#include "pixel/passes.h"
#include "pixel/reducer.h"
#include "pixel/transfer.h"
#include "pixel/view.h"
#include "whittle/expected.h"

namespace whittle::pixel {

/// Output 0..dst_width x 0..dst_height shows the source rectangle [left, right) x [top, bottom), in
/// source pixels, which need not be whole. Pixels around the rectangle count where the kernel
/// reaches them.
struct Geometry {
  int src_width = 0;
  int src_height = 0;
  int dst_width = 0;
  int dst_height = 0;
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;

  static constexpr Geometry Whole(int src_width, int src_height, int dst_width, int dst_height) {
    return {src_width,
            src_height,
            dst_width,
            dst_height,
            0,
            0,
            static_cast<double>(src_width),
            static_cast<double>(src_height)};
  }
  Axis horizontal() const { return {src_width, dst_width, left, right}; }
  Axis vertical() const { return {src_height, dst_height, top, bottom}; }
};

/// Planes of a planar picture are resized one by one as kGray8, each with its own geometry.
struct ResizeSpec {
  Geometry geometry;
  PixelFormat format = PixelFormat::kRgb8;  ///< kGray8 or kRgb8, of input and output
  Light light = Light::kLinear;
};

class Resizer {
 public:
  /// Starts a job, whatever became of the one before. Errors: kTooLarge for sides above
  /// Filter::kMaxSide, kInternal for an impossible geometry or format.
  Expected<void> Configure(const ResizeSpec& spec);

  /// Takes rows from the top of `rows` and returns how many; fewer than all means that rows are
  /// ready and must be pulled before. Source rows come in order, each once.
  int Push(ConstRowSpan rows);
  /// Fills rows from the top of `out` with finished rows and returns how many; 0 means: push first,
  /// or all rows are out.
  int Pull(RowSpan out);

  /// Memory that a fresh Resizer takes for `spec`; 0 when the spec is not valid.
  static std::size_t BytesNeeded(const ResizeSpec& spec);
  /// Memory held now, which may be an earlier job's.
  std::size_t buffer_bytes() const;
  /// Gives all memory back. Configure before the next use.
  void Release() { *this = Resizer(); }

 private:
  void TakePair(const std::uint8_t* even, const std::uint8_t* odd);
  std::int16_t* Slot() { return vertical_.Wants() ? vertical_.Slot() : nullptr; }
  void Advance();
  void FinishGroup();
  void Encode(RowSpan out) const;

  ResizeSpec spec_;
  std::size_t planes_ = 0;
  std::size_t plane_samples_ = 0;  ///< padded width of a plane of the reduced picture
  const Kernels* kernels_ = nullptr;
  const EncodeTable* encode_ = nullptr;
  Reducer reducer_;
  VerticalPass vertical_;
  HorizontalPass horizontal_;

  AlignedBuffer<std::uint8_t> even_row_;  ///< a row that waits for its odd neighbour
  int taken_ = 0;                         ///< source rows

  // Output rows gather until there are kGroupRows or no more.
  AlignedBuffer<std::int16_t> group_;     ///< lane rows of all planes
  AlignedBuffer<std::int16_t> finished_;  ///< [plane][x][row]
  int group_rows_ = 0;
  int pulled_ = 0;      ///< of the finished group
  bool ready_ = false;  ///< the group is finished and not yet pulled
};

}  // namespace whittle::pixel
