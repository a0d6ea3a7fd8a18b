// Whether the server can listen where it is to, and who listens there already.
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "app/doctor/check.h"
#include "base/descriptor.h"
#include "base/text.h"

namespace whittle::app::doctor {
namespace {

using boost::asio::ip::tcp;
using Local = boost::asio::local::stream_protocol;

constexpr std::chrono::seconds kPatience{2};  // for an answer of whoever listens
constexpr std::streamsize kMostAnswer = 16384;
constexpr std::string_view kUnix = "unix:";

// "whittle 0.3.0" where that answers at `endpoint`; empty for anything else.
template <class Protocol>
std::string WhoAnswers(const typename Protocol::endpoint& endpoint) {
  typename Protocol::iostream server;
  server.expires_after(kPatience);
  server.connect(endpoint);
  server << "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" << std::flush;
  std::string answer(kMostAnswer, '\0');
  server.read(answer.data(), kMostAnswer);
  answer.resize(static_cast<std::size_t>(server.gcount()));
  const auto about = nlohmann::json::parse(answer.substr(std::min(answer.find('{'), answer.size())),
                                           nullptr, /*allow_exceptions=*/false);
  if (!about.is_object() || !about.contains("version") || !about["version"].is_string()) return {};
  const auto version = about["version"].get<std::string>();
  return version.starts_with("whittle ") ? Printable(version, 64) : std::string();
}

Finding Taken(const std::string& where, const std::string& by) {
  if (by.empty()) {
    return Failure("another program listens at " + where,
                   "end it, or take another one: port, address");
  }
  return Ok(by + " answers at " + where + " already");
}

// As the listener would, but that nobody can connect meanwhile.
Finding OfTcp(const Settings& settings) {
  boost::system::error_code error;
  tcp::endpoint endpoint(boost::asio::ip::make_address(settings.http.address, error),
                         settings.http.port);
  const std::string where = fmt::format("{}:{}", settings.http.address, settings.http.port);
  const Descriptor socket(::socket(endpoint.data()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (socket) setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (socket && bind(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0) {
    return Ok(settings.http.port == 0 ? "the system picks one that is free" : where + " is free");
  }
  switch (errno) {
    case EADDRINUSE: {
      const auto address = endpoint.address();
      if (address.is_unspecified()) {
        endpoint.address(address.is_v4()
                             ? boost::asio::ip::address(boost::asio::ip::address_v4::loopback())
                             : boost::asio::ip::address(boost::asio::ip::address_v6::loopback()));
      }
      return Taken(where, WhoAnswers<tcp>(endpoint));
    }
    case EACCES:
      return Failure(where + " is not for this user",
                     "take a port above 1023, or give the server "
                     "CAP_NET_BIND_SERVICE");
    default:
      return Failure(where + ": " + std::strerror(errno), "set an address that this machine has");
  }
}

Finding OfUnix(const Bench& bench) {
  const std::string path = bench.settings.http.address.substr(kUnix.size());
  struct stat status{};
  if (lstat(path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode)) {
      return Failure(path + " is a file and no socket", "remove it, or take another path: address");
    }
    Local::iostream somebody;
    somebody.expires_after(kPatience);
    somebody.connect(Local::endpoint(path));
    if (somebody) return Taken(path, WhoAnswers<Local>(Local::endpoint(path)));
  }
  const std::string folder = std::filesystem::absolute(path).parent_path();
  if (!bench.machine.may_write(folder)) {
    return Failure("this user may not make a socket in " + folder, "give it a folder of its own");
  }
  return Ok(path + " is free");
}

Findings Examine(const Bench& bench) {
  const auto& http = bench.settings.http;
  if (http.address.starts_with(kUnix)) return {OfUnix(bench)};
  return {OfTcp(bench.settings)};
}

}  // namespace

extern const Check kPortCheck;
constexpr Check kPortCheck = {.name = "port",
                              .about = "whether it can be listened on, and who does already",
                              .of_server = Examine};

}  // namespace whittle::app::doctor
