// The server's side of processes that work for it: starts the fork server of a kind of work and
// talks to one worker a job.
//
// Any thread. A call blocks while the worker works, which is until its deadline at most; there are
// as many workers as callers. A worker that crashes, says nonsense or is killed costs its caller an
// error and nobody else anything. A fork server that has died is started again by the next call,
// and so is one that does not answer within kGreeting: such a call is kOverloaded. Cost: a fork
// server's memory as long as this lives, and a fork a job.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "sandbox/descriptors.h"
#include "sandbox/messages.h"
#include "sandbox/worker.h"
#include "whittle/expected.h"

namespace whittle::sandbox {

class Workers {
 public:
  struct Options {
    std::string program;  ///< that knows kForkServerCommand
    std::string work;     ///< its argument
  };
  /// A fork is done in a millisecond, and on a busy machine in a tenth of this; a fork server that
  /// needs longer is no good. Also for a job that may take less time.
  static constexpr std::chrono::milliseconds kGreeting{1000};

  explicit Workers(Options options) : options_(std::move(options)) {}
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// A worker to ask until `deadline`. Errors: kOverloaded, kInternal.
  Expected<std::unique_ptr<Worker>> Start(Worker::Clock::time_point deadline) const;
  /// The first one, for which libraries may have to be read from a disk.
  Expected<Started> StartFirst() const;

 private:
  struct Asked {
    Descriptor socket;
    Worker::Clock::time_point answer_by;
    int fork_server = 0;
  };
  Expected<Asked> Ask() const;
  bool Send(const Descriptor& worker) const;
  bool Spawn() const;
  void End() const;

  const Options options_;
  mutable std::mutex mutex_;
  mutable Descriptor control_;
  mutable int fork_server_ = 0;  // its process id
  mutable Worker::Clock::time_point ready_by_;
};

}  // namespace whittle::sandbox
