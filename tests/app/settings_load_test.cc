#include "app/settings_load.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/corpus.h"

namespace whittle::app {
namespace {
using namespace std::chrono_literals;

/// A config file in a directory of its own.
class ConfigFile {
 public:
  explicit ConfigFile(std::string_view text) { test::WriteFile(path(), AsBytes(text)); }
  std::filesystem::path path() const { return dir_.path() / "whittle.toml"; }

 private:
  test::TempDir dir_;
};

std::string OriginOf(const LoadedSettings& loaded, std::string_view key) {
  const auto row = std::ranges::find(Rows(), key, &SettingRow::key);
  return loaded.origins[static_cast<std::size_t>(row - Rows().begin())];
}

// The one line that LoadSettings refuses with; fails the test when it does not refuse.
std::string Refusal(const SettingSources& sources) {
  const auto loaded = LoadSettings(sources);
  EXPECT_FALSE(loaded.has_value());
  if (loaded) return {};
  EXPECT_EQ(loaded.error().find('\n'), std::string::npos) << loaded.error();
  return loaded.error();
}

TEST(LoadSettings, GivesDefaultsWhenNothingIsSet) {
  const auto loaded = LoadSettings({});
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->values.http.port, 8081);
  EXPECT_EQ(loaded->values.source.images_dir, "./images");
  EXPECT_EQ(loaded->values.service.decode_deadline, 5s);
  for (const Origin& origin : loaded->origins) EXPECT_EQ(origin, "default");
}

TEST(LoadSettings, StrongerSourcesWinOneByOne) {
  const ConfigFile file("[http]\nport = 1001\n");
  SettingSources sources;
  const auto expect = [&sources](int port, std::string_view origin) {
    const auto loaded = LoadSettings(sources);
    ASSERT_TRUE(loaded.has_value()) << loaded.error();
    EXPECT_EQ(loaded->values.http.port, port);
    EXPECT_EQ(OriginOf(*loaded, "http.port"), origin);
  };
  expect(8081, "default");
  sources.config = file.path();
  expect(1001, "file");
  sources.environment.emplace_back("PORT", "1002");
  expect(1002, "environment PORT");
  sources.environment.emplace_back("WHITTLE_PORT", "1003");
  expect(1003, "environment WHITTLE_PORT");
  std::ranges::reverse(sources.environment);
  expect(1003, "environment WHITTLE_PORT");
  sources.flags.emplace_back("--port", "1004");
  expect(1004, "flag");
}

TEST(LoadSettings, EveryRowCanBeSetFromEverySource) {
  for (const SettingRow& row : Rows()) {
    SCOPED_TRACE(row.key);
    // The default again is always allowed; the origin tells that it was read. What is blank is not
    // set, though.
    const std::string text = row.initial.empty() ? "http://a.example" : row.initial;
    std::ptrdiff_t of_rows = 1;
    const auto expect = [&](const SettingSources& sources, const std::string& origin) {
      const auto loaded = LoadSettings(sources);
      ASSERT_TRUE(loaded.has_value()) << loaded.error();
      EXPECT_EQ(OriginOf(*loaded, row.key), origin);
      const auto set = std::ranges::count(loaded->origins, origin);
      EXPECT_EQ(set, of_rows);
      EXPECT_EQ(std::ranges::count(loaded->origins, "default"), std::ssize(Rows()) - set);
    };
    const ConfigFile file(fmt::format("[{}]\n{} = \"{}\"\n", row.room, row.name, text));
    expect({.config = file.path()}, "file");
    expect({.environment = {{row.variable, text}}}, "environment " + row.variable);
    expect({.flags = {{row.flag, text}}}, "flag");
    if (row.also.empty()) continue;
    const std::string also(row.also);
    of_rows = std::ranges::count(Rows(), row.also, &SettingRow::also);
    expect({.environment = {{also, text}}}, "environment " + also);
  }
}

TEST(LoadSettings, EverySourceRefusesEveryRowsNonsenseByName) {
  for (const SettingRow& row : Rows()) {
    // No row takes a text that holds a NUL, and no kind but Path takes this much else.
    const std::string bad("\0 ?", 3);
    const auto expect = [&](const SettingSources& sources, const std::string& name) {
      const std::string line = Refusal(sources);
      EXPECT_TRUE(line.starts_with(name + " is \"\\x00 ?\"; allowed: " + row.allowed)) << line;
    };
    expect({.environment = {{row.variable, bad}}}, row.variable);
    expect({.flags = {{row.flag, bad}}}, row.flag);
    if (!row.also.empty()) {
      expect({.environment = {{std::string(row.also), bad}}}, std::string(row.also));
    }
    const ConfigFile file(fmt::format("[{}]\n{} = \"\\u0000 ?\"\n", row.room, row.name));
    expect({.config = file.path()}, file.path().string() + ": " + row.key);
  }
}

// A name of another server that is of two settings was read as the first of them: oximg's 30 s for
// a whole fetch left 5 s for the first byte.
TEST(LoadSettings, ANameOfAnotherServerMayBeOfTwoSettings) {
  const auto loaded = LoadSettings(
      {.environment = {{"OXIMG_UPSTREAM_TIMEOUT", "30"}, {"WHITTLE_FETCH_TIMEOUT", "40s"}}});
  ASSERT_TRUE(loaded) << loaded.error();
  EXPECT_EQ(loaded->values.source.fetch_first_byte_timeout, 30s);
  EXPECT_EQ(loaded->values.source.fetch_timeout, 40s);
}

TEST(LoadSettings, RefusesInvalidValuesThatAreOverridden) {
  EXPECT_EQ(Refusal({.environment = {{"PORT", "http"}, {"WHITTLE_PORT", "80"}}}),
            "PORT is \"http\"; allowed: 0 to 65535");
  EXPECT_EQ(Refusal({.environment = {{"PORT", "65536"}}, .flags = {{"--port", "80"}}}),
            "PORT is \"65536\"; allowed: 0 to 65535");
}

TEST(LoadSettings, BlankInTheEnvironmentIsUnset) {
  const auto loaded = LoadSettings({.environment = {{"PORT", ""},
                                                    {"WHITTLE_PORT", " \t"},
                                                    {"WHITTLE_CONFIG", ""},
                                                    {"WHITTLE_NOT_A_SETTING", ""}}});
  ASSERT_TRUE(loaded.has_value()) << loaded.error();
  EXPECT_EQ(loaded->values.http.port, 8081);
  EXPECT_EQ(OriginOf(*loaded, "http.port"), "default");
}

TEST(LoadSettings, TrimsTheEnvironment) {
  const auto loaded = LoadSettings({.environment = {{"PORT", " 80 "}}});
  ASSERT_TRUE(loaded.has_value()) << loaded.error();
  EXPECT_EQ(loaded->values.http.port, 80);
}

TEST(LoadSettings, RefusesVariablesThatLookLikeOursButAreNot) {
  EXPECT_EQ(Refusal({.environment = {{"WHITTLE_PRT", "80"}}}), "WHITTLE_PRT is not a setting");
  EXPECT_EQ(Refusal({.environment = {{"WHITTLE_port", "80"}}}), "WHITTLE_port is not a setting");
  EXPECT_EQ(Refusal({.environment = {{"WHITTLE_", "80"}}}), "WHITTLE_ is not a setting");
  EXPECT_TRUE(LoadSettings({.environment = {{"PATH", "/bin"}, {"OXIMG_PAR", "x"}}}).has_value());
}

TEST(LoadSettings, TakesTheFileFromTheEnvironmentUnlessAFlagNamesOne) {
  const ConfigFile first("[http]\nport = 1\n");
  const ConfigFile second("[http]\nport = 2\n");
  SettingSources sources{.environment = {{"WHITTLE_CONFIG", first.path().string()}}};
  EXPECT_EQ(LoadSettings(sources)->values.http.port, 1);
  sources.config = second.path();
  EXPECT_EQ(LoadSettings(sources)->values.http.port, 2);
}

TEST(LoadSettings, ReadsTheTypesOfToml) {
  const ConfigFile file(
      "[http]\nport = 80\ndrain_delay = 5\nidle_timeout = \"1m\"\n"
      "[image]\nquality = 82.5\n[observe]\nmetrics = true\n[service]\nqueue_wait = 0.5\n");
  const auto loaded = LoadSettings({.config = file.path()});
  ASSERT_TRUE(loaded.has_value()) << loaded.error();
  EXPECT_EQ(loaded->values.http.port, 80);
  EXPECT_EQ(loaded->values.http.drain_delay, 5s);
  EXPECT_EQ(loaded->values.http.idle_timeout, 1min);
  EXPECT_EQ(loaded->values.image.quality, 82.5);
  EXPECT_TRUE(loaded->values.observe.metrics);
  EXPECT_EQ(loaded->values.service.queue_wait, 500ms);
}

TEST(LoadSettings, TakesListsInTheFileWhereListsAreMeant) {
  const ConfigFile file("[image]\nauto_format = ['avif', 'webp']\n");
  const auto loaded = LoadSettings({.config = file.path()});
  ASSERT_TRUE(loaded.has_value()) << loaded.error();
  EXPECT_EQ(loaded->values.image.auto_format, (std::vector{Format::kAvif, Format::kWebp}));
}

TEST(LoadSettings, RefusesFilesWithAnythingItDoesNotKnow) {
  const std::pair<const char*, const char*> cases[] = {
      {"[http]\nprt = 80\n", ": http.prt is not a setting"},
      {"port = 80\n", ": port is not a setting"},
      {"http = 80\n", ": http is not a setting"},
      {"[htp]\nport = 80\n", ": htp is not a table of settings"},
      {"[http]\nport = [80]\n",
       ": http.port is not a text, number or boolean; allowed: 0 to 65535"},
      {"[http.port]\nx = 1\n", ": http.port is not a text, number or boolean; allowed: 0 to 65535"},
      {"[http]\nport = 2026-11-20\n",
       ": http.port is not a text, number or boolean; allowed: 0 to 65535"},
      {"[http]\nport = 65536\n", ": http.port is \"65536\"; allowed: 0 to 65535"},
      {"[http]\nport = \"\"\n", ": http.port is \"\"; allowed: 0 to 65535"},
      {"[image]\nquality = nan\n", ": image.quality is \"nan\"; allowed: 1 to 100"},
      {"[http]\n\"po\\nrt\" = 1\n", ": http.po\\x0art is not a setting"},
  };
  for (const auto& [text, expected] : cases) {
    const ConfigFile file(text);
    const std::string line = Refusal({.config = file.path()});
    EXPECT_TRUE(line.starts_with(file.path().string() + expected)) << line;
  }
}

TEST(LoadSettings, RefusesFilesThatAreNotToml) {
  for (const char* text :
       {"port: 80", "[http\nport = 80", "[http]\nport = 1\nport = 2\n", "\xFF"}) {
    const ConfigFile file(text);
    const std::string line = Refusal({.config = file.path()});
    EXPECT_TRUE(line.starts_with(file.path().string() + ":")) << line;
  }
}

TEST(LoadSettings, RefusesFilesThatCannotBeReadOrAreHuge) {
  const test::TempDir dir;
  const std::string missing = (dir.path() / "none.toml").string();
  EXPECT_EQ(Refusal({.config = missing}), missing + ": No such file or directory");
  EXPECT_EQ(Refusal({.environment = {{"WHITTLE_CONFIG", missing}}}),
            missing + ": No such file or directory");
  EXPECT_EQ(Refusal({.config = dir.path()}), dir.path().string() + ": Is a directory");
  const ConfigFile huge(std::string((1U << 20) + 1, '\n'));
  EXPECT_TRUE(Refusal({.config = huge.path()}).ends_with("larger than 1048576 bytes"));
}

TEST(LoadSettings, RefusesFlagsThatNoRowKnows) {
  EXPECT_EQ(Refusal({.flags = {{"--prt", "80"}}}), "--prt is not a setting");
}

}  // namespace
}  // namespace whittle::app
