// What several results of one decode make alike of its planes: samples in the light of the resize,
// chroma weighed by luma, halved as often as they want it.
//
// Each such form is made once, and their resizers follow its leader (pixel/pair_source.h). One
// thread. Memory: some rows for each form.
#pragma once

#include <cstdint>
#include <list>
#include <span>

#include "codec/codec.h"
#include "pipeline/plan.h"
#include "pipeline/workspace.h"
#include "pixel/pair_source.h"

namespace whittle::pipeline {

class SharedPlanes {
 public:
  /// Luma rows that are taken at once, those of an MCU, or two of them in 4:4:4: few, so that what
  /// is made of them is still in the caches when the results take it. Any plane's factor divides
  /// them.
  static int RowsAtOnce(const codec::PlaneShapes& shapes);

  /// For results with these plans, all of one source and with planes. The first outlives it. Throws
  /// std::bad_alloc.
  explicit SharedPlanes(std::span<const Plan* const> plans);

  /// The pair rows for the resizer of luma, or of weighed chroma, of a result that is one of those.
  const pixel::PairRing* LumaFor(const Plan& plan) const;
  const pixel::PairRing* ChromaFor(const Plan& plan) const;

  /// Takes the next rows of all planes, RowsAtOnce of luma at most. All who follow have to catch up
  /// before the next.
  void Take(const codec::PlaneBands& bands);

  /// An upper estimate of all forms for any results of this source.
  static std::uint64_t BytesNeeded(const Plan& plan);

 private:
  template <class Source>
  struct Form {
    pixel::PairShape shape;
    pixel::PairLeader<Source> leader;
  };
  template <class Source>
  using Forms = std::list<Form<Source>>;

  const Plan& any_;
  Forms<pixel::CodePairs> luma_;
  Forms<pixel::ChromaPairs> chroma_;
  RowBuffer chroma_luma_;  // luma at chroma's resolution
};

}  // namespace whittle::pipeline
