#include "app/setting_kinds.h"

#include <gtest/gtest.h>

#include <cctype>
#include <limits>

#include "pixel/simd.h"

namespace whittle::app {
namespace {
using namespace std::chrono_literals;

TEST(Duration, ReadsUnitsAndBareSeconds) {
  const Duration kind(0ms, 24h);
  EXPECT_EQ(kind.Parse("500ms"), 500ms);
  EXPECT_EQ(kind.Parse("2s"), 2s);
  EXPECT_EQ(kind.Parse("1m"), 1min);
  EXPECT_EQ(kind.Parse("1h"), 1h);
  EXPECT_EQ(kind.Parse("2"), 2s);
  EXPECT_EQ(kind.Parse("0"), 0s);
  EXPECT_EQ(kind.Parse("1.5s"), 1500ms);
  EXPECT_EQ(kind.Parse("0.25"), 250ms);
  for (const char* bad : {"", "s", "ms", "2 s", " 2s", "2s ", "-1s", "2S", "2sec", "2d", "1e999",
                          "nan", "inf", "0x2", "1m30s", "99999999999999999999h"}) {
    EXPECT_EQ(kind.Parse(bad), std::nullopt) << bad;
  }
}

TEST(Duration, JudgesTheRangeAfterTheUnit) {
  const Duration kind(1ms, 1h);
  EXPECT_EQ(kind.Parse("60m"), 1h);
  EXPECT_EQ(kind.Parse("3600001ms"), std::nullopt);
  EXPECT_EQ(kind.Parse("0"), std::nullopt);
  EXPECT_EQ(kind.Parse("0.4ms"), std::nullopt) << "rounds to nothing";
}

TEST(Duration, WritesTheLargestWholeUnit) {
  const Duration kind(0ms, 100h);
  for (const auto& [value, text] : {std::pair{Duration::Value(0), "0s"},
                                    {Duration::Value(1), "1ms"},
                                    {Duration::Value(1500), "1500ms"},
                                    {Duration::Value(75s), "75s"},
                                    {Duration::Value(60s), "1m"},
                                    {Duration::Value(2h), "2h"}}) {
    EXPECT_EQ(kind.Format(value), text);
    EXPECT_EQ(kind.Parse(text), value);
  }
}

TEST(ProxyUrl, IsASchemeAndAHost) {
  const ProxyUrl kind;
  for (const char* good : {"", "http://proxy", "http://proxy.example.com:3128", "https://10.0.0.1/",
                           "socks5h://[::1]:1080"}) {
    EXPECT_EQ(kind.Parse(good), good);
  }
  for (const char* bad : {"proxy:3128", "http", "http://", "http:proxy", "http://proxy/x",
                          "http://proxy?x", "http://proxy/#x", "http://proxy:0", "ftp://proxy",
                          "socks5://proxy", "http://user:password@proxy"}) {
    EXPECT_EQ(kind.Parse(bad), std::nullopt) << bad;
  }
}

TEST(ByteSize, ReadsBinaryUnits) {
  const ByteSize kind(1, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(kind.Parse("67108864"), 67108864U);
  EXPECT_EQ(kind.Parse("64MiB"), 67108864U);
  EXPECT_EQ(kind.Parse("1KiB"), 1024U);
  EXPECT_EQ(kind.Parse("2GiB"), 2147483648U);
  EXPECT_EQ(kind.Parse("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  for (const char* bad : {"", "0", "MiB", "1.5MiB", "64MB", "64M", "-1", "18446744073709551616",
                          "17179869184GiB", "1 KiB"}) {
    EXPECT_EQ(kind.Parse(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(kind.Format(67108864), "64MiB");
  EXPECT_EQ(kind.Format(67108865), "67108865");
  EXPECT_EQ(kind.Format(0), "0");
}

TEST(Switch, ReadsTheUsualWords) {
  const Switch kind;
  for (const char* yes : {"on", "1", "true", "yes", "TRUE"}) EXPECT_EQ(kind.Parse(yes), true);
  for (const char* no : {"off", "0", "false", "no", "Off"}) EXPECT_EQ(kind.Parse(no), false);
  for (const char* bad : {"", "2", "enable", "onn"}) EXPECT_EQ(kind.Parse(bad), std::nullopt);
}

TEST(Choice, WritesTheFirstWordOfAValueAndReadsAllOfThem) {
  const Choice<int> kind({{"default", 1}, {"fast", 2}, {"jpegli", 1}});
  EXPECT_EQ(kind.Parse("jpegli"), 1);
  EXPECT_EQ(kind.Format(1), "default");
  EXPECT_EQ(kind.Parse("Fast"), std::nullopt);
  EXPECT_EQ(kind.Parse(""), std::nullopt);
  EXPECT_EQ(kind.Allowed(), "default, fast, jpegli");
}

TEST(FileMode, IsOctal) {
  const FileMode kind;
  EXPECT_EQ(kind.Parse("660"), 0660U);
  EXPECT_EQ(kind.Parse("0777"), 0777U);
  EXPECT_EQ(kind.Format(0060), "060");
  for (const char* text : {"", "1000", "8", "rw", "-1", "66 "}) {
    EXPECT_EQ(kind.Parse(text), std::nullopt) << text;
  }
}

TEST(ListenAddress, TakesPathsThatASocketCanHave) {
  const ListenAddress kind;
  EXPECT_EQ(kind.Parse("unix:/run/whittle.sock"), "unix:/run/whittle.sock");
  EXPECT_TRUE(kind.Parse("unix:" + std::string(107, 'x')));
  EXPECT_FALSE(kind.Parse("unix:" + std::string(108, 'x')));
  EXPECT_FALSE(kind.Parse("unix:"));
  EXPECT_FALSE(kind.Parse(std::string_view("unix:a\0b", 8)));
}

TEST(ListenAddress, TakesNumbersOnly) {
  const ListenAddress kind;
  for (const char* good : {"0.0.0.0", "127.0.0.1", "::", "::1", "2001:db8::5"}) {
    EXPECT_EQ(kind.Parse(good), good);
  }
  for (const char* bad : {"", "localhost", "127.1", "256.0.0.1", "1.2.3.4:80", "[::1]", "::g"}) {
    EXPECT_EQ(kind.Parse(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(kind.Parse(std::string_view("1.2.3.4\0x", 9)), std::nullopt);
}

TEST(Path, TakesAnythingASystemCanName) {
  EXPECT_EQ(Path().Parse("./my images"), "./my images");
  EXPECT_EQ(Path().Parse(""), std::nullopt);
  EXPECT_EQ(Path().Parse(std::string_view("a\0b", 3)), std::nullopt);
}

TEST(SimdTarget, TakesWhatThisCpuHasInAnyCase) {
  const SimdTarget kind;
  EXPECT_EQ(kind.Parse("auto"), "auto");
  for (const std::string& target : pixel::SimdTargets()) {
    std::string lower = target;
    for (char& c : lower) c = static_cast<char>(std::tolower(c));
    EXPECT_EQ(kind.Parse(target), target);
    EXPECT_EQ(kind.Parse(lower), target);
  }
  for (const char* bad : {"", "avx9", "AVX", "auto "}) EXPECT_EQ(kind.Parse(bad), std::nullopt);
}

}  // namespace
}  // namespace whittle::app
