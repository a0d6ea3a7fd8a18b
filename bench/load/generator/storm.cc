#include "generator/storm.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <queue>
#include <string_view>
#include <thread>
#include <utility>

#include "generator/response.h"
#include "generator/socket.h"

namespace whittle::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kFirstNumber = 1000, kNumbers = 7000;
constexpr std::uint32_t kFirstAddress = 0x7F000101, kAddresses = 256;  // 127.0.1.1 and on
constexpr milliseconds kSweep{250}, kRetryConnecting{100};
// An open loop looks for answers and sends what is due once in that time. Waking for each answer
// took half of what this program takes of the CPUs, which it shares with the server.
constexpr milliseconds kTick{1};

float Milliseconds(Clock::duration time) {
  return std::chrono::duration<float, std::milli>(time).count();
}

struct Client {
  enum class State : std::uint8_t { kFree, kConnecting, kWaiting, kResting };

  Descriptor socket;
  ResponseReader reader{false};
  State state = State::kFree;
  std::size_t number = 0;
  std::string head;             // not sent yet
  Clock::time_point due;        // of the request under way
  Clock::time_point not_until;  // it was told not to ask before
};

struct Wake {
  Clock::time_point at;
  Client* client;
  bool operator>(const Wake& other) const { return at > other.at; }
};

class Storm {
 public:
  Storm(const std::vector<std::string>& targets, const StormOptions& options)
      : targets_(targets), options_(options), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

  std::expected<StormOutcome, std::string> Run();

 private:
  bool Open() const { return options_.rate > 0; }
  bool Counts(Clock::time_point now) const { return now >= count_from_ && now < end_; }
  void AddClients();
  void SendWhatIsDue(Clock::time_point now);
  void Wakeups(Clock::time_point now);
  void Sweep(Clock::time_point now);
  int Patience(Clock::time_point now) const;
  Client* FreeClient();
  void Ask(Client& client, Clock::time_point due);
  void Connect(Client& client);
  void Send(Client& client);
  void Handle(Client& client, std::uint32_t events);
  void Receive(Client& client);
  void Complete(Client& client);
  void Note(Client& client, Clock::time_point now);
  void Fail(Client& client, std::string_view reason);
  void Done(Client& client, Clock::time_point again);

  const std::vector<std::string>& targets_;
  const StormOptions& options_;
  const Descriptor epoll_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<Client*> free_;  // of an open loop, those with a connection last
  std::priority_queue<Wake, std::vector<Wake>, std::greater<>> wakes_;
  Clock::time_point began_, count_from_, end_, next_due_, next_sweep_;
  std::size_t sent_ = 0;
  std::size_t busy_ = 0;
  StormOutcome outcome_;
};

void Storm::AddClients() {
  for (int i = 0; i < options_.clients; ++i) {
    clients_.push_back(std::make_unique<Client>());
    clients_.back()->number = static_cast<std::size_t>(i);
  }
  if (Open()) {
    for (auto& client : clients_) free_.push_back(client.get());
    std::ranges::reverse(free_);
  } else {
    // Not all in the same instant: a listener's queue holds 4096.
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      wakes_.push({began_ + std::chrono::microseconds(50 * i), clients_[i].get()});
    }
  }
}

std::expected<StormOutcome, std::string> Storm::Run() {
  began_ = next_due_ = next_sweep_ = Clock::now();
  count_from_ = began_ + options_.warm_up;
  end_ = count_from_ + options_.duration;
  const double cpu_began = CpuSeconds();
  std::vector<std::unique_ptr<Probe>> probes;
  for (const ProbeOptions& probe : options_.probes) {
    probes.push_back(std::make_unique<Probe>(options_.port, probe, options_.warm_up));
  }
  AddClients();
  std::array<epoll_event, 512> events;
  // A closed loop ends at once; those of an open loop that wait get their answers.
  const auto under_way = [this](Clock::time_point now) {
    return now < end_ ||
           (Open() && (next_due_ < end_ || busy_ > 0) && now < end_ + options_.patience);
  };
  for (auto now = began_; under_way(now); now = Clock::now()) {
    SendWhatIsDue(std::min(now, end_ - Clock::duration(1)));
    if (now < end_) Wakeups(now);
    if (now >= next_sweep_) Sweep(now);
    const int ready =
        epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), Patience(now));
    if (ready < 0 && errno != EINTR) return std::unexpected(std::strerror(errno));
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      Handle(*static_cast<Client*>(event.data.ptr), event.events);
    }
    if (Open()) std::this_thread::sleep_until(now + kTick);
  }
  outcome_.wall_seconds = std::chrono::duration<double>(options_.duration).count();
  outcome_.whole_seconds = std::chrono::duration<double>(Clock::now() - began_).count();
  for (auto& probe : probes) outcome_.probes.push_back(probe->Stop());
  outcome_.cpu_seconds = CpuSeconds() - cpu_began;
  return std::move(outcome_);
}

// Milliseconds until there is something to do without an event.
int Storm::Patience(Clock::time_point now) const {
  auto until = next_sweep_;
  if (now < end_) {
    until = std::min(until, end_);
    if (Open()) until = std::min(until, next_due_);
    if (!wakes_.empty()) until = std::min(until, wakes_.top().at);
  }
  const auto wait = std::chrono::ceil<milliseconds>(until - now).count();
  return static_cast<int>(std::clamp<std::int64_t>(wait, 0, kSweep.count()));
}

void Storm::SendWhatIsDue(Clock::time_point now) {
  if (!Open()) return;
  const auto apart =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / options_.rate));
  for (; next_due_ <= now; next_due_ += apart) {
    if (Client* const client = FreeClient()) {
      Ask(*client, next_due_);
    } else if (Counts(next_due_)) {
      ++outcome_.unsent;
    }
  }
}

