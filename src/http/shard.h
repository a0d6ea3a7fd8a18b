// The sessions of one I/O thread: taking connections in, making room, the sweep, the end.
//
// The server has one for each io_context, which one thread runs, and deals connections out among
// them; so what a session does for a request takes no lock. Methods belong to that thread, except
// those marked.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>

#include "async/strand.h"
#include "http/address_counts.h"
#include "http/listener.h"
#include "http/session.h"
#include "http/session_context.h"
#include "http/sessions.h"

namespace whittle::http {

namespace asio = boost::asio;

class Shard {
 public:
  /// A connection on its way here, with all that it holds.
  struct Newcomer {
    Listener::Accepted accepted;
    AddressCounts::Entry entry;
  };

  /// Up to `limit` connections are served fully, `reserve` more without work. References outlive
  /// it.
  Shard(asio::io_context& io, SessionContext& context, std::size_t limit, std::size_t reserve)
      : io_(io), context_(context), limit_(limit), reserve_(reserve), tick_(io) {}

  /// Connections, those on their way included. Any thread.
  std::size_t size() const { return sessions_->size(); }
  /// How many more would be served fully; below 0 when it is beyond its limit. Any thread.
  std::ptrdiff_t room() const {
    return static_cast<std::ptrdiff_t>(limit_) - static_cast<std::ptrdiff_t>(size());
  }
  /// Connections that could be closed to make room. Any thread.
  std::size_t waiting() const { return sessions_->waiting(); }
  /// False when one more would have to wait. Any thread.
  bool TakesMore() const { return size() < limit_ + reserve_ || waiting() > 0; }

  /// Hands a connection over. Any thread.
  void Deal(Newcomer newcomer);
  /// Closes the connection that has waited longest, silent ones first; false when there is none
  /// that has waited for a while.
  bool EvictOne();
  /// As long as `alive()`, ends what is overdue; `each` is called every time.
  async::Awaitable<void> Sweep(std::function<bool()> alive,
                               std::function<void(Clock::time_point)> each);

  /// Any thread.
  void Drain();
  void Abort();

 private:
  void TakeIn(Newcomer newcomer, Sessions::Seat seat);
  bool EvictFrom(Sessions::State state, Clock::time_point before);
  bool IsFlooded() const;

  asio::io_context& io_;
  SessionContext& context_;
  const std::size_t limit_;
  const std::size_t reserve_;
  const std::shared_ptr<Sessions> sessions_ = std::make_shared<Sessions>();
  async::Timer tick_;
};

}  // namespace whittle::http
