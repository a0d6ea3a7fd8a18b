// Every picture of the corpus, held against what its manifest says should happen.
#include "tests/support/corpus.h"

#include <gtest/gtest.h>
#include <lcms2.h>

#include <charconv>
#include <map>
#include <string>
#include <vector>

#include "tests/codec/decode.h"

namespace whittle::codec {
namespace {

// The codec that should take a file of the manifest's format; nothing where none does, or where the
// build leaves it out.
const Codec* CodecOf(const test::ManifestRow& row) {
  static const std::map<std::string, std::string> kNames = {
      {"apng", "png"}, {"bigtiff", "tiff"}, {"heic", "heif"}};
  const auto other = kNames.find(row.format);
  const Codec* codec = ByName(other != kNames.end() ? other->second : row.format);
  // SVG is off here; tests/sandbox has it on.
  return codec != nullptr && codec->name == "svg" ? nullptr : codec;
}

test::Picture Reference(const std::string& name) {
  return test::DecodePng(test::ReadFile(*test::CorpusDir() / "conformance/derived" / name).view());
}

// As the carried profile says, in sRGB: what a viewer would show.
test::Picture Shown(test::Picture picture, ByteView icc) {
  if (icc.empty()) return picture;
  const cmsHPROFILE from = cmsOpenProfileFromMem(icc.data(), static_cast<unsigned>(icc.size()));
  const cmsHPROFILE to = cmsCreate_sRGBProfile();
  const cmsHTRANSFORM transform =
      cmsCreateTransform(from, TYPE_RGB_8, to, TYPE_RGB_8, INTENT_RELATIVE_COLORIMETRIC,
                         cmsFLAGS_BLACKPOINTCOMPENSATION);
  EXPECT_NE(transform, nullptr);
  if (transform != nullptr) {
    cmsDoTransform(transform, picture.samples.data(), picture.samples.data(),
                   static_cast<unsigned>(picture.width * picture.height));
    cmsDeleteTransform(transform);
  }
  cmsCloseProfile(from);
  cmsCloseProfile(to);
  return picture;
}

// The naive formula, plainly.
test::Picture FromInk(const test::Picture& ink) {
  test::Picture rgb = test::Blank(ink.width, ink.height, 3);
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const int light = (255 - ink.at(x, y, c)) * (255 - ink.at(x, y, 3)) / 255;
        rgb.at(x, y, c) = static_cast<std::uint8_t>(light);
      }
    }
  }
  return rgb;
}

// "after orientation: 72x96 (...)", and "as displayed: 72x96" where the decoder or the container
// turns the picture: the size as displayed.
void CheckDisplayedSize(const test::ManifestRow& row, const ImageInfo& info) {
  const std::string_view shown = "as displayed: ";
  if (const auto at = row.rendition.find(shown); at != std::string::npos) {
    const std::string size =
        std::to_string(info.displayed_width()) + "x" + std::to_string(info.displayed_height());
    EXPECT_TRUE(row.rendition.substr(at + shown.size()).starts_with(size)) << size;
    return;
  }
  const std::string_view key = "after orientation: ";
  const auto at = row.rendition.find(key);
  if (at == std::string::npos) {
    if (row.rendition.find("apply i") == std::string::npos) EXPECT_EQ(info.orientation, 1);
    return;
  }
  const std::string size =
      std::to_string(info.displayed_width()) + "x" + std::to_string(info.displayed_height()) + " ";
  EXPECT_TRUE(row.rendition.substr(at + key.size()).starts_with(size)) << size;
  const std::map<std::string, int> turns = {{"mirrored", 2},
                                            {"rotated 180", 3},
                                            {"flipped", 4},
                                            {"transposed", 5},
                                            {"rotated 90 clockwise", 6},
                                            {"transverse", 7},
                                            {"rotated 90 anticlockwise", 8}};
  const auto open = row.rendition.find("(stored ", at);
  const auto close = row.rendition.find(')', open);
  EXPECT_EQ(info.orientation, turns.at(row.rendition.substr(open + 8, close - open - 8)));
}

