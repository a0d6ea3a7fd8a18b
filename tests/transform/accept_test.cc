#include "transform/accept.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace whittle::transform {
namespace {

// Words of the offers, with spaces between them.
std::string Offers(std::string_view accept,
                   const std::vector<Format>& list = {Format::kAvif, Format::kWebp, Format::kJxl}) {
  std::string words;
  bool ended = false;
  for (const auto& offer : AcceptedOf(accept, list)) {
    EXPECT_FALSE(ended && offer) << "a gap";
    ended = !offer;
    if (offer) words += (words.empty() ? "" : " ") + std::string(WordOf(*offer));
  }
  return words;
}

TEST(AcceptedOf, TakesWhatIsNamedInTheOrderOfTheList) {
  EXPECT_EQ(Offers(""), "");
  EXPECT_EQ(Offers("image/webp"), "webp");
  EXPECT_EQ(Offers("image/webp,image/avif"), "avif webp");
  EXPECT_EQ(Offers("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"),
            "avif webp");
  EXPECT_EQ(Offers("text/html , IMAGE/WebP ;v=b3"), "webp");
  EXPECT_EQ(Offers("image/jxl, image/webp, image/avif"), "avif webp jxl");
  EXPECT_EQ(Offers("image/jxl, image/webp, image/avif", {Format::kWebp}), "webp");
  EXPECT_EQ(Offers("image/webp", {}), "");
}

TEST(AcceptedOf, PutsTheHighestQualityFirst) {
  EXPECT_EQ(Offers("image/avif;q=0.5, image/webp;q=0.9"), "webp avif");
  EXPECT_EQ(Offers("image/avif;q=0.9, image/webp;q=0.9, image/jxl"), "jxl avif webp");
  EXPECT_EQ(Offers("image/avif;q=0.001, image/webp; Q=0.002;x=y, image/jxl;a=b;q=0.003"),
            "jxl webp avif");
  EXPECT_EQ(Offers("image/avif;q=1.000, image/webp;q=1, image/jxl;q=1."), "avif webp jxl");
}

TEST(AcceptedOf, KeepsTheBestThree) {
  const std::vector<Format> list = {Format::kAvif, Format::kWebp, Format::kJxl, Format::kPng,
                                    Format::kJpeg};
  const std::string all = "image/avif;q=.5,image/avif;q=0.1,image/webp;q=0.2,image/jxl;q=0.3,";
  EXPECT_EQ(Offers(all + "image/png;q=0.4,image/jpeg;q=0.5", list), "jpeg png jxl");
  EXPECT_EQ(Offers(all + "image/png;q=0.2,image/jpeg;q=0.2", list), "jxl webp png");
}

TEST(AcceptedOf, ZeroAndNonsenseAreNo) {
  for (const char* field : {"image/webp;q=0", "image/webp;q=0.000", "image/webp;q=0.0, image/webp",
                            "image/webp;q=", "image/webp;q=2", "image/webp;q=1.001",
                            "image/webp;q=0.0001", "image/webp;q=.5", "image/webp;q=-1",
                            "image/webp;q=0,9", "image/webp;q=nan", "image/webp;q=0x1"}) {
    EXPECT_EQ(Offers(field), "") << field;
  }
}

TEST(AcceptedOf, WildcardsAndRelativesNameNothing) {
  for (const char* field :
       {"*/*", "image/*", "image/*;q=1, */*", "image/webpx", "ximage/webp", "image/ webp", "image",
        "webp", ";image/webp", "\"image/webp\"", "text/plain;x=image/webp"}) {
    EXPECT_EQ(Offers(field), "") << field;
  }
}

TEST(AcceptedOf, LooksAtWholeRangesWithinItsBound) {
  const std::string most = "image/webp," + std::string(kMaxAcceptBytes - 11, 'x');
  EXPECT_EQ(Offers(most), "webp");
  EXPECT_EQ(Offers(most + "x"), "webp");
  EXPECT_EQ(Offers(most + ",image/avif"), "webp");
  EXPECT_EQ(Offers(std::string(kMaxAcceptBytes - 9, 'x') + ",image/avif;q=0"), "")
      << "a range that is cut off";
  EXPECT_EQ(Offers(std::string(16'000, ',')), "");
  EXPECT_EQ(Offers(std::string(16'000, ';')), "");
}

}  // namespace
}  // namespace whittle::transform
