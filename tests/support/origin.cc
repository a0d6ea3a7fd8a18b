#include "tests/support/origin.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string>

#include "tests/support/openssl.h"

namespace whittle::test {
namespace {

constexpr int kStep = 20;  // ms between looks at whether the origin ends

void Check(bool fine, const char* what) {
  if (!fine) throw std::runtime_error(std::string("origin: ") + what);
}

}  // namespace

std::string Origin::Request::Field(const std::string& name) const {
  const auto at = fields.find(name);
  return at == fields.end() ? "(none)" : at->second;
}

bool Origin::Connection::Send(std::string_view bytes) {
  while (!bytes.empty() && open_) {
    const ssize_t sent = tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                              : send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return open_;
}

bool Origin::Connection::Answer(std::string_view status, std::string_view body,
                                std::string_view fields) {
  return Send("HTTP/1.1 " + std::string(status) +
              "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(fields) +
              "\r\n" + std::string(body));
}

bool Origin::Connection::Pause(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (open_ && std::chrono::steady_clock::now() < end) {
    pollfd wait{socket_, POLLRDHUP, 0};
    if (poll(&wait, 1, kStep) > 0) return false;
  }
  return open_;
}

void Origin::Connection::Hang() {
  while (Pause(std::chrono::hours(1))) {
  }
}

void Origin::Connection::Relay(std::uint16_t port) {
  const int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{.sin_family = AF_INET, .sin_port = htons(port)};
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  pollfd ends[2] = {{socket_, POLLIN, 0}, {other, POLLIN, 0}};
  // False when the other side of that end has gone.
  const auto carry = [&](int i) {
    char bytes[16384];
    const ssize_t got = recv(ends[i].fd, bytes, sizeof bytes, 0);
    for (ssize_t sent = 0; sent < got;) {
      const ssize_t more =
          send(ends[1 - i].fd, bytes + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
      if (more <= 0) return false;
      sent += more;
    }
    return got > 0;
  };
  bool stands = connect(other, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
  while (stands && open_) {
    if (poll(ends, 2, kStep) <= 0) continue;
    for (int i = 0; i < 2 && stands; ++i) stands = ends[i].revents == 0 || carry(i);
  }
  close(other);
  Close();
}

void Origin::Connection::Close() {
  open_ = false;
  shutdown(socket_, SHUT_RDWR);
}

void Origin::Connection::Reset() {
  const linger now{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  open_ = false;  // the reset comes with close
}

bool Origin::Connection::Receive() {
  char buffer[4096];
  const ssize_t got =
      tls_ ? SSL_read(tls_.get(), buffer, sizeof buffer) : recv(socket_, buffer, sizeof buffer, 0);
  if (got <= 0) return false;
  received_.append(buffer, static_cast<std::size_t>(got));
  return true;
}

std::optional<Origin::Request> Origin::Connection::ReadRequest() {
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!open_ || !Receive()) return std::nullopt;
  }
  Request request;
  const std::string head = received_.substr(0, end + 2);
  received_.erase(0, end + 4);
  const std::size_t first = head.find(' ');
  const std::size_t second = head.find(' ', first + 1);
  request.method = head.substr(0, first);
  request.target = head.substr(first + 1, second - first - 1);
  for (std::size_t line = head.find("\r\n") + 2; line < head.size();) {
    const std::size_t next = head.find("\r\n", line);
    const std::size_t colon = head.find(':', line);
    std::string name = head.substr(line, colon - line);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const std::size_t value = std::min(head.find_first_not_of(' ', colon + 1), next);
    request.fields[name] = head.substr(value, next - value);
    line = next + 2;
  }
  const auto length = request.fields.find("content-length");
  const std::size_t body = length == request.fields.end() ? 0 : std::stoul(length->second);
  while (received_.size() < body) {
    if (!Receive()) return std::nullopt;
  }
  request.body = received_.substr(0, body);
  received_.erase(0, body);
  return request;
}

Origin::Origin(Answering answer, const TestCertificate* certificate, std::string_view address,
               std::uint16_t port)
    : answer_(std::move(answer)) {
  if (certificate != nullptr) {
    tls_.reset(SSL_CTX_new(TLS_server_method()));
    const Bio pem(BIO_new_mem_buf(certificate->certificate.data(), -1));
    const Bio secret(BIO_new_mem_buf(certificate->key.data(), -1));
    const Certificate x509(PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr));
    const Key key(PEM_read_bio_PrivateKey(secret.get(), nullptr, nullptr, nullptr));
    Check(SSL_CTX_use_certificate(tls_.get(), x509.get()) == 1, "certificate");
    Check(SSL_CTX_use_PrivateKey(tls_.get(), key.get()) == 1, "private key");
  }
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in at{.sin_family = AF_INET, .sin_port = htons(port)};
  Check(inet_pton(AF_INET, std::string(address).c_str(), &at.sin_addr) == 1, "address");
  Check(bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0, "bind");
  Check(listen(listener_, 256) == 0, "listen");
  socklen_t size = sizeof at;
  getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
  port_ = ntohs(at.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

Origin::~Origin() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
    for (const auto& connection : open_) connection->Close();
  }
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  close(listener_);
}

std::string Origin::Url(std::string_view path, std::string_view host) const {
  return (tls_ ? "https://" : "http://") + std::string(host) + ":" + std::to_string(port_) +
         std::string(path);
}

bool Origin::BecomesIdle() const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (ended_ != connections_) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

void Origin::Accept() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    ++connections_;
    const std::shared_ptr<Connection> connection(new Connection(socket));
    const std::lock_guard lock(mutex_);
    if (ends_) connection->Close();
    open_.push_back(connection);
    threads_.emplace_back([this, connection] { Serve(connection); });
  }
}

void Origin::Serve(const std::shared_ptr<Connection>& connection) {
  sigset_t pipe;  // of TLS, to clients who have gone
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  bool ready = true;
  if (tls_) {
    connection->tls_.reset(SSL_new(tls_.get()));
    SSL_set_fd(connection->tls_.get(), connection->socket_);
    ready = SSL_accept(connection->tls_.get()) == 1;
  }
  while (ready && connection->open_) {
    const auto request = connection->ReadRequest();
    if (!request) break;
    ++requests_;
    answer_(*request, *connection);
  }
  const std::lock_guard lock(mutex_);
  open_.remove(connection);
  close(connection->socket_);
  ++ended_;
}

}  // namespace whittle::test
