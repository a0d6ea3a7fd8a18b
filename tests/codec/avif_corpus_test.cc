// AVIF files of the corpus: what corpus_test.cc does not ask of all formats.
#include <gtest/gtest.h>

#include <optional>

#include "tests/codec/sample_rows.h"

namespace whittle::codec {

extern const Codec kAvif;

namespace {

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

TEST(AvifCorpus, LooksLikeItsReference) {
  WHITTLE_NEEDS_CORPUS();
  int rows = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    if (!IsOfTheReference(row)) continue;
    ++rows;
    const Bytes file = test::ReadFile(*test::CorpusDir() / row.path);
    const auto picture = DecodeSamples(kAvif, file.view());
    ASSERT_TRUE(picture) << row.path;
    EXPECT_LT(test::Compare(picture->Colour(), Reference("png/rgb8.png")).mean, 5) << row.path;
  }
  EXPECT_GT(rows, 8);
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

}  // namespace
}  // namespace whittle::codec
