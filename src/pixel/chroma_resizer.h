// ChromaResizer: the chroma planes of a picture resized together, each sample counting by its luma.
//
// A picture is resized as amounts of light, and what a pixel adds to its neighbourhood's colour in
// light is, to the first order, its chroma times the slope of the transfer function at its luma: a
// red spark in the dark keeps its red, the dark's own chroma hardly counts. Planes that are
// averaged as they are coded lose that, which shows as faded colour wherever bright and dark lie
// close together. The straight line luma + 32 in place of the slope does as well by measurement
// (README.md has the numbers):
//
//   out = sum(k * w * chroma) / sum(k * w)     w = luma + 32, k = Lanczos3 over both axes
//
// Where ringing leaves less than half of black's weight, colour goes to neutral instead of running
// wild. The way of use, and what is promised, is Resizer's: sources that shrink enough are halved
// first (weights and weighed chroma alike, by the rule for Light::kGamma); the same bytes on every
// CPU and for any batch sizes; mirrored input gives mirrored output under the same conditions. It
// differs from exact arithmetic, halving included, by at most 1 of 255, and by more only where the
// weight falls below black's. Under any luma a plane of one colour stays as it is, with the same
// exception. Chroma that is not scaled stays as it is. Not thread-safe. Memory is some tens of
// source rows of three planes, whatever the source's height.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pixel/aligned.h"
#include "pixel/geometry.h"
#include "pixel/group_filter.h"
#include "pixel/pair_source.h"
#include "pixel/range.h"
#include "pixel/view.h"
#include "whittle/expected.h"

namespace whittle::pixel {

class ChromaResizer {
 public:
  using Rows = ChromaRows;

  /// Starts a job, whatever became of the one before. `geometry` is chroma's, `output` the range of
  /// what Pull gives; Push takes full range. With the ring of a leader of ChromaPairs it follows,
  /// as a Resizer does. Errors as Resizer::Configure.
  Expected<void> Configure(const Geometry& geometry, CodeRange output = CodeRange::kFull,
                           const PairRing* leader = nullptr);
  static PairShape PairsOf(const Geometry& geometry);

  /// As Resizer::Push and Resizer::Pull, for both planes at once.
  int Push(const Rows& rows);
  bool follows() const { return follows_; }
  bool Follow() { return filter_.Follow(); }
  int Pull(RowSpan cb, RowSpan cr);

  /// Memory that a fresh ChromaResizer takes; 0 when the geometry is not valid.
  static std::size_t BytesNeeded(const Geometry& geometry);
  /// Memory held now, which may be an earlier job's.
  std::size_t buffer_bytes() const;
  /// Gives all memory back. Configure before the next use.
  void Release() { *this = ChromaResizer(); }

 private:
  const Kernels* kernels_ = nullptr;
  Geometry geometry_;
  float gain_ = 0;                     ///< of codes around 128
  ChromaPairs pairs_;                  ///< unused where it follows
  GroupFilter filter_;                 ///< planes: weights, weighed cb, weighed cr
  AlignedBuffer<std::uint8_t> codes_;  ///< of the finished group, [plane][x][row]
  bool follows_ = false;
};

}  // namespace whittle::pixel
