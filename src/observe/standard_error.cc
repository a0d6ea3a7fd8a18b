#include "observe/standard_error.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace whittle::observe {
namespace {

constexpr int kReaderHas = 1000;  // milliseconds; what a busy machine may take to get round to it
constexpr int kWriterHas = 200;   // for what is left, when nobody reads the real standard error

// The one whose pipe is in place. Who takes it from here gives it back.
std::atomic<StandardError*> in_place = nullptr;

// All that follows up to the class may be called by a handler of signals.
void Tell(int event) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t told = write(event, &one, sizeof one);
}

bool IsReady(int fd, short what, int milliseconds) {
  pollfd wanted = {fd, what, 0};
  return poll(&wanted, 1, milliseconds) > 0;
}

// What the reader has not read, as it is.
void CopyRest(int from, int to) {
  std::array<char, PIPE_BUF> bytes{};
  ssize_t got = 0;
  while ((got = read(from, bytes.data(), bytes.size())) > 0 && IsReady(to, POLLOUT, kWriterHas)) {
    if (write(to, bytes.data(), static_cast<std::size_t>(got)) < 0) return;
  }
}

}  // namespace

StandardError::StandardError() {
  if (!std::string_view(WHITTLE_SANITIZE).empty()) return;
  constexpr int kAboveStandardStreams = 3;
  std::array<int, 2> ends = {-1, -1};
  Descriptor original(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, kAboveStandardStreams));
  Descriptor ending(eventfd(0, EFD_CLOEXEC));
  Descriptor finished(eventfd(0, EFD_CLOEXEC));
  if (!original || !ending || !finished || pipe2(ends.data(), O_CLOEXEC) != 0) return;
  original_ = std::move(original);
  ending_ = std::move(ending);
  finished_ = std::move(finished);
  pipe_ = Descriptor(ends[0]);
  fcntl(pipe_.get(), F_SETFL, O_NONBLOCK);  // this end only
  dup3(ends[1], STDERR_FILENO, O_CLOEXEC);
  close(ends[1]);
  in_place = this;
  [[maybe_unused]] static const int registered = std::atexit(GiveBackBeforeDeath);
  struct sigaction action{};
  action.sa_handler = OnAbort;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGABRT, &action, &before_);
}

StandardError::~StandardError() { GiveBack(); }

void StandardError::Finished() const { Tell(finished_.get()); }

void StandardError::GiveBack() {
  StandardError* mine = this;
  if (!in_place.compare_exchange_strong(mine, nullptr)) return;
  sigaction(SIGABRT, &before_, nullptr);
  Restore();
}

void StandardError::Restore() const {
  dup2(original_.get(), STDERR_FILENO);
  Tell(ending_.get());
  IsReady(finished_.get(), POLLIN, kReaderHas);
  CopyRest(pipe_.get(), STDERR_FILENO);
}

void StandardError::GiveBackBeforeDeath() {
  StandardError* const there = in_place.exchange(nullptr);
  if (there == nullptr) return;
  there->dying_ = true;
  there->Restore();
}

// The handler is gone by now (SA_RESETHAND), so that this is the end, whoever sent the first.
void StandardError::OnAbort(int signal) {
  GiveBackBeforeDeath();
  raise(signal);
}

}  // namespace whittle::observe
