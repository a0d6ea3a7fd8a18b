// Every picture of the corpus, held against what its manifest says should happen.
#include "tests/support/corpus.h"

#include <gtest/gtest.h>
#include <lcms2.h>

#include <charconv>
#include <map>
#include <string>

#include "tests/codec/decode.h"

namespace whittle::codec {
namespace {

// The manifest's premises: a limit of 100 million pixels.
Limits CorpusLimits() {
  Limits limits;
  limits.max_source_pixels = 100'000'000;
  limits.max_working_bytes = 1ULL << 30;  // libwebp's lossless decoder
  return limits;
}

// Rows where we know better than the manifest, and why.
const std::map<std::string, std::string>& Stated() {
  static const std::map<std::string, std::string> kStated = {
      // JPEG. Sound, but 12 bits and lossless are refused (codec/jpeg.cc).
      {"conformance/jpeg/12bit/testorig12.jpg", "415"},
      {"conformance/jpeg/lossless/jpeg_lossless_sel1.jpg", "415"},
      {"conformance/jpeg/lossless/jpeg_lossless_sel3.jpg", "415"},
      // FF D8 FF: a JPEG by its magic bytes, with nothing behind them.
      {"hostile/made/truncated/magic_only_jpg.jpg", "422"},
      // PNG. Cut amid the picture, as its name says: no part may be missing.
      {"conformance/png/wuffs/hippopotamus.regular.truncated.png", "422"},
      // More data than picture, and CRC and checksum wrong, as in bitflip/*, where 422 is wanted.
      {"hostile/corrupt/zune/png/1fd1e52b45cac9917c274d94b311abb10641249f", "422"},
      // AVIF. Sound files that libavif 0.11 does not read.
      {"conformance/avif/libavif/color_grid_alpha_grid_tile_shared_in_dimg.avif", "422"},
      {"conformance/avif/libavif/colors-animated-8bpc-audio.avif", "422"},
      // GIF. Large frames with next to no data; and magic bytes with nothing behind them.
      {"hostile/made/bombs/gif_9000x9000_60_full_frames.gif", "413"},
      {"hostile/made/truncated/magic_only_gif.gif", "422"},
      // TIFF. Half floats, read all the same; a size that libtiff refuses before it tells it; and
      // magic bytes with nothing behind them.
      {"hostile/corrupt/tiff/its-c16f4894de3142b98e8f3d8fc6b3d23e.tif", "ok"},
      {"hostile/made/bombs/tiff_4294967295x4294967295.tif", "422"},
      {"hostile/made/truncated/magic_only_tif.tif", "422"},
  };
  return kStated;
}

// "422 or ok" prefers the first.
std::string Wanted(const test::ManifestRow& row) {
  const auto stated = Stated().find(row.path);
  return stated != Stated().end() ? stated->second : row.expected.substr(0, row.expected.find(' '));
}

// The codec that should take a file of the manifest's format; nothing where none does, or where the
// build leaves it out.
const Codec* CodecOf(const test::ManifestRow& row) {
  static const std::map<std::string, std::string> kNames = {
      {"apng", "png"}, {"bigtiff", "tiff"}, {"heic", "heif"}};
  const auto other = kNames.find(row.format);
  return ByName(other != kNames.end() ? other->second : row.format);
}

std::string OutcomeOf(const Expected<test::Picture>& picture) {
  return picture ? "ok" : std::to_string(HttpStatus(picture.error().kind));
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
  const std::map<std::string, int> kTurns = {{"mirrored", 2},
                                             {"rotated 180", 3},
                                             {"flipped", 4},
                                             {"transposed", 5},
                                             {"rotated 90 clockwise", 6},
                                             {"transverse", 7},
                                             {"rotated 90 anticlockwise", 8}};
  const auto open = row.rendition.find("(stored ", at);
  const auto close = row.rendition.find(')', open);
  EXPECT_EQ(info.orientation, kTurns.at(row.rendition.substr(open + 8, close - open - 8)));
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
  const auto header = Sniff(file)->probe(file, CorpusLimits());
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
              5);
  }
  if (says("looks like jpeg/reference_rgb.png")) {
    const double bound = row.path.ends_with("sub_luma_half.jpg") ? 9 : 5;
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
  if (GetParam()->open == nullptr) GTEST_SKIP() << "is not read";
  int rows = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    const auto path = *test::CorpusDir() / row.path;
    if (CodecOf(row) != GetParam() || !is_regular_file(path)) continue;
    SCOPED_TRACE(row.path + " (" + row.mode + "): " + row.rendition);
    ++rows;
    const Bytes file = test::ReadFile(path);
    const auto picture = Decode(file.view(), CorpusLimits());
    EXPECT_EQ(OutcomeOf(picture), Wanted(row)) << (picture ? "" : picture.error().detail);
    if (picture) CheckRendition(row, file.view(), *picture);
  }
  EXPECT_GT(rows, 0);
}

INSTANTIATE_TEST_SUITE_P(All, CorpusOf, testing::ValuesIn(All().begin(), All().end()),
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
    if (taken == nullptr && Wanted(row) != "ok") continue;  // too broken to be known
    EXPECT_EQ(taken, CodecOf(row)) << row.path << ", which is " << row.format;
  }
  EXPECT_GT(rows, 1000);
}

}  // namespace
}  // namespace whittle::codec
