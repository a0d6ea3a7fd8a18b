// An origin for tests, over real sockets on a port of the system's choosing: what it answers, byte
// for byte, and when it hangs, drips, resets or lies, is a function of the test's.
//
//   Origin origin([](const Origin::Request&, Origin::Connection& c) { c.Answer("200 OK",
//   "picture"); }); client.Get({.url = origin.Url("/a.jpg")}, ...);
//
// Every connection has a thread, in which the function runs for each request; it returns soon after
// the client or the origin goes. With a certificate it speaks TLS.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "tests/support/certificates.h"

namespace whittle::test {

class Origin {
 public:
  struct Request {
    std::string method;
    std::string target;
    std::map<std::string, std::string> fields;  ///< names in lower case
    std::string body;

    /// "(none)" when it is missing.
    std::string Field(const std::string& name) const;
  };

  class Connection {
   public:
    /// False when the client has gone.
    bool Send(std::string_view bytes);
    /// A whole answer; `fields` are whole lines, each with its CRLF.
    bool Answer(std::string_view status, std::string_view body, std::string_view fields = {});
    /// Sends nothing for so long; false when the client or the origin has gone meanwhile.
    bool Pause(std::chrono::milliseconds time);
    /// Sends nothing more, until the client or the origin goes.
    void Hang();
    void Close();
    /// Carries bytes to and from that port of this machine, until one side has ended.
    void Relay(std::uint16_t port);
    /// Closes with a reset instead of an orderly end.
    void Reset();

   private:
    friend class Origin;
    explicit Connection(int socket) : socket_(socket) {}
    std::optional<Request> ReadRequest();
    bool Receive();

    struct FreeSsl {
      void operator()(SSL* ssl) const { SSL_free(ssl); }
    };
    int socket_;
    std::unique_ptr<SSL, FreeSsl> tls_;
    std::string received_;
    std::atomic<bool> open_ = true;
  };

  using Answering = std::function<void(const Request&, Connection&)>;

  /// Listens on `address`, IPv4, and on a port that is free or `port`.
  explicit Origin(Answering answer, const TestCertificate* certificate = nullptr,
                  std::string_view address = "127.0.0.1", std::uint16_t port = 0);
  ~Origin();

  std::uint16_t port() const { return port_; }
  /// "http://127.0.0.1:port" and `path`.
  std::string Url(std::string_view path, std::string_view host = "127.0.0.1") const;
  int connections() const { return connections_; }
  int requests() const { return requests_; }
  /// Waits until every connection has ended; false after a long while.
  bool BecomesIdle() const;

 private:
  void Accept();
  void Serve(const std::shared_ptr<Connection>& connection);

  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  const Answering answer_;
  std::unique_ptr<SSL_CTX, FreeContext> tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<int> ended_ = 0;
  std::atomic<int> requests_ = 0;
  std::mutex mutex_;
  bool ends_ = false;
  std::list<std::shared_ptr<Connection>> open_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace whittle::test
