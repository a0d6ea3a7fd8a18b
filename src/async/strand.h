// What our coroutines run on: contexts that one thread runs each, so that every one is a strand.
//
// Handlers of such a context never run at the same time. A strand object on top of it would only
// cost: a queue and a lock more for each event, a seventh of a refusal's instructions. Whoever runs
// one of our contexts by two threads breaks everything. Asio's defaults erase the executor's type,
// and a request would pay for some thirty virtual copies of it. Every coroutine of ours is an
// Awaitable, and waits with kAwait or kAwaitTuple.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace whittle::async {

namespace asio = boost::asio;

using Strand = asio::io_context::executor_type;

template <class T>
using Awaitable = asio::awaitable<T, Strand>;

/// Completion tokens: co_await op(kAwait) throws what fails, with kAwaitTuple it returns it.
inline constexpr asio::use_awaitable_t<Strand> kAwait;
inline constexpr auto kAwaitTuple = asio::as_tuple(kAwait);

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Strand>;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Strand>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Strand>;

}  // namespace whittle::async
