#include "transform/dialect.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/support/corpus.h"

namespace whittle::transform {
namespace {

Expected<ImageRequest> ParseKnown(std::string_view path) {
  auto request = ParsePath(path, Defaults{.quality = 70, .preset = Preset::kSmall});
  if (!request) return Fail(ErrorKind::kNotFound);
  return *std::move(request);
}

TEST(ResizeDialect, TakesNestedAndEncodedPaths) {
  const auto request = ParseKnown("/resize/800/600/albums/2026/a%20b.jpg");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->source, "albums/2026/a b.jpg");
  EXPECT_EQ(request->transform.width(), 800U);
  EXPECT_EQ(request->transform.height(), 600U);
  EXPECT_EQ(request->transform.quality(), 70);
  EXPECT_EQ(request->transform.preset(), Preset::kSmall);
  EXPECT_EQ(ParseKnown("/resize/1/0/albums%2F2026%2Fphoto.jpg")->source, "albums/2026/photo.jpg");
}

TEST(ResizeDialect, AllowsDotsThatAreNotComponents) {
  for (const char* name :
       {"my..file.jpg", "...jpg", "ver@2/photo.jpg", ".hidden", "a/..b", "%25"}) {
    EXPECT_TRUE(ParseKnown(std::string("/resize/1/1/") + name)) << name;
  }
}

TEST(ResizeDialect, RefusesBadDimensionsWith400) {
  for (const char* bad : {"0/0", "8193/1", "1/8193", "-1/1", "1/x", "1.5/1", "+1/1", "/1", "1/",
                          "4294967296/1", "%31/1", "0x1/1"}) {
    const auto request = ParseKnown(std::string("/resize/") + bad + "/a.jpg");
    ASSERT_FALSE(request) << bad;
    EXPECT_EQ(request.error().kind, ErrorKind::kBadRequest) << bad;
    EXPECT_EQ(request.error().text, "invalid dimensions") << bad;
  }
}

TEST(ResizeDialect, RefusesPathsThatCouldLeaveTheRoot) {
  for (const char* bad :
       {"../a",  "a/../b", "a/..",     "..",     ".",          "./a",   "a/./b",          "a//b",
        "/a",    "a/",     "%2e%2e/a", "..%2fa", "a%2f..%2fb", "a%5cb", "a\\b",           "a%3fb",
        "a%23b", "a%00b",  "a%0ab",    "a%7fb",  "%",          "%zz",   "%c0%ae%c0%ae/a", "a%ff"}) {
    const auto request = ParseKnown(std::string("/resize/1/1/") + bad);
    ASSERT_FALSE(request) << bad;
    EXPECT_EQ(request.error().kind, ErrorKind::kBadRequest) << bad;
    EXPECT_EQ(request.error().text, "invalid source path") << bad;
  }
}

TEST(ResizeDialect, LeavesOtherPathsToOthers) {
  for (const char* other : {"/", "/resize", "/resize/", "/resize/1", "/resize/1/2", "/resize/1/2/",
                            "/Resize/1/2/a.jpg", "/resized/1/2/a.jpg", "/x/resize/1/2/a.jpg"}) {
    EXPECT_FALSE(ParsePath(other, {})) << other;
  }
}

}  // namespace
}  // namespace whittle::transform
