// Animations among the GIF files of the corpus; corpus_test.cc has what every file must give.
#include <gtest/gtest.h>

#include <string>

#include "codec/registry.h"
#include "tests/support/corpus.h"

namespace whittle::codec {
namespace {

void CheckFrames(const Codec& codec, ByteView file, const Limits& limits, const Header& header) {
  const auto source = codec.open_frames(file, limits, {});
  ASSERT_TRUE(source) << source.error().detail;
  std::uint32_t count = 0;
  while (true) {
    const auto frame = (*source)->Next();
    ASSERT_TRUE(frame) << frame.error().detail;
    if (!*frame) break;
    EXPECT_GE((*frame)->duration, 20);
    ++count;
  }
  EXPECT_GE(count, 1U);
  EXPECT_LE(count, header.info.frames);
}

TEST(GifCorpus, EveryAnimationHasItsFrames) {
  WHITTLE_NEEDS_CORPUS();
  const Codec& gif = *ByName("gif");
  const Limits limits = test::CorpusLimits();
  int rows = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    if (row.format != "gif" || test::WantedOutcome(row) != "ok") continue;
    SCOPED_TRACE(row.path + " (" + row.mode + "): " + row.note);
    ++rows;
    const Bytes file = test::ReadFile(*test::CorpusDir() / row.path);
    const auto header = gif.probe(file.view(), limits);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->icc.empty(), row.mode.find("icc") == std::string::npos);
    // "palette, 6 frames". Of a damaged file it counts the broken last one, too.
    const auto at = row.mode.find(", ");
    if (row.path.starts_with("conformance/")) {
      EXPECT_EQ(header->info.frames,
                at == std::string::npos ? 1 : std::stoul(row.mode.substr(at + 2)));
    }
    const std::uint64_t pixels = std::uint64_t{header->info.width} * header->info.height;
    if (header->info.frames > 1 && pixels * header->info.frames <= limits.max_animation_pixels) {
      CheckFrames(gif, file.view(), limits, *header);
    }
  }
  EXPECT_GT(rows, 40);
}

}  // namespace
}  // namespace whittle::codec
