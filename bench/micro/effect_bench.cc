// Effects on a picture of 800x600: time per pixel of each. Adjustments per instruction set.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "effect/adjust.h"
#include "effect/blur.h"
#include "effect/border.h"
#include "effect/saliency.h"
#include "effect/sharpen.h"
#include "pixel/simd.h"

namespace whittle::effect {
namespace {

using pixel::PixelFormat;

constexpr int kWidth = 800;
constexpr int kHeight = 600;

// Smooth with some noise, every channel on its own.
struct Frame {
  explicit Frame(PixelFormat of)
      : format(of), stride(static_cast<std::size_t>(kWidth * PixelBytes(of))) {
    std::mt19937 random(1);
    bytes.resize(stride * kHeight);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<std::uint8_t>(100 + i / 97 % 100 + random() % 16);
    }
  }
  pixel::RowSpan rows() { return {bytes.data(), stride, kWidth, kHeight, format}; }

  PixelFormat format;
  std::size_t stride;
  std::vector<std::uint8_t> bytes;
};

// `work` is done again and again on the same rows, as it leaves them.
void Run(benchmark::State& state, const std::string& target, PixelFormat format,
         const std::function<void(pixel::RowSpan)>& work) {
  static_cast<void>(pixel::ForceSimdTarget(target));
  Frame frame(format);
  for (auto _ : state) {
    work(frame.rows());
    benchmark::ClobberMemory();
  }
  state.counters["per pixel"] =
      benchmark::Counter(kWidth * kHeight, benchmark::Counter::kIsIterationInvariantRate |
                                               benchmark::Counter::kInvert);
  static_cast<void>(pixel::ForceSimdTarget("auto"));
}

void Add(const std::string& name, const std::string& target, PixelFormat format,
         const std::function<void(pixel::RowSpan)>& work) {
  constexpr const char* kFormats[] = {"grey",   "grey_a",   "rgb",   "rgba",
                                      "grey16", "grey_a16", "rgb16", "rgba16"};
  const std::string full = name + "/" + kFormats[static_cast<std::size_t>(format)] + "/" + target;
  benchmark::RegisterBenchmark(full.c_str(), [=](benchmark::State& state) {
    Run(state, target, format, work);
  })->Unit(benchmark::kMillisecond);
}

void AddAdjustments(const std::string& target) {
  const std::pair<const char*, Adjustment> adjustments[] = {
      {"Brightness", {.brightness = 1.1}},
      {"Saturation", {.saturation = 0.9}},
      {"Hue", {.hue = 40}},
      {"HueContrast", {.hue = 40, .contrast = 1.1}},
      {"Greyscale", {.greyscale = true}},
      {"Tint", {.tint = Colour{112, 66, 20}}},
      {"AllColour",
       {.brightness = 1.1,
        .hue = 40,
        .greyscale = true,
        .tint = Colour{112, 66, 20},
        .gamma = 1.1}},
      {"Contrast", {.contrast = 1.1}},
      {"Gamma", {.gamma = 1.1}},
  };
  for (const auto& [name, adjustment] : adjustments) {
    for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kRgba8, PixelFormat::kRgb16,
                                     PixelFormat::kRgba16, PixelFormat::kGrey8}) {
      Add(name, target, format,
          [adjustment](pixel::RowSpan rows) { Adjuster(adjustment, rows.format).Apply(rows); });
    }
  }
}

void AddFrameEffects(const std::string& target) {
  for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kRgba8, PixelFormat::kRgb16}) {
    const auto add = [&](const std::string& name, auto work) { Add(name, target, format, work); };
    add("BoxBlur3", [](pixel::RowSpan rows) { benchmark::DoNotOptimize(BoxBlur3(rows)); });
    for (const double sigma : {0.5, 2.0, 7.9, 8.0, 20.0, 100.0, 1000.0}) {
      add("Blur:" + std::to_string(sigma).substr(0, 6),
          [sigma](pixel::RowSpan rows) { benchmark::DoNotOptimize(GaussianBlur(rows, sigma)); });
    }
    for (const double sigma : {1.0, 10.0}) {
      add("Sharpen:" + std::to_string(sigma).substr(0, 4),
          [sigma](pixel::RowSpan rows) { benchmark::DoNotOptimize(Sharpen(rows, sigma, 1)); });
    }
    add("TrimOfNothing", [](pixel::RowSpan rows) {
      BorderFinder finder(10);
      finder.Feed(rows);
      benchmark::DoNotOptimize(finder.box());
    });
    add("TrimOfAll", [](pixel::RowSpan rows) {
      BorderFinder finder(255);
      finder.Feed(rows);
      benchmark::DoNotOptimize(finder.box());
    });
    add("Entropy", [](pixel::RowSpan rows) {
      benchmark::DoNotOptimize(EntropyCrop(rows, kWidth / 2, kHeight));
    });
    add("Attention", [](pixel::RowSpan rows) {
      benchmark::DoNotOptimize(AttentionCrop(rows, kWidth / 2, kHeight));
    });
  }
}

}  // namespace
}  // namespace whittle::effect

int main(int argc, char** argv) {
  for (const std::string& target : whittle::pixel::SimdTargets()) {
    whittle::effect::AddAdjustments(target);
    whittle::effect::AddFrameEffects(target);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
