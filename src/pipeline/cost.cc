#include "pipeline/cost.h"

#include <algorithm>
#include <cmath>

#include "codec/registry.h"
#include "pipeline/operations.h"

namespace whittle::pipeline {
namespace {

// Nanoseconds for a pixel of the source, and for one of the result: conversion and resize.
constexpr double kResize = 2;
constexpr double kDeliver = 10;
// A search encodes, decodes and compares so many times.
constexpr double kSearch = 5;
// The effort that the codecs' figures are for; dearer ones double the cost every so many levels.
constexpr int kUsualEffort = 5;
constexpr double kEffortDoubles = 1.5;

// Position in the list of codecs: their number is small.
Path IndexOf(const codec::Codec& codec) {
  const auto all = codec::All();
  return static_cast<Path>(std::ranges::find(all, &codec) - all.begin());
}

double EffortFactor(const codec::EncodeSpec& spec) {
  const int presets = spec.preset == Preset::kSmall || spec.preset == Preset::kQuality ? 7 : 5;
  const int effort = spec.effort.value_or(presets);
  return std::exp2(std::max(0, effort - kUsualEffort) / kEffortDoubles);
}

}  // namespace

Guess GuessCost(const codec::Codec& input, const codec::Header& header, const Plan& plan,
                const codec::EncodeSpec& result) {
  const double frames = plan.output.animated ? std::max<std::uint32_t>(header.info.frames, 1) : 1;
  const auto stored = static_cast<double>(plan.stored.pixels());
  const auto canvas = static_cast<double>(plan.layout.canvas.pixels());
  const bool searches = plan.auto_target || plan.keeps_canvas;
  double each = stored * (input.decode_ns + kResize);
  each += canvas * (kDeliver + OperationNs(plan));
  each += canvas * plan.output.codec->encode_ns * EffortFactor(result) * (searches ? kSearch : 1);
  // As progressive JPEG does: more than a pass over the data.
  const bool holds_source = header.decode_bytes > plan.stored.pixels();
  Path path = IndexOf(input);
  path = path * 32 + IndexOf(*plan.output.codec);
  path = path * 16 + static_cast<Path>(result.effort.value_or(11));
  path = path * 4 + static_cast<Path>(result.preset);
  for (const bool choice :
       {holds_source, searches, plan.output.animated, plan.planes.has_value(), result.lossless}) {
    path = path * 2 + static_cast<Path>(choice);
  }
  return {.cpu_ns = each * frames, .decode_ns = stored * input.decode_ns * frames, .path = path};
}

}  // namespace whittle::pipeline
