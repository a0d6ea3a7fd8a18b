// Our JPEG encoder from planes, 500x333 at quality 80, by preset and instruction set, and its
// transform alone.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "jpeg/encoder.h"
#include "pixel/simd.h"

namespace whittle::jpeg {
namespace {

constexpr int kWidth = 500;
constexpr int kHeight = 333;

// Waves of several lengths, about 1.2 bits a pixel at quality 80 like a photo.
std::vector<std::uint8_t> Plane(int width, int height, double detail) {
  std::vector<std::uint8_t> samples;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double wide = 50 * std::sin(0.014 * x) * std::cos(0.017 * y);
      const double fine = std::sin(0.7 * x + 0.01 * y * y) + std::sin(1.9 * x - 0.02 * y * x);
      samples.push_back(static_cast<std::uint8_t>(std::clamp(
          120 + wide + detail * fine * (1 + std::sin(0.05 * x + 0.03 * y)), 0.0, 255.0)));
    }
  }
  return samples;
}

void Encode(benchmark::State& state, const std::string& target, Preset preset) {
  static_cast<void>(pixel::ForceSimdTarget(target));
  const int width = (kWidth + 1) / 2, height = (kHeight + 1) / 2;
  const auto luma = Plane(kWidth, kHeight, 6), cb = Plane(width, height, 1),
             cr = Plane(width, height, 2);
  const auto rows = [](const std::vector<std::uint8_t>& plane, int w, int from, int count) {
    const auto stride = static_cast<std::size_t>(w);
    return pixel::ConstRowSpan{plane.data() + static_cast<std::size_t>(from) * stride, stride, w,
                               count, pixel::PixelFormat::kGrey8};
  };
  std::size_t size = 0;
  for (auto _ : state) {
    Encoder encoder({.width = kWidth, .height = kHeight, .preset = preset});
    for (int y = 0; y < kHeight; y += Encoder::kBandRows) {
      const int count = std::min(Encoder::kBandRows, kHeight - y), half = (count + 1) / 2;
      encoder.Write({rows(luma, kWidth, y, count), rows(cb, width, y / 2, half),
                     rows(cr, width, y / 2, half)});
    }
    size = encoder.Finish().size();
  }
  state.counters["bytes"] = static_cast<double>(size);
  static_cast<void>(pixel::ForceSimdTarget("auto"));
}

void TransformOnly(benchmark::State& state, const std::string& target) {
  static_cast<void>(pixel::ForceSimdTarget(target));
  constexpr std::size_t kBlocks = 64;
  const auto samples = Plane(kBlocks * kBlockSide, kBlockSide, 6);
  std::vector<std::int16_t> coefficients(kBlocks * kBlockSize), parts(kBlocks * kBlockSize);
  std::vector<std::uint64_t> nonzero(kBlocks), large(kBlocks), weak(kBlocks);
  const Quantiser quantiser = QuantiserOf(TablesFor(80)[0]);
  for (auto _ : state) {
    FdctForThisCpu().transform(samples.data(), kBlocks * kBlockSide, kBlocks, quantiser,
                               {coefficients.data(), nonzero.data(), large.data()},
                               {parts.data(), weak.data()});
    benchmark::ClobberMemory();
  }
  state.counters["per sample"] =
      benchmark::Counter(kBlocks * kBlockSize, benchmark::Counter::kIsIterationInvariantRate |
                                                   benchmark::Counter::kInvert);
  static_cast<void>(pixel::ForceSimdTarget("auto"));
}

void RegisterAll() {
  for (const std::string& target : pixel::SimdTargets()) {
    for (const auto& [name, preset] : {std::pair{"fast", Preset::kFast},
                                       {"default", Preset::kDefault},
                                       {"small", Preset::kSmall}}) {
      benchmark::RegisterBenchmark(
          ("Encode/" + std::string(name) + "/" + target).c_str(),
          [target, preset](benchmark::State& state) { Encode(state, target, preset); })
          ->Unit(benchmark::kMicrosecond);
    }
    benchmark::RegisterBenchmark(
        ("Transform/" + target).c_str(),
        [target](benchmark::State& state) { TransformOnly(state, target); });
  }
}

}  // namespace
}  // namespace whittle::jpeg

int main(int argc, char** argv) {
  whittle::jpeg::RegisterAll();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
