// How a format's score (SSIMULACRA2) grows with quality, on average over photos, and where a search
// for a quality may go: a constant of each codec that q=auto knows.
//
// The pipeline asks (auto_quality.h). Immutable, any thread.
#pragma once

#include <array>
#include <functional>

namespace whittle::codec {

struct QualityScale {
  struct Point {
    double quality, score;
  };
  int trials = 3;                 ///< encodes at most
  std::array<Point, 7> points{};  ///< ascending; the first and the last bound the search

  double least() const { return points.front().quality; }
  double most() const { return points.back().quality; }
  /// The usual score at a quality; in straight lines between the points.
  double ScoreAt(double quality) const;
  /// The quality within the bounds at which `score` of a quality rises to `target`.
  double QualityFor(double target, const std::function<double(double)>& score) const;
};

}  // namespace whittle::codec
