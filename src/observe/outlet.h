// A descriptor that is written to without ever waiting where that can be helped.
//
// O_NONBLOCK belongs to the open file, which other processes may share and would be surprised by,
// so a pipe or terminal is opened anew for us through /proc. Where that is not allowed (a container
// with a user of its own, no /proc), poll tells whether there is room, and no more than fits for
// certain is written. Sockets have MSG_DONTWAIT, and files on a disk always have room.
//
// One thread at a time. The descriptor that was given stays as it is and may be closed.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/descriptor.h"

namespace whittle::observe {

class Outlet {
 public:
  /// A copy of `fd`; what cannot be copied takes nothing.
  explicit Outlet(int fd);

  /// Writes what fits now, of a text that is not empty: how many bytes that was, 0 when there is no
  /// room. Nothing when nobody will ever read it, or the disk is full.
  std::optional<std::size_t> Write(std::string_view text) const;
  /// Returns when there may be room, after `time` at the latest.
  void WaitForRoom(std::chrono::milliseconds time) const;

 private:
  enum class Kind { kFile, kNonblocking, kPolled, kSocket };
  Descriptor out_;
  Kind kind_ = Kind::kFile;
};

}  // namespace whittle::observe
