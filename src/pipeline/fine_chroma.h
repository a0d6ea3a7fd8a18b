// A result's chroma at full resolution, beside the halved one that its file will have: what a lossy
// copy is compared with, so that the loss by halving shows.
//
// For plans with planes whose chroma is weighed by luma. One job, one thread. Cost: that of
// chroma's own resize, or a little more.
#pragma once

#include "effect/likeness.h"
#include "pipeline/plan.h"
#include "pipeline/workspace.h"
#include "pixel/chroma_resizer.h"

namespace whittle::pipeline {

class FineChroma {
 public:
  /// Errors as Workspace::Prepare.
  Expected<void> Prepare(const Plan& plan);
  /// Takes some rows of the source's chroma; returns how many.
  int Push(const pixel::ChromaResizer::Rows& rows);
  /// Puts the chroma, upright, into `compared`, whose luma has the result's size. Error: kInternal
  /// when rows are missing.
  Expected<void> Finish(const Plan& plan, effect::LikenessPlanes& compared);

  static std::uint64_t BytesNeeded(const Plan& plan);

 private:
  pixel::ChromaResizer resizer_;
  RowBuffer cb_, cr_;  // as stored
  RowBuffer upright_cb_, upright_cr_;
  int filled_ = 0;
};

}  // namespace whittle::pipeline
