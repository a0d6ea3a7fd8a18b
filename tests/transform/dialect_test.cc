#include "transform/dialect.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/support/corpus.h"

namespace whittle::transform {
namespace {

Expected<ImageRequest> ParseKnown(std::string_view path, std::string_view query = {},
                                  std::string_view accept = {},
                                  const Defaults& defaults = {.quality = 70,
                                                              .preset = Preset::kSmall}) {
  const auto dialect = FindDialect("resize")->make(defaults);
  auto request = dialect->Parse({.path = path, .query = query, .accept = accept});
  if (!request) return Fail(ErrorKind::kNotFound);
  return *std::move(request);
}

TEST(ResizeDialect, TakesNestedAndEncodedPaths) {
  const auto request = ParseKnown("/resize/800/600/albums/2026/a%20b.jpg");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->source.path, "albums/2026/a b.jpg");
  EXPECT_EQ(request->transform.width(), 800U);
  EXPECT_EQ(request->transform.height(), 600U);
  EXPECT_EQ(request->transform.quality(), 70);
  EXPECT_EQ(request->transform.preset(), Preset::kSmall);
  EXPECT_EQ(ParseKnown("/resize/1/0/albums%2F2026%2Fphoto.jpg")->source.path,
            "albums/2026/photo.jpg");
}

TEST(ResizeDialect, AllowsDotsThatAreNotComponents) {
  for (const char* name :
       {"my..file.jpg", "...jpg", "ver@2/photo.jpg", ".hidden", "a/..b", "%25"}) {
    EXPECT_TRUE(ParseKnown(std::string("/resize/1/1/") + name)) << name;
  }
}

// Once '#' and '?' in a name were refused, although they lead nowhere.
TEST(ResizeDialect, TakesEveryOtherByteOfANameAsItIs) {
  for (const auto& [path, source] :
       {std::pair("ha%23sh.jpg", "ha#sh.jpg"), std::pair("q%3Fmark.jpg", "q?mark.jpg"),
        std::pair("%3f/%23", "?/#"), std::pair("a%20b%7e", "a b~")}) {
    const auto request = ParseKnown(std::string("/resize/1/1/") + path);
    ASSERT_TRUE(request) << path;
    EXPECT_EQ(request->source.path, source);
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
  for (const char* bad : {"../a",     "a/../b",  "a/..",           "..",     ".",
                          "./a",      "a/./b",   "a//b",           "/a",     "a/",
                          "%2e%2e/a", "..%2fa",  "a%2f..%2fb",     "a%5cb",  "a\\b",
                          "a%00b",    "a%0ab",   "a%1fb",          "a%7fb",  "%3f/../a",
                          "%",        "%zz",     "%c0%ae%c0%ae/a", "a%ff",   "..@webp",
                          "a/..@jpg", "a/.@png", "%2e.%40webp",    "a//@jpg"}) {
    const auto request = ParseKnown(std::string("/resize/1/1/") + bad);
    ASSERT_FALSE(request) << bad;
    EXPECT_EQ(request.error().kind, ErrorKind::kBadRequest) << bad;
    EXPECT_EQ(request.error().text, "invalid source path") << bad;
  }
}

std::string Refusal(const Expected<ImageRequest>& request) {
  if (request) return "taken";
  EXPECT_EQ(request.error().kind, ErrorKind::kBadRequest);
  return request.error().text;
}

TEST(ResizeDialect, TakesTheFormatOffTheName) {
  struct Case {
    std::string_view file, source;
    std::optional<Format> format;
  };
  const Case cases[] = {
      {"photo.jpg", "photo.jpg", {}},
      {"photo.jpg@webp", "photo.jpg", Format::kWebp},
      {"photo.png@jpg", "photo.png", Format::kJpeg},
      {"photo.png@jpeg", "photo.png", Format::kJpeg},
      {"a/b.jpg@avif", "a/b.jpg", Format::kAvif},
      {"a.jpg@png", "a.jpg", Format::kPng},
      {"a.jpg@gif", "a.jpg", Format::kGif},
      {"a.jpg@jxl", "a.jpg", Format::kJxl},
      {"a.jpg@tif", "a.jpg", Format::kTiff},
      {"a.jpg@tiff", "a.jpg", Format::kTiff},
      {"a.jpg@raw", "a.jpg", Format::kRaw},
      {"photo.jpg%40webp", "photo.jpg", Format::kWebp},
      {"photo@2x.jpg", "photo@2x.jpg", {}},
      {"photo@2x.jpg@webp", "photo@2x.jpg", Format::kWebp},
      {"photo@jpg@webp", "photo@jpg", Format::kWebp},
      {"photo.jpg@bogus", "photo.jpg@bogus", {}},
      {"photo.jpg@WEBP", "photo.jpg@WEBP", {}},
      {"photo.jpg@", "photo.jpg@", {}},
      {"@webp", "@webp", {}},
      {"dir/@webp", "dir/@webp", {}},
      {"dir%2F@webp", "dir/@webp", {}},
      {"dir@webp/photo.jpg", "dir@webp/photo.jpg", {}},
      {"...@webp", "...", Format::kWebp},
  };
  for (const Case& each : cases) {
    const auto request = ParseKnown("/resize/1/1/" + std::string(each.file));
    ASSERT_TRUE(request) << each.file;
    EXPECT_EQ(request->source.path, each.source);
    EXPECT_EQ(request->transform.params().format, each.format) << each.file;
  }
}

TEST(ResizeDialect, SuffixAndQueryMayNotDiffer) {
  EXPECT_TRUE(ParseKnown("/resize/1/1/a.png@jpg", "format=jpeg"));
  EXPECT_EQ(ParseKnown("/resize/1/1/a.png@jpg", "f=auto")->transform.params().format,
            Format::kJpeg);
  EXPECT_EQ(Refusal(ParseKnown("/resize/1/1/a.png@jpg", "format=png")), "invalid format");
}

TEST(ResizeDialect, SaysWhichFormatTheBuildLacks) {
  Defaults defaults;
  defaults.writable = FormatSet();
  defaults.writable.Add(Format::kJpeg);
  EXPECT_TRUE(ParseKnown("/resize/1/1/a.png@jpg", "", "", defaults));
  EXPECT_TRUE(ParseKnown("/resize/1/1/a.png", "", "", defaults));
  EXPECT_EQ(Refusal(ParseKnown("/resize/1/1/a.png@webp", "", "", defaults)),
            "webp output is not enabled in this build");
  EXPECT_EQ(Refusal(ParseKnown("/resize/1/1/a.png", "f=avif", "", defaults)),
            "avif output is not enabled in this build");
}

TEST(ResizeDialect, TheQueryGivesWhatThePathLeavesFree) {
  const auto width = ParseKnown("/resize/0/0/a.jpg", "w=40");
  ASSERT_TRUE(width);
  EXPECT_EQ(width->transform.width(), 40U);
  EXPECT_EQ(width->transform.height(), 0U);
  EXPECT_EQ(ParseKnown("/resize/30/0/a.jpg", "height=20")->transform.height(), 20U);
  EXPECT_EQ(Refusal(ParseKnown("/resize/30/0/a.jpg", "width=30")), "invalid width");
  EXPECT_EQ(Refusal(ParseKnown("/resize/0/30/a.jpg", "h=20")), "invalid height");
  EXPECT_EQ(Refusal(ParseKnown("/resize/0/0/a.jpg", "w=8193")), "invalid width");
  EXPECT_EQ(Refusal(ParseKnown("/resize/0/0/a.jpg", "w=0")), "invalid dimensions");
  EXPECT_EQ(Refusal(ParseKnown("/resize/0/0/a.jpg", "q=5")), "invalid dimensions");
}

TEST(ResizeDialect, TheQueryOverridesDefaults) {
  Defaults defaults{.quality = 70, .preset = Preset::kSmall, .flatten = {1, 2, 3}};
  const auto plain = ParseKnown("/resize/1/1/a.jpg", "", "", defaults);
  EXPECT_EQ(plain->transform.params().flatten, Colour(1, 2, 3));
  const auto own = ParseKnown("/resize/1/1/a.jpg", "q=50&preset=fast&bg=red", "", defaults);
  EXPECT_EQ(own->transform.quality(), 50);
  EXPECT_EQ(own->transform.preset(), Preset::kFast);
  EXPECT_EQ(own->transform.params().background, Colour(255, 0, 0));
}

TEST(ResizeDialect, AutoQualityBringsTheTargetAndWhatItFallsBackTo) {
  Defaults defaults{.quality = 70, .auto_target = 66};
  const auto chosen = ParseKnown("/resize/1/1/a.jpg", "q=auto", "", defaults)->transform.params();
  EXPECT_TRUE(chosen.auto_quality);
  EXPECT_EQ(chosen.auto_target, 66);
  EXPECT_EQ(chosen.quality, 70);
  for (const char* query : {"", "q=70"}) {
    const auto plain = ParseKnown("/resize/1/1/a.jpg", query, "", defaults)->transform.params();
    EXPECT_FALSE(plain.auto_quality);
    EXPECT_EQ(plain.auto_target, Transform::Params{}.auto_target);
  }
}

TEST(ResizeDialect, WhatBecomesOfTruncatedFilesIsASettingAndAParameter) {
  const auto shows = [](std::string_view query, bool by_default) {
    const Defaults defaults{.shows_truncated = by_default};
    return ParseKnown("/resize/1/1/a.jpg", query, "", defaults)->transform.params().shows_truncated;
  };
  for (const bool by_default : {true, false}) {
    EXPECT_EQ(shows("", by_default), by_default);
    EXPECT_TRUE(shows("truncated=show", by_default));
    EXPECT_FALSE(shows("truncated=fail", by_default));
  }
}

TEST(ResizeDialect, OffersWhatTheClientTakes) {
  Defaults defaults;
  defaults.auto_formats = {Format::kAvif, Format::kWebp};
  const auto canonical = [&](std::string_view file, std::string_view accept) {
    return ParseKnown("/resize/1/1/" + std::string(file), "", accept, defaults)
        ->transform.Canonical();
  };
  const std::string none = canonical("a.jpg", "");
  EXPECT_EQ(canonical("a.jpg", "*/*"), none);
  EXPECT_EQ(canonical("a.jpg", "text/html, image/*"), none);
  EXPECT_NE(canonical("a.jpg", "image/webp"), none);
  EXPECT_NE(canonical("a.jpg", "image/webp, image/avif"), canonical("a.jpg", "image/webp"));
  EXPECT_EQ(canonical("a.jpg", "image/webp, image/avif"),
            canonical("a.jpg", "image/avif,image/webp;q=1,image/png"));
  EXPECT_EQ(canonical("a.jpg@jpg", "image/webp"), canonical("a.jpg@jpg", ""));
}

TEST(ResizeDialect, LeavesOtherPathsToOthers) {
  for (const char* other : {"/", "/resize", "/resize/", "/resize/1", "/resize/1/2", "/resize/1/2/",
                            "/Resize/1/2/a.jpg", "/resized/1/2/a.jpg", "/x/resize/1/2/a.jpg"}) {
    EXPECT_FALSE(FindDialect("resize")->make({})->Parse({.path = other, .query = {}, .accept = {}}))
        << other;
  }
}

}  // namespace
}  // namespace whittle::transform
