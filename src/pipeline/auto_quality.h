// The quality that a picture needs to look as good as was asked for: what q=auto means.
//
// The finished picture is encoded, decoded and compared (effect/likeness.h), and the next quality
// follows from how the format's score usually grows with quality. One job, one thread. Cost: at
// most kMostTrials encodes, of which all but the last are decoded and compared.
#pragma once

#include <functional>

#include "codec/quality_scale.h"
#include "pipeline/compared.h"
#include "pipeline/job.h"

namespace whittle::pipeline {

struct Chosen {
  Bytes bytes;
  double quality = 0;
};

/// Searches for `target` on `scale`. `encode` makes the file of a quality, `score` judges one.
Expected<Chosen> SearchQuality(const codec::QualityScale& scale, double target,
                               const std::function<Expected<Bytes>(double)>& encode,
                               const std::function<Expected<double>(ByteView)>& score);

/// SearchQuality for a job whose finished picture is `original`.
Expected<Chosen> EncodeAuto(const Job& job, double target, const effect::LikenessPlanes& original,
                            const std::function<Expected<Bytes>(double)>& encode);

}  // namespace whittle::pipeline
