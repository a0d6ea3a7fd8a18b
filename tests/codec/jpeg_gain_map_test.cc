// HDR gain maps are told of; pipeline/gain_map_test.cc has how they go.
#include "codec/jpeg_gain_map.h"

#include <gtest/gtest.h>

#include "codec/jpeg_metadata.h"
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

std::string Big(std::uint32_t value, int size) {
  std::string text;
  while (size-- > 0) text += static_cast<char>(value >> (8 * size));
  return text;
}

// `first` with an index of two pictures behind its start of image, and `second` after it.
std::string Indexed(ByteView first, ByteView second, std::uint32_t count = 2) {
  std::string index = std::string("MM\0*", 4) + Big(8, 4) + Big(1, 2) + Big(0xB002, 2) + Big(7, 2) +
                      Big(count * 16, 4) + Big(26, 4) + Big(0, 4);
  const std::size_t segment = 2 + 2 + 4 + index.size() + 32;
  const auto at = static_cast<std::uint32_t>(first.size() + segment - (2 + 2 + 2 + 4));
  index += std::string(16, '\0') + Big(0, 4) + Big(0, 4) + Big(at, 4) + Big(0, 4);
  std::string file(AsText(first.first(2)));
  file += "\xFF\xE2" + Big(static_cast<std::uint32_t>(2 + 4 + index.size()), 2);
  file += std::string("MPF\0", 4) + index;
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
  EXPECT_TRUE(HasGainMap(Indexed(plain.view(), map.view(), 0x0FFFFFFF)));
  EXPECT_FALSE(HasGainMap(Indexed(plain.view(), {})));
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
