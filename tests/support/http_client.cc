#include "tests/support/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace whittle::test {
namespace {

[[noreturn]] void Throw(const std::string& what) { throw std::runtime_error("client: " + what); }

[[noreturn]] void ThrowErrno(const std::string& what) { Throw(what + ": " + std::strerror(errno)); }

template <class T>
void SetOption(int socket, int level, int name, const T& value) {
  if (setsockopt(socket, level, name, &value, sizeof value) != 0) ThrowErrno("setsockopt");
}

std::size_t ParseNumber(std::string_view text) {
  std::size_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || rest != end) {
    Throw("not a number: '" + std::string(text) + "'");
  }
  return number;
}

bool IsTokenChar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

int ParseStatusLine(const std::string& line) {
  const bool shaped = line.starts_with("HTTP/1.1 ") && line.size() > 13 && line[12] == ' ';
  if (!shaped) Throw("status line '" + line + "'");
  return static_cast<int>(ParseNumber(std::string_view(line).substr(9, 3)));
}

std::pair<std::string, std::string> ParseField(const std::string& line) {
  const std::size_t colon = line.find(": ");
  if (colon == 0 || colon == std::string::npos ||
      !std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon), IsTokenChar)) {
    Throw("header line '" + line + "'");
  }
  const bool clean = std::ranges::all_of(line, [](char c) { return c >= 0x20 && c < 0x7F; });
  if (!clean) Throw("odd bytes in header line '" + line + "'");
  return {line.substr(0, colon), line.substr(colon + 2)};
}

}  // namespace

std::optional<std::string> HttpResponse::Find(std::string_view name) const {
  std::optional<std::string> found;
  for (const auto& [key, value] : fields) {
    if (key.size() != name.size() || strncasecmp(key.data(), name.data(), name.size()) != 0) {
      continue;
    }
    if (found) Throw("two header lines " + key);
    found = value;
  }
  return found;
}

HttpClient::HttpClient(std::uint16_t port, int receive_buffer)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (socket_ < 0) ThrowErrno("socket");
  SetOption(socket_, IPPROTO_TCP, TCP_NODELAY, 1);
  if (receive_buffer > 0) SetOption(socket_, SOL_SOCKET, SO_RCVBUF, receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ConnectTo(&address, sizeof address);
}

HttpClient HttpClient::AtPath(const std::string& path) {
  HttpClient client;
  client.socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client.socket_ < 0) ThrowErrno("socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  client.ConnectTo(&address, sizeof address);
  return client;
}

void HttpClient::ConnectTo(const void* address, std::size_t size) {
  SetOption(socket_, SOL_SOCKET, SO_RCVTIMEO, timeval{.tv_sec = kPatience.count()});
  SetOption(socket_, SOL_SOCKET, SO_SNDTIMEO, timeval{.tv_sec = kPatience.count()});
  if (connect(socket_, static_cast<const sockaddr*>(address), static_cast<socklen_t>(size)) != 0) {
    const int error = errno;
    Close();
    errno = error;
    ThrowErrno("connect");
  }
}

bool HttpClient::TrySend(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return false;
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) ThrowErrno("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void HttpClient::Send(std::string_view bytes) {
  if (!TrySend(bytes)) ThrowErrno("send");
}

// False at the end of the connection, orderly or not.
bool HttpClient::Receive() {
  char bytes[64 * 1024];
  while (true) {
    const ssize_t got = recv(socket_, bytes, sizeof bytes, 0);
    if (got < 0 && errno == EINTR) continue;
    was_reset_ = got < 0 && errno == ECONNRESET;
    if (got == 0 || was_reset_) return false;
    if (got < 0) ThrowErrno("no answer");
    received_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
}

std::size_t HttpClient::Receive(std::size_t most) {
  std::vector<char> bytes(most);
  ssize_t got = -1;
  while (got < 0) {
    got = recv(socket_, bytes.data(), most, 0);
    if (got < 0 && errno == ECONNRESET) return 0;
    if (got < 0 && errno != EINTR) ThrowErrno("no bytes");
  }
  return static_cast<std::size_t>(got);
}

std::string HttpClient::TakeLine() {
  std::size_t end = 0;
  while ((end = received_.find("\r\n")) == std::string::npos) {
    if (!Receive()) Throw("the connection ended within a head, after '" + received_ + "'");
  }
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 2);
  return line;
}

HttpResponse HttpClient::Read(bool to_head) {
  HttpResponse response;
  response.status = ParseStatusLine(TakeLine());
  for (std::string line = TakeLine(); !line.empty(); line = TakeLine()) {
    response.fields.push_back(ParseField(line));
  }
  if (response.Find("Transfer-Encoding")) Throw("an answer with Transfer-Encoding");
  const auto length = response.Find("Content-Length");
  const bool never_has_body = response.status == 204 || response.status == 304;
  if (never_has_body && length) Throw("Content-Length where no body can be");
  if (!never_has_body && !length) Throw("no Content-Length");
  if (never_has_body || to_head) return response;

  const std::size_t size = ParseNumber(*length);
  while (received_.size() < size) {
    if (!Receive()) Throw("the connection ended within a body");
  }
  response.body = received_.substr(0, size);
  received_.erase(0, size);
  return response;
}

bool HttpClient::ReadEnd() { return received_.empty() && !Receive() && !was_reset_; }

bool HttpClient::Readable(std::chrono::milliseconds time) {
  pollfd waiting = {.fd = socket_, .events = POLLIN};
  return poll(&waiting, 1, static_cast<int>(time.count())) > 0;
}

std::string HttpClient::Request(std::string_view method, std::string_view target,
                                std::string_view fields) {
  std::string head(method);
  head.append(" ").append(target).append(" HTTP/1.1\r\nHost: test\r\n").append(fields);
  return head + "\r\n";
}

void HttpClient::Close() {
  if (socket_ >= 0) close(std::exchange(socket_, -1));
}

void HttpClient::HalfClose() { shutdown(socket_, SHUT_WR); }

void HttpClient::Reset() {
  SetOption(socket_, SOL_SOCKET, SO_LINGER, linger{.l_onoff = 1, .l_linger = 0});
  Close();
}

}  // namespace whittle::test
