// The resizer, per instruction set: time per source pixel, whole and step by step.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pixel/aligned.h"
#include "pixel/average_blocks.h"
#include "pixel/chroma_resizer.h"
#include "pixel/convert.h"
#include "pixel/filter.h"
#include "pixel/kernels.h"
#include "pixel/range.h"
#include "pixel/resizer.h"
#include "pixel/simd.h"
#include "pixel/wide_resizer.h"

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

template <class AnyResizer>
void Resize(benchmark::State& state, const std::string& target, const ResizeSpec& spec) {
  constexpr int kBatch = 16;
  static_cast<void>(ForceSimdTarget(target));
  const Geometry& g = spec.geometry;
  const int pixel = PixelBytes(spec.format);
  const auto source = PhotoRows(g.src_width, kBatch, pixel);
  std::vector<std::uint8_t> result(static_cast<std::size_t>(g.dst_width * kBatch * pixel));
  const RowSpan out{result.data(), static_cast<std::size_t>(g.dst_width * pixel), g.dst_width,
                    kBatch, spec.format};
  AnyResizer resizer;
  const ResizeSpec other{Geometry::Whole(1, 1, 1, 1), spec.format, spec.light};
  for (auto _ : state) {
    // Another job between, so that no weights are left from the last.
    if (!resizer.Configure(other) || !resizer.Configure(spec)) {
      state.SkipWithError("not configured");
    }
    for (int y = 0; y < g.src_height;) {
      const int rows = std::min(kBatch, g.src_height - y);
      y += resizer.Push({source.data(), static_cast<std::size_t>(g.src_width * pixel), g.src_width,
                         rows, spec.format});
      while (resizer.Pull(out) > 0) benchmark::DoNotOptimize(result.data());
    }
  }
  state.counters["per source pixel"] = benchmark::Counter(
      1.0 * g.src_width * g.src_height,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  static_cast<void>(ForceSimdTarget("auto"));
}

// Rows of one format to another; half of what has alpha is opaque.
void Convert(benchmark::State& state, PixelFormat from, PixelFormat to) {
  constexpr int kWidth = 1024, kRows = 16;
  auto source = PhotoRows(kWidth, kRows, PixelBytes(from));
  if (from == PixelFormat::kRgba8) {
    for (std::size_t i = 3; i < source.size() / 2; i += 4) source[i] = 255;
  }
  std::vector<std::uint8_t> result(static_cast<std::size_t>(kWidth * kRows * PixelBytes(to)));
  for (auto _ : state) {
    ConvertRows(
        {source.data(), static_cast<std::size_t>(kWidth * PixelBytes(from)), kWidth, kRows, from},
        {result.data(), static_cast<std::size_t>(kWidth * PixelBytes(to)), kWidth, kRows, to});
    benchmark::DoNotOptimize(result.data());
    benchmark::ClobberMemory();
  }
  state.counters["per pixel"] = benchmark::Counter(
      kWidth * kRows, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(Convert, grey_to_rgb, PixelFormat::kGrey8, PixelFormat::kRgb8);
BENCHMARK_CAPTURE(Convert, rgb_to_rgba, PixelFormat::kRgb8, PixelFormat::kRgba8);
BENCHMARK_CAPTURE(Convert, rgba_to_rgb, PixelFormat::kRgba8, PixelFormat::kRgb8);
BENCHMARK_CAPTURE(Convert, rgb_to_grey, PixelFormat::kRgb8, PixelFormat::kGrey8);
BENCHMARK_CAPTURE(Convert, rgb16_to_rgb, PixelFormat::kRgb16, PixelFormat::kRgb8);
BENCHMARK_CAPTURE(Convert, rgba16_to_rgb16, PixelFormat::kRgba16, PixelFormat::kRgb16);

void ToFullRange(benchmark::State& state,
                 void (*widen)(std::span<const std::uint8_t>, std::uint8_t*)) {
  const auto codes = PhotoRows(4096, 4, 1);
  std::vector<std::uint8_t> full(codes.size());
  for (auto _ : state) {
    widen(codes, full.data());
    benchmark::ClobberMemory();
  }
  state.counters["per sample"] = benchmark::Counter(
      static_cast<double>(codes.size()),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(ToFullRange, luma, LumaToFull);
BENCHMARK_CAPTURE(ToFullRange, chroma, ChromaToFull);

void Filters(benchmark::State& state) {
  Filter filter;
  for (auto _ : state) {
    benchmark::DoNotOptimize(filter.Configure({1, 1, 0, 1}).has_value());
    benchmark::DoNotOptimize(filter.Configure({2000, 500, 0, 2000}).has_value());
  }
}
BENCHMARK(Filters)->Unit(benchmark::kMicrosecond);

// Both chroma planes of 4:2:0, luma averaged down to their resolution included.
void ResizeChroma(benchmark::State& state, const std::string& target, const Geometry& g) {
  constexpr int kBatch = 8;
  static_cast<void>(ForceSimdTarget(target));
  const auto bytes = [](int width, int rows) { return static_cast<std::size_t>(width * rows); };
  const auto fine = PhotoRows(2 * g.src_width, 2 * kBatch, 1);
  const auto source = PhotoRows(g.src_width, kBatch, 1);
  std::vector<std::uint8_t> luma(source.size());
  std::vector<std::uint8_t> result(bytes(g.dst_width, kBatch));
  const RowSpan out{result.data(), bytes(g.dst_width, 1), g.dst_width, kBatch, PixelFormat::kGrey8};
  ChromaResizer resizer;
  const auto rows = [](auto* data, int width, int count) {
    return BasicRowSpan{data, static_cast<std::size_t>(width), width, count, PixelFormat::kGrey8};
  };
  for (auto _ : state) {
    if (!resizer.Configure(Geometry::Whole(1, 1, 1, 1)) || !resizer.Configure(g)) {
      state.SkipWithError("not configured");
    }
    for (int y = 0; y < g.src_height;) {
      const int count = std::min(kBatch, g.src_height - y);
      const RowSpan coarse = rows(luma.data(), g.src_width, count);
      AverageBlocks(rows(fine.data(), 2 * g.src_width, 2 * count), 2, 2, coarse);
      const ConstRowSpan codes = rows(source.data(), g.src_width, count);
      y += resizer.Push({.cb = codes, .cr = codes, .luma = coarse});
      while (resizer.Pull(out, out) > 0) benchmark::DoNotOptimize(result.data());
    }
  }
  static_cast<void>(ForceSimdTarget("auto"));
}

// One step of the resize on buffers of its own; `samples` is how many the rate counts per call.
void Step(benchmark::State& state, const std::string& target, double samples,
          const std::function<void(const Kernels&)>& step) {
  static_cast<void>(ForceSimdTarget(target));
  const Kernels& kernels = KernelsForThisCpu();
  for (auto _ : state) {
    step(kernels);
    benchmark::ClobberMemory();
  }
  state.counters["per sample"] = benchmark::Counter(
      samples, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  static_cast<void>(ForceSimdTarget("auto"));
}

// Buffers for rows of 2048 RGB samples, resized to 512.
struct StepBuffers {
  static constexpr int kWidth = 2048;
  static constexpr int kDst = 512;
  static constexpr int kPairs = 8;
  static constexpr std::size_t kRow = 3 * kWidth;

  StepBuffers() {
    pairs.Resize(kPairs * 2 * kRow);
    std::fill_n(pairs.data(), kPairs * 2 * kRow, std::int16_t{1000});
    lanes.Resize(kGroupRows * kRow);
    std::fill_n(lanes.data(), kGroupRows * kRow, std::int16_t{1000});
    sums.Resize(kRow);
    columns.Resize(kWidth / 2 * kGroupRows);
    finished.Resize(kDst * kGroupRows);
    for (std::size_t i = 0; i < kPairs; ++i) pair_rows.push_back(pairs.data() + i * 2 * kRow);
    for (std::size_t i = 0; i < kGroupRows; ++i) lane_rows.push_back(lanes.data() + i * kRow);
    static_cast<void>(filter.Configure({kWidth, kDst, 0, kWidth}));
  }
  std::vector<std::uint8_t> bytes = PhotoRows(kWidth, 2, 3);
  AlignedBuffer<std::int16_t> pairs, lanes, finished;
  AlignedBuffer<std::int32_t> sums, columns;
  std::vector<const std::int16_t*> pair_rows, lane_rows;
  std::vector<std::int32_t> weights = std::vector<std::int32_t>(kPairs, 0x08000800);
  Filter filter;
};

void RegisterSteps(const std::string& target) {
  static StepBuffers b;
  constexpr auto kRow = static_cast<double>(StepBuffers::kRow);
  const auto add = [&](const char* name, double samples, void (*step)(const Kernels&)) {
    benchmark::RegisterBenchmark((std::string("Step/") + name + "/" + target).c_str(),
                                 [=](benchmark::State& s) { Step(s, target, samples, step); });
  };
  add("pair_rgb", 2 * kRow, [](const Kernels& k) {
    k.pair_rgb(b.bytes.data(), b.bytes.data() + StepBuffers::kRow, StepBuffers::kWidth,
               Light::kLinear, b.pairs.data(), 2 * StepBuffers::kWidth);
  });
  add("pair_grey", 2 * kRow, [](const Kernels& k) {
    k.pair_grey(b.bytes.data(), b.bytes.data() + StepBuffers::kRow, StepBuffers::kRow,
                Light::kLinear, b.pairs.data());
  });
  add("halve_grey_linear", 2 * kRow, [](const Kernels& k) {
    k.halve_grey(b.bytes.data(), b.bytes.data() + StepBuffers::kRow, StepBuffers::kRow,
                 Light::kLinear, b.pairs.data());
  });
  add("halve_grey_gamma", 2 * kRow, [](const Kernels& k) {
    k.halve_grey(b.bytes.data(), b.bytes.data() + StepBuffers::kRow, StepBuffers::kRow,
                 Light::kGamma, b.pairs.data());
  });
  add("weigh_8_pair_rows", 16 * kRow, [](const Kernels& k) {
    k.weigh_rows({b.pair_rows.data(), b.weights.data(), StepBuffers::kPairs}, StepBuffers::kRow,
                 false, 0, b.sums.data());
  });
  add("finish_8_pair_rows", 16 * kRow, [](const Kernels& k) {
    k.finish_row({b.pair_rows.data(), b.weights.data(), StepBuffers::kPairs}, StepBuffers::kRow,
                 b.sums.data(), 0, 15, b.lanes.data());
  });
  add("turn_16_rows", 16.0 * StepBuffers::kWidth, [](const Kernels& k) {
    k.turn(b.lane_rows.data(), StepBuffers::kWidth, Order::kInPlace, b.columns.data());
  });
  add("weigh_columns_of_16_rows", 16.0 * StepBuffers::kWidth, [](const Kernels& k) {
    k.weigh_columns(b.filter, b.columns.data(), kOne, b.finished.data());
  });
}

void RegisterAll() {
  const auto luma = [](int w, int h, int dst_w, int dst_h) {
    return ResizeSpec{Geometry::Whole(w, h, dst_w, dst_h), PixelFormat::kGrey8, Light::kLinear};
  };
  const auto chroma = [](int w, int h, int dst_w, int dst_h) {
    return ResizeSpec{Geometry::Whole(w, h, dst_w, dst_h), PixelFormat::kGrey8, Light::kGamma};
  };
  const Job jobs[] = {
      {"rgb_2000x1333_to_500x333", {Geometry::Whole(2000, 1333, 500, 333)}},
      {"rgb_6000x4000_to_800x533", {Geometry::Whole(6000, 4000, 800, 533)}},
      {"rgb_2000x1333_to_1500x1000", {Geometry::Whole(2000, 1333, 1500, 1000)}},
      {"rgba_2000x1333_to_500x333", {Geometry::Whole(2000, 1333, 500, 333), PixelFormat::kRgba8}},
      {"rgba_6000x4000_to_800x533", {Geometry::Whole(6000, 4000, 800, 533), PixelFormat::kRgba8}},
      {"rgba_2000x1333_to_1500x1000",
       {Geometry::Whole(2000, 1333, 1500, 1000), PixelFormat::kRgba8}},
      {"grey_alpha_2000x1333_to_500x333",
       {Geometry::Whole(2000, 1333, 500, 333), PixelFormat::kGreyA8}},
      {"rgb16_2000x1333_to_500x333", {Geometry::Whole(2000, 1333, 500, 333), PixelFormat::kRgb16}},
      {"rgb16_2000x1333_to_1500x1000",
       {Geometry::Whole(2000, 1333, 1500, 1000), PixelFormat::kRgb16}},
      {"rgba16_2000x1333_to_500x333",
       {Geometry::Whole(2000, 1333, 500, 333), PixelFormat::kRgba16}},
      {"rgb_mitchell_2000x1333_to_500x333",
       {.geometry = Geometry::Whole(2000, 1333, 500, 333), .kernel = Kernel::kMitchell}},
      {"rgb_mks2021_2000x1333_to_500x333",
       {.geometry = Geometry::Whole(2000, 1333, 500, 333), .kernel = Kernel::kMks2021}},
      {"luma_2048x1365_to_500x333", luma(2048, 1365, 500, 333)},
      {"chroma_1024x683_to_250x167", chroma(1024, 683, 250, 167)},
      {"luma_6000x4000_to_800x533", luma(6000, 4000, 800, 533)},
      {"chroma_3000x2000_to_400x267", chroma(3000, 2000, 400, 267)},
      {"luma_2048x1365_to_200x133", luma(2048, 1365, 200, 133)},
      {"chroma_1024x683_to_100x67", chroma(1024, 683, 100, 67)},
      {"luma_2048x1365_to_1200x800", luma(2048, 1365, 1200, 800)},
      {"chroma_1024x683_to_600x400", chroma(1024, 683, 600, 400)},
      {"luma_2048x1365_to_2048x1365", luma(2048, 1365, 2048, 1365)},
  };
  const std::pair<const char*, Geometry> chroma_jobs[] = {
      {"1024x683_to_250x167", Geometry::Whole(1024, 683, 250, 167)},
      {"3000x2000_to_400x267", Geometry::Whole(3000, 2000, 400, 267)},
      {"1024x683_to_600x400", Geometry::Whole(1024, 683, 600, 400)},
  };
  for (const std::string& target : SimdTargets()) {
    RegisterSteps(target);
    for (const auto& [name, geometry] : chroma_jobs) {
      benchmark::RegisterBenchmark(
          (std::string("ResizeChroma/") + name + "/" + target).c_str(),
          [target, g = geometry](benchmark::State& state) { ResizeChroma(state, target, g); })
          ->Unit(benchmark::kMillisecond);
    }
    for (const Job& job : jobs) {
      benchmark::RegisterBenchmark((std::string("Resize/") + job.name + "/" + target).c_str(),
                                   [target, spec = job.spec](benchmark::State& state) {
                                     if (IsWide(spec.format)) {
                                       Resize<WideResizer>(state, target, spec);
                                     } else {
                                       Resize<Resizer>(state, target, spec);
                                     }
                                   })
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
