#include "http/reply_head.h"

#include <array>
#include <boost/beast/http/status.hpp>
#include <charconv>

#include "http/conditional.h"

namespace whittle::http {
namespace {

void AppendNumber(std::string& out, std::size_t number) {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

// Dates change once a second, replies come by the thousand.
void AppendDate(std::string& out, std::time_t now) {
  thread_local std::time_t written = -1;
  thread_local std::string text;
  if (now != written) {
    text = FormatHttpDate(now);
    written = now;
  }
  AppendField(out, "Date", text);
}

}  // namespace

void AppendHead(std::string& out, const Reply& reply, const Framing& framing) {
  namespace beast_http = boost::beast::http;
  out.append("HTTP/1.1 ");
  AppendNumber(out, static_cast<std::size_t>(reply.status));
  const auto status = beast_http::int_to_status(static_cast<unsigned>(reply.status));
  out.append(" ").append(beast_http::obsolete_reason(status)).append("\r\n");
  out.append(reply.fields);
  AppendField(out, "X-Content-Type-Options", "nosniff");
  AppendField(out, "X-Request-Id", framing.request_id);
  AppendDate(out, framing.now);
  AppendField(out, "Connection", framing.keep_alive ? "keep-alive" : "close");
  if (reply.status != 304 && reply.status != 204) {
    out.append("Content-Length: ");
    AppendNumber(out, reply.body().size());
    out.append("\r\n");
  }
  out.append("\r\n");
}

}  // namespace whittle::http
