// For the tests of this room: documents, and the real program to draw them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "codec/codec.h"
#include "codec/svg/renderer.h"
#include "sandbox/svg_processes.h"
#include "whittle/whittle.h"

namespace whittle::test {

/// A document of this size around `content`.
inline std::string Svg(const std::string& content, int width = 100, int height = 100) {
  return "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' "
         "width='" +
         std::to_string(width) + "' height='" + std::to_string(height) + "'>" + content + "</svg>";
}

/// SVG is on while this lives.
class SvgOn {
 public:
  explicit SvgOn(std::chrono::milliseconds time = std::chrono::seconds(30)) {
    auto started = sandbox::SvgProcesses::Start({.program = WHITTLE_PROGRAM, .time = time});
    if (!started) throw std::runtime_error(started.error().text);
    processes_ = *std::move(started);
    codec::UseSvgRenderer(processes_.get());
  }
  ~SvgOn() { codec::UseSvgRenderer(nullptr); }
  SvgOn(const SvgOn&) = delete;
  SvgOn& operator=(const SvgOn&) = delete;
  const sandbox::SvgProcesses& processes() const { return *processes_; }

 private:
  std::unique_ptr<sandbox::SvgProcesses> processes_;
};

/// What a job gives, as raw samples: RGBA, row by row.
inline Expected<Encoded> Raw(const std::string& file, Transform::Params params,
                             const Limits& limits = {}, const std::stop_token& stop = {}) {
  params.format = Format::kRaw;
  return Process(AsBytes(file), *Transform::Make(params), limits, stop);
}

/// "12,34,56,78", red to alpha.
inline std::string PixelAt(const Encoded& raw, std::uint32_t x, std::uint32_t y) {
  const std::size_t at = (std::size_t{y} * raw.width + x) * 4;
  if (raw.bytes.size() != std::size_t{raw.width} * raw.height * 4) return "not RGBA";
  std::string text;
  for (std::size_t c = 0; c < 4; ++c) {
    text += (c > 0 ? "," : "") + std::to_string(raw.bytes.data()[at + c]);
  }
  return text;
}

}  // namespace whittle::test
