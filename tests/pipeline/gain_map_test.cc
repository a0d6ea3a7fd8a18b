// HDR gain maps go cleanly: a result neither has one nor says so.
#include "codec/jpeg/gain_map.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "codec/jpeg/metadata.h"
#include "tests/codec/decode.h"
#include "tests/support/corpus.h"
#include "whittle/whittle.h"

namespace whittle {
namespace {

TEST(GainMap, TakesItsXmpAlong) {
  const std::string ultra_hdr =
      "<x:xmpmeta><rdf:Description xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\" "
      "hdrgm:Version=\"1.0\"/></x:xmpmeta>";
  for (const auto& [xmp, kept] : {std::pair<std::string, bool>{ultra_hdr, false},
                                  {"<x:xmpmeta>something else</x:xmpmeta>", true}}) {
    const Bytes source =
        *codec::Encode(*codec::ByName("jpeg"), test::Photo(24, 16), {.xmp = AsBytes(xmp)});
    const auto result =
        Process(source.view(), *Transform::Make({.width = 10, .keep = Keep::kAll}), {});
    ASSERT_TRUE(result);
    EXPECT_EQ(result->source.gain_map, !kept);
    EXPECT_EQ(!codec::JpegMetadata(result->bytes.view(), {}).xmp.empty(), kept);
    EXPECT_FALSE(codec::JpegHasGainMap(result->bytes.view()));
  }
}

TEST(GainMap, OfTheCorpusGoesCleanly) {
  WHITTLE_NEEDS_CORPUS();
  for (const char* name :
       {"apple_gainmap_new.jpg", "paris_exif_xmp_gainmap_littleendian.jpg",
        "paris_exif_xmp_icc_gainmap_bigendian.jpg", "seine_sdr_different_gainmap_srgb.jpg"}) {
    const Bytes file = test::ReadFile(*test::CorpusDir() / "conformance/jpeg/gainmap" / name);
    const auto result =
        Process(file.view(), *Transform::Make({.width = 100, .keep = Keep::kAll}), {});
    ASSERT_TRUE(result) << name;
    EXPECT_TRUE(result->source.gain_map) << name;
    EXPECT_FALSE(codec::JpegHasGainMap(result->bytes.view())) << name;
    EXPECT_EQ(AsText(result->bytes.view()).find("MPF"), std::string_view::npos) << name;
  }
}

}  // namespace
}  // namespace whittle
