// Pictures for the codec room (codec/opener.h), decoded by processes that can do no harm.
//
// Any thread. Each picture has a worker of its own (workers.h), from its header to its last row.
// Rows come through memory that both share, some at a time. Nothing that a worker says is believed:
// sizes and lengths are held against the limits, profile and metadata are copied before they are
// looked at, and what pixels it gives is its affair. Cost: from the first picture on a fork server,
// a fork and a copy of the file a picture, and of the rows.
#pragma once

#include <chrono>
#include <string>

#include "codec/opener.h"
#include "sandbox/picture_messages.h"
#include "sandbox/workers.h"

namespace whittle::sandbox {

class PictureProcesses final : public codec::PictureOpener {
 public:
  struct Options {
    std::string program = "/proc/self/exe";  ///< that knows kForkServerCommand
    std::chrono::milliseconds time{5000};    ///< from the header to the last row
  };
  /// Starts nothing until there is a picture.
  explicit PictureProcesses(Options options)
      : workers_({.program = std::move(options.program), .work = kPictureWork}),
        time_(options.time) {}

  Expected<codec::Header> Open(const codec::Codec& codec, ByteView file, const Limits& limits,
                               const std::stop_token& stop) const override;

 private:
  const Workers workers_;
  const std::chrono::milliseconds time_;
};

}  // namespace whittle::sandbox
