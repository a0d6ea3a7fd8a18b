// What the manifest tells of WebP files beside what corpus_test.cc asks of all formats.
#include <gtest/gtest.h>

#include <string>

#include "tests/codec/webp_files.h"
#include "tests/support/corpus.h"

namespace whittle::codec {
namespace {

Expected<int> CountFrames(ByteView file) {
  WHITTLE_TRY(const auto source, Webp().open_frames(file, test::CorpusLimits(), {}));
  for (int frames = 0;; ++frames) {
    WHITTLE_TRY(const auto frame, source->Next());
    if (!frame) return frames;
  }
}

void CheckContent(const test::ManifestRow& row, ByteView file) {
  const auto header = Webp().probe(file, test::CorpusLimits());
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
    const bool all = header->info.frames < test::CorpusLimits().max_frames;
    // Of files that are cut the manifest does not count them.
    if (all && says(row.mode, " frames")) {
      EXPECT_TRUE(says(row.mode, ", " + std::to_string(header->info.frames) + " frames"));
    }
    const auto frames = CountFrames(file);
    ASSERT_TRUE(frames);
    EXPECT_EQ(static_cast<std::uint32_t>(*frames), header->info.frames);
  }
}

TEST(WebpCorpus, HeadersAndFramesAreAsTheManifestSays) {
  WHITTLE_NEEDS_CORPUS();
  int rows = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    if (row.format != "webp" || test::WantedOutcome(row) != "ok") continue;
    SCOPED_TRACE(row.path + " (" + row.mode + "): " + row.rendition);
    ++rows;
    CheckContent(row, test::ReadFile(*test::CorpusDir() / row.path).view());
  }
  EXPECT_GT(rows, 40);
}

}  // namespace
}  // namespace whittle::codec
