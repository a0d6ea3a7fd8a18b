#include "http/server.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <exception>
#include <random>

#include "base/what.h"
#include "http/canned.h"

namespace whittle::http {
namespace {

constexpr std::size_t kReserve = 64;  // connections beyond the limit that still get health
constexpr int kAcceptsAtOnce = 16;    // then others have their turn
constexpr auto kRestAfterError = std::chrono::milliseconds(100);
constexpr std::uint64_t kOtherDescriptors = 256;  // sources, the log, libraries

std::uint64_t DescriptorLimit() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}

Descriptor SpareDescriptor() { return Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

}  // namespace

std::uint32_t PossibleConnections(std::uint32_t wanted, std::uint64_t descriptors) {
  const std::uint64_t others = std::min<std::uint64_t>(kOtherDescriptors, descriptors / 2);
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(descriptors - others, 1, wanted));
}

Server::Server(const Options& options, std::span<asio::io_context* const> contexts, Routes& routes,
               observe::Metrics& metrics, observe::Log& log, OnFailure on_failure)
    : options_(options),
      on_failure_(std::move(on_failure)),
      context_{.limits = options.session,
               .routes = routes,
               .metrics = metrics,
               .log = log,
               .now = options.now,
               .retry = RetryAfter(std::random_device{}()),
               .refusals = {}},
      contexts_(contexts.begin(), contexts.end()),
      addresses_(std::make_shared<AddressCounts>(options.max_connections_per_address)),
      strand_(contexts_.front()->get_executor()),
      listener_(strand_),
      pause_(strand_) {}

Server::~Server() { context_.refusals.Log(context_.log); }

Expected<std::uint16_t> Server::Start() {
  const std::uint32_t most = PossibleConnections(options_.max_connections, DescriptorLimit());
  if (most < options_.max_connections) {
    context_.log.Warn("fewer connections than max_connections, for want of descriptors",
                      {{"connections", most}, {"max_connections", options_.max_connections}});
  }
  context_.limits.max_newcomers_held = std::max<std::uint32_t>(1, most / 2);
  const std::size_t count = contexts_.size();
  for (std::size_t i = 0; i < count; ++i) {
    shards_.push_back(std::make_unique<Shard>(*contexts_[i], context_,
                                              most / count + (i < most % count ? 1 : 0),
                                              (kReserve + count - 1) / count));
  }
  WHITTLE_CHECK(listener_.Open(options_.listener));
  spare_ = SpareDescriptor();
  accepting_ = true;
  const auto died = [this](std::exception_ptr thrown) {
    if (!thrown) return;
    context_.log.Error("the server cannot go on", {{"what", What(thrown)}});
    on_failure_();
  };
  asio::co_spawn(strand_, Accept(), [this, died](std::exception_ptr thrown) {
    accepting_ = false;  // only now: a connection may have been accepted while the listener closed
    died(std::move(thrown));
  });
  const auto alive = [this] { return !Idle(); };
  for (std::size_t i = 0; i < count; ++i) {
    const auto each = [this, first = i == 0](Clock::time_point now) {
      if (first) context_.refusals.LogEachSecond(context_.log, now);
    };
    asio::co_spawn(contexts_[i]->get_executor(), shards_[i]->Sweep(alive, each), died);
  }
  return listener_.port();
}

async::Awaitable<void> Server::Accept() {
  for (int accepts = 0; listener_.is_open();) {
    if (!TakesMore()) {
      co_await Rest();
      continue;
    }
    auto accepted = listener_.Accept();
    if (accepted) {
      Deal(*std::move(accepted));
      if (++accepts % kAcceptsAtOnce == 0) co_await asio::post(async::kAwait);
    } else if (accepted.error() == EAGAIN) {
      co_await listener_.WaitForOne();
    } else if (accepted.error() != ECONNABORTED && accepted.error() != EINTR) {
      // Without a rest this would fail a million times a second.
      if (!SurviveWithoutDescriptors(accepted.error())) co_await Rest();
      co_await asio::post(async::kAwait);  // who makes room closes then
    }
  }
}

async::Awaitable<void> Server::Rest() {
  pause_.expires_after(kRestAfterError);
  co_await pause_.async_wait(async::kAwaitTuple);
}

bool Server::TakesMore() const {
  return std::ranges::any_of(shards_, [](const auto& shard) { return shard->TakesMore(); });
}

void Server::Deal(Listener::Accepted accepted) {
  auto entry = addresses_->Enter(accepted.peer.client);
  if (!entry) {
    context_.refusals.CountConnection();
    AnswerAndClose(std::move(accepted.socket));
    return;
  }
  ShardWithRoom().Deal({std::move(accepted), *std::move(entry)});
}

// The one with most room; when all are full, the one where most connections wait.
Shard& Server::ShardWithRoom() {
  const auto roomiest =
      std::ranges::max_element(shards_, {}, [](const auto& shard) { return shard->room(); });
  if ((*roomiest)->room() > 0) return **roomiest;
  const auto laziest =
      std::ranges::max_element(shards_, {}, [](const auto& shard) { return shard->waiting(); });
  return (*laziest)->waiting() > 0 ? **laziest : **roomiest;
}

// Out of descriptors or memory. A connection that waits gives its own up; else the spare one serves
// for a short answer. False when nothing helped.
bool Server::SurviveWithoutDescriptors(int error) {
  if (const auto held_back = accept_errors_.Pass()) {
    context_.log.Warn("accept failed",
                      {{"error", std::strerror(error)}, {"suppressed", *held_back}});
  }
  if (shards_.front()->EvictOne()) return true;
  if (!spare_) spare_ = SpareDescriptor();
  if (!spare_) return false;
  spare_ = Descriptor();
  auto accepted = listener_.Accept();
  if (accepted) {
    context_.refusals.CountConnection();
    AnswerAndClose(std::move(accepted->socket));
  }
  spare_ = SpareDescriptor();
  return accepted.has_value();
}

void Server::Drain() {
  context_.draining = true;
  asio::post(strand_, [this] { AcceptBacklogAndClose(); });
  for (const auto& shard : shards_) shard->Drain();
}

// Connections that the kernel has completed may carry requests already: they are served too.
void Server::AcceptBacklogAndClose() {
  while (TakesMore()) {
    auto accepted = listener_.Accept();
    if (!accepted) break;
    Deal(*std::move(accepted));
  }
  listener_.Close();
  pause_.cancel();
}

void Server::Abort() {
  for (const auto& shard : shards_) shard->Abort();
}

bool Server::Idle() const {
  return !accepting_ &&
         std::ranges::all_of(shards_, [](const auto& shard) { return shard->size() == 0; });
}

}  // namespace whittle::http