// What the manifest's mode says of a PNG: depth, alpha, interlace.
void CheckPngMode(const test::ManifestRow& row, const ImageInfo& info) {
  const auto says = [&row](std::string_view word) {
    return row.mode.find(word) != std::string::npos;
  };
  EXPECT_EQ(info.bits, row.mode.starts_with("16-bit") ? 16 : 8);
  EXPECT_EQ(info.progressive, says("interlaced"));
  EXPECT_EQ(info.colours > 0, says("palette"));
  EXPECT_EQ(info.channels, says("grey") ? 1 : 3);
  if (says("rgba") || says("grey+alpha")) EXPECT_TRUE(info.alpha);
  if (!says("rgba") && !says("alpha") && !says("tRNS")) EXPECT_FALSE(info.alpha);
}

void CheckRendition(const test::ManifestRow& row, ByteView file, const test::Picture& stored) {
  const auto header = Sniff(file)->probe(file, test::CorpusLimits());
  ASSERT_TRUE(header);
  // Where a container crops or turns, a codec may tell the size before or behind that.
  const bool turns = row.rendition.find("as displayed: ") != std::string::npos;
  if (row.format == "jxl") {  // the manifest has the size as displayed
    EXPECT_EQ(std::to_string(header->info.displayed_width()), row.width);
    EXPECT_EQ(std::to_string(header->info.displayed_height()), row.height);
    return;
  }
  if (!turns && !row.width.empty()) {
    EXPECT_EQ(std::to_string(header->info.width), row.width);
    EXPECT_EQ(std::to_string(header->info.height), row.height);
  }
  CheckDisplayedSize(row, header->info);
  if (header->info.format == "png") CheckPngMode(row, header->info);
  const auto says = [&](std::string_view text) {
    return row.rendition.find(text) != std::string::npos;
  };
  const test::Picture rgb = stored.channels == 4 ? FromInk(stored) : stored;
  const test::Picture upright = test::Upright(rgb, header->info.orientation);
  if (says("same picture as orientation/reference_upright_120x80.png")) {
    EXPECT_LT(test::Compare(upright, Reference("orientation/reference_upright_120x80.png")).mean,
              3);
  }
  if (says("looks like jpeg/reference_rgb.png")) {
    const double bound = row.path.ends_with("sub_luma_half.jpg") ? 5 : 3;
    // reference_rgb.png is not in the corpus; its maker writes the same picture to this name too.
    EXPECT_LT(test::Compare(upright, Reference("png/rgb8.png")).mean, bound);
  }
  if (says("in sRGB looks like icc/reference_srgb.png")) {
    EXPECT_FALSE(header->icc.empty());
    const test::Picture shown = Shown(upright, header->icc.view());
    EXPECT_LT(test::Compare(shown, Reference("icc/reference_srgb.png")).mean, 3);
  }
}

class CorpusOf : public testing::TestWithParam<const Codec*> {};

TEST_P(CorpusOf, EveryFileGivesWhatTheManifestSays) {
  WHITTLE_NEEDS_CORPUS();
  int rows = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    const auto path = *test::CorpusDir() / row.path;
    if (CodecOf(row) != GetParam() || !is_regular_file(path)) continue;
    SCOPED_TRACE(row.path + " (" + row.mode + "): " + row.rendition);
    ++rows;
    const Bytes file = test::ReadFile(path);
    const auto picture = Decode(file.view(), test::CorpusLimits());
    EXPECT_EQ(test::OutcomeOf(picture), test::WantedOutcome(row))
        << (picture ? "" : picture.error().detail);
    if (picture) CheckRendition(row, file.view(), *picture);
  }
  EXPECT_GT(rows, 0);
}

std::vector<const Codec*> ThoseThatRead() {
  std::vector<const Codec*> codecs;
  for (const Codec* codec : All()) {
    if (codec->open != nullptr && codec->name != "svg") codecs.push_back(codec);
  }
  return codecs;
}

INSTANTIATE_TEST_SUITE_P(All, CorpusOf, testing::ValuesIn(ThoseThatRead()),
                         [](const auto& info) { return std::string(info.param->name); });

// By content: a sound file is its format's, and what is no codec's format is nobody's.
TEST(Corpus, EveryFileIsTakenForWhatItIs) {
  WHITTLE_NEEDS_CORPUS();
  int rows = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    const auto path = *test::CorpusDir() / row.path;
    if (!is_regular_file(path)) continue;
    ++rows;
    const Codec* taken = Sniff(test::ReadFile(path).view());
    if (taken == nullptr && test::WantedOutcome(row) != "ok") continue;  // too broken to be known
    EXPECT_EQ(taken, CodecOf(row)) << row.path << ", which is " << row.format;
  }
  EXPECT_GT(rows, 1000);
}

}  // namespace
}  // namespace whittle::codec
