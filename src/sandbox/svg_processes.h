// SVG for the codec room (codec/svg/renderer.h), drawn by processes that can do no harm.
//
// Any thread. Each document has a worker of its own (workers.h), from the first byte to the last
// pixel. Cost: 19 MB for the fork server as long as this lives, and a fork a document.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "codec/svg/renderer.h"
#include "sandbox/svg_messages.h"
#include "sandbox/workers.h"

namespace whittle::sandbox {

class SvgProcesses final : public codec::SvgRenderer {
 public:
  struct Options {
    std::string program = "/proc/self/exe";  ///< that knows kForkServerCommand
    std::chrono::milliseconds time{2000};    ///< from the first byte to the last pixel
  };

  /// Starts the fork server and draws a first picture. The error's text is for the operator.
  static Expected<std::unique_ptr<SvgProcesses>> Start(Options options);

  /// Errors as SvgRenderer::Load: kTooSlow when the time was up; and kOverloaded and kInternal,
  /// for which the document may not be to blame (worker.h).
  Expected<codec::SvgDocument> Load(ByteView file, const codec::SvgLimits& limits) const override;
  std::string_view version() const override { return version_; }
  /// Fences that not every host allows (namespaces.h, paths.h); without the second text
  /// has no fonts.
  bool own_namespaces() const { return own_namespaces_; }
  bool reads_files() const { return reads_files_; }

 private:
  explicit SvgProcesses(Options options)
      : workers_({.program = std::move(options.program), .work = kSvgWork}), time_(options.time) {}

  const Workers workers_;
  const std::chrono::milliseconds time_;
  std::string version_;
  bool own_namespaces_ = false;
  bool reads_files_ = false;
};

}  // namespace whittle::sandbox
