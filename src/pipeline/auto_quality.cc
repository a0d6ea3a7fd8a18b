#include "pipeline/auto_quality.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace whittle::pipeline {
namespace {

// Nearer to the target than this no further encode is worth its time.
constexpr double kNearEnough = 0.5;

struct Trial {
  double quality = 0;
  double over = 0;  ///< by how much it scored more than usual at that quality
};

// By how much a quality will score more than usual, from what was tried last.
double OverAt(std::span<const Trial> trials, double quality) {
  const Trial& last = trials.back();
  if (trials.size() < 2) return last.over;
  const Trial& before = trials[trials.size() - 2];
  const double slope = (last.over - before.over) / (last.quality - before.quality);
  return last.over + std::clamp(slope, -0.3, 0.3) * (quality - last.quality);
}

}  // namespace

Expected<Chosen> SearchQuality(const codec::QualityScale& scale, double target,
                               const std::function<Expected<Bytes>(double)>& encode,
                               const std::function<Expected<double>(ByteView)>& score) {
  std::vector<Trial> trials;
  Chosen chosen;
  double quality = scale.QualityFor(target, [&scale](double q) { return scale.ScoreAt(q); });
  for (int left = scale.trials; left > 0; --left) {
    WHITTLE_TRY(chosen.bytes, encode(quality));
    chosen.quality = quality;
    if (left == 1) break;
    WHITTLE_TRY(const double reached, score(chosen.bytes.view()));
    if (std::abs(reached - target) <= kNearEnough) break;
    trials.push_back({quality, reached - scale.ScoreAt(quality)});
    quality =
        scale.QualityFor(target, [&](double q) { return scale.ScoreAt(q) + OverAt(trials, q); });
    const auto tried = std::ranges::find(trials, quality, &Trial::quality);
    if (tried == trials.end() - 1) break;
    if (tried != trials.end()) left = 2;  // the one before was nearer: make it once more
  }
  return chosen;
}

Expected<Chosen> EncodeAuto(const Job& job, double target, const effect::LikenessPlanes& original,
                            const std::function<Expected<Bytes>(double)>& encode) {
  const codec::QualityScale* scale = job.output().quality_scale;
  if (scale == nullptr) return Fail(ErrorKind::kInternal, "no scale of this format's quality");
  effect::Likeness likeness(original, job.stop);
  Compared copy;
  // What we have written ourselves needs no limits of its own; its memory is in the plan.
  Limits limits;
  limits.max_source_bytes = limits.max_working_bytes = UINT64_MAX;
  return SearchQuality(
      *scale, target,
      [&](double quality) -> Expected<Bytes> {
        if (job.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
        job.phases.Enter(Phase::kEncode);
        return encode(quality);
      },
      [&](ByteView file) -> Expected<double> {
        if (job.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
        WHITTLE_CHECK(copy.Decode(job.output(), file, original.luma.width, original.luma.rows,
                                  limits, job.stop));
        return likeness.Score(copy.planes());
      });
}

}  // namespace whittle::pipeline
