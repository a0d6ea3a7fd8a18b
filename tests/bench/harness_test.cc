// The harness as a whole: Whittle alone, two pictures made in code, few requests, no network. Its
// measuring needs nothing but Python itself; scores and plots are left out.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/corpus.h"
#include "tests/support/pictures.h"

namespace whittle::test {
namespace {

int Shell(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Harness, MeasuresWhittleAndTheDecode) {
  if (Shell("python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'") != 0) {
    GTEST_SKIP() << "LEFT OUT: no python3 of version 3.11 or later";
  }
  const TempDir folder;
  const auto photos = folder.path() / "photos";
  std::filesystem::create_directory(photos);
  WriteFile(photos / "a.jpg", EncodeJpeg(Photo(700, 480)).view());
  WriteFile(photos / "b c.jpg", EncodeJpeg(Photo(480, 700, 3, 2)).view());
  const auto log = (folder.path() / "log").string();
  const int code = Shell(
      "WHITTLE=" WHITTLE_PROGRAM " PYTHONPATH=" WHITTLE_SOURCE_DIR
      "/bench/load PYTHONDONTWRITEBYTECODE=1 python3 -m harness --quick --no-score --no-plots "
      "--servers whittle --scenarios jpeg500,revalidate,latency500 --programs " WHITTLE_PROGRAMS
      " --photos " +
      photos.string() + " --work " + (folder.path() / "work").string() + " --out " +
      (folder.path() / "out").string() + " >" + log + " 2>&1");
  std::ifstream log_file(log);
  ASSERT_EQ(code, 0) << std::string(std::istreambuf_iterator<char>(log_file), {});

  std::ifstream file(folder.path() / "out/results.json");
  const auto results = nlohmann::json::parse(file);
  const auto& scenarios = results.at("scenarios");
  ASSERT_EQ(scenarios.size(), 3U);
  for (const char* name : {"jpeg500", "latency500", "revalidate"}) {
    const auto& whittle = scenarios.at(name).at("servers").at("whittle");
    EXPECT_EQ(whittle.at("failed"), 0) << name;
    EXPECT_EQ(whittle.at("requests"), 2 * 2) << name << ": two rounds of two photos";
    EXPECT_EQ(whittle.at("rounds").size(), 2U);
    EXPECT_GT(whittle.at("cpu_ms").at(0), 0);
    EXPECT_GE(whittle.at("cpu_ms").at(2), whittle.at("cpu_ms").at(1)) << "largest, smallest";
    EXPECT_GT(whittle.at("peak_mb"), 1);
    EXPECT_GE(whittle.at("p99_ms").at(0), whittle.at("p50_ms").at(0));
  }
  const auto& servers = scenarios.at("jpeg500").at("servers");
  EXPECT_GT(servers.at("whittle").at("bytes").at(0), 500);
  EXPECT_GT(servers.at("decode").at("cpu_ms").at(0), 0);
  EXPECT_EQ(scenarios.at("revalidate").at("servers").at("whittle").at("bytes").at(0), 0)
      << "304 has no body";
  bool against_decode = false;
  for (const auto& target : results.at("targets")) {
    against_decode |= target.at("other") == "decode" && target.at("found").at(0) > 0;
  }
  EXPECT_TRUE(against_decode);

  const std::string text = results.dump();
  EXPECT_EQ(text.find(folder.path().string()), std::string::npos) << "no paths of this machine";
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "out/table.md"));
}

TEST(Chaos, TellsWhatItFound) {
  if (Shell("python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'") != 0) {
    GTEST_SKIP() << "LEFT OUT: no python3 of version 3.11 or later";
  }
  const TempDir folder;
  const auto log = (folder.path() / "log").string();
  const int code = Shell(
      "PYTHONPATH=" WHITTLE_SOURCE_DIR "/bench:" WHITTLE_SOURCE_DIR
      "/bench/load PYTHONDONTWRITEBYTECODE=1 python3 -m chaos --quick --server " WHITTLE_PROGRAM
      " --programs " WHITTLE_PROGRAMS " --work " +
      (folder.path() / "work").string() + " --out " + (folder.path() / "out").string() +
      " s3 D4 >" + log + " 2>&1");
  std::ifstream log_file(log);
  ASSERT_LE(code, 1) << std::string(std::istreambuf_iterator<char>(log_file), {});

  const auto outcome = [&folder](const std::string& test) {
    std::ifstream file(folder.path() / "out/chaos" / (test + "-whittle.json"));
    return nlohmann::json::parse(file);
  };
  const auto bodies = outcome("S3");
  EXPECT_EQ(bodies.at("checks").at(0).at("value"), 50) << "each of 50 bodies is answered with 4xx";
  EXPECT_EQ(bodies.at("quick"), true);
  EXPECT_EQ(bodies.at("commit"), "") << "of another program nobody knows";
  const auto leaving = outcome("D4");
  EXPECT_EQ(leaving.at("notes").size(), 1U);
  const bool failed = bodies.at("verdict") == "FAIL" || leaving.at("verdict") == "FAIL";
  EXPECT_EQ(code, failed ? 1 : 0);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "out/chaos.md"));
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "work")) {
    EXPECT_EQ(entry.path().filename().string().find("run-"), std::string::npos) << "nothing stays";
  }
}

}  // namespace
}  // namespace whittle::test
