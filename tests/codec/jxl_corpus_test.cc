// Every JPEG XL of the corpus, held against what its manifest says should happen.
#include <gtest/gtest.h>

#include <optional>

#include "tests/codec/sample_rows.h"

namespace whittle::codec {

extern const Codec kJxl;

namespace {

// There is no row where we know better.
const std::map<std::string, std::string> kStated = {};

test::Picture Reference(const std::string& name) {
  return test::DecodePng(test::ReadFile(*test::CorpusDir() / "conformance/derived" / name).view());
}

TEST(JxlCorpus, EveryFileGivesWhatTheManifestSays) {
  WHITTLE_NEEDS_CORPUS();
  int rows = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    if (row.format != "jxl") continue;
    SCOPED_TRACE(row.path + " (" + row.mode + "): " + row.rendition);
    ++rows;
    const Bytes file = test::ReadFile(*test::CorpusDir() / row.path);
    const auto picture = DecodeSamples(kJxl, file.view(), ManifestLimits());
    EXPECT_EQ(OutcomeText(picture), WantedOutcome(row, kStated))
        << (picture ? "" : picture.error().detail);
    if (!picture) continue;
    const auto header = kJxl.probe(file.view(), ManifestLimits());
    ASSERT_TRUE(header);
    EXPECT_EQ(DisplayedSize(header->info), ManifestDisplayedSize(row));
    if (row.path.starts_with("conformance/derived/jxl/") && row.width == "277" &&
        row.mode == "uchar, srgb, 3 bands") {
      EXPECT_LT(test::Compare(picture->Colour(), Reference("png/rgb8.png")).mean, 5);
    }
  }
  EXPECT_GT(rows, 60);
}

// One stored picture, eight orientations.
TEST(JxlCorpus, OrientationIsReportedNotApplied) {
  WHITTLE_NEEDS_CORPUS();
  const char* const kNames[] = {"identity",  "flip_horizontal", "rotate_180",     "flip_vertical",
                                "transpose", "rotate_90_cw",    "anti_transpose", "rotate_90_ccw"};
  std::optional<SampleRows> first;
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Bytes file = test::ReadFile(
        *test::CorpusDir() / "conformance/orientation/jxl" /
        ("orientation" + std::to_string(orientation) + "_" + kNames[orientation - 1] + ".jxl"));
    const auto picture = DecodeSamples(kJxl, file.view());
    ASSERT_TRUE(picture) << orientation;
    EXPECT_EQ(kJxl.probe(file.view(), {})->info.orientation, orientation);
    if (!first) first = *picture;
    EXPECT_EQ(picture->bytes, first->bytes) << orientation;
  }
}

TEST(JxlCorpus, NothingElseIsTakenForOne) {
  WHITTLE_NEEDS_CORPUS();
  int rows = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    const auto path = *test::CorpusDir() / row.path;
    if (row.format == "jxl" || !is_regular_file(path)) continue;
    ++rows;
    EXPECT_FALSE(kJxl.sniff(test::ReadFile(path).view())) << row.path;
  }
  EXPECT_GT(rows, 1000);
}

}  // namespace
}  // namespace whittle::codec
