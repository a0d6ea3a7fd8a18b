// Stripping whatever format comes, and what of the corpus it does.
#include "codec/strip.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "codec/metadata/exif_keep.h"
#include "codec/registry.h"
#include "tests/codec/decode.h"
#include "tests/codec/jpeg_files.h"
#include "tests/support/corpus.h"

namespace whittle::codec {
namespace {

TEST(Strip, KeepsTheOrientationAndNothingElseOfExif) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Bytes file = test::EncodeJpeg(test::Photo(40, 24), {.orientation = orientation});
    const auto stripped = StripMetadata(file.view(), true, {});
    ASSERT_TRUE(stripped);
    EXPECT_EQ(Sniff(stripped->view())->probe(stripped->view(), {})->info.orientation, orientation);
    const Metadata metadata = Sniff(stripped->view())->metadata(stripped->view(), {});
    const Bytes minimal = OrientationExif(orientation);
    EXPECT_EQ(AsText(metadata.exif.view()),
              orientation == 1 ? std::string_view{} : AsText(minimal.view()));
  }
}

TEST(Strip, TheProfileOfInkCannotBeLeftOut) {
  const std::string file(
      AsText(test::EncodeJpeg(test::Photo(40, 24, 4), {.icc = "of ink"}).view()));
  std::string profile(132, '\0');
  profile[3] = static_cast<char>(132);
  profile.replace(16, 4, "CMYK").replace(36, 4, "acsp");
  const Bytes ink = test::EncodeJpeg(test::Photo(40, 24, 4), {.icc = profile});
  const auto refused = StripMetadata(ink.view(), false, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnsupported);
  EXPECT_NE(refused.error().text.find("CMYK"), std::string::npos);
  EXPECT_TRUE(StripMetadata(ink.view(), true, {}));
  EXPECT_TRUE(StripMetadata(AsBytes(file), false, {})) << "no profile of ink is there";
  profile.replace(16, 4, "RGB ");
  const Bytes colour = test::EncodeJpeg(test::Photo(40, 24), {.icc = profile});
  const auto without = StripMetadata(colour.view(), false, {});
  ASSERT_TRUE(without);
  EXPECT_EQ(Sniff(without->view())->probe(without->view(), {})->info.icc_bytes, 0U);
}

TEST(Strip, SaysWhyItCannot) {
  const auto unknown = StripMetadata(AsBytes("no picture, whatever it is called"), true, {});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::kUnsupported);
  for (const Codec* codec : All()) {
    if (codec->strip != nullptr || codec->create == nullptr || codec->sniff == nullptr) continue;
    const auto file = Encode(*codec, PhotoRows(8, 8, pixel::PixelFormat::kRgb8));
    if (!file || Sniff(file->view()) != codec) continue;  // raw samples have no head
    const auto refused = StripMetadata(file->view(), true, {});
    ASSERT_FALSE(refused) << codec->name;
    EXPECT_EQ(refused.error().text,
              std::string(codec->name) + " cannot be stripped without touching pixels");
  }
}

TEST(Strip, KeepsTheLimits) {
  const Bytes file = test::EncodeJpeg(test::Photo(40, 24));
  EXPECT_TRUE(StripMetadata(file.view(), true, {.max_source_bytes = file.size()}));
  const auto large = StripMetadata(file.view(), true, {.max_source_bytes = file.size() - 1});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().kind, ErrorKind::kTooLarge);
  EXPECT_TRUE(StripMetadata(file.view(), true, {.max_source_pixels = 960}));
  EXPECT_FALSE(StripMetadata(file.view(), true, {.max_source_pixels = 959}));
}

// Sound files of all formats: the same rows, the same profile, the same way up.
TEST(Strip, OfTheCorpusNoPixelChanges) {
  WHITTLE_NEEDS_CORPUS();
  constexpr std::uintmax_t kLargest = 100'000;
  const Limits limits{.max_source_pixels = 2'000'000};
  std::map<std::string, int> stripped_files;
  for (const test::ManifestRow& row : test::Manifest()) {
    const auto path = *test::CorpusDir() / row.path;
    if (!is_regular_file(path) || file_size(path) > kLargest) continue;
    SCOPED_TRACE(row.path);
    const Bytes file = test::ReadFile(path);
    const auto stripped = StripMetadata(file.view(), true, limits);
    if (!stripped) continue;
    const Codec& codec = *Sniff(file.view());
    const auto header = codec.probe(file.view(), limits);
    ASSERT_EQ(Sniff(stripped->view()), &codec);
    const auto after = codec.probe(stripped->view(), limits);
    ASSERT_TRUE(after) << after.error().detail;
    EXPECT_EQ(after->info.orientation, header->info.orientation);
    EXPECT_EQ(after->info.frames, header->info.frames);
    EXPECT_EQ(after->loops, header->loops);
    EXPECT_EQ(AsText(after->icc.view()), AsText(header->icc.view()));
    EXPECT_LE(stripped->size(), file.size() + 40);
    const auto rows = DecodeRows(file.view(), limits);
    const auto rows_after = DecodeRows(stripped->view(), limits);
    EXPECT_EQ(rows.has_value(), rows_after.has_value());
    if (rows && rows_after) EXPECT_TRUE(*rows == *rows_after);
    ++stripped_files[std::string(codec.name)];
  }
  EXPECT_GT(stripped_files["jpeg"], 100);
  for (const char* name : {"png", "webp", "gif", "avif", "jxl", "heif"}) {
    if (ByName(name) != nullptr) EXPECT_GT(stripped_files[name], 5) << name;
  }
}

}  // namespace
}  // namespace whittle::codec
