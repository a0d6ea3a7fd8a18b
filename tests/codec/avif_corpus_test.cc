// Every AVIF of the corpus, held against what its manifest says should happen.
#include <gtest/gtest.h>

#include <optional>

#include "tests/codec/sample_rows.h"

namespace whittle::codec {

extern const Codec kAvif;

namespace {

// Rows where we know better, and why.
const std::map<std::string, std::string> kStated = {
    // Sound, but libavif 0.11 knows neither a tile that a grid uses twice,
    {"conformance/avif/libavif/color_grid_alpha_grid_tile_shared_in_dimg.avif", "422"},
    // nor a track without a picture's size.
    {"conformance/avif/libavif/colors-animated-8bpc-audio.avif", "422"},
};

test::Picture Reference(const std::string& name) {
  return test::DecodePng(test::ReadFile(*test::CorpusDir() / "conformance/derived" / name).view());
}

// Those made from the picture that rgb8.png is, too.
bool IsOfTheReference(const test::ManifestRow& row) {
  return row.path.starts_with("conformance/derived/avif/") && row.width == "277" &&
         row.mode.find("alpha") == row.mode.npos && row.mode.find("mono") == row.mode.npos &&
         row.mode.find("irot") == row.mode.npos && row.mode.find("imir") == row.mode.npos &&
         row.mode.find("clap") == row.mode.npos;
}

TEST(AvifCorpus, EveryFileGivesWhatTheManifestSays) {
  WHITTLE_NEEDS_CORPUS();
  int rows = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    if (row.format != "avif") continue;
    SCOPED_TRACE(row.path + " (" + row.mode + "): " + row.rendition);
    ++rows;
    const Bytes file = test::ReadFile(*test::CorpusDir() / row.path);
    const auto picture = DecodeSamples(kAvif, file.view(), ManifestLimits());
    EXPECT_EQ(OutcomeText(picture), WantedOutcome(row, kStated))
        << (picture ? "" : picture.error().detail);
    if (!picture) continue;
    const auto header = kAvif.probe(file.view(), ManifestLimits());
    ASSERT_TRUE(header);
    EXPECT_EQ(DisplayedSize(header->info), ManifestDisplayedSize(row));
    if (IsOfTheReference(row)) {
      EXPECT_LT(test::Compare(picture->Colour(), Reference("png/rgb8.png")).mean, 5);
    }
  }
  EXPECT_GT(rows, 80);
}

// The same view eight times, but for the writing in its middle.
TEST(AvifCorpus, TurnedFilesAreShownUpright) {
  WHITTLE_NEEDS_CORPUS();
  std::optional<test::Picture> first;
  for (const char* name : {"rot0mir0", "rot0mir1", "rot1mir0", "rot1mir1", "rot2mir0", "rot2mir1",
                           "rot3mir0", "rot3mir1"}) {
    const Bytes file = test::ReadFile(*test::CorpusDir() / "conformance/orientation/avif" /
                                      (std::string(name) + ".avif"));
    const auto picture = DecodeSamples(kAvif, file.view());
    ASSERT_TRUE(picture) << name;
    const int orientation = kAvif.probe(file.view(), {})->info.orientation;
    const test::Picture shown = test::Upright(picture->Colour(), orientation);
    if (!first) first = shown;
    EXPECT_LT(test::Compare(shown, *first).mean, 12) << name;
  }
}

TEST(AvifCorpus, NothingElseIsTakenForOne) {
  WHITTLE_NEEDS_CORPUS();
  int rows = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    const auto path = *test::CorpusDir() / row.path;
    if (row.format == "avif" || !is_regular_file(path)) continue;
    ++rows;
    EXPECT_FALSE(kAvif.sniff(test::ReadFile(path).view())) << row.path;
  }
  EXPECT_GT(rows, 1000);
}

}  // namespace
}  // namespace whittle::codec
