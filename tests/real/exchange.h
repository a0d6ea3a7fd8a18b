// One request to somebody else's server on this machine, and its answer, chunked or not.
//
// Simple and trusting, for servers that are not ours to judge: a connection for each request, read
// to its end. Throws what goes wrong.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "source/http_call.h"
#include "source/http_fields.h"
#include "source/url_text.h"

namespace whittle::test {

/// All that the server says until it closes.
inline std::string Converse(std::uint16_t port, std::string_view bytes) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{.tv_sec = 60};
  setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("no connection");
  }
  while (!bytes.empty()) {
    const ssize_t sent = send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) throw std::runtime_error("cannot send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  std::string text;
  char block[4096];
  while (true) {
    const ssize_t got = recv(socket.get(), block, sizeof block, 0);
    if (got < 0) throw std::runtime_error("no answer");
    if (got == 0) return text;
    text.append(block, static_cast<std::size_t>(got));
  }
}

inline std::string Unchunked(std::string_view text) {
  std::string body;
  while (true) {
    const std::size_t line = text.find("\r\n");
    if (line == std::string_view::npos) throw std::runtime_error("a cut chunk");
    const std::size_t size = std::stoul(std::string(text.substr(0, line)), nullptr, 16);
    if (size == 0) return body;
    body += text.substr(line + 2, size);
    text.remove_prefix(line + 2 + size + 2);
  }
}

/// Sends `request` to this machine; its URL names the port.
inline source::HttpResponse Exchange(const source::HttpRequest& request) {
  const auto url = source::SplitUrl(request.url);
  if (!url) throw std::runtime_error("no URL: " + request.url);
  const std::string_view target =
      std::string_view(request.url).substr(url->scheme.size() + 3 + url->authority.size());
  std::string head = request.method + ' ' + std::string(target) +
                     " HTTP/1.1\r\nHost: " + std::string(url->host_field()) +
                     "\r\nConnection: close\r\n";
  for (const auto& [name, value] : request.fields) head += name + ": " + value + "\r\n";
  if (!request.body.empty() && source::FieldOf(request.fields, "content-length").empty()) {
    head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  const auto port = ParseUnsigned<std::uint16_t>(url->authority.substr(url->host().size() + 1));
  const std::string text = Converse(port.value(), head + "\r\n" + request.body);

  const std::size_t end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.1 ") || end == std::string::npos) {
    throw std::runtime_error("no HTTP: " + text.substr(0, 100));
  }
  source::HttpResponse answer{.status = std::stoi(text.substr(9, 3))};
  for (std::size_t at = text.find("\r\n"); at < end;) {
    const std::size_t begin = at + 2;
    at = text.find("\r\n", begin);
    const std::string line = text.substr(begin, at - begin);
    const std::size_t colon = line.find(':');
    answer.fields.emplace_back(line.substr(0, colon), Trim(line.substr(colon + 1)));
  }
  answer.body = text.substr(end + 4);
  if (source::FieldOf(answer.fields, "transfer-encoding") == "chunked") {
    answer.body = Unchunked(answer.body);
  }
  return answer;
}

}  // namespace whittle::test
