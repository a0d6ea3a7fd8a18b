// docs/extending.md shows the examples as they are compiled.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/corpus.h"

namespace whittle::test {
namespace {

std::string Text(const std::string& path) {
  return std::string(AsText(ReadFile(std::string(WHITTLE_SOURCE_DIR) + "/" + path).view()));
}

TEST(ExtendingDocs, ShowTheExamplesAsTheyAreCompiled) {
  const std::string docs = Text("docs/extending.md");
  const std::string mark = "<!-- file: ";
  int shown = 0;
  for (std::size_t at = docs.find(mark); at != std::string::npos; at = docs.find(mark, at + 1)) {
    const std::size_t name = at + mark.size();
    const std::string path = docs.substr(name, docs.find(" -->", name) - name);
    const std::size_t fence = docs.find("```", name);
    const std::size_t begin = docs.find('\n', fence) + 1;
    const std::size_t end = docs.find("```", begin);
    ASSERT_NE(end, std::string::npos) << path;
    EXPECT_EQ(docs.substr(begin, end - begin), Text(path))
        << path << " is another now: run scripts/extending-docs";
    ++shown;
  }
  EXPECT_GE(shown, 6);
}

}  // namespace
}  // namespace whittle::test
