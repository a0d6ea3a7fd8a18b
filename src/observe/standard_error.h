// Standard error as a pipe into this process, so that what libraries print there can become lines
// of the log; one at a time.
//
// The runtime's last words (std::terminate, assert, glibc's "free(): invalid pointer", libgomp's)
// must still come out: before SIGABRT ends the process, and before exit() does, descriptor 2
// becomes again what it was, the reader is given a moment to write what it has, and what is left in
// the pipe is copied. A process that is killed, or dies of a bad address, takes the rest along.
//
// Programs that are started meanwhile must not inherit descriptor 2: nobody reads it once we are
// gone. Not in builds with sanitizers, whose reports come in ways of their own.
#pragma once

#include <atomic>
#include <csignal>

#include "base/descriptor.h"

namespace whittle::observe {

class StandardError {
 public:
  StandardError();
  /// GiveBack, when that has not happened.
  ~StandardError();
  StandardError(const StandardError&) = delete;
  StandardError& operator=(const StandardError&) = delete;

  /// Whether descriptor 2 is the pipe: false in builds with sanitizers, without descriptors, and
  /// where there was no standard error.
  bool captured() const { return static_cast<bool>(pipe_); }
  /// The pipe's other end, which does not block.
  int pipe() const { return pipe_.get(); }
  /// Readable when the reader must come to its end: it writes to descriptor 2 what it has, and says
  /// Finished.
  int ending() const { return ending_.get(); }
  void Finished() const;
  /// Whether the process is about to die.
  bool dying() const { return dying_; }

  /// Makes descriptor 2 what it was and waits for the reader, up to a second.
  void GiveBack();

 private:
  static void GiveBackBeforeDeath();
  static void OnAbort(int signal);
  void Restore() const;

  Descriptor original_, pipe_, ending_, finished_;
  std::atomic<bool> dying_ = false;
  struct sigaction before_{};
};

}  // namespace whittle::observe
