#include "codec/metadata/exif.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/codec/decode.h"

namespace whittle::codec {
namespace {

// A one-entry TIFF directory, in either byte order.
struct Entry {
  bool big_endian = false;
  unsigned tag = 0x0112;
  unsigned type = 3;  // SHORT
  unsigned count = 1;
  unsigned value = 6;
  unsigned directory_at = 8;
};

std::string Exif(const Entry& entry) {
  std::string exif("Exif\0\0", 6);
  const auto put = [&](unsigned value, int bytes) {
    for (int i = 0; i < bytes; ++i) {
      const int shift = 8 * (entry.big_endian ? bytes - 1 - i : i);
      exif += static_cast<char>(value >> shift & 0xFF);
    }
  };
  exif += entry.big_endian ? "MM" : "II";
  put(42, 2);
  put(entry.directory_at, 4);
  put(1, 2);
  put(entry.tag, 2);
  put(entry.type, 2);
  put(entry.count, 4);
  put(entry.value, entry.type == 3 ? 2 : 4);
  if (entry.type == 3) put(0, 2);
  put(0, 4);
  return exif;
}

int Orientation(const Entry& entry) { return ExifOrientation(AsBytes(Exif(entry))); }

TEST(ExifOrientation, ReadsBothByteOrdersAndIntegerTypes) {
  for (const bool big : {false, true}) {
    for (const unsigned type : {3U, 4U}) {
      for (unsigned value = 1; value <= 8; ++value) {
        EXPECT_EQ(Orientation({.big_endian = big, .type = type, .value = value}),
                  static_cast<int>(value));
      }
    }
  }
}

TEST(ExifOrientation, IsOneForWhatTheSpecificationDoesNotKnow) {
  for (const unsigned value : {0U, 9U, 255U, 65535U}) EXPECT_EQ(Orientation({.value = value}), 1);
  EXPECT_EQ(Orientation({.tag = 0x0113}), 1);
  EXPECT_EQ(Orientation({.type = 2}), 1);
  EXPECT_EQ(Orientation({.type = 5}), 1);
  EXPECT_EQ(Orientation({.count = 0}), 1);
  EXPECT_EQ(Orientation({.count = 2}), 1);
  EXPECT_EQ(Orientation({.count = 0xFFFFFFFF}), 1);
  EXPECT_EQ(Orientation({.directory_at = 0xFFFFFFF0}), 1);
  EXPECT_EQ(Orientation({.directory_at = 0}), 1);
}

TEST(ExifOrientation, SurvivesEveryTruncation) {
  const std::string whole = Exif({});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut = Bytes::CopyOf(AsBytes(whole).first(size));  // so that ASan sees its end
    const int orientation = ExifOrientation(cut.view());
    EXPECT_TRUE(orientation == 1 || orientation == 6) << size;
  }
}

TEST(ExifOrientation, SurvivesNoise) {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string exif = Exif({.big_endian = i % 2 == 0});
    exif.append(random() % 200, static_cast<char>(random()));
    const int flips = 1 + static_cast<int>(random() % 8);
    for (int f = 0; f < flips; ++f) {
      exif[6 + random() % (exif.size() - 6)] = static_cast<char>(random());
    }
    const Bytes copy = Bytes::CopyOf(AsBytes(exif));
    const int orientation = ExifOrientation(copy.view());
    EXPECT_GE(orientation, 1);
    EXPECT_LE(orientation, 8);
  }
}

TEST(JpegHeader, TellsTheOrientation) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Bytes file = test::EncodeJpeg(test::Photo(24, 16), {.orientation = orientation});
    const auto header = Sniff(file.view())->probe(file.view(), {});
    ASSERT_TRUE(header);
    EXPECT_EQ(header->info.orientation, orientation);
    EXPECT_EQ(header->info.displayed_width(), orientation >= 5 ? 16U : 24U);
  }
}

TEST(JpegHeader, TrustsTheFirstExifSegment) {
  const Bytes file = test::EncodeJpeg(test::Photo(24, 16), {.orientation = 6});
  const auto segment = [](const std::string& body) {
    const std::size_t length = body.size() + 2;
    return std::string("\xFF\xE1") + static_cast<char>(length >> 8) + static_cast<char>(length) +
           body;
  };
  const std::string_view jpeg = AsText(file.view());
  const auto orientation = [&](const std::string& inserted) {
    const std::string with =
        std::string(jpeg.substr(0, 2)) + inserted + std::string(jpeg.substr(2));
    return Sniff(AsBytes(with))->probe(AsBytes(with), {})->info.orientation;
  };
  EXPECT_EQ(orientation(segment(Exif({.value = 3}))), 3);
  EXPECT_EQ(orientation(segment("http://ns.adobe.com/xap/1.0/")), 6);  // XMP shares the marker
  EXPECT_EQ(orientation(segment("")), 6);
  EXPECT_EQ(orientation(segment(std::string("Exif\0\0", 6))), 1);  // first, and silent
}

}  // namespace
}  // namespace whittle::codec
