#include "http/server.h"

#include <netinet/tcp.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <vector>

namespace whittle::http {
namespace {

using asio::ip::tcp;

constexpr std::uint32_t kReserve = 64;  // connections beyond the limit that still get health
constexpr int kBacklog = 4096;          // the kernel cuts it to net.core.somaxconn
// Bytes that a connection's kernel buffer holds unsent: the rest of an answer stays where it is
// counted, and a client that does not read costs no megabytes of the kernel's.
constexpr int kMaxUnsent = 128 * 1024;
constexpr auto kSweepEvery = std::chrono::milliseconds(50);
constexpr auto kRestAfterError = std::chrono::milliseconds(100);

}  // namespace

Server::Server(const Options& options, asio::io_context& io, Routes& routes,
               observe::Metrics& metrics, observe::Log& log)
    : options_(options),
      io_(io),
      context_{options.session, routes, metrics, log},
      strand_(asio::make_strand(io)),
      acceptor_(strand_),
      pause_(strand_),
      tick_(strand_) {}

Expected<std::uint16_t> Server::Start() {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options_.address, error);
  const tcp::endpoint endpoint(address, options_.port);
  const auto attempt = [&error](auto&& step) {
    if (!error) step();
  };
  attempt([&] { acceptor_.open(endpoint.protocol(), error); });
  attempt([&] { acceptor_.set_option(async::Acceptor::reuse_address(true), error); });
  // What is accepted inherits these.
  attempt([&] { acceptor_.set_option(tcp::no_delay(true), error); });
  attempt([&] {
    setsockopt(acceptor_.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMaxUnsent,
               sizeof kMaxUnsent);
  });
  attempt([&] { acceptor_.bind(endpoint, error); });
  attempt([&] { acceptor_.listen(kBacklog, error); });
  attempt([&] { acceptor_.non_blocking(true, error); });
  if (error) {
    return FailSaying(ErrorKind::kInternal, "cannot listen on " + options_.address + ":" +
                                                std::to_string(options_.port) + ": " +
                                                error.message());
  }
  accepting_ = true;
  const auto died = [this](std::exception_ptr thrown) {
    if (thrown) context_.log.Error("the listener died");
  };
  asio::co_spawn(strand_, Accept(), died);
  asio::co_spawn(strand_, Sweep(), died);
  return acceptor_.local_endpoint().port();
}

async::Awaitable<void> Server::Accept() {
  while (acceptor_.is_open()) {
    if (connections() >= options_.max_connections + kReserve) {
      pause_.expires_after(kRestAfterError);
      co_await pause_.async_wait(async::kAwaitTuple);
      continue;
    }
    auto [error, socket] =
        co_await acceptor_.async_accept(asio::make_strand(io_), async::kAwaitTuple);
    if (!error) {
      Serve(std::move(socket));
      continue;
    }
    if (error == asio::error::operation_aborted) continue;  // draining, or asked to look again
    // Out of descriptors or memory: without a rest this would fail a million times a second.
    if (const auto held_back = accept_errors_.Pass()) {
      context_.log.Warn("accept failed", {{"error", error.message()}, {"suppressed", *held_back}});
    }
    pause_.expires_after(kRestAfterError);
    co_await pause_.async_wait(async::kAwaitTuple);
  }
  accepting_ = false;  // only now: a connection may have been accepted while the listener closed
}

void Server::Serve(async::Socket socket) {
  const bool crowded = connections() >= options_.max_connections;
  auto session = std::make_shared<Session>(std::move(socket), context_, crowded);
  {
    const std::lock_guard lock(mutex_);
    sessions_.insert(session);
  }
  context_.metrics.connections.Add(1);
  auto strand = session->executor();
  asio::co_spawn(std::move(strand), session->Run(), [this, session](std::exception_ptr thrown) {
    if (thrown) {
      try {
        std::rethrow_exception(thrown);
      } catch (const std::exception& e) {
        context_.log.Error("a session died", {{"what", e.what()}});
      }
    }
    context_.metrics.connections.Add(-1);
    const std::lock_guard lock(mutex_);
    sessions_.erase(session);
  });
}

async::Awaitable<void> Server::Sweep() {
  while (true) {
    tick_.expires_after(kSweepEvery);
    co_await tick_.async_wait(async::kAwaitTuple);
    if (Idle()) co_return;
    const auto now = Clock::now();
    ForEachSession([now](Session& session) { session.ExpireIfDue(now); });
  }
}

void Server::Drain() {
  context_.draining = true;
  asio::post(strand_, [this] { AcceptBacklogAndClose(); });
  ForEachSession([](Session& session) { session.BeginDrain(); });
}

// Connections that the kernel has completed may carry requests already: they are served too.
void Server::AcceptBacklogAndClose() {
  boost::system::error_code error;
  acceptor_.cancel(error);
  while (connections() < options_.max_connections) {
    async::Socket socket(asio::make_strand(io_));
    acceptor_.accept(socket, error);
    if (error) break;
    Serve(std::move(socket));
  }
  acceptor_.close(error);
  pause_.cancel();
}

void Server::Abort() {
  ForEachSession([](Session& session) { session.Abort(); });
}

bool Server::Idle() const { return !accepting_ && connections() == 0; }

std::size_t Server::connections() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

template <class F>
void Server::ForEachSession(const F& f) {
  const std::lock_guard lock(mutex_);
  for (const auto& session : sessions_) f(*session);
}

}  // namespace whittle::http
