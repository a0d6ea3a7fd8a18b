// Every file of the corpus through the whole call. What the pixels must be is tested in
// codec/corpus_test.cc; here: the outcome, the size, and that the result is a sound file which
// stands upright.
#include "tests/support/corpus.h"

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <string>

#include "codec/registry.h"
#include "pipeline/geometry.h"
#include "tests/support/pictures.h"
#include "whittle/whittle.h"

namespace whittle {
namespace {

const Transform kBox = *Transform::Make({.width = 96, .height = 80});

// "413 or 422 or ok" allows each of the three.
bool Allowed(const std::string& expected, const std::string& outcome) {
  return (" " + expected + " ").find(" " + outcome + " ") != std::string::npos;
}

// The limits that the manifest assumes; libwebp's lossless decoder needs the memory.
Limits CorpusLimits() {
  Limits limits;
  limits.max_source_pixels = 100'000'000;
  limits.max_working_bytes = 1ULL << 30;
  return limits;
}

std::string Outcome(const Expected<Encoded>& result) {
  return result ? "ok" : std::to_string(HttpStatus(result.error().kind));
}

void CheckResult(ByteView source, const Encoded& result) {
  const auto made = Probe(result.bytes.view(), CorpusLimits());
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->displayed_width(), result.width);
  EXPECT_EQ(made->displayed_height(), result.height);
  const pipeline::Size displayed = {result.source.displayed_width(),
                                    result.source.displayed_height()};
  const auto wanted = pipeline::LayOut(pipeline::Area::Of(displayed), kBox, 65500)->picture;
  EXPECT_EQ(result.width, wanted.width);
  EXPECT_EQ(result.height, wanted.height);
  if (AsText(result.bytes.view()) == AsText(source)) return;  // it had fewer bytes than ours
  EXPECT_EQ(made->orientation, 1);
  if (result.mime != "image/jpeg") return;
  const test::Picture picture = test::DecodeJpeg(result.bytes.view());
  EXPECT_EQ(picture.channels == 1, result.source.channels == 1) << "grey stays grey";
}

TEST(CorpusThroughProcess, EveryFileGivesWhatTheManifestSays) {
  WHITTLE_NEEDS_CORPUS();
  const std::map<std::string, std::string> formats = {
      {"apng", "png"}, {"bigtiff", "tiff"}, {"heic", "heif"}};
  int decoded = 0;
  int others = 0;
  std::map<std::string, int> surprises;
  for (const test::ManifestRow& row : test::Manifest()) {
    const auto path = *test::CorpusDir() / row.path;
    if (!is_regular_file(path) || row.format == "format") continue;
    SCOPED_TRACE(row.path + " (" + row.mode + ")");
    const Bytes file = test::ReadFile(path);
    const auto result = Process(file.view(), kBox, CorpusLimits());
    const auto other = formats.find(row.format);
    const std::string name = other != formats.end() ? other->second : row.format;
    if (codec::ByName(name) == nullptr) {
      ++others;
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().kind, ErrorKind::kUnsupported);
      continue;
    }
    ++decoded;
    if (!Allowed(row.expected, Outcome(result))) {
      ++surprises[name];
      std::cerr << row.path << ": " << Outcome(result) << " instead of " << row.expected
                << (result ? "" : ": " + result.error().detail) << "\n";
    }
    if (result) CheckResult(file.view(), *result);
  }
  // Each is stated with its reason in the codecs' corpus tests.
  const std::map<std::string, int> stated = {
      {"avif", 2}, {"gif", 1}, {"jpeg", 4}, {"png", 2}, {"tiff", 1}};
  for (const auto& [name, count] : surprises) {
    const auto most = stated.find(name);
    EXPECT_LE(count, most != stated.end() ? most->second : 0) << name;
  }
  EXPECT_GT(decoded, 1000);
  EXPECT_GT(others, 100);
}

}  // namespace
}  // namespace whittle
