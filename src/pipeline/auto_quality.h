// The quality that a picture needs to look as good as was asked for: what q=auto means.
//
// The finished picture is encoded, decoded and compared (effect/likeness.h), and the next quality
// follows from how the format's score usually grows with quality. One job, one thread. Cost: at
// most kMostTrials encodes, of which all but the last are decoded and compared.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "pipeline/compared.h"
#include "pipeline/job.h"

namespace whittle::pipeline {

/// How a format's score grows with quality, on average over photos, and where a search may go.
struct QualityScale {
  struct Point {
    double quality, score;
  };
  std::string_view format;
  int trials = 3;               ///< encodes at most
  std::array<Point, 7> points;  ///< ascending; the first and the last bound the search

  double least() const { return points.front().quality; }
  double most() const { return points.back().quality; }
  /// The usual score at a quality; in straight lines between the points.
  double ScoreAt(double quality) const;
  /// The quality within the bounds at which `score` of a quality rises to `target`.
  double QualityFor(double target, const std::function<double(double)>& score) const;
};

/// That of a format that q=auto knows, or nullptr.
const QualityScale* ScaleOf(std::string_view format);

struct Chosen {
  Bytes bytes;
  double quality = 0;
};

/// Searches for `target` on `scale`. `encode` makes the file of a quality, `score` judges one.
Expected<Chosen> SearchQuality(const QualityScale& scale, double target,
                               const std::function<Expected<Bytes>(double)>& encode,
                               const std::function<Expected<double>(ByteView)>& score);

/// SearchQuality for a job whose finished picture is `original`.
Expected<Chosen> EncodeAuto(const Job& job, double target, const effect::LikenessPlanes& original,
                            const std::function<Expected<Bytes>(double)>& encode);

}  // namespace whittle::pipeline
