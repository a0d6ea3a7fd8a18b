// The resizer, per instruction set: time per source pixel, whole and step by step.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "pixel/kernels.h"
#include "pixel/resizer.h"
#include "pixel/simd.h"

namespace whittle::pixel {
namespace {

struct Job {
  const char* name;
  ResizeSpec spec;
};

// Smooth with some noise: the encode table is hit as a photo hits it.
std::vector<std::uint8_t> PhotoRows(int width, int rows, int channels) {
  std::mt19937 random(1);
  std::vector<std::uint8_t> samples(static_cast<std::size_t>(width * rows * channels));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = static_cast<std::uint8_t>(100 + i / 97 % 100 + random() % 16);
  }
  return samples;
}

void Resize(benchmark::State& state, const std::string& target, const ResizeSpec& spec) {
  constexpr int kBatch = 16;
  static_cast<void>(ForceSimdTarget(target));
  const Geometry& g = spec.geometry;
  const int channels = Channels(spec.format);
  const auto source = PhotoRows(g.src_width, kBatch, channels);
  std::vector<std::uint8_t> result(static_cast<std::size_t>(g.dst_width * kBatch * channels));
  const RowSpan out{result.data(), static_cast<std::size_t>(g.dst_width * channels), g.dst_width,
                    kBatch, spec.format};
  Resizer resizer;
  for (auto _ : state) {
    if (!resizer.Configure(spec)) state.SkipWithError("not configured");
    for (int y = 0; y < g.src_height;) {
      const int rows = std::min(kBatch, g.src_height - y);
      y += resizer.Push({source.data(), static_cast<std::size_t>(g.src_width * channels),
                         g.src_width, rows, spec.format});
      while (resizer.Pull(out) > 0) benchmark::DoNotOptimize(result.data());
    }
  }
  state.counters["ns/px"] = benchmark::Counter(
      1e-9 * g.src_width * g.src_height,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  static_cast<void>(ForceSimdTarget("auto"));
}

void Filters(benchmark::State& state) {
  Filter filter;
  for (auto _ : state) {
    benchmark::DoNotOptimize(filter.Configure({2000, 500, 0, 2000}).has_value());
  }
}
BENCHMARK(Filters)->Unit(benchmark::kMicrosecond);

void RegisterAll() {
  const Job jobs[] = {
      {"rgb_2000x1333_to_500x333", {Geometry::Whole(2000, 1333, 500, 333)}},
      {"rgb_6000x4000_to_800x533", {Geometry::Whole(6000, 4000, 800, 533)}},
      {"rgb_2000x1333_to_1500x1000", {Geometry::Whole(2000, 1333, 1500, 1000)}},
      {"luma_2000x1333_to_500x333",
       {Geometry::Whole(2000, 1333, 500, 333), PixelFormat::kGray8, Light::kLinear}},
      {"chroma_1000x667_to_250x167",
       {Geometry::Whole(1000, 667, 250, 167), PixelFormat::kGray8, Light::kGamma}},
  };
  for (const std::string& target : SimdTargets()) {
    for (const Job& job : jobs) {
      benchmark::RegisterBenchmark(
          (std::string("Resize/") + job.name + "/" + target).c_str(),
          [target, spec = job.spec](benchmark::State& state) { Resize(state, target, spec); })
          ->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace
}  // namespace whittle::pixel

int main(int argc, char** argv) {
  whittle::pixel::RegisterAll();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
