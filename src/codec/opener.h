// Who decodes a format's pictures, where that is not this process. The core knows no processes, so
// somebody else brings it (app does, with sandbox/picture_processes.h).
//
// The Use functions are for start-up and tests: the choice is process-wide and must not be made
// while another thread opens a picture. An opener may be used from any thread.
#pragma once

#include "codec/codec.h"

namespace whittle::codec {

class PictureOpener {
 public:
  virtual ~PictureOpener() = default;
  /// As codec.probe_until, with Header::opened set, which needs `file` no more. Besides the errors
  /// of that: kTooSlow, kOverloaded and kInternal, for which the file may not be to blame, and
  /// kCancelled.
  virtual Expected<Header> Open(const Codec& codec, ByteView file, const Limits& limits,
                                const std::stop_token& stop) const = 0;
};

/// Who decodes HEIF; nullptr, the default, this process. It must live until another is used.
void UseHeifOpener(const PictureOpener* opener);
/// Whether a file is ever taken for HEIF; at first it is.
void UseHeif(bool on);

}  // namespace whittle::codec
