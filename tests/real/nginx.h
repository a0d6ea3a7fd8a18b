// nginx as an origin: Debian's, with a configuration of the test's, on a port of the system's
// choosing.
//
// The test makes the listening socket and nginx inherits it, as it does from its predecessor when
// it is replaced: there is no moment in which the port could be another's, and none to wait for.
// Without nginx a test that asks for it is left out, with a line that says so:
//
//   WHITTLE_NGINX_OR_SKIP(nginx, {.server = "limit_rate 100k;"});
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "tests/real/service.h"
#include "tests/support/certificates.h"
#include "tests/support/corpus.h"
#include "whittle/bytes.h"

namespace whittle::test {

class Nginx {
 public:
  static constexpr const char* kLacking = "LEFT OUT: no nginx; scripts/install installs it";

  struct Options {
    std::string server;                          ///< directives
    std::optional<TestCertificate> certificate;  ///< with it: TLS
    bool http2 = false;
  };

  /// Look at `available` first.
  explicit Nginx(const Options& options) : tls_(options.certificate.has_value()) {
    if (!available()) return;
    Listen();
    std::filesystem::create_directory(folder_.path() / "files");
    std::string listen = "listen 127.0.0.1:" + std::to_string(port_);
    if (tls_) {
      Write("certificate", options.certificate->certificate);
      Write("key", options.certificate->key);
      listen += " ssl";
    }
    if (options.http2) listen += " http2";
    const std::string here = folder_.path().string();
    // All that it reads and writes is in this folder, which is the test's own user's alone.
    std::string text = geteuid() == 0 ? "user root;\n" : "";
    text += "daemon off; pid pid; events {}\nhttp {\n";
    for (const char* what : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
      text += std::string(what) + "_temp_path " + here + "/" + what + ";\n";
    }
    text +=
        "log_format told '$server_protocol $connection $status $request_uri "
        "$http_if_none_match.';\n"
        "access_log " +
        here + "/access told;\nserver {\n" + listen + ";\nroot " + here + "/files;\n";
    if (tls_) {
      text += "ssl_certificate " + here + "/certificate; ssl_certificate_key " + here + "/key;\n";
    }
    Write("settings", text + options.server + "\n}\n}\n");
    service_.emplace(std::vector<std::string>{kProgram, "-p", here, "-c", here + "/settings", "-e",
                                              here + "/errors"},
                     RealService::Options{.environment = {"NGINX=3;"}, .third = listener_.get()});
  }

  static bool available() { return std::filesystem::exists(kProgram); }
  std::string Url(std::string_view path) const {
    return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_) +
           std::string(path);
  }
  void Add(const std::string& name, ByteView content) {
    std::filesystem::create_directories((folder_.path() / "files" / name).parent_path());
    WriteFile(folder_.path() / "files" / name, content);
  }

  /// A request that it has answered.
  struct Told {
    std::string protocol;    ///< "HTTP/2.0"
    std::string connection;  ///< its number
    std::string status;
    std::string path;
    std::string condition;  ///< If-None-Match, and a full stop
  };
  /// The first `count` requests, once it has written them down, which is after the answers.
  std::vector<Told> Requests(std::size_t count) const {
    constexpr int kLooks = 1'000'000;
    std::vector<Told> requests;
    for (int look = 0; look < kLooks && requests.size() < count; ++look) {
      requests.clear();
      std::ifstream lines(folder_.path() / "access");
      Told told;
      while (lines >> told.protocol >> told.connection >> told.status >> told.path >>
             told.condition) {
        requests.push_back(told);
      }
      std::this_thread::yield();
    }
    if (requests.size() < count) throw std::runtime_error("nginx has answered too little");
    return requests;
  }

 private:
  static constexpr const char* kProgram = "/usr/sbin/nginx";

  void Write(const char* name, const std::string& text) {
    WriteFile(folder_.path() / name, AsBytes(text));
  }
  void Listen() {
    listener_ = Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in at{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    if (bind(listener_.get(), reinterpret_cast<const sockaddr*>(&at), size) != 0 ||
        listen(listener_.get(), 128) != 0 ||
        getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&at), &size) != 0) {
      throw std::runtime_error("nginx: no socket");
    }
    port_ = ntohs(at.sin_port);
  }

  const bool tls_;
  TempDir folder_;
  Descriptor listener_;
  std::uint16_t port_ = 0;
  std::optional<RealService> service_;
};

}  // namespace whittle::test

/// Declares `name`, an Nginx with these options, or leaves the test out.
#define WHITTLE_NGINX_OR_SKIP(name, ...)                                                      \
  if (!::whittle::test::Nginx::available()) GTEST_SKIP() << ::whittle::test::Nginx::kLacking; \
  ::whittle::test::Nginx name(::whittle::test::Nginx::Options __VA_ARGS__)
