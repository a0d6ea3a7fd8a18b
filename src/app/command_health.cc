#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <chrono>
#include <iostream>
#include <string>

#include "app/commands.h"

namespace whittle::app {
namespace {
using boost::asio::ip::tcp;
using local = boost::asio::local::stream_protocol;

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

/// Asks the server that listens at `endpoint`.
template <class Protocol>
int AskForHealth(const typename Protocol::endpoint& endpoint, const std::string& where,
                 const std::string& host) {
  typename Protocol::iostream server;
  server.expires_after(kTimeout);
  server.connect(endpoint);
  server << "GET /health HTTP/1.1\r\nHost: " << host << "\r\nConnection: close\r\n\r\n"
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

}  // namespace

int RunHealth(const Settings& settings) {
  constexpr std::string_view kUnix = "unix:";
  const std::string& address = settings.http.address;
  if (address.starts_with(kUnix)) {
    return AskForHealth<local>({address.substr(kUnix.size())}, address, "localhost");
  }
  const tcp::endpoint endpoint = ReachableAt(settings);
  const std::string where = fmt::format("{}:{}", endpoint.address().to_string(), endpoint.port());
  return AskForHealth<tcp>(endpoint, where, where);
}

}  // namespace whittle::app
