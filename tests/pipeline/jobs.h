// For tests of what a job decides, holds and stops at: files made in code, their plans, and an
// observer that asks to stop.
#pragma once

#include <stdexcept>
#include <stop_token>
#include <string_view>
#include <vector>

#include "codec/registry.h"
#include "pipeline/plan.h"
#include "pipeline/run.h"
#include "tests/codec/decode.h"
#include "whittle/whittle.h"

namespace whittle::pipeline {

using Params = Transform::Params;

inline Transform MadeTransform(const Params& params) {
  auto transform = Transform::Make(params);
  if (!transform) throw std::runtime_error(transform.error().text);
  return *transform;
}

/// A photo of any kind of rows, in any format that we write.
inline Bytes MadeFile(std::string_view format, int width, int height,
                      pixel::PixelFormat rows = pixel::PixelFormat::kRgb8,
                      const codec::EncodeSpec& spec = {}) {
  return *codec::Encode(*codec::ByName(format), codec::PhotoRows(width, height, rows), spec);
}

/// Frames that differ everywhere, opaque but in their left half.
inline Bytes MadeAnimation(std::string_view format, int width, int height, int frames) {
  const auto sink = *codec::ByName(format)->create_frames(
      {.width = width, .height = height, .format = pixel::PixelFormat::kRgba8});
  for (int frame = 0; frame < frames; ++frame) {
    codec::Rows rows = codec::PhotoRows(width, height, pixel::PixelFormat::kRgba8,
                                        static_cast<unsigned>(frame) + 1);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) rows.Set(x, y, 3, x < width / 2 ? 0 : 255);
    }
    if (!sink->Write({.canvas = rows.Span(0, height), .duration = 100})) throw std::bad_alloc();
  }
  return *sink->Finish();
}

inline std::uint32_t FramesOf(ByteView file) {
  return codec::Sniff(file)->probe(file, {})->info.frames;
}

/// The plan of a whole picture. Throws where there is none.
inline Plan PlanOf(const codec::Codec& input, const codec::Header& header, const Params& params,
                   const Limits& limits = {}) {
  const Transform transform = MadeTransform(params);
  auto plan = MakePlan(input, header, WholeOf(header, transform), transform, limits);
  if (!plan) throw std::runtime_error(plan.error().detail);
  return *std::move(plan);
}
inline Plan PlanOf(ByteView file, const Params& params, const Limits& limits = {}) {
  const codec::Codec& input = *codec::Sniff(file);
  const auto header = input.probe(file, limits);
  if (!header) throw std::runtime_error(header.error().detail);
  return PlanOf(input, *header, params, limits);
}

/// Asks to stop when the job turns to something for the n-th time, and tells what it turned to.
class StopsAt final : public PhaseObserver {
 public:
  static constexpr std::size_t kNever = 0;
  explicit StopsAt(std::size_t n) : n_(n) {}
  void Enter(Phase phase) override {
    entered_.push_back(phase);
    if (entered_.size() == n_) stop_.request_stop();
  }
  std::stop_token token() const { return stop_.get_token(); }
  const std::vector<Phase>& entered() const { return entered_; }
  /// How many times the job still turned to something, though it was to stop.
  std::size_t after() const { return entered_.size() < n_ ? 0 : entered_.size() - n_; }

 private:
  const std::size_t n_;
  std::vector<Phase> entered_;
  std::stop_source stop_;
};

}  // namespace whittle::pipeline
