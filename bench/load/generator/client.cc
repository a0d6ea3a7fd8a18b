#include "generator/client.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <utility>

#include "generator/response.h"
#include "generator/socket.h"

namespace whittle::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
  explicit Connection(bool keep_body) : reader(keep_body) {}
  Descriptor socket;
  ResponseReader reader;
  std::size_t request = 0;  // number of the one in flight
  bool busy = false;
  Clock::time_point sent;
};

class Loop {
 public:
  Loop(const std::vector<std::string>& requests, const LoadOptions& options)
      : requests_(requests),
        options_(options),
        total_(requests.size() * static_cast<std::size_t>(options.passes)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

  std::expected<Outcome, std::string> Run();

 private:
  bool Open(Connection& connection);
  void Next(Connection& connection);
  void Receive(Connection& connection);
  void Complete(Connection& connection);
  void Fail(Connection& connection, const std::string& reason);

  const std::vector<std::string>& requests_;
  const LoadOptions& options_;
  const std::size_t total_;
  const Descriptor epoll_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::size_t next_ = 0;
  std::size_t busy_ = 0;
  std::string error_;  // ends the run
  Outcome outcome_;
};

std::expected<Outcome, std::string> Loop::Run() {
  const auto began = Clock::now();
  const double cpu_began = CpuSeconds();
  const std::size_t count = std::min(static_cast<std::size_t>(options_.connections), total_);
  for (std::size_t i = 0; i < count; ++i) {
    connections_.push_back(std::make_unique<Connection>(!options_.save.empty()));
    Next(*connections_.back());
  }
  std::array<epoll_event, 64> events;
  while (busy_ > 0 && error_.empty()) {
    const int ready = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(options_.patience.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      outcome_.failures["no answer in time"] += busy_;
      break;
    }
    for (int i = 0; i < ready; ++i) {
      Receive(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
    }
  }
  if (!error_.empty()) return std::unexpected(error_);
  outcome_.wall_seconds = std::chrono::duration<double>(Clock::now() - began).count();
  outcome_.cpu_seconds = CpuSeconds() - cpu_began;
  return std::move(outcome_);
}

bool Loop::Open(Connection& connection) {
  connection.socket = Connect(options_.port);
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.ptr = &connection;
  if (connection.socket.get() >= 0 &&
      epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connection.socket.get(), &event) == 0) {
    return true;
  }
  error_ = fmt::format("cannot connect to port {}: {}", options_.port, std::strerror(errno));
  return false;
}

void Loop::Next(Connection& connection) {
  if (next_ == total_) return;
  if (connection.socket.get() < 0 && !Open(connection)) return;
  connection.request = next_++;
  connection.reader.Reset();
  connection.busy = true;
  ++busy_;
  const std::string& text = requests_[connection.request % requests_.size()];
  connection.sent = Clock::now();
  // A head of a few hundred bytes always fits the socket's empty buffer.
  const ssize_t sent = send(connection.socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(text.size())) Fail(connection, "cannot send");
}

void Loop::Receive(Connection& connection) {
  std::array<char, 64 * 1024> bytes;
  const ssize_t got = recv(connection.socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (!connection.busy) {  // the end of an idle connection, or bytes that nobody asked for
    connection.socket = Descriptor();
    return;
  }
  if (got <= 0) return Fail(connection, "connection closed");
  switch (connection.reader.Feed({bytes.data(), static_cast<std::size_t>(got)})) {
    case ResponseReader::State::kMore:
      return;
    case ResponseReader::State::kDone:
      return Complete(connection);
    case ResponseReader::State::kBroken:
      return Fail(connection, "not an answer");
  }
}

void Loop::Complete(Connection& connection) {
  const std::chrono::duration<double, std::milli> latency = Clock::now() - connection.sent;
  const ResponseReader& reader = connection.reader;
  outcome_.latencies_ms.push_back(latency.count());
  ++outcome_.statuses[reader.status()];
  outcome_.body_bytes += reader.body_bytes();
  if (!options_.save.empty() && connection.request < requests_.size() && reader.status() == 200) {
    const auto path = options_.save / fmt::format("{:05}", connection.request);
    std::ofstream file(path, std::ios::binary);
    file.write(reader.body().data(), static_cast<std::streamsize>(reader.body().size()));
    if (!file.flush()) error_ = "cannot write " + path.string();
  }
  connection.busy = false;
  --busy_;
  if (reader.closes()) connection.socket = Descriptor();
  Next(connection);
}

void Loop::Fail(Connection& connection, const std::string& reason) {
  ++outcome_.failures[reason];
  connection.socket = Descriptor();
  connection.busy = false;
  --busy_;
  Next(connection);
}

}  // namespace

std::expected<Outcome, std::string> RunLoad(const std::vector<std::string>& requests,
                                            const LoadOptions& options) {
  return Loop(requests, options).Run();
}

}  // namespace whittle::bench
