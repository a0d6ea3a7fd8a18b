#include "observe/metrics.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "observe/process_stats.h"
#include "whittle/error.h"

namespace whittle::observe {
namespace {
using namespace std::chrono_literals;

// Samples of a page by "name{labels}", as text. Checks the form of each line on the way.
std::map<std::string, std::string> Samples(const std::string& page) {
  std::map<std::string, std::string> samples;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#")) continue;
    const auto space = line.rfind(' ');
    EXPECT_NE(space, std::string::npos) << line;
    EXPECT_TRUE(samples.emplace(line.substr(0, space), line.substr(space + 1)).second)
        << "twice: " << line;
  }
  return samples;
}

double Value(Metrics& metrics, const std::string& sample) {
  const auto samples = Samples(metrics.Text());
  const auto found = samples.find(sample);
  EXPECT_NE(found, samples.end()) << sample << " is not in\n" << metrics.Text();
  return found == samples.end() ? -1 : std::stod(found->second);
}

TEST(Metrics, CountsRequestsByStatusAndFormat) {
  Metrics metrics("0.1.0", "AVX2");
  for (int i = 0; i < 3; ++i) metrics.CountRequest(200, "jpeg");
  metrics.CountRequest(404, "none");
  metrics.CountRequest(206, "webp");
  EXPECT_EQ(Value(metrics, R"(whittle_requests_total{format="jpeg",status="200"})"), 3);
  EXPECT_EQ(Value(metrics, R"(whittle_requests_total{format="none",status="404"})"), 1);
  EXPECT_EQ(Value(metrics, R"(whittle_requests_total{format="webp",status="206"})"), 1);
}

TEST(Metrics, BoundsTheNumberOfSeries) {
  Metrics metrics("0.1.0", "AVX2");
  const std::size_t before = Samples(metrics.Text()).size();
  for (int i = 0; i < 1000; ++i) metrics.CountRequest(200, "format" + std::to_string(i));
  for (const int status : {-1, 0, 99, 600, 1 << 30}) metrics.CountRequest(status, "none");
  EXPECT_EQ(Samples(metrics.Text()).size(), before + 2);
  EXPECT_EQ(Value(metrics, R"(whittle_requests_total{format="other",status="200"})"), 1000);
  EXPECT_EQ(Value(metrics, R"(whittle_requests_total{format="none",status="0"})"), 5);
}

TEST(Metrics, HasEveryErrorStatusFromTheStart) {
  Metrics metrics("0.1.0", "AVX2");
  const auto samples = Samples(metrics.Text());
#define WHITTLE_ERROR(name, status, level, text) \
  EXPECT_EQ(samples.at("whittle_requests_total{format=\"none\",status=\"" #status "\"}"), "0");
#include "whittle/errors.def"
#undef WHITTLE_ERROR
}

TEST(Metrics, SortsStagesIntoBuckets) {
  Metrics metrics("0.1.0", "AVX2");
  StageTimes times;
  times[Stage::kDecode] = 12ms;
  times[Stage::kQueue] = 400us;
  metrics.ObserveStages(times);
  times[Stage::kQueue] = 20s;
  metrics.ObserveStages(times);
  const std::string name = "whittle_stage_duration_seconds";
  EXPECT_EQ(Value(metrics, name + R"(_bucket{stage="decode",le="0.01"})"), 0);
  EXPECT_EQ(Value(metrics, name + R"(_bucket{stage="decode",le="0.025"})"), 2);
  EXPECT_EQ(Value(metrics, name + R"(_bucket{stage="queue",le="0.0005"})"), 1);
  EXPECT_EQ(Value(metrics, name + R"(_bucket{stage="queue",le="10"})"), 1);
  EXPECT_EQ(Value(metrics, name + R"(_bucket{stage="queue",le="+Inf"})"), 2);
  EXPECT_NEAR(Value(metrics, name + R"(_sum{stage="decode"})"), 0.024, 1e-9);
  EXPECT_EQ(Value(metrics, name + R"(_count{stage="encode"})"), 0) << "not entered, not counted";
}

TEST(Metrics, CountsFetchesBySourceAndOutcome) {
  Metrics metrics("0.1.0", "AVX2");
  metrics.CountFetch({.source = "shop",
                      .outcome = "ok",
                      .retries = 1,
                      .bytes = 5,
                      .spent = {0us, 2ms, 0us, 3ms, 30s}});
  metrics.CountFetch({.source = "shop", .outcome = "timeout", .bytes = 2});
  metrics.CountFetch({.source = "news", .outcome = "ok"});
  EXPECT_EQ(Value(metrics, R"(whittle_fetches_total{outcome="ok",source="shop"})"), 1);
  EXPECT_EQ(Value(metrics, R"(whittle_fetches_total{outcome="timeout",source="shop"})"), 1);
  EXPECT_EQ(Value(metrics, R"(whittle_fetches_total{outcome="ok",source="news"})"), 1);
  EXPECT_EQ(Value(metrics, R"(whittle_fetch_retries_total{source="shop"})"), 1);
  EXPECT_EQ(Value(metrics, R"(whittle_fetch_bytes_total{source="shop"})"), 7);
  EXPECT_EQ(Value(metrics, R"(whittle_fetch_phase_seconds_count{phase="resolve"})"), 0);
  EXPECT_EQ(Value(metrics, R"(whittle_fetch_phase_seconds_count{phase="connect"})"), 1);
  EXPECT_EQ(Value(metrics, R"(whittle_fetch_phase_seconds_sum{phase="first_byte"})"), 0.003);
  EXPECT_EQ(Value(metrics, R"(whittle_fetch_phase_seconds_sum{phase="body"})"), 30);
}

TEST(Metrics, GatesAndGaugesGoUpAndDown) {
  Metrics metrics("0.1.0", "AVX2");
  metrics.cpu.capacity.Set(2);
  metrics.cpu.in_use.Add(2);
  metrics.cpu.in_use.Add(-1);
  metrics.fetch.waiting.Add(5);
  metrics.connections.Add(7);
  metrics.flights.Add(1);
  metrics.flights.Add(-1);
  EXPECT_EQ(Value(metrics, R"(whittle_gate_capacity{gate="cpu"})"), 2);
  EXPECT_EQ(Value(metrics, R"(whittle_gate_in_use{gate="cpu"})"), 1);
  EXPECT_EQ(Value(metrics, R"(whittle_gate_waiting{gate="fetch"})"), 5);
  EXPECT_EQ(Value(metrics, R"(whittle_gate_waiting{gate="cpu"})"), 0);
  EXPECT_EQ(Value(metrics, "whittle_connections"), 7);
  EXPECT_EQ(Value(metrics, "whittle_flights"), 0);
}

TEST(Metrics, CountsEachErrorUnderItsOwnKind) {
  Metrics metrics("0.1.0", "AVX2");
  int n = 0;
#define WHITTLE_ERROR(name, status, level, text)                       \
  for (int i = 0; i <= n; ++i) metrics.CountError(ErrorKind::k##name); \
  EXPECT_EQ(Value(metrics, "whittle_errors_total{kind=\"" #name "\"}"), ++n);
#include "whittle/errors.def"
#undef WHITTLE_ERROR
  EXPECT_GT(n, 10);
}

TEST(Metrics, CountsWork) {
  Metrics metrics("0.1.0", "AVX2");
  metrics.followers.Add();
  metrics.reads.Add(2);
  metrics.decodes.Add(3);
  metrics.encodes.Add(4);
  metrics.source_bytes.Add(5'000'000'000);
  metrics.response_bytes.Add(6);
  EXPECT_EQ(Value(metrics, "whittle_coalesced_followers_total"), 1);
  EXPECT_EQ(Value(metrics, "whittle_reads_total"), 2);
  EXPECT_EQ(Value(metrics, "whittle_decodes_total"), 3);
  EXPECT_EQ(Value(metrics, "whittle_encodes_total"), 4);
  EXPECT_EQ(Value(metrics, "whittle_source_bytes_total"), 5e9);
  EXPECT_EQ(Value(metrics, "whittle_response_bytes_total"), 6);
}

TEST(Metrics, DescribesTheProcess) {
  Metrics metrics("1.2.3", "SSE4");
  EXPECT_EQ(Value(metrics, R"(whittle_build_info{simd="SSE4",version="1.2.3"})"), 1);
  EXPECT_GT(Value(metrics, "whittle_process_resident_memory_bytes"), 1e6);
  EXPECT_GE(Value(metrics, "whittle_process_open_fds"), 3);
  EXPECT_GT(Value(metrics, "whittle_process_start_time_seconds"), 1.7e9);
}

TEST(Metrics, EveryFamilyHasHelpAndTypeAndOurPrefix) {
  Metrics metrics("0.1.0", "AVX2");
  std::set<std::string> helped, typed;
  std::istringstream lines(metrics.Text());
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string hash, what, name;
    words >> hash >> what >> name;
    if (hash != "#") {
      EXPECT_TRUE(line.starts_with("whittle_")) << line;
      continue;
    }
    EXPECT_TRUE((what == "HELP" ? helped : typed).insert(name).second) << line;
  }
  EXPECT_EQ(helped, typed);
  EXPECT_GE(helped.size(), 18U);
}

TEST(Metrics, ManyThreadsLoseNothing) {
  Metrics metrics("0.1.0", "AVX2");
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&metrics] {
        StageTimes times;
        times[Stage::kEncode] = 1ms;
        for (int i = 0; i < 500; ++i) {
          metrics.CountRequest(418, "png");  // not resolved beforehand
          metrics.reads.Add();
          metrics.cpu.in_use.Add(1);
          metrics.ObserveStages(times);
          metrics.cpu.in_use.Add(-1);
          if (i % 100 == 0) EXPECT_FALSE(metrics.Text().empty());
        }
      });
    }
  }
  EXPECT_EQ(Value(metrics, R"(whittle_requests_total{format="png",status="418"})"), 2000);
  EXPECT_EQ(Value(metrics, "whittle_reads_total"), 2000);
  EXPECT_EQ(Value(metrics, R"(whittle_gate_in_use{gate="cpu"})"), 0);
  EXPECT_EQ(Value(metrics, R"(whittle_stage_duration_seconds_count{stage="encode"})"), 2000);
}

TEST(SampleProcess, SeesMemoryGrow) {
  const ProcessStats before = SampleProcess();
  std::vector<char> held(64U << 20, 'x');
  // Else the compiler sees that nobody reads the buffer, and leaves it out.
  const volatile char* const seen = held.data();
  EXPECT_EQ(seen[held.size() - 1], 'x');
  const ProcessStats after = SampleProcess();
  EXPECT_GE(after.resident_bytes, before.resident_bytes + held.size() * 9 / 10);
}

}  // namespace
}  // namespace whittle::observe
