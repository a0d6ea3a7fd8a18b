#include "pixel/chroma_resizer.h"

#include <algorithm>
#include <cassert>

#include "base/checked.h"

namespace whittle::pixel {
namespace {

constexpr std::size_t kPlanes = 3;

// The job's parts.
struct Parts {
  explicit Parts(const Geometry& geometry)
      : pairs(ChromaResizer::PairsOf(geometry)),
        filter{.horizontal = Halved(geometry.horizontal(), pairs.reducer.halvings),
               .vertical = Halved(geometry.vertical(), pairs.reducer.halvings),
               .planes = kPlanes} {}

  PairShape pairs;
  GroupFilter::Shape filter;
};

Expected<void> Check(const Geometry& geometry) {
  WHITTLE_CHECK(Validate(geometry.horizontal()));
  return Validate(geometry.vertical());
}

// Bytes of a group's codes.
std::size_t CodesOf(const Geometry& geometry) {
  return 2 * static_cast<std::size_t>(geometry.dst_width) * kGroupRows;
}

// Turns columns of kGroupRows codes into rows, in blocks that stay in the first-level cache.
void CopyRows(const std::uint8_t* codes, RowSpan out) {
  constexpr int kColumns = 64;
  for (int left = 0; left < out.width; left += kColumns) {
    const int right = std::min(left + kColumns, out.width);
    for (int y = 0; y < out.rows; ++y) {
      const std::uint8_t* code = codes + std::ptrdiff_t{left} * kGroupRows + y;
      std::uint8_t* to = out.row(y);
#pragma clang loop unroll_count(8)
      for (int x = left; x < right; ++x, code += kGroupRows) to[x] = *code;
    }
  }
}

}  // namespace

std::size_t ChromaResizer::BytesNeeded(const Geometry& geometry) {
  if (!Check(geometry)) return 0;
  const Parts parts(geometry);
  return ChromaPairs::BytesNeeded(parts.pairs) + GroupFilter::BytesNeeded(parts.filter) +
         RoundUp(CodesOf(geometry), kAlignment);
}

std::size_t ChromaResizer::buffer_bytes() const {
  return pairs_.bytes() + filter_.bytes() + codes_.bytes();
}

PairShape ChromaResizer::PairsOf(const Geometry& geometry) {
  return {.reducer = {.width = geometry.src_width,
                      .planes = kPlanes,
                      .halvings =
                          HalvingsFor(geometry.horizontal(), geometry.vertical(), Light::kGamma),
                      .wide = true},
          .height = geometry.src_height};
}

Expected<void> ChromaResizer::Configure(const Geometry& geometry, CodeRange output,
                                        const PairRing* leader) {
  WHITTLE_CHECK(Check(geometry));
  geometry_ = geometry;
  gain_ = static_cast<float>(output == CodeRange::kStudio ? 128 * kStudioChroma : 128);
  kernels_ = &KernelsForThisCpu();
  const Parts parts(geometry);
  follows_ = leader != nullptr;
  if (!follows_) pairs_.Configure(*kernels_, parts.pairs);
  codes_.Resize(CodesOf(geometry));
  return filter_.Configure(*kernels_, parts.filter, parts.pairs.reducer.order(), leader);
}

int ChromaResizer::Push(const Rows& rows) {
  int used = 0;
  while (used < rows.cb.rows && !pairs_.done() && filter_.HasRoom()) {
    if (pairs_.Take(rows, used, filter_.Slot())) filter_.Advance();
  }
  return used;
}

int ChromaResizer::Pull(RowSpan cb, RowSpan cr) {
  assert(cb.width == geometry_.dst_width && cr.width == geometry_.dst_width);
  assert(cb.rows == cr.rows);
  const int count = std::min(cb.rows, filter_.Ready());
  if (count == 0) return 0;
  const std::size_t plane = filter_.finished_plane();
  if (filter_.dropped() == 0) {
    const std::int16_t* weights = filter_.finished();
    kernels_->unweigh_chroma(weights + plane, weights, plane, gain_, codes_.data());
    kernels_->unweigh_chroma(weights + 2 * plane, weights, plane, gain_, codes_.data() + plane);
  }
  CopyRows(codes_.data() + filter_.dropped(), cb.Slice(0, count));
  CopyRows(codes_.data() + plane + filter_.dropped(), cr.Slice(0, count));
  filter_.Drop(count);
  return count;
}

}  // namespace whittle::pixel
