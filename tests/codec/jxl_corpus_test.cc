// JPEG XL files of the corpus: what corpus_test.cc does not ask of all formats.
#include <gtest/gtest.h>

#include <optional>

#include "tests/codec/sample_rows.h"

namespace whittle::codec {

extern const Codec kJxl;

namespace {

test::Picture Reference(const std::string& name) {
  return test::DecodePng(test::ReadFile(*test::CorpusDir() / "conformance/derived" / name).view());
}

TEST(JxlCorpus, LooksLikeItsReference) {
  WHITTLE_NEEDS_CORPUS();
  int rows = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    const bool of_it = row.path.starts_with("conformance/derived/jxl/") && row.width == "277" &&
                       row.mode == "uchar, srgb, 3 bands";
    if (!of_it) continue;
    ++rows;
    const Bytes file = test::ReadFile(*test::CorpusDir() / row.path);
    const auto picture = DecodeSamples(kJxl, file.view());
    ASSERT_TRUE(picture) << row.path;
    EXPECT_LT(test::Compare(picture->Colour(), Reference("png/rgb8.png")).mean, 5) << row.path;
  }
  EXPECT_GT(rows, 2);
}

// One stored picture, eight orientations.
TEST(JxlCorpus, OrientationIsReportedNotApplied) {
  WHITTLE_NEEDS_CORPUS();
  constexpr const char* kNames[] = {"identity",       "flip_horizontal", "rotate_180",
                                    "flip_vertical",  "transpose",       "rotate_90_cw",
                                    "anti_transpose", "rotate_90_ccw"};
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

}  // namespace
}  // namespace whittle::codec
