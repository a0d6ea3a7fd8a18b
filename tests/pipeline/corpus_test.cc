// Every file of the corpus through the whole call. What the pixels must be is tested in
// codec/corpus_test.cc; here: the outcome, the size, and that the result is a sound file which
// stands upright.
#include "tests/support/corpus.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "codec/registry.h"
#include "pipeline/geometry.h"
#include "tests/support/pictures.h"
#include "whittle/whittle.h"

namespace whittle {
namespace {

const Transform kBox = *Transform::Make({.width = 96, .height = 80});

void CheckResult(ByteView source, const Encoded& result) {
  const auto made = Probe(result.bytes.view(), test::CorpusLimits());
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
  for (const test::ManifestRow& row : test::Manifest()) {
    const auto path = *test::CorpusDir() / row.path;
    if (!is_regular_file(path) || row.format == "format") continue;
    SCOPED_TRACE(row.path + " (" + row.mode + ")");
    const Bytes file = test::ReadFile(path);
    const auto result = Process(file.view(), kBox, test::CorpusLimits());
    const auto other = formats.find(row.format);
    const std::string name = other != formats.end() ? other->second : row.format;
    const codec::Codec* const codec = codec::ByName(name);
    if (codec == nullptr || codec->name == "svg") {  // SVG is off here
      ++others;
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().kind, ErrorKind::kUnsupported);
      continue;
    }
    ++decoded;
    EXPECT_TRUE(test::IsWantedOutcome(row, test::OutcomeOf(result)))
        << test::OutcomeOf(result) << " instead of " << row.expected
        << (result ? "" : ": " + result.error().detail);
    if (result) CheckResult(file.view(), *result);
  }
  EXPECT_GT(decoded, 1000);
  EXPECT_GT(others, 100);
}

test::Picture Reference(const std::string& name) {
  return test::DecodePng(test::ReadFile(*test::CorpusDir() / "conformance/derived" / name).view());
}

// Upright, in sRGB and at its own size, as a PNG: what anybody sees without a profile.
test::Picture Rendition(ByteView file) {
  const auto info = Probe(file, test::CorpusLimits());
  EXPECT_TRUE(info);
  if (!info) return {};
  const auto result = Process(file,
                              *Transform::Make({.width = info->displayed_width(),
                                                .height = info->displayed_height(),
                                                .format = Format::kPng,
                                                .profile = Profile::kSrgb}),
                              test::CorpusLimits());
  EXPECT_TRUE(result) << result.error().detail;
  return result ? test::DecodePng(result->bytes.view()) : test::Picture{};
}

TEST(CorpusThroughProcess, RenditionsAreWithinThreeOfTheirReferences) {
  WHITTLE_NEEDS_CORPUS();
  if (codec::ByName("png") == nullptr) GTEST_SKIP() << "LEFT OUT: this build has no PNG";
  const std::map<std::string, test::Picture> references = {
      {"same picture as orientation/reference_upright_120x80.png",
       Reference("orientation/reference_upright_120x80.png")},
      {"in sRGB looks like icc/reference_srgb.png", Reference("icc/reference_srgb.png")}};
  std::map<std::string, int> compared;
  for (const test::ManifestRow& row : test::Manifest()) {
    for (const auto& [says, reference] : references) {
      if (row.rendition.find(says) == std::string::npos || test::WantedOutcome(row) != "ok") {
        continue;
      }
      const Bytes file = test::ReadFile(*test::CorpusDir() / row.path);
      if (codec::Sniff(file.view()) == nullptr) continue;  // a format that this build leaves out
      const test::Picture picture = Rendition(file.view());
      ASSERT_EQ(picture.width, reference.width) << row.path;
      ASSERT_EQ(picture.height, reference.height) << row.path;
      EXPECT_LT(test::Compare(picture, reference).mean, 3) << row.path;
      ++compared[says];
    }
  }
  EXPECT_EQ(compared.size(), 2U);
  for (const auto& [says, count] : compared) EXPECT_GE(count, 10) << says;
}

}  // namespace
}  // namespace whittle
