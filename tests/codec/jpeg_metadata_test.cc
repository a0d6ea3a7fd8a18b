#include "codec/jpeg_metadata.h"

#include <gtest/gtest.h>

#include "tests/codec/decode.h"

namespace whittle::codec {
namespace {

TEST(JpegMetadata, GivesBackWhatTheEncoderEmbedded) {
  const std::string exif("II*\0not really a directory", 27);
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

TEST(JpegMetadata, TruncatedFilesDoNoHarm) {
  const Bytes file = test::EncodeJpeg(test::Photo(20, 10), {.orientation = 3});
  EXPECT_FALSE(JpegMetadata(file.view(), {}).exif.empty());
  for (std::size_t size = 0; size < file.size(); ++size) {
    JpegMetadata(file.view().first(size), {});
  }
}

}  // namespace
}  // namespace whittle::codec
