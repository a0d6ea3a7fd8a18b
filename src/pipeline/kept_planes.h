// Planes that are kept: the place of an encoder where a result's luma and chroma are encoded more
// than once.
//
// One job, one thread.
#pragma once

#include "codec/codec.h"
#include "pipeline/compared.h"

namespace whittle::pipeline {

class KeptPlanes final : public codec::PlaneSink {
 public:
  /// `spec` is of the result, `range` of the planes that come. Chroma has half the resolution.
  KeptPlanes(const codec::EncodeSpec& spec, codec::Range range);

  Expected<void> Write(const codec::PlaneBands& rows) override;
  /// Nothing to give: the rows stay here.
  Expected<Bytes> Finish() override;

  /// All of the planes into an encoder of them.
  Expected<Bytes> EncodeWith(const codec::Codec& codec, const codec::EncodeSpec& spec) const;
  /// The same as they are compared.
  effect::LikenessPlanes compared() const;

 private:
  Compared as_coded_, full_;  // the latter for studio range only
  codec::Range range_;
};

}  // namespace whittle::pipeline
