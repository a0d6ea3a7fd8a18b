// A process that does one job for the server, asked over a socket. It dies with this.
//
// Belongs to one job; Kill may come from any thread. Everything it says is held against the size
// and tag that the answer must have.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

#include "sandbox/descriptors.h"
#include "sandbox/messages.h"
#include "whittle/expected.h"

namespace whittle::sandbox {

class Worker {
 public:
  using Clock = std::chrono::steady_clock;

  Worker(Descriptor socket, Clock::time_point deadline)
      : socket_(std::move(socket)), deadline_(deadline) {}
  ~Worker() { Kill(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Waits for its start until `by`; nothing where it has not come.
  std::optional<Started> Greet(Clock::time_point by);

  /// Asks and waits. Errors: kTooSlow at the deadline; of a worker that ends instead, kTooLarge
  /// when it may have no more memory, kTooSlow when its own clock was first, kOverloaded when the
  /// system killed it (as for lack of memory), kInternal when it crashed or said nonsense.
  ///
  /// A question to one that has ended reaches nobody: the answer says how.
  template <class Reply, class Question>
  Expected<Reply> Ask(const Question& question, const Descriptor& file = {}) {
    static_assert(sizeof(Reply) <= kMostMessageBytes);
    Reply reply;
    Tell(question, file);
    WHITTLE_CHECK(Answer(std::as_writable_bytes(std::span(&reply, 1))));
    return reply;
  }
  template <class Statement>
  void Tell(const Statement& statement, const Descriptor& file) {
    SendMessage(socket_, statement, file);
  }
  void Kill() const;

 private:
  Expected<void> Answer(std::span<std::byte> reply);
  Expected<std::size_t> Next(std::span<std::byte, kMostMessageBytes> message);

  Descriptor socket_;
  Descriptor process_;
  const Clock::time_point deadline_;
};

}  // namespace whittle::sandbox
