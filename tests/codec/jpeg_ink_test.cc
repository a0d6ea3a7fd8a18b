// CMYK as files label it: with Adobe's marker or without, with JFIF's, with profiles of any kind
// and components of any name.
//
// The values are Chromium 156's (on a canvas, there as RGB), libvips 8.14's and Pillow 13's, which
// agree on all of these files: ink is stored inverted whatever the marker says, the marker alone
// tells YCCK (any transform but 0 does), and a profile counts when it is one of CMYK.
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>

#include "tests/codec/decode.h"
#include "tests/codec/jpeg_files.h"
#include "tests/codec/made_icc.h"

namespace whittle::codec {
namespace {

using Ink = std::array<int, 4>;
constexpr Ink kInk = {200, 30, 60, 20};
// What is stored for it, less what YCCK makes of it, taken for YCCK.
constexpr Ink kInkOfYcck = {149, 0, 227, 20};

test::Picture Flat() {
  test::Picture picture = test::Blank(16, 16, 4);
  for (std::size_t i = 0; i < picture.samples.size(); ++i) {
    picture.samples[i] = static_cast<std::uint8_t>(kInk[i % 4]);
  }
  return picture;
}

std::string Segment(int marker, std::string_view body) {
  const std::size_t length = body.size() + 2;
  return std::string{'\xFF', static_cast<char>(marker), static_cast<char>(length >> 8),
                     static_cast<char>(length)} +
         std::string(body);
}

std::string Adobe(int transform) {
  return std::string("Adobe\0\x64\0\0\0\0", 11) + static_cast<char>(transform);
}

// As encoded without a colour transform, but for what it says of itself.
std::string Labelled(const std::optional<std::string>& adobe, bool jfif, const std::string& icc,
                     std::string_view names) {
  const Bytes encoded = test::EncodeJpeg(Flat(), {.quality = 100, .icc = icc});
  std::string file = WithoutSegment(AsText(encoded.view()), 0xEE);
  const std::size_t frame = FindMarker(file, 0xC0);
  const std::size_t scan = FindMarker(file, 0xDA);
  for (std::size_t i = 0; i < 4; ++i) {
    file[frame + 10 + 3 * i] = names[i];
    file[scan + 5 + 2 * i] = names[i];
  }
  std::string labels;
  if (jfif) labels += Segment(0xE0, std::string_view("JFIF\0\1\1\0\0\1\0\1\0\0", 14));
  if (adobe) labels += Segment(0xEE, *adobe);
  return file.insert(2, labels);
}

struct Row {
  const char* name;
  std::optional<std::string> adobe;
  Ink shown;
};

const Row kMarkers[] = {
    {"none", std::nullopt, kInk},
    {"transform 0", Adobe(0), kInk},
    {"transform 1", Adobe(1), kInkOfYcck},
    {"transform 2", Adobe(2), kInkOfYcck},
    {"transform 9", Adobe(9), kInkOfYcck},
    {"cut short", std::string("Adobe\0\x64", 7), kInk},
    {"misspelt", std::string("Adobf\0\x64\0\0\0\0\2", 12), kInk},
};
const std::string_view kNames[] = {"\1\2\3\4", {"\0\1\2\3", 4}, "CMYK", "RGBA"};

TEST(JpegInk, IsInvertedWhateverTheFileSaysOfItself) {
  for (const Row& row : kMarkers) {
    for (const bool jfif : {false, true}) {
      for (const std::string& space : {"", "CMYK", "RGB ", "GRAY"}) {
        for (const std::string_view names : kNames) {
          SCOPED_TRACE(std::string(row.name) + (jfif ? " JFIF " : " ") + space);
          const std::string icc = space.empty() ? "" : MadeIcc(300, space);
          const std::string file = Labelled(row.adobe, jfif, icc, names);
          const auto header = ByName("jpeg")->probe(AsBytes(file), {});
          ASSERT_TRUE(header);
          EXPECT_EQ(header->format, pixel::PixelFormat::kCmyk8);
          EXPECT_EQ(AsText(header->icc.view()), space == "CMYK" ? icc : "");
          EXPECT_FALSE(header->planes);
          const auto picture = Decode(AsBytes(file));
          ASSERT_TRUE(picture);
          for (int c = 0; c < 4; ++c) {
            EXPECT_NEAR(picture->at(8, 8, c), row.shown[static_cast<std::size_t>(c)], 1) << c;
          }
        }
      }
    }
  }
}

// Written as YCCK, and marked so.
TEST(JpegInk, YcckComesBack) {
  const auto picture = Decode(test::EncodeJpeg(Flat(), {.quality = 100, .ycck = true}).view());
  ASSERT_TRUE(picture);
  for (int c = 0; c < 4; ++c) {
    EXPECT_NEAR(picture->at(8, 8, c), kInk[static_cast<std::size_t>(c)], 2) << c;
  }
}

}  // namespace
}  // namespace whittle::codec
