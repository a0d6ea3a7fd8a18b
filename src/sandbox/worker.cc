#include "sandbox/worker.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace whittle::sandbox {
namespace {

using std::chrono::milliseconds;

// For the fork server to say how a worker ended that has.
constexpr milliseconds kLastWords{1000};

// Whether there is something to receive, or, of the two, one has ended.
bool WaitUntil(std::span<pollfd> wanted, Worker::Clock::time_point by) {
  int ready = 0;
  do {
    const auto left = std::chrono::ceil<milliseconds>(by - Worker::Clock::now());
    ready = poll(wanted.data(), wanted.size(),
                 static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1 << 30)));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

Error ErrorOf(const Ended& end) {
  if (end.signal == 0 && end.exit_code == kOutOfMemory) {
    return Error::Of(ErrorKind::kTooLarge, "takes too much memory");
  }
  if (end.signal == SIGALRM || end.signal == SIGXCPU) {
    return Error::Of(ErrorKind::kTooSlow, "the time of its process is up");
  }
  if (end.signal == SIGKILL) {
    return Error::Of(ErrorKind::kOverloaded, "the system has killed the process for it");
  }
  return Error::Of(
      ErrorKind::kInternal,
      fmt::format("the process for it ended by signal {}, code {}", end.signal, end.exit_code));
}

std::unexpected<Error> Nonsense() {
  return Fail(ErrorKind::kInternal, "the process for it says nonsense");
}

template <class Message>
std::optional<Message> As(std::span<const std::byte> bytes, Tag tag) {
  Message message;
  if (bytes.size() != sizeof message) return std::nullopt;
  std::memcpy(&message, bytes.data(), sizeof message);
  if (message.tag != tag) return std::nullopt;
  return message;
}

}  // namespace

void Worker::Kill() const {
  if (process_) syscall(SYS_pidfd_send_signal, process_.get(), SIGKILL, nullptr, 0);
}

std::optional<Started> Worker::Greet(Clock::time_point by) {
  pollfd wanted = {socket_.get(), POLLIN, 0};
  Started started;
  if (!WaitUntil(std::span(&wanted, 1), by) || !ReceiveMessage(socket_, started, process_) ||
      started.tag != Tag::kStarted || !process_) {
    return std::nullopt;
  }
  return started;
}

// The next message's size. A process that has ended without a last word gets some time for one.
Expected<std::size_t> Worker::Next(std::span<std::byte, kMostMessageBytes> message) {
  std::array<pollfd, 2> wanted = {{{socket_.get(), POLLIN, 0}, {process_.get(), POLLIN, 0}}};
  if (!WaitUntil(wanted, deadline_)) {
    Kill();
    return Fail(ErrorKind::kTooSlow, "the time for it is up");
  }
  if (wanted[0].revents == 0 && !WaitUntil(std::span(wanted).first(1), Clock::now() + kLastWords)) {
    return Fail(ErrorKind::kOverloaded, "the process for it has ended, nobody says how");
  }
  // The fork server has the other end, too, so this end means the end of that.
  const std::size_t size = ReceiveAny(socket_, message);
  if (size == 0) return Fail(ErrorKind::kOverloaded, "the fork server has ended");
  return size;
}

Expected<void> Worker::Answer(std::span<std::byte> reply) {
  std::array<std::byte, kMostMessageBytes> message{};
  WHITTLE_TRY(const std::size_t size, Next(message));
  const auto came = std::span<const std::byte>(message).first(size);
  if (const auto end = As<Ended>(came, Tag::kEnded)) return std::unexpected(ErrorOf(*end));
  Tag tag{};
  if (size != reply.size()) return Nonsense();
  std::memcpy(&tag, message.data(), sizeof tag);
  if (tag != Tag::kAnswer) return Nonsense();
  std::ranges::copy(came, reply.begin());
  return {};
}

}  // namespace whittle::sandbox
