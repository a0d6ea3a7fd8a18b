#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <iostream>
#include <string>

#include "app/commands.h"

namespace whittle::app {
namespace {
using boost::asio::ip::tcp;

constexpr std::chrono::seconds kTimeout{2};  // for connecting, asking and reading together

/// Where a server that listens on `settings` can be reached from this machine: a server that
/// listens on all addresses listens on loopback too.
tcp::endpoint ReachableAt(const Settings& settings) {
  const auto address = boost::asio::ip::make_address(settings.http.address);
  const auto loopback = address.is_v4()
                            ? boost::asio::ip::address(boost::asio::ip::address_v4::loopback())
                            : boost::asio::ip::address(boost::asio::ip::address_v6::loopback());
  return {address.is_unspecified() ? loopback : address, settings.http.port};
}

}  // namespace

int RunHealth(const Settings& settings) {
  const tcp::endpoint endpoint = ReachableAt(settings);
  const std::string where = fmt::format("{}:{}", endpoint.address().to_string(), endpoint.port());
  tcp::iostream server;
  server.expires_after(kTimeout);
  server.connect(endpoint);
  server << "GET /health HTTP/1.1\r\nHost: " << where << "\r\nConnection: close\r\n\r\n"
         << std::flush;
  std::string version;
  int status = 0;
  server >> version >> status;
  if (!server) {
    return Report(where,
                  Error::Saying(ErrorKind::kUpstream, "no answer", server.error().message()));
  }
  if (status != 200) {
    return Report(where, Error::Saying(ErrorKind::kUpstream, fmt::format("status {}", status)));
  }
  std::cout << "ok\n";
  return kExitOk;
}

}  // namespace whittle::app
