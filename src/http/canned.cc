#include "http/canned.h"

#include <sys/socket.h>

#include <algorithm>
#include <string_view>

namespace whittle::http {
namespace {

constexpr std::string_view kHealthy =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
    "Connection: close\r\nContent-Length: 2\r\n\r\nok";
constexpr std::string_view kBusy =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Cache-Control: no-store\r\nRetry-After: 2\r\nConnection: close\r\nContent-Length: 25\r\n\r\n"
    "server is busy, try again";

}  // namespace

void AnswerAndClose(Descriptor socket) {
  char head[2048];  // also what a close must not find unread: a reset would overtake the answer
  const ssize_t got = recv(socket.get(), head, sizeof head, MSG_DONTWAIT);
  const std::string_view start(head, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  const std::string_view answer = start.starts_with("GET /health ") ? kHealthy : kBusy;
  send(socket.get(), answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  shutdown(socket.get(), SHUT_WR);
}

}  // namespace whittle::http
