#include "app/settings_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/app/program.h"
#include "tests/support/corpus.h"

namespace whittle::app {
namespace {

std::string ReadmeTable(std::string_view name) {
  const Bytes readme = test::ReadFile(std::filesystem::path(WHITTLE_SOURCE_DIR) / "README.md");
  const std::string_view text = AsText(readme.view());
  const std::string mark = "<!-- " + std::string(name);
  const std::string start = mark + ":begin -->\n";
  const std::size_t begin = text.find(start);
  const std::size_t end = text.find(mark + ":end -->");
  if (begin == std::string_view::npos || end == std::string_view::npos) return "no markers";
  return std::string(text.substr(begin + start.size(), end - begin - start.size()));
}

TEST(SettingsReference, IsWhatReadmeSays) {
  EXPECT_EQ(ReadmeTable("settings"), SettingsReference())
      << "README.md is stale: put the output of `whittle settings --format markdown` between its "
         "settings markers";
  EXPECT_EQ(ReadmeTable("tables"), TablesReference())
      << "README.md is stale: put the output of `whittle settings --format tables` between its "
         "tables markers";
}

TEST(SettingsReference, HelpReadmeAndTheCommandNameEveryRow) {
  const std::string help = test::RunProgram({"--help"}).out;
  const std::string reference = test::RunProgram({"settings", "--format", "markdown"}).out;
  EXPECT_EQ(reference, SettingsReference());
  for (const SettingRow& row : Rows()) {
    const bool alone = help.find("  " + row.flag + "\n") != std::string::npos;  // too long a name
    EXPECT_TRUE(alone || help.find("  " + row.flag + " ") != std::string::npos) << row.flag;
    for (const std::string_view part :
         {std::string_view(row.variable), row.also, row.help, std::string_view(row.allowed)}) {
      EXPECT_NE(help.find(part), std::string::npos) << part;
      EXPECT_NE(reference.find(part), std::string::npos) << part;
    }
    EXPECT_NE(help.find("[" + row.initial + "]"), std::string::npos) << row.flag;
    EXPECT_NE(reference.find("`" + row.key + "`"), std::string::npos) << row.key;
  }
}

TEST(SettingsReference, EveryLineHasAllColumns) {
  std::istringstream lines(SettingsReference());
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(std::ranges::count(line, '|'), 7) << line;
  }
}

TEST(SettingsAsToml, IsAConfigFileWithTheSameValues) {
  SettingSources sources;
  sources.flags = {{"--port", "80"},
                   {"--images-dir", "odd \"name\" \\ with\ttab"},
                   {"--quality", "82.25"},
                   {"--queue-wait", "1500ms"},
                   {"--metrics", "off"},
                   {"--preset", "small"},
                   {"--max-source-bytes", "1000"}};
  const auto loaded = LoadSettings(sources);
  ASSERT_TRUE(loaded.has_value()) << loaded.error();
  const test::TempDir dir;
  const auto file = dir.path() / "whittle.toml";
  test::WriteFile(file, AsBytes(SettingsAsToml(*loaded)));
  const auto again = LoadSettings({.config = file});
  ASSERT_TRUE(again.has_value()) << again.error() << "\n" << SettingsAsToml(*loaded);
  for (const SettingRow& row : Rows()) {
    EXPECT_EQ(row.get(again->values), row.get(loaded->values)) << row.key;
  }
}

TEST(SettingsAsText, NamesEachOrigin) {
  const auto loaded = LoadSettings(
      {.environment = {{"PORT", "80"}, {"QUALITY", "70"}}, .flags = {{"--quality", "75"}}});
  ASSERT_TRUE(loaded.has_value()) << loaded.error();
  const std::string text = SettingsAsText(*loaded);
  std::istringstream lines(text);
  std::vector<std::string> found;
  for (std::string line; std::getline(lines, line);) {
    if (!line.ends_with(" default")) found.push_back(line);
  }
  ASSERT_EQ(found.size(), 2U) << text;
  EXPECT_TRUE(found[0].starts_with("http.port ") && found[0].ends_with(" environment PORT"));
  EXPECT_TRUE(found[1].starts_with("image.quality ") &&
              found[1].ends_with(" 75               flag"));
}

}  // namespace
}  // namespace whittle::app
