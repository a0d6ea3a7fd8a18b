// The real program where the system gives it little from its start: descriptors, address space.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/e2e/process.h"
#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {

// With 256 descriptors there is room for 128 connections.
constexpr const char* kFewDescriptors = "ulimit -n 256";
constexpr int kSilent = 600;

TEST(Scarce, DescriptorsWereTakenFromAClientWhoAskedForThoseWhoSaidNothing) {
  rlimit own{};
  getrlimit(RLIMIT_NOFILE, &own);
  own.rlim_cur = own.rlim_max;
  setrlimit(RLIMIT_NOFILE, &own);
  Process program({}, kFewDescriptors);
  program.Add("photo.jpg", EncodeJpeg(Photo(60, 40)).view());
  HttpClient kept = program.Connect();
  EXPECT_EQ(kept.Get("/health").body, "ok");
  std::vector<HttpClient> silent;
  for (int i = 0; i < kSilent; ++i) silent.push_back(program.Connect());
  // The backlog is a queue: when this is answered, all before it have been accepted.
  EXPECT_EQ(program.Connect().Get("/health").body, "ok");
  EXPECT_EQ(kept.Get("/health").body, "ok");
  EXPECT_EQ(kept.Get("/resize/10/0/photo.jpg").status, 200);
  EXPECT_EQ(program.Connect().Get("/resize/11/0/photo.jpg").status, 200);

  silent.clear();
  EXPECT_TRUE(PollMetrics(program.port(), [](const std::string& page) {
    return MetricIn(page, "whittle_connections") < 5;
  }));
  EXPECT_EQ(program.Connect().Get("/resize/12/0/photo.jpg").status, 200);
  EXPECT_EQ(kept.Get("/health").body, "ok");
  program.Signal(SIGTERM);
  EXPECT_EQ(program.Wait(), 0);
}

/// In KiB; the first ended with SIGABRT at the first picture, the second did not start.
class ScarceAddresses : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (!std::string_view(WHITTLE_SANITIZE).empty()) {
      GTEST_SKIP() << "LEFT OUT: sanitizers take terabytes of address space";
    }
  }
};

INSTANTIATE_TEST_SUITE_P(, ScarceAddresses, testing::Values(300 << 10, 700 << 10));

TEST_P(ScarceAddresses, LargePicturesEndedTheServer) {
  Process program({"WHITTLE_WORKERS=2", "WHITTLE_QUEUE_WAIT=20s"},
                  "ulimit -v " + std::to_string(GetParam()));
  // Their coefficients, rows and results are tens to hundreds of megabytes each.
  program.Add("progressive.jpg", EncodeJpeg(Blank(6000, 4000), {.progressive = true}).view());
  program.Add("plain.jpg", EncodeJpeg(Blank(6000, 4000)).view());
  program.Add("small.jpg", EncodeJpeg(Photo(60, 40)).view());
  std::vector<std::string> targets;
  for (const char* side : {"300", "301", "302"}) {
    targets.push_back(std::string("/resize/") + side + "/0/progressive.jpg");
    targets.push_back(std::string("/resize/") + side + "/0/plain.jpg");
    targets.push_back(std::string("/resize/") + side + "/0/plain.jpg?rotate=90");
    for (const char* format : {"raw", "png", "webp", "avif", "jpeg"}) {
      targets.push_back(std::string("/resize/5") + side + "/5000/small.jpg?enlarge=1&fit=fill" +
                        "&preset=fast&format=" + format);
    }
  }
  std::deque<HttpClient> clients;
  for (const std::string& target : targets) {
    clients.push_back(program.Connect());
    clients.back().Send(HttpClient::Request("GET", target));
  }
  std::map<int, int> statuses;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const int status = clients[i].Read().status;
    ++statuses[status];
    EXPECT_TRUE(status == 200 || status == 413 || status == 503) << targets[i] << ' ' << status;
  }
  EXPECT_GT(statuses[200], 0);
  EXPECT_LT(statuses[200], static_cast<int>(targets.size())) << "there was enough for all";
  clients.clear();
  EXPECT_EQ(program.Connect().Get("/resize/10/0/small.jpg").status, 200);
  program.Signal(SIGTERM);
  EXPECT_EQ(program.Wait(), 0);
}

}  // namespace
}  // namespace whittle::test
