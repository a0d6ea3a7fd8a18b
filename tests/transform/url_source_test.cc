#include "transform/url_source.h"

#include <gtest/gtest.h>

#include <string>

namespace whittle::transform {
namespace {

// "url" or "url as format", or "none".
std::string Found(std::string_view file) {
  const auto name = UrlOf(file);
  if (!name) return "none";
  return name->format ? name->path + " as " + std::string(WordOf(*name->format)) : name->path;
}

TEST(UrlSource, IsReadFromPercentEncodedText) {
  EXPECT_EQ(Found("plain/https%3A%2F%2Fa.org%2Fb.jpg%3Fv%3D1"), "https://a.org/b.jpg?v=1");
  EXPECT_EQ(Found("plain/https://a.org/b.jpg"), "https://a.org/b.jpg") << "not all need encoding";
  EXPECT_EQ(Found("plain/HTTP://A.org/b%2520c"), "HTTP://A.org/b%20c") << "decoded once";
  EXPECT_EQ(Found("plain/http://a.org/b.jpg@webp"), "http://a.org/b.jpg as webp");
  EXPECT_EQ(Found("plain/http://a.org/b%40webp"), "http://a.org/b@webp") << "the URL's own";
  EXPECT_EQ(Found("plain/http://user@a.org/b.jpg"), "http://user@a.org/b.jpg");
}

TEST(UrlSource, IsReadFromBase64) {
  EXPECT_EQ(Found("b64/aHR0cHM6Ly9hLm9yZy9iLmpwZw"), "https://a.org/b.jpg");
  EXPECT_EQ(Found("b64/aHR0cHM6Ly9hLm9yZy9iLmpwZw=="), "https://a.org/b.jpg");
  EXPECT_EQ(Found("b64/aHR0cHM6Ly9hLm9yZy9iLmpwZw@png"), "https://a.org/b.jpg as png");
  EXPECT_EQ(Found("b64/aHR0cDovL2Eub3JnLz_Dvw"), "http://a.org/?\xC3\xBF");
}

TEST(UrlSource, IsNothingElse) {
  for (const char* file :
       {"", "plain", "plain/", "b64/", "a.jpg", "plain/a.jpg", "plain/ftp://a.org/b",
        "plain/file:///etc/passwd", "plain/http:/a", "plain/http%3A%2F%2Fa%zz",
        "plain/http://a.org/b%20c", "plain/http://a.org/%0a", "plain/http://a.org/%00",
        "b64/aHR0cHM6Ly9hLm9yZy9iLmpwZw+", "b64/Zm9v", "b64/aHR0cHM6Ly9hLm9yZy9iLmpwZ",
        "Plain/http://a"}) {
    EXPECT_EQ(Found(file), "none") << file;
  }
}

TEST(UrlSource, StandsInPlaceOfAFileOnlyWhereThatIsAllowed) {
  const std::string_view path = "/resize/10/20/plain/https%3A%2F%2Fa.org%2Fb.jpg@png";
  const auto parse = [&](bool takes_urls) {
    return FindDialect("resize")
        ->make({.takes_urls = takes_urls})
        ->Parse({.path = path, .query = {}, .accept = {}});
  };
  const auto url = parse(true);
  ASSERT_TRUE(url && *url);
  EXPECT_EQ((*url)->source,
            (SourceRef{.source = std::string(kUrlSource), .path = "https://a.org/b.jpg"}));
  EXPECT_EQ((*url)->transform.params().format, Format::kPng);
  const auto file = parse(false);
  ASSERT_TRUE(file);
  EXPECT_FALSE(*file) << "with its empty component it is no path";
}

TEST(UrlSource, LeavesFoldersOfItsNameAlone) {
  const auto request =
      FindDialect("resize")
          ->make({.takes_urls = true})
          ->Parse({.path = "/resize/10/20/plain/a.jpg", .query = {}, .accept = {}});
  ASSERT_TRUE(request && *request);
  EXPECT_EQ((*request)->source, (SourceRef{.path = "plain/a.jpg"}));
}

}  // namespace
}  // namespace whittle::transform
