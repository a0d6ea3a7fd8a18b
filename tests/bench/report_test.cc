// The numbers of a run, and the list of requests it reads.
#include "generator/report.h"

#include <gtest/gtest.h>

#include <sstream>

#include "generator/request_list.h"

namespace whittle::bench {
namespace {

TEST(Percentile, IsTheNearestRank) {
  std::vector<double> hundred;
  for (int i = 1; i <= 100; ++i) hundred.push_back(i);
  EXPECT_EQ(Percentile(hundred, 0.5), 50);
  EXPECT_EQ(Percentile(hundred, 0.99), 99);
  EXPECT_EQ(Percentile(hundred, 1), 100);
  EXPECT_EQ(Percentile({7}, 0.01), 7);
  EXPECT_EQ(Percentile({1, 2, 3}, 0.5), 2);
  EXPECT_EQ(Percentile({}, 0.5), 0);
}

TEST(Report, CountsAnswersAndFailures) {
  const auto report = Report({.statuses = {{200, 3}, {503, 1}},
                              .failures = {{"connection closed", 2}},
                              .latencies_ms = {4, 1, 3, 2},
                              .body_bytes = 1000,
                              .wall_seconds = 0.5,
                              .cpu_seconds = 0.1});
  EXPECT_EQ(report.at("requests"), 6);
  EXPECT_EQ(report.at("statuses").at("200"), 3);
  EXPECT_EQ(report.at("failures").at("connection closed"), 2);
  EXPECT_EQ(report.at("rps"), 8.0);
  EXPECT_EQ(report.at("p50_ms"), 2.0);
  EXPECT_EQ(report.at("max_ms"), 4.0);
}

TEST(RequestList, MakesWholeHeads) {
  std::istringstream list("/a.jpg\n/b.jpg\tIf-None-Match: \"x\"\n");
  const auto requests = ReadRequests(list);
  ASSERT_TRUE(requests) << requests.error();
  EXPECT_EQ(*requests,
            (std::vector<std::string>{
                "GET /a.jpg HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                "GET /b.jpg HTTP/1.1\r\nHost: 127.0.0.1\r\nIf-None-Match: \"x\"\r\n\r\n"}));
}

TEST(RequestList, NamesTheLineAtFault) {
  for (const auto& [text, error] : std::initializer_list<std::pair<const char*, const char*>>{
           {"", "no requests"},
           {"/a\nb\n", "line 2: not a path: b"},
           {"/a b\n", "line 1: not a path: /a b"}}) {
    std::istringstream list(text);
    const auto requests = ReadRequests(list);
    ASSERT_FALSE(requests);
    EXPECT_EQ(requests.error(), error);
  }
}

}  // namespace
}  // namespace whittle::bench