// The one that was free last: it has a connection, most likely.
Client* Storm::FreeClient() {
  if (free_.empty()) return nullptr;
  Client* const client = free_.back();
  free_.pop_back();
  return client;
}

void Storm::Wakeups(Clock::time_point now) {
  while (!wakes_.empty() && wakes_.top().at <= now) {
    Client* const client = wakes_.top().client;
    wakes_.pop();
    if (Open()) {
      free_.push_back(client);
    } else {
      Ask(*client, now);
    }
  }
}

void Storm::Sweep(Clock::time_point now) {
  next_sweep_ = now + kSweep;
  std::size_t connected = 0;
  for (auto& client : clients_) {
    connected += client->socket.get() >= 0;
    const bool busy =
        client->state == Client::State::kConnecting || client->state == Client::State::kWaiting;
    if (busy && now - client->due > options_.patience) Fail(*client, "no answer in time");
  }
  outcome_.most_connections = std::max(outcome_.most_connections, connected);
}

void Storm::Ask(Client& client, Clock::time_point due) {
  client.due = due;
  client.head = RequestHead(targets_, sent_++);
  client.reader.Reset();
  ++busy_;
  outcome_.offered += Counts(due);
  if (client.socket.get() < 0) {
    Connect(client);
  } else {
    Send(client);
  }
}

void Storm::Connect(Client& client) {
  client.state = Client::State::kConnecting;
  const auto from = kFirstAddress + static_cast<std::uint32_t>(client.number) % kAddresses;
  client.socket = StartConnecting(options_.port, from);
  epoll_event event = {};
  event.events = EPOLLOUT | EPOLLIN | EPOLLET;  // one call for the life of a connection
  event.data.ptr = &client;
  if (client.socket.get() < 0 ||
      epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, client.socket.get(), &event) != 0) {
    Fail(client, "cannot connect");
  }
}

void Storm::Send(Client& client) {
  client.state = Client::State::kWaiting;
  // A head of a few hundred bytes always fits the socket's empty buffer.
  const ssize_t sent = send(client.socket.get(), client.head.data(), client.head.size(),
                            MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent != std::ssize(client.head)) Fail(client, "closed before the request");
}

void Storm::Handle(Client& client, std::uint32_t events) {
  if (client.state != Client::State::kConnecting) return Receive(client);
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return Fail(client, "cannot connect");
  Send(client);
}

// Everything that is there: the next event is of what comes later.
void Storm::Receive(Client& client) {
  std::array<char, 64 * 1024> bytes;
  while (true) {
    const ssize_t got = recv(client.socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (client.state != Client::State::kWaiting) {
      return client.socket.Close();  // its idle time is over
    }
    if (got <= 0) return Fail(client, got < 0 ? "reset" : "closed without an answer");
    switch (client.reader.Feed({bytes.data(), static_cast<std::size_t>(got)})) {
      case ResponseReader::State::kMore:
        if (got < std::ssize(bytes)) return;
        break;
      case ResponseReader::State::kDone:
        return Complete(client);
      case ResponseReader::State::kBroken:
        return Fail(client, "not an answer");
    }
  }
}

void Storm::Complete(Client& client) {
  const auto now = Clock::now();
  Note(client, now);
  const bool refused = client.reader.status() == 503 || client.reader.status() == 429;
  if (refused) {
    client.not_until = now + std::chrono::seconds(client.reader.retry_after().value_or(0));
  }
  if (options_.fresh || client.reader.closes()) client.socket.Close();
  Done(client, refused && options_.obey ? client.not_until : now);
}

void Storm::Note(Client& client, Clock::time_point now) {
  if (!Counts(Open() ? client.due : now)) return;
  const ResponseReader& reader = client.reader;
  ++outcome_.statuses[reader.status()];
  outcome_.body_bytes += reader.body_bytes();
  const float took = Milliseconds(now - client.due);
  if (reader.status() == 200) {
    outcome_.admitted_ms.push_back(took);
  } else if (reader.status() == 503 || reader.status() == 429) {
    (client.due < client.not_until ? outcome_.early_ms : outcome_.refused_ms).push_back(took);
    outcome_.without_retry_after += !reader.retry_after().has_value();
    outcome_.without_no_store += !reader.no_store();
  }
}

void Storm::Fail(Client& client, std::string_view reason) {
  const auto now = Clock::now();
  if (Counts(Open() ? client.due : now)) ++outcome_.failures[std::string(reason)];
  client.socket.Close();
  Done(client, now + kRetryConnecting);
}

// The client is ready for its next request, at the given time.
void Storm::Done(Client& client, Clock::time_point again) {
  --busy_;
  client.state = Client::State::kFree;
  const auto now = Clock::now();
  if (again <= now && !Open()) {
    if (now < end_) Ask(client, now);
  } else if (again <= now) {
    free_.push_back(&client);
  } else {
    client.state = Client::State::kResting;
    wakes_.push({again, &client});
  }
}

}  // namespace

std::string RequestHead(const std::vector<std::string>& targets, std::size_t count) {
  std::string target = targets[count % targets.size()];
  constexpr std::string_view kNumber = "{n}";
  if (const auto at = target.find(kNumber); at != std::string::npos) {
    const std::size_t number = kFirstNumber + count / targets.size() % kNumbers;
    target.replace(at, kNumber.size(), std::to_string(number));
  }
  return fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", target);
}

std::expected<StormOutcome, std::string> RunStorm(const std::vector<std::string>& targets,
                                                  const StormOptions& options) {
  if (targets.empty()) return std::unexpected("no targets");
  rlimit files = {};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  return Storm(targets, options).Run();
}

}  // namespace whittle::bench
