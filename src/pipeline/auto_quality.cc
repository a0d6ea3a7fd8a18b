#include "pipeline/auto_quality.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace whittle::pipeline {
namespace {

// Nearer to the target than this no further encode is worth its time.
constexpr double kNearEnough = 0.5;

// Means over photos, by bench/load/harness/auto_quality.py.
constexpr QualityScale kScales[] = {
    {.format = "jpeg",
     .points =
         {{{40, 60.8}, {55, 68.2}, {68, 73.7}, {78, 78.8}, {86, 83.8}, {89, 85.8}, {92, 88}}}},
    {.format = "webp",
     .points =
         {{{40, 58.5}, {50, 63.2}, {65, 68.2}, {78, 73.4}, {86, 78.5}, {90, 82.1}, {95, 87}}}},
    {.format = "avif",
     .trials = 2,  // 100 ms each
     .points =
         {{{35, 48.2}, {46, 61.8}, {55, 70.2}, {66, 76.1}, {72, 78.6}, {78, 80.7}, {86, 83.6}}}},
    {.format = "jxl",
     .points = {{{50, 54}, {60, 63}, {70, 69.3}, {80, 75.9}, {88, 82.5}, {92, 86.3}, {95, 89.4}}}},
};

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

double QualityScale::ScoreAt(double quality) const {
  const auto* above = std::ranges::find_if(points.begin() + 1, points.end() - 1,
                                           [&](const Point& p) { return p.quality >= quality; });
  const Point& low = above[-1];
  return low.score +
         (above->score - low.score) * (quality - low.quality) / (above->quality - low.quality);
}

double QualityScale::QualityFor(double target, const std::function<double(double)>& score) const {
  double low = least(), high = most();
  while (high - low > 0.25) {
    const double middle = (low + high) / 2;
    (score(middle) < target ? low : high) = middle;
  }
  return std::clamp(std::round((low + high) / 2), least(), most());
}

const QualityScale* ScaleOf(std::string_view format) {
  const auto* found = std::ranges::find(kScales, format, &QualityScale::format);
  return found == std::end(kScales) ? nullptr : found;
}

Expected<Chosen> SearchQuality(const QualityScale& scale, double target,
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
  const QualityScale* scale = ScaleOf(job.output().name);
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
