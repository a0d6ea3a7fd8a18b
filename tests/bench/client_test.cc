// The closed loop against the real server in this process.
#include "generator/client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include "tests/e2e/process.h"
#include "tests/support/pictures.h"

namespace whittle::bench {
namespace {

std::string Get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"; }

TEST(Load, SendsEveryRequestOfEveryPassAndSavesTheFirst) {
  test::Process server;
  server.Add("a.jpg", test::EncodeJpeg(test::Photo(90, 60)).view());
  const test::TempDir folder;
  const auto outcome =
      RunLoad({Get("/resize/40/0/a.jpg"), Get("/resize/30/0/a.jpg"), Get("/resize/9/9/none.jpg")},
              {.port = server.port(), .connections = 2, .passes = 5, .save = folder.path()});
  ASSERT_TRUE(outcome) << outcome.error();
  EXPECT_EQ(outcome->statuses, (std::map<int, std::size_t>{{200, 10}, {404, 5}}));
  EXPECT_TRUE(outcome->failures.empty());
  EXPECT_EQ(outcome->latencies_ms.size(), 15U);
  std::set<std::string> saved;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    saved.insert(entry.path().filename());
  }
  EXPECT_EQ(saved, (std::set<std::string>{"00000", "00001"})) << "answers other than 200 are not";
  std::ifstream file(folder.path() / "00001", std::ios::binary);
  const std::string body(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(test::DecodeJpeg(AsBytes(body)).width, 30);
}

TEST(Load, ConnectsAgainWhenTheServerCloses) {
  test::Process server({"WHITTLE_MAX_REQUESTS_PER_CONNECTION=3"});
  const auto outcome =
      RunLoad({Get("/health")}, {.port = server.port(), .connections = 2, .passes = 20});
  ASSERT_TRUE(outcome) << outcome.error();
  EXPECT_EQ(outcome->statuses, (std::map<int, std::size_t>{{200, 20}}));
  EXPECT_TRUE(outcome->failures.empty());
}

/// A listener that nobody accepts from: the kernel completes connections and takes requests.
class Silent {
 public:
  Silent() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic;
    std::memcpy(&generic, &address, sizeof generic);
    socklen_t size = sizeof generic;
    if (bind(socket_, &generic, size) != 0 || listen(socket_, 8) != 0 ||
        getsockname(socket_, &generic, &size) != 0) {
      throw std::runtime_error("cannot listen");
    }
    std::memcpy(&address, &generic, sizeof address);
    port_ = ntohs(address.sin_port);
  }
  ~Silent() { Close(); }
  void Close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  std::uint16_t port() const { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

TEST(Load, GivesUpOnASilentServer) {
  Silent server;
  const auto outcome =
      RunLoad({Get("/a"), Get("/b"), Get("/c")},
              {.port = server.port(), .connections = 2, .patience = std::chrono::milliseconds(20)});
  ASSERT_TRUE(outcome) << outcome.error();
  EXPECT_EQ(outcome->failures, (std::map<std::string, std::size_t>{{"no answer in time", 2}}));
}

TEST(Load, SaysWhenNothingListens) {
  Silent server;
  server.Close();
  const auto outcome = RunLoad({Get("/a")}, {.port = server.port()});
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().starts_with("cannot connect to port")) << outcome.error();
}

}  // namespace
}  // namespace whittle::bench
