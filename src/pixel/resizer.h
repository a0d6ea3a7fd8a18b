// Resizer: 8-bit rows in, resized 8-bit rows out, by a separable kernel.
//
//   Resizer resizer;                                     // one per worker, kept from job to job
//   WHITTLE_CHECK(resizer.Configure({Geometry::Whole(6000, 4000, 800, 533), PixelFormat::kRgb8}));
//   while (rows left) {
//     rows.drop(resizer.Push(rows));                     // takes what it has room for
//     while (int n = resizer.Pull(out)) Write(out.Slice(0, n));
//   }
//
// Where both axes shrink enough under Lanczos3, the source is halved first (reducer.h). The result
// is the same, byte for byte, on every CPU, for any batch sizes. It differs from exact arithmetic,
// halving included, by at most 1 of 255; halving itself moves the samples of a photo by 0.1 of 255
// on average. A plane of one colour stays as it is. Mirrored input gives exactly the mirrored
// output where the source rectangle lies symmetrically, no axis shrinks 32 times or more, a source
// that is halved has sides that divide by 2, 4 or 8, and the kernel is not nearest. Not
// thread-safe. Memory is some tens of source rows, whatever the source's height.
//
// With alpha, colour is multiplied by it before it is averaged and divided by it afterwards, so
// that what is invisible has no say; alpha itself is averaged as it is coded. Premultiplied samples
// have the same 16-bit fixed point, so colour differs from exact arithmetic by at most 1 of 255
// where alpha is 128 or more. Below, it is by 2 + 2 * 255 / alpha units of kOne, which is most in
// the dark, where a code is 7 units. Where alpha comes out as 0, so does colour. An opaque picture
// gives the very bytes it gives without alpha, but for axes that shrink 32 times or more.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pixel/aligned.h"
#include "pixel/geometry.h"
#include "pixel/group_filter.h"
#include "pixel/pair_source.h"
#include "pixel/transfer.h"
#include "pixel/view.h"
#include "whittle/expected.h"

namespace whittle::pixel {

/// Luma of a planar picture is resized as kGrey8; chroma_resizer.h is for the other planes.
struct ResizeSpec {
  Geometry geometry;
  PixelFormat format = PixelFormat::kRgb8;  ///< 8-bit grey or RGB, of input and output
  Light light = Light::kLinear;
  Kernel kernel = Kernel::kLanczos3;
  /// Gives studio range (range.h), of luma in linear light, of chroma in gamma's; for kGrey8.
  bool studio_output = false;

  Axis horizontal() const { return geometry.horizontal(kernel); }
  Axis vertical() const { return geometry.vertical(kernel); }
};

class Resizer {
 public:
  /// Starts a job, whatever became of the one before. With the ring of a leader of CodePairs, whose
  /// shape is PairsOf the spec, rows are not pushed: it follows. Errors: kTooLarge for sides above
  /// Filter::kMaxSide, kInternal for an impossible geometry or format.
  Expected<void> Configure(const ResizeSpec& spec, const PairRing* leader = nullptr);
  /// Of a valid spec.
  static PairShape PairsOf(const ResizeSpec& spec);

  /// Takes rows from the top of `rows` and returns how many; fewer than all means that rows are
  /// ready and must be pulled before. Source rows come in order, each once.
  int Push(ConstRowSpan rows);
  bool follows() const { return follows_; }
  /// Takes the pair rows that its leader has made; false when rows are ready and must be pulled
  /// before it has all.
  bool Follow() { return filter_.Follow(); }
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
  void Encode(RowSpan out) const;
  template <int kChannels>
  void EncodeAs(RowSpan out) const;

  const Kernels* kernels_ = nullptr;
  ResizeSpec spec_;
  const EncodeTable* encode_ = nullptr;
  CodePairs pairs_;  ///< unused where it follows
  GroupFilter filter_;
  bool follows_ = false;
};

}  // namespace whittle::pixel
