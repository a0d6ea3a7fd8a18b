// HDR gain maps are told of; pipeline/gain_map_test.cc has how they go.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "codec/jpeg/gain_map.h"
#include "codec/jpeg/metadata.h"
#include "tests/codec/decode.h"
#include "tests/support/corpus.h"

namespace whittle::codec {
namespace {

const std::string kUltraHdr =
    "<x:xmpmeta><rdf:Description xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\" "
    "hdrgm:Version=\"1.0\"/></x:xmpmeta>";

Bytes WithXmp(const std::string& xmp) {
  return *Encode(*ByName("jpeg"), test::Photo(24, 16), {.xmp = AsBytes(xmp)});
}

std::string Big(std::uint64_t value, int size) {
  std::string text;
  while (size-- > 0) text += static_cast<char>(value >> (8 * size));
  return text;
}

std::string Numbered(std::uint32_t value, int size, bool big) {
  std::string text = Big(value, size);
  if (!big) std::ranges::reverse(text);
  return text;
}

struct Index {
  bool big = true;
  std::uint32_t pictures = 2;  ///< the last one of them is the second file
  std::uint32_t said = 0;      ///< how many entries it says it has; 0: as many as there are
  std::uint32_t fields = 1;    ///< the last one leads to the entries
};

// `first` with an index behind its start of image, and `second` after it.
std::string Indexed(ByteView first, ByteView second, const Index& index = {}) {
  const auto number = [&](std::uint32_t value, int size) {
    return Numbered(value, size, index.big);
  };
  const std::uint32_t entries_at = 8 + 2 + index.fields * 12 + 4;
  std::string body = (index.big ? std::string("MM\0*", 4) : std::string("II*\0", 4)) +
                     number(8, 4) + number(index.fields, 2);
  for (std::uint32_t i = 1; i < index.fields; ++i) {
    body += number(0xB001, 2) + number(4, 2) + number(1, 4) + number(2, 4);
  }
  body += number(0xB002, 2) + number(7, 2) +
          number((index.said > 0 ? index.said : index.pictures) * 16, 4) + number(entries_at, 4) +
          number(0, 4);
  const std::size_t segment = 2 + 2 + 4 + body.size() + 16 * index.pictures;
  const auto at = static_cast<std::uint32_t>(first.size() + segment - (2 + 2 + 2 + 4));
  for (std::uint32_t n = 0; n < index.pictures; ++n) {
    body += number(0, 8) + number(n == index.pictures - 1 ? at : 0, 4) + number(0, 4);
  }
  std::string file(AsText(first.first(2)));
  file += "\xFF\xE2" + Big(static_cast<std::uint32_t>(2 + 4 + body.size()), 2);
  file += std::string("MPF\0", 4) + body;
  file += AsText(first.subspan(2));
  file += AsText(second);
  return file;
}

bool HasGainMap(std::string_view file) { return JpegHasGainMap(AsBytes(file)); }

TEST(JpegGainMap, IsToldByXmp) {
  EXPECT_TRUE(JpegHasGainMap(WithXmp(kUltraHdr).view()));
  EXPECT_FALSE(JpegHasGainMap(WithXmp("<x:xmpmeta>no such thing</x:xmpmeta>").view()));
  EXPECT_FALSE(JpegHasGainMap(test::EncodeJpeg(test::Photo(24, 16)).view()));
}

TEST(JpegGainMap, IsToldByThePictureThatTheIndexNames) {
  const Bytes plain = test::EncodeJpeg(test::Photo(24, 16));
  const Bytes map = WithXmp(kUltraHdr);
  EXPECT_TRUE(HasGainMap(Indexed(plain.view(), map.view())));
  EXPECT_FALSE(HasGainMap(Indexed(plain.view(), plain.view())));  // a second view, say
  EXPECT_TRUE(HasGainMap(Indexed(plain.view(), map.view(), {.said = 0x0FFFFFFF})));
  EXPECT_FALSE(HasGainMap(Indexed(plain.view(), {})));
}

TEST(JpegGainMap, IsFoundByEveryKindOfIndex) {
  const Bytes plain = test::EncodeJpeg(test::Photo(24, 16));
  const Bytes map = WithXmp(kUltraHdr);
  for (const bool big : {false, true}) {
    EXPECT_TRUE(HasGainMap(Indexed(plain.view(), map.view(), {.big = big})));
    EXPECT_TRUE(HasGainMap(Indexed(plain.view(), map.view(), {.big = big, .pictures = 3})));
    EXPECT_TRUE(HasGainMap(Indexed(plain.view(), map.view(), {.big = big, .fields = 3})));
  }
  // Only so many pictures and fields are looked at.
  EXPECT_TRUE(HasGainMap(Indexed(plain.view(), map.view(), {.pictures = 16})));
  EXPECT_FALSE(HasGainMap(Indexed(plain.view(), map.view(), {.pictures = 17})));
  EXPECT_TRUE(HasGainMap(Indexed(plain.view(), map.view(), {.fields = 16})));
  EXPECT_FALSE(HasGainMap(Indexed(plain.view(), map.view(), {.fields = 17})));
  EXPECT_FALSE(HasGainMap(Indexed(plain.view(), map.view(), {.pictures = 1})))
      << "the first picture is the file itself";
}

TEST(JpegGainMap, IsToldByEveryName) {
  const auto in_segment = [](char marker, const std::string& body) {
    const Bytes plain = test::EncodeJpeg(test::Photo(24, 16));
    std::string file(AsText(plain.view()));
    file.insert(2, std::string("\xFF") + marker +
                       Big(static_cast<std::uint32_t>(body.size() + 2), 2) + body);
    return HasGainMap(file);
  };
  const std::string iso = "urn:iso:std:iso:ts:21496:-1";
  EXPECT_TRUE(in_segment('\xE2', iso));
  EXPECT_FALSE(in_segment('\xE2', "x" + iso));
  EXPECT_FALSE(in_segment('\xE3', iso));
  EXPECT_FALSE(in_segment('\xE1', iso));
  for (const char* name :
       {"http://ns.adobe.com/hdr-gain-map/1.0/", "http://ns.apple.com/HDRGainMap/1.0/",
        "urn:com:apple:photo:2020:aux:hdrgainmap"}) {
    EXPECT_TRUE(in_segment('\xE1', name)) << name;
    EXPECT_FALSE(in_segment('\xE2', name)) << name;
  }
}

TEST(JpegGainMap, CutFilesDoNoHarm) {
  const Bytes plain = test::EncodeJpeg(test::Photo(24, 16));
  const std::string file = Indexed(plain.view(), WithXmp(kUltraHdr).view());
  for (std::size_t size = 0; size < file.size(); ++size) HasGainMap(file.substr(0, size));
  for (std::size_t i = 2; i < 100; ++i) {
    std::string wrong = file;
    wrong[i] = '\xFF';
    HasGainMap(wrong);
  }
}

TEST(JpegGainMap, OfTheCorpusAreAllSeen) {
  WHITTLE_NEEDS_CORPUS();
  for (const char* name :
       {"apple_gainmap_new.jpg", "paris_exif_xmp_gainmap_littleendian.jpg",
        "paris_exif_xmp_icc_gainmap_bigendian.jpg", "seine_sdr_different_gainmap_srgb.jpg"}) {
    const Bytes file = test::ReadFile(*test::CorpusDir() / "conformance/jpeg/gainmap" / name);
    EXPECT_TRUE(JpegHasGainMap(file.view())) << name;
  }
}

}  // namespace
}  // namespace whittle::codec
