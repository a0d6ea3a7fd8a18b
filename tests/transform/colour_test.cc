#include "transform/colour.h"

#include <gtest/gtest.h>

#include <string>

namespace whittle::transform {
namespace {

std::string Written(std::string_view text) {
  const auto colour = ParseColour(text);
  if (!colour) return "none";
  std::string out;
  AppendColour(out, *colour);
  return out;
}

TEST(ColourText, TakesDigitsInFourLengths) {
  EXPECT_EQ(Written("f80"), "ff8800");
  EXPECT_EQ(Written("#F80c"), "ff8800cc");
  EXPECT_EQ(Written("0a0B0c"), "0a0b0c");
  EXPECT_EQ(Written("#0a0b0cff"), "0a0b0c");
  EXPECT_EQ(Written("0a0b0c80"), "0a0b0c80");
}

TEST(ColourText, TakesEveryNameOfCss) {
  EXPECT_EQ(Written("aliceblue"), "f0f8ff");
  EXPECT_EQ(Written("crimson"), "dc143c");
  EXPECT_EQ(Written("gold"), "ffd700");
  EXPECT_EQ(Written("gray"), Written("grey"));
  EXPECT_EQ(Written("rebeccapurple"), "663399");
  EXPECT_EQ(Written("yellowgreen"), "9acd32");
  EXPECT_EQ(Written("transparent"), "00000000");
  int names = 0;
#define WHITTLE_COLOUR(name, red, green, blue) \
  ++names;                                     \
  EXPECT_EQ(ParseColour(name), (Colour{red, green, blue}));
#include "transform/colours.def"
#undef WHITTLE_COLOUR
  EXPECT_EQ(names, 148);
}

TEST(ColourText, RefusesAllElse) {
  for (const char* text : {"", "#", "f", "ff", "fffff", "fffffff", "fffffffff", "#ggg", "Red",
                           "reddish", "re", "-12345", "##fff", "zzz", "a"}) {
    EXPECT_EQ(Written(text), "none") << text;
  }
}

}  // namespace
}  // namespace whittle::transform
