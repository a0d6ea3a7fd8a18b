// What may stand before the TIFF structure of an EXIF block.
#include "codec/metadata/exif_body.h"

#include <gtest/gtest.h>

#include <string>

namespace whittle::codec {
namespace {

using namespace std::string_literals;

const std::string kLittle = "II*\0rest"s;
const std::string kBig = "MM\0*rest"s;

std::string Part(const std::string& exif) { return std::string(AsText(TiffPart(AsBytes(exif)))); }
std::string Item(const std::string& item) {
  return std::string(AsText(TiffPartOfItem(AsBytes(item))));
}

TEST(ExifBody, TakesTheNameAway) {
  EXPECT_EQ(Part(kLittle), kLittle);
  EXPECT_EQ(Part("Exif\0\0"s + kBig), kBig);
  EXPECT_EQ(Part("Exif\0\0"s), "");
  EXPECT_EQ(Part("Exif\0"s + kBig), "");
  EXPECT_EQ(Part("anything"), "");
  EXPECT_EQ(Part(""), "");
}

TEST(ExifBody, SkipsWhatAnItemSays) {
  EXPECT_EQ(Item("\0\0\0\0"s + kLittle), kLittle);
  EXPECT_EQ(Item("\0\0\0\6"s + "Exif\0\0"s + kBig), kBig);
  EXPECT_EQ(Item("\0\0\0\0"s + "Exif\0\0"s + kBig), kBig);  // miscounted
  EXPECT_EQ(Item("\0\0\0\3"s + "abc" + kBig), kBig);
  EXPECT_EQ(Item("\xff\xff\xff\xff"s + kBig), kBig);
  EXPECT_EQ(Item("\0\0\0\3"s + "abcd"), "");
  EXPECT_EQ(Item("\0\0\0"s), "");
}

}  // namespace
}  // namespace whittle::codec
