// Codecs alone, on a photo-like picture made in code: decoding to rows and encoding, by kind.
// "per_MP" is CPU time per million pixels.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "codec/registry.h"

namespace whittle::codec {
namespace {

constexpr int kWidth = 2000;
constexpr int kHeight = 1500;
constexpr int kBatch = 16;
constexpr double kMegapixels = kWidth * kHeight / 1e6;

struct Rows {
  int channels;
  std::vector<std::uint8_t> samples;

  pixel::RowSpan span(int y, int count) {
    const auto stride = static_cast<std::size_t>(kWidth * channels);
    return {samples.data() + static_cast<std::size_t>(y) * stride, stride, kWidth, count,
            channels == 1 ? pixel::PixelFormat::kGrey8 : pixel::PixelFormat::kRgb8};
  }
};

// Waves of several lengths, about 1.5 bits a pixel at quality 85 like a photo.
Rows Picture(int channels) {
  Rows picture{channels, {}};
  picture.samples.resize(static_cast<std::size_t>(kWidth * kHeight * channels));
  auto sample = picture.samples.begin();
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      for (int c = 0; c < channels; ++c) {
        const double wide = 60 * std::sin(0.004 * x + c) * std::cos(0.005 * y - c);
        const double fine = 14 * std::sin(0.7 * x + 0.3 * y) + 8 * std::sin(1.9 * x - 1.3 * y + c);
        *sample++ = static_cast<std::uint8_t>(std::clamp(120 + wide + fine, 0.0, 255.0));
      }
    }
  }
  return picture;
}

Bytes Encoded(Rows& picture, double quality, Preset preset) {
  const auto sink = *ByName("jpeg")->create({.width = kWidth,
                                             .height = kHeight,
                                             .format = picture.span(0, 0).format,
                                             .quality = quality,
                                             .preset = preset});
  for (int y = 0; y < kHeight; y += kBatch) {
    if (!sink->Write(picture.span(y, std::min(kBatch, kHeight - y)))) std::abort();
  }
  return *sink->Finish();
}

void Report(benchmark::State& state, std::size_t file_bytes) {
  state.counters["per_MP"] =
      benchmark::Counter(kMegapixels * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["bit/px"] = static_cast<double>(file_bytes) * 8 / (kMegapixels * 1e6);
}

void Decode(benchmark::State& state, int channels, double quality, Preset preset) {
  Rows picture = Picture(channels);
  const Bytes file = Encoded(picture, quality, preset);
  for (auto _ : state) {
    const auto source = *Sniff(file.view())->open(file.view(), {}, {});
    for (int y = 0; y < kHeight;) y += *source->Read(picture.span(0, kBatch));
    benchmark::DoNotOptimize(picture.samples.data());
  }
  Report(state, file.size());
}

void Encode(benchmark::State& state, int channels, double quality, Preset preset) {
  Rows picture = Picture(channels);
  std::size_t size = 0;
  for (auto _ : state) size = Encoded(picture, quality, preset).size();
  Report(state, size);
}

void Probe(benchmark::State& state) {
  Rows picture = Picture(3);
  const Bytes file = Encoded(picture, 85, Preset::kFast);
  for (auto _ : state) benchmark::DoNotOptimize(Sniff(file.view())->probe(file.view(), {}));
}

BENCHMARK_CAPTURE(Decode, grey, 1, 85, Preset::kFast)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Decode, rgb_420, 3, 85, Preset::kFast)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Decode, rgb_444, 3, 92, Preset::kFast)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Decode, rgb_420_progressive, 3, 85, Preset::kSmall)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Encode, grey, 1, 80, Preset::kDefault)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Encode, rgb_fast, 3, 80, Preset::kFast)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Encode, rgb_default, 3, 80, Preset::kDefault)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Encode, rgb_small, 3, 80, Preset::kSmall)->Unit(benchmark::kMillisecond);
BENCHMARK(Probe)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace whittle::codec

BENCHMARK_MAIN();
