// Every TIFF of the corpus, held against what its manifest says should happen.
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
      // A TIFF by its magic bytes, with nothing behind them.
      {"hostile/made/truncated/magic_only_tif.tif", "422"},
      // All of its 32-bit pixels are there, and its damaged tags are none that we need.
      {"hostile/corrupt/tiff/its-c16f4894de3142b98e8f3d8fc6b3d23e.tif", "ok"},
      // libtiff finds it damaged before it tells its size.
      {"hostile/made/bombs/tiff_4294967295x4294967295.tif", "422"},
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

TEST(TiffCorpus, EveryFileGivesWhatTheManifestSays) {
  WHITTLE_NEEDS_CORPUS();
  const Codec& tiff = *ByName("tiff");
  int rows = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    if (row.format != "tiff" && row.format != "bigtiff") continue;
    SCOPED_TRACE(row.path + " (" + row.mode + "): " + row.note);
    ++rows;
    const Bytes file = test::ReadFile(*test::CorpusDir() / row.path);
    ASSERT_EQ(Sniff(file.view()), &tiff);
    const auto outcome = ReadAllRows(tiff, file.view(), CorpusLimits());
    EXPECT_EQ(outcome ? "ok" : std::to_string(HttpStatus(outcome.error().kind)), Wanted(row))
        << (outcome ? "" : outcome.error().detail);
    const auto header = tiff.probe(file.view(), CorpusLimits());
    if (!outcome || !header) continue;
    EXPECT_EQ(std::to_string(header->info.width), row.width);
    EXPECT_EQ(std::to_string(header->info.height), row.height);
  }
  EXPECT_GT(rows, 160);
}

}  // namespace
}  // namespace whittle::codec
