// The file-type box, whole and cut.
#include "codec/isobmff/ftyp.h"

#include <gtest/gtest.h>

#include <string>

namespace whittle::codec {
namespace {

using namespace std::string_literals;

const std::string kBox =
    "\0\0\0\x1c"s + "ftypmif1" + "\0\0\0\0"s + "mif1avifmiaf" + "\0\0\0\x08meta"s;

TEST(Ftyp, ReadsBrands) {
  const auto ftyp = ReadFtyp(AsBytes(kBox));
  ASSERT_TRUE(ftyp);
  EXPECT_EQ(ftyp->major, "mif1");
  EXPECT_EQ(ftyp->compatible, "mif1avifmiaf");  // not the box behind it
  EXPECT_TRUE(ftyp->Has("mif1"));
  EXPECT_TRUE(ftyp->Has("avif"));
  EXPECT_TRUE(ftyp->Has("miaf"));
  EXPECT_FALSE(ftyp->Has("heic"));
  EXPECT_FALSE(ftyp->Has("1avi"));  // brands begin at every fourth character
}

TEST(Ftyp, TakesWhatTheHeadShows) {
  for (std::size_t size = 0; size <= kBox.size(); ++size) {
    const std::string part(kBox.substr(0, size));
    const auto ftyp = ReadFtyp(AsBytes(part));
    ASSERT_EQ(ftyp.has_value(), size >= 16) << size;
    if (ftyp) EXPECT_EQ(ftyp->Has("avif"), size >= 24) << size;
  }
}

TEST(Ftyp, RefusesOtherBoxesAndImpossibleSizes) {
  std::string box = kBox;
  box[4] = 'F';
  EXPECT_FALSE(ReadFtyp(AsBytes(box)));
  box = kBox;
  box[3] = 15;
  EXPECT_FALSE(ReadFtyp(AsBytes(box)));
}

TEST(Ftyp, LooksAtSoManyBrandsOnly) {
  std::string box = "\xff\xff\xff\xff"s + "ftypmif1" + "\0\0\0\0"s;
  for (int i = 0; i < 31; ++i) box += "abcd";
  EXPECT_TRUE(ReadFtyp(AsBytes(box + "avif"))->Has("avif"));
  EXPECT_FALSE(ReadFtyp(AsBytes(box + "abcdavif"))->Has("avif"));
}

}  // namespace
}  // namespace whittle::codec
