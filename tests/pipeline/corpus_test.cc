// Every file of the corpus through the whole call, with the limits that the server has by default.
// What the pixels must be is tested in codec/corpus_test.cc; here: the outcome, the size, and that
// the result is a sound JPEG which stands upright.
#include "tests/support/corpus.h"

#include <gtest/gtest.h>

#include <string>

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

void CheckResult(ByteView source, const Encoded& result) {
  EXPECT_EQ(result.mime, "image/jpeg");
  if (AsText(result.bytes.view()) == AsText(source)) return;  // it had fewer bytes than ours
  const test::Picture picture = test::DecodeJpeg(result.bytes.view());
  const pipeline::Size displayed = {result.source.displayed_width(),
                                    result.source.displayed_height()};
  const auto wanted = pipeline::LayOut(pipeline::Area::Of(displayed), kBox, 65500)->picture;
  EXPECT_EQ(picture.width, static_cast<int>(wanted.width));
  EXPECT_EQ(picture.height, static_cast<int>(wanted.height));
  EXPECT_EQ(picture.channels == 1, result.source.channels == 1) << "grey stays grey";
  EXPECT_EQ(Probe(result.bytes.view(), Limits{})->orientation, 1);
}

TEST(CorpusThroughProcess, EveryFileGivesWhatTheManifestSays) {
  WHITTLE_NEEDS_CORPUS();
  int jpegs = 0;
  int others = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    const auto path = *test::CorpusDir() / row.path;
    if (!is_regular_file(path) || row.format == "format") continue;
    SCOPED_TRACE(row.path + " (" + row.mode + ")");
    const Bytes file = test::ReadFile(path);
    const auto result = Process(file.view(), kBox, Limits{});
    if (row.format != "jpeg") {
      ++others;
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().kind, ErrorKind::kUnsupported);
      continue;
    }
    ++jpegs;
    const std::string outcome = result ? "ok" : std::to_string(HttpStatus(result.error().kind));
    EXPECT_TRUE(Allowed(row.expected, outcome)) << outcome << " instead of " << row.expected
                                                << (result ? "" : ": " + result.error().detail);
    if (result) CheckResult(file.view(), *result);
  }
  EXPECT_GT(jpegs, 200);
  EXPECT_GT(others, 1000);
}

}  // namespace
}  // namespace whittle
