// JPEG to planes: our own decoder against libjpeg-turbo's raw planes, on the same files.
// WHITTLE_BENCH_JPEGS names a folder of JPEG files; without it a picture is made in code.
// "per_file" is CPU time. Use --benchmark_enable_random_interleaving=true for ratios that can be
// trusted.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "codec/jpeg/choice.h"
#include "codec/registry.h"

namespace whittle::codec {
namespace {

// Waves of several lengths and some noise, 2048 x 1365 in 4:2:0 at quality 90.
Bytes MadeFile() {
  constexpr int kWidth = 2048;
  constexpr int kHeight = 1365;
  std::vector<std::uint8_t> rgb(std::size_t{kWidth} * kHeight * 3);
  unsigned noise = 1;
  auto sample = rgb.begin();
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      noise = noise * 1664525 + 1013904223;
      for (int c = 0; c < 3; ++c) {
        const double wide = 60 * std::sin(0.004 * x + c) * std::cos(0.005 * y - c);
        const double fine = 8 * std::sin(0.7 * x + 0.3 * y) + static_cast<double>(noise >> 28);
        *sample++ = static_cast<std::uint8_t>(120 + wide + fine);
      }
    }
  }
  const auto sink = *ByName("jpeg")->create(
      {.width = kWidth, .height = kHeight, .quality = 90, .preset = Preset::kFast});
  if (!sink->Write({rgb.data(), std::size_t{kWidth} * 3, kWidth, kHeight})) std::abort();
  return *sink->Finish();
}

const std::vector<Bytes>& Files() {
  static const std::vector<Bytes> kFiles = [] {
    std::vector<Bytes> files;
    if (const char* folder = std::getenv("WHITTLE_BENCH_JPEGS")) {
      for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        if (Sniff(AsBytes(bytes)) == ByName("jpeg")) files.push_back(Bytes::CopyOf(AsBytes(bytes)));
      }
    }
    if (files.empty()) files.push_back(MadeFile());
    return files;
  }();
  return kFiles;
}

void Planes(benchmark::State& state, JpegDecoder decoder) {
  const auto& files = Files();
  UseJpegDecoder(decoder);
  for (auto _ : state) {
    for (const Bytes& file : files) {
      const auto source = *ByName("jpeg")->open_planes(file.view(), {}, {});
      for (int rows = 1; rows > 0;) {
        const PlaneBands bands = *source->Read();
        benchmark::DoNotOptimize(bands[0].data);
        rows = bands[0].rows;
      }
    }
  }
  UseJpegDecoder(JpegDecoder::kAuto);
  state.counters["per_file"] = benchmark::Counter(
      static_cast<double>(files.size()) * static_cast<double>(state.iterations()),
      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

BENCHMARK_CAPTURE(Planes, ours, JpegDecoder::kAuto)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Planes, turbo, JpegDecoder::kTurbo)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace whittle::codec

BENCHMARK_MAIN();
