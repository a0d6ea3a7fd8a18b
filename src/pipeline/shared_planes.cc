#include "pipeline/shared_planes.h"

#include <algorithm>

#include "base/checked.h"
#include "pipeline/result_planes.h"
#include "pixel/average_blocks.h"

namespace whittle::pipeline {
namespace {

using pixel::PairShape;
using pixel::PixelFormat;

PairShape LumaOf(const Plan& plan) { return pixel::Resizer::PairsOf(ResizeOf(plan, 0)); }
PairShape ChromaOf(const Plan& plan) {
  return pixel::ChromaResizer::PairsOf(ResizeOf(plan, 1).geometry);
}
int LumaRowsOf(const Plan& plan) { return SharedPlanes::RowsAtOnce(*plan.planes); }
int ChromaRowsOf(const Plan& plan) { return LumaRowsOf(plan) / (*plan.planes)[1].down; }

template <class Forms>
const pixel::PairRing* Find(const Forms& forms, const PairShape& shape) {
  const auto form = std::ranges::find(forms, shape, [](const auto& each) { return each.shape; });
  return form == forms.end() ? nullptr : &form->leader.ring();
}

}  // namespace

int SharedPlanes::RowsAtOnce(const codec::PlaneShapes& shapes) {
  constexpr int kBlockRows = 8;
  int down = 2;
  for (std::size_t p = 1; p < shapes.count; ++p) down = std::max(down, shapes[p].down);
  return kBlockRows * down;
}

SharedPlanes::SharedPlanes(std::span<const Plan* const> plans) : any_(*plans.front()) {
  const auto make = [](auto& forms, const PairShape& shape, int rows) {
    if (Find(forms, shape) != nullptr) return;
    auto& form = forms.emplace_back();
    form.shape = shape;
    form.leader.Configure(shape, rows);
  };
  for (const Plan* plan : plans) make(luma_, LumaOf(*plan), LumaRowsOf(any_));
  if (!WeighsChroma(any_)) return;
  for (const Plan* plan : plans) make(chroma_, ChromaOf(*plan), ChromaRowsOf(any_));
  chroma_luma_.Shape((*any_.planes)[1].width, ChromaRowsOf(any_), PixelFormat::kGrey8);
}

const pixel::PairRing* SharedPlanes::LumaFor(const Plan& plan) const {
  return Find(luma_, LumaOf(plan));
}
const pixel::PairRing* SharedPlanes::ChromaFor(const Plan& plan) const {
  return Find(chroma_, ChromaOf(plan));
}

void SharedPlanes::Take(const codec::PlaneBands& bands) {
  for (auto& form : luma_) form.leader.Push(bands[0]);
  if (chroma_.empty() || bands[1].rows == 0) return;
  const pixel::ConstRowSpan luma =
      LumaOfChroma(any_, bands[0], chroma_luma_.rows().Slice(0, bands[1].rows));
  for (auto& form : chroma_) form.leader.Push({.cb = bands[1], .cr = bands[2], .luma = luma});
}

std::uint64_t SharedPlanes::BytesNeeded(const Plan& plan) {
  std::uint64_t sum = 0;
  PairShape luma = LumaOf(plan);
  for (int halvings = 0; halvings <= pixel::Reducer::kMaxHalvings; ++halvings) {
    luma.reducer.halvings = halvings;
    sum = SaturatingAdd(sum,
                        pixel::PairLeader<pixel::CodePairs>::BytesNeeded(luma, LumaRowsOf(plan)));
  }
  if (!WeighsChroma(plan)) return sum;
  PairShape chroma = ChromaOf(plan);
  for (int halvings = 0; halvings <= pixel::Reducer::kMaxHalvings; ++halvings) {
    chroma.reducer.halvings = halvings;
    sum = SaturatingAdd(
        sum, pixel::PairLeader<pixel::ChromaPairs>::BytesNeeded(chroma, ChromaRowsOf(plan)));
  }
  return sum + RowBuffer::BytesNeeded(static_cast<std::uint64_t>((*plan.planes)[1].width),
                                      static_cast<std::uint64_t>(ChromaRowsOf(plan)),
                                      PixelFormat::kGrey8);
}

}  // namespace whittle::pipeline
