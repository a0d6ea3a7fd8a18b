#include "generator/probe.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <utility>

#include "generator/response.h"

namespace whittle::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr timeval kPatience = {.tv_sec = 5, .tv_usec = 0};
constexpr int kNice = -10;

}  // namespace

Probe::Probe(std::uint16_t port, ProbeOptions options, std::chrono::milliseconds warm_up)
    : port_(port),
      options_(std::move(options)),
      count_from_(Clock::now() + warm_up),
      outcome_{.name = options_.name, .ms = {}, .failures = 0},
      thread_([this] { Run(); }) {}

ProbeOutcome Probe::Stop() {
  stop_ = true;
  thread_.join();
  return std::move(outcome_);
}

void Probe::Run() {
  setpriority(PRIO_PROCESS, 0, kNice);  // of this thread; refused without privilege
  for (auto next = Clock::now(); !stop_; next = std::max(next + options_.every, Clock::now())) {
    std::this_thread::sleep_until(next);
    const auto began = Clock::now();
    const bool answered = Ask();
    if (began < count_from_) continue;
    if (answered) {
      outcome_.ms.push_back(std::chrono::duration<float, std::milli>(Clock::now() - began).count());
    } else if (!stop_) {
      ++outcome_.failures;
    }
  }
}

bool Probe::Ask() {
  Descriptor socket = std::move(kept_);
  if (socket.get() < 0) socket = Connect(port_);
  if (socket.get() < 0) return false;
  setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  const std::string head =
      fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", options_.target);
  if (send(socket.get(), head.data(), head.size(), MSG_NOSIGNAL) != std::ssize(head)) return false;
  ResponseReader reader(false);
  std::array<char, 16 * 1024> bytes;
  for (auto state = ResponseReader::State::kMore; state != ResponseReader::State::kDone;) {
    const ssize_t got = recv(socket.get(), bytes.data(), bytes.size(), 0);
    if (got <= 0) return false;
    state = reader.Feed({bytes.data(), static_cast<std::size_t>(got)});
    if (state == ResponseReader::State::kBroken) return false;
  }
  if (options_.kept && !reader.closes()) kept_ = std::move(socket);
  return reader.status() == 200;
}

}  // namespace whittle::bench
