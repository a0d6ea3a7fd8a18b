#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/app/program.h"
#include "tests/support/corpus.h"
#include "transform/params.h"

namespace whittle::app {
namespace {

TEST(ParamsReference, IsWhatReadmeSays) {
  const Bytes readme = test::ReadFile(std::filesystem::path(WHITTLE_SOURCE_DIR) / "README.md");
  const std::string_view text = AsText(readme.view());
  constexpr std::string_view kBegin = "<!-- parameters:begin -->\n";
  const std::size_t begin = text.find(kBegin);
  const std::size_t end = text.find("<!-- parameters:end -->");
  ASSERT_TRUE(begin != std::string_view::npos && end != std::string_view::npos) << "no markers";
  const std::size_t from = begin + kBegin.size();
  EXPECT_EQ(text.substr(from, end - from), transform::ParamsAsMarkdown())
      << "README.md is stale: put the output of `whittle params` between its parameters markers";
}

TEST(ParamsReference, IsWhatTheCommandPrints) {
  const test::Finished run = test::RunProgram({"params"});
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(run.err, "");
  EXPECT_EQ(run.out, transform::ParamsAsMarkdown());
}

TEST(ParamsReference, EveryLineHasAllColumns) {
  const std::string table = transform::ParamsAsMarkdown();
  std::istringstream lines(table);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_EQ(std::ranges::count(line, '|'), 6) << line;
  }
  EXPECT_EQ(count, transform::ParamRows().size() + 2);
  for (const transform::ParamRow& row : transform::ParamRows()) {
    EXPECT_NE(table.find("| `" + std::string(row.name) + "`"), std::string::npos) << row.name;
    EXPECT_NE(table.find(row.help), std::string::npos) << row.name;
  }
}

}  // namespace
}  // namespace whittle::app
