#include <gtest/gtest.h>

#include "codec/jpeg/metadata.h"
#include "tests/codec/decode.h"
#include "tests/codec/jpeg_files.h"

namespace whittle::codec {
namespace {

using namespace std::string_literals;

TEST(JpegMetadata, GivesBackWhatTheEncoderEmbedded) {
  const std::string exif = "II*\0not really a directory"s;
  const std::string xmp = "<x:xmpmeta>a packet</x:xmpmeta>";
  const Bytes file =
      *Encode(*ByName("jpeg"), test::Photo(20, 10), {.exif = AsBytes(exif), .xmp = AsBytes(xmp)});
  const Metadata metadata = JpegMetadata(file.view(), {});
  EXPECT_EQ(AsText(metadata.exif.view()), exif);
  EXPECT_EQ(AsText(metadata.xmp.view()), xmp);
  EXPECT_EQ(test::DecodeJpeg(file.view()).width, 20);
  const Metadata none = JpegMetadata(file.view(), {.max_icc_bytes = 4});
  EXPECT_TRUE(none.exif.empty());
  EXPECT_TRUE(none.xmp.empty());
}

TEST(JpegMetadata, KeepsTheLimitToTheByte) {
  const std::string exif(20, 'e');
  const std::string xmp(21, 'x');
  const Bytes file =
      *Encode(*ByName("jpeg"), test::Photo(20, 10), {.exif = AsBytes(exif), .xmp = AsBytes(xmp)});
  EXPECT_TRUE(JpegMetadata(file.view(), {.max_icc_bytes = 19}).exif.empty());
  EXPECT_EQ(AsText(JpegMetadata(file.view(), {.max_icc_bytes = 20}).exif.view()), exif);
  EXPECT_TRUE(JpegMetadata(file.view(), {.max_icc_bytes = 20}).xmp.empty());
  EXPECT_EQ(AsText(JpegMetadata(file.view(), {.max_icc_bytes = 21}).xmp.view()), xmp);
}

TEST(JpegMetadata, TheFirstOfEachKindCounts) {
  const Bytes first = *Encode(*ByName("jpeg"), test::Photo(20, 10),
                              {.exif = AsBytes("first exif"), .xmp = AsBytes("first xmp")});
  const Bytes second = *Encode(*ByName("jpeg"), test::Photo(20, 10),
                               {.exif = AsBytes("second exif"), .xmp = AsBytes("second xmp")});
  // Behind the first file's segments, in front of its tables.
  const std::size_t tables = AsText(first.view()).find("\xFF\xDB");
  const std::string joined = std::string(AsText(first.view()).substr(0, tables)) +
                             std::string(AsText(second.view()).substr(2));
  EXPECT_EQ(AsText(JpegMetadata(AsBytes(joined), {}).exif.view()), "first exif");
  EXPECT_EQ(AsText(JpegMetadata(AsBytes(joined), {}).xmp.view()), "first xmp");
}

TEST(JpegMetadata, LiesInItsOwnSegmentOnly) {
  std::string file(AsText(Encode(*ByName("jpeg"), test::Photo(20, 10),
                                 {.exif = AsBytes("an exif"), .xmp = AsBytes("an xmp")})
                              ->view()));
  for (std::size_t at = 0; (at = file.find("\xFF\xE1")) != std::string::npos;) {
    file[at + 1] = '\xE3';
  }
  EXPECT_TRUE(JpegMetadata(AsBytes(file), {}).exif.empty());
  EXPECT_TRUE(JpegMetadata(AsBytes(file), {}).xmp.empty());
}

TEST(JpegMetadata, IsEmptyWithoutSegments) {
  const Bytes file = test::EncodeJpeg(test::Photo(20, 10));
  EXPECT_TRUE(JpegMetadata(file.view(), {}).exif.empty());
  EXPECT_TRUE(JpegMetadata(file.view(), {}).xmp.empty());
}

TEST(JpegMetadata, WhatFitsNoSegmentIsLeftOut) {
  const std::string large(70'000, 'x');
  const Bytes file = *Encode(*ByName("jpeg"), test::Photo(20, 10),
                             {.exif = AsBytes(large), .xmp = AsBytes(large)});
  EXPECT_TRUE(JpegMetadata(file.view(), {}).exif.empty());
  EXPECT_EQ(test::DecodeJpeg(file.view()).width, 20);
}

// A segment holds 65533 bytes behind its length.
TEST(JpegMetadata, WhatJustFitsASegmentIsKept) {
  for (const std::size_t size : {65'533U - 6, 65'533U - 5}) {
    const std::string exif(size, 'x');
    const Bytes file = *Encode(*ByName("jpeg"), test::Photo(20, 10), {.exif = AsBytes(exif)});
    EXPECT_EQ(AsText(JpegMetadata(file.view(), {}).exif.view()), size + 6 > 65'533 ? "" : exif);
    EXPECT_EQ(test::DecodeJpeg(file.view()).width, 20);
  }
}

TEST(JpegMetadata, WithoutAnyThereIsNoSegmentForIt) {
  const Bytes file = *Encode(*ByName("jpeg"), test::Photo(20, 10), EncodeSpec{});
  EXPECT_THROW(FindMarker(AsText(file.view()), 0xE1), std::runtime_error);
  EXPECT_THROW(FindMarker(AsText(file.view()), 0xE2), std::runtime_error);
}

TEST(JpegMetadata, TruncatedFilesDoNoHarm) {
  const Bytes file = test::EncodeJpeg(test::Photo(20, 10), {.orientation = 3});
  EXPECT_FALSE(JpegMetadata(file.view(), {}).exif.empty());
  for (std::size_t size = 0; size < file.size(); ++size) {
    JpegMetadata(file.view().first(size), {});
  }
}

std::string Exif(const std::string& body) {
  const std::size_t length = 2 + 6 + body.size();
  return std::string{'\xFF', '\xE1', static_cast<char>(length >> 8), static_cast<char>(length)} +
         std::string("Exif\0\0", 6) + body;
}

TEST(JpegMetadata, TakesTheFirstThatFits) {
  const std::string file = "\xFF\xD8" + Exif("first") + Exif("second");
  const auto exif = [&file](std::uint32_t most) {
    return std::string(AsText(JpegMetadata(AsBytes(file), {.max_icc_bytes = most}).exif.view()));
  };
  EXPECT_EQ(exif(1000), "first");
  EXPECT_EQ(exif(5), "first");
  EXPECT_EQ(exif(4), "");
}

TEST(JpegMetadata, LeavesSegmentsThatAreNotWhole) {
  const std::string whole = "\xFF\xD8" + Exif("body");
  EXPECT_EQ(AsText(JpegMetadata(AsBytes(whole), {}).exif.view()), "body");
  for (std::size_t lost = 1; lost <= 4; ++lost) {
    const Bytes cut = Bytes::CopyOf(AsBytes(whole.substr(0, whole.size() - lost)));
    EXPECT_TRUE(JpegMetadata(cut.view(), {}).exif.empty()) << lost;
  }
  for (const char length : {'\0', '\1'}) {  // less than it takes itself
    std::string bogus = whole;
    bogus[4] = '\0';
    bogus[5] = length;
    EXPECT_TRUE(JpegMetadata(AsBytes(bogus), {}).exif.empty());
  }
}

}  // namespace
}  // namespace whittle::codec
