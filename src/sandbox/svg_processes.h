// The server's side of drawing SVG: starts the fork server, and talks to one worker per picture.
//
// Any thread. A call blocks while the worker works, which is until the time is up at most; there
// are as many workers as callers. A worker that crashes, says nonsense or is killed costs its
// caller an error and nobody else anything; a fork server that has died is started again by the
// next call. Cost: a fork server's memory as long as this lives, and a fork a picture.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "codec/svg/renderer.h"
#include "sandbox/descriptors.h"

namespace whittle::sandbox {

class SvgProcesses final : public codec::SvgRenderer {
 public:
  struct Options {
    std::string program = "/proc/self/exe";  ///< that knows kForkServerCommand
    std::chrono::milliseconds time{2000};    ///< from the first byte to the last pixel
  };

  /// Starts the fork server and draws a first picture. The error's text is for the operator.
  static Expected<std::unique_ptr<SvgProcesses>> Start(Options options);
  ~SvgProcesses() override;

  /// Errors as SvgRenderer::Load: kTooSlow when the time was up, kUndecodable also when the worker
  /// died, by a limit or a defect.
  Expected<codec::SvgDocument> Load(ByteView file, const codec::SvgLimits& limits) const override;
  std::string_view version() const override { return version_; }

 private:
  explicit SvgProcesses(Options options) : options_(std::move(options)) {}
  Expected<Descriptor> NewWorker() const;
  bool Ask(const Descriptor& worker) const;
  bool Spawn() const;

  const Options options_;
  std::string version_;
  mutable std::mutex mutex_;
  mutable Descriptor control_;
  mutable int fork_server_ = 0;  // its process id
};

}  // namespace whittle::sandbox
