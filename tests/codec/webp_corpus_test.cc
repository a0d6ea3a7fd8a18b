// Every WebP file of the corpus, held against what its manifest says should happen.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/codec/webp_files.h"
#include "tests/support/corpus.h"

namespace whittle::codec {
namespace {

// The manifest's premises: a limit of 100 million pixels, and memory for as many.
Limits CorpusLimits() {
  Limits limits;
  limits.max_source_pixels = 100'000'000;
  limits.max_working_bytes = 1ULL << 30;
  return limits;
}

// "422 or ok" prefers the first. Rows where we know better, and why.
std::string Wanted(const test::ManifestRow& row) {
  static const std::map<std::string, std::string> kStated = {};
  const auto stated = kStated.find(row.path);
  return stated != kStated.end() ? stated->second : row.expected.substr(0, row.expected.find(' '));
}

template <class Result>
std::string OutcomeOf(const Result& result) {
  return result ? "ok" : std::to_string(HttpStatus(result.error().kind));
}

Expected<test::Picture> DecodeAsSniffed(ByteView file) {
  if (Sniff(file) != &Webp()) return Fail(ErrorKind::kUnsupported);
  return DecodeWebp(file, 64, CorpusLimits());
}

Expected<int> CountFrames(ByteView file) {
  WHITTLE_TRY(const auto source, Webp().open_frames(file, CorpusLimits(), {}));
  for (int frames = 0;; ++frames) {
    WHITTLE_TRY(const auto frame, source->Next());
    if (!frame) return frames;
  }
}

void CheckContent(const test::ManifestRow& row, ByteView file, const test::Picture& stored) {
  const auto header = Webp().probe(file, CorpusLimits());
  ASSERT_TRUE(header);
  EXPECT_EQ(std::to_string(header->info.width), row.width);
  EXPECT_EQ(std::to_string(header->info.height), row.height);
  const auto says = [](const std::string& field, std::string_view text) {
    return field.find(text) != std::string::npos;
  };
  if (says(row.mode, "icc")) EXPECT_FALSE(header->icc.empty());
  if (says(row.mode, "lossless")) EXPECT_FALSE(header->planes);
  if (row.mode == "lossy") EXPECT_TRUE(header->planes);
  if (row.mode == "lossy, alpha") EXPECT_TRUE(header->info.alpha);
  if (says(row.mode, "animated")) {
    const bool all = header->info.frames < CorpusLimits().max_frames;
    if (all) EXPECT_TRUE(says(row.mode, ", " + std::to_string(header->info.frames) + " frames"));
    const auto frames = CountFrames(file);
    ASSERT_TRUE(frames);
    EXPECT_EQ(static_cast<std::uint32_t>(*frames), header->info.frames);
  }
  if (says(row.rendition, "same picture as orientation/reference_upright_120x80.png")) {
    const test::Picture reference = test::DecodePng(
        test::ReadFile(*test::CorpusDir() /
                       "conformance/derived/orientation/reference_upright_120x80.png")
            .view());
    EXPECT_LT(test::Compare(test::Upright(stored, header->info.orientation), reference).mean, 5);
  }
}

TEST(WebpCorpus, EveryFileGivesWhatTheManifestSays) {
  WHITTLE_NEEDS_CORPUS();
  int rows = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    if (row.format != "webp") continue;
    SCOPED_TRACE(row.path + " (" + row.mode + "): " + row.rendition);
    ++rows;
    const Bytes file = test::ReadFile(*test::CorpusDir() / row.path);
    const auto picture = DecodeAsSniffed(file.view());
    EXPECT_EQ(OutcomeOf(picture), Wanted(row)) << (picture ? "" : picture.error().detail);
    if (picture) CheckContent(row, file.view(), *picture);
  }
  EXPECT_GT(rows, 80);
}

TEST(WebpCorpus, NothingElseIsTakenForAWebp) {
  WHITTLE_NEEDS_CORPUS();
  int rows = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    const auto path = *test::CorpusDir() / row.path;
    if (row.format == "webp" || row.format == "format" || !is_regular_file(path)) continue;
    ++rows;
    EXPECT_FALSE(Webp().sniff(test::ReadFile(path).view())) << row.path;
  }
  EXPECT_GT(rows, 1000);
}

}  // namespace
}  // namespace whittle::codec
