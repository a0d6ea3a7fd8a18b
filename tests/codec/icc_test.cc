#include "codec/metadata/icc.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/codec/made_icc.h"

namespace whittle::codec {
namespace {

using namespace std::string_literals;

std::string Chunk(int number, int count, const std::string& data) {
  return std::string("ICC_PROFILE\0", 12) + static_cast<char>(number) + static_cast<char>(count) +
         data;
}

std::string Assembled(const std::vector<std::string>& segments, std::uint32_t max_bytes = 1000) {
  IccChunks chunks;
  for (const std::string& segment : segments) chunks.Add(AsBytes(segment));
  return std::string(AsText(chunks.Assemble(max_bytes).view()));
}

TEST(IccChunks, JoinsThemByNumber) {
  EXPECT_EQ(Assembled({Chunk(1, 1, "abc")}), "abc");
  EXPECT_EQ(Assembled({Chunk(2, 3, "b"), Chunk(3, 3, "c"), Chunk(1, 3, "a")}), "abc");
  std::vector<std::string> most;
  for (int i = 255; i >= 1; --i) most.push_back(Chunk(i, 255, "x"));
  EXPECT_EQ(Assembled(most), std::string(255, 'x'));
}

TEST(IccChunks, OverlooksWhatIsNoChunk) {
  EXPECT_EQ(Assembled({"MPF\0"s, "ICC_PROFILE", Chunk(1, 1, "abc"), ""}), "abc");
}

TEST(IccChunks, TakesTheFirstOfRepeats) {
  EXPECT_EQ(Assembled({Chunk(1, 1, "abc"), Chunk(1, 1, "abc")}), "abc");
  EXPECT_EQ(Assembled({Chunk(1, 1, "abc"), Chunk(1, 1, "xy")}), "abc");
  EXPECT_EQ(Assembled({Chunk(2, 2, "b"), Chunk(1, 2, "a"), Chunk(2, 2, "x"), Chunk(1, 2, "y")}),
            "ab");
  EXPECT_EQ(Assembled({Chunk(1, 2, "a"), Chunk(1, 2, "a")}), "");            // the other is missing
  EXPECT_EQ(Assembled({Chunk(1, 1, ""), Chunk(1, 1, "abc")}), "");           // the first is empty
  EXPECT_EQ(Assembled({Chunk(1, 1, "abc"), Chunk(1, 2, "abc")}), "");        // 1 or 2?
  EXPECT_EQ(Assembled({Chunk(1, 1, "abc"), Chunk(1, 1, "def")}, 3), "abc");  // counted once
}

TEST(IccChunks, GivesNothingWhenTheyDoNotFit) {
  EXPECT_EQ(Assembled({}), "");
  EXPECT_EQ(Assembled({Chunk(1, 2, "a")}), "");  // one missing
  EXPECT_EQ(Assembled({Chunk(0, 1, "a")}), "");  // numbers begin at 1
  EXPECT_EQ(Assembled({Chunk(1, 0, "a")}), "");
  EXPECT_EQ(Assembled({Chunk(2, 1, "a")}), "");
  EXPECT_EQ(Assembled({Chunk(1, 2, "a"), Chunk(2, 3, "b")}), "");  // 2 or 3?
  EXPECT_EQ(Assembled({Chunk(1, 2, "aaa"), Chunk(2, 2, "bbb")}, 6), "aaabbb");
  EXPECT_EQ(Assembled({Chunk(1, 2, "aaa"), Chunk(2, 2, "bbb")}, 5), "");
}

TEST(IccSuits, AsksForSignatureSpaceAndLength) {
  EXPECT_TRUE(IccSuits(AsBytes(MadeIcc(132, "RGB ")), 3));
  EXPECT_TRUE(IccSuits(AsBytes(MadeIcc(132, "GRAY")), 1));
  EXPECT_TRUE(IccSuits(AsBytes(MadeIcc(132, "CMYK")), 4));
  EXPECT_FALSE(IccSuits(AsBytes(MadeIcc(132, "RGB ")), 1));
  EXPECT_FALSE(IccSuits(AsBytes(MadeIcc(132, "Lab ")), 3));
  const std::string icc = MadeIcc(500, "RGB ");
  EXPECT_TRUE(IccSuits(AsBytes(icc + std::string(3, '\0')), 3));  // padded
  EXPECT_FALSE(IccSuits(AsBytes(icc.substr(0, 499)), 3));         // cut
  EXPECT_FALSE(IccSuits(AsBytes(icc.substr(0, 131)), 3));
  EXPECT_FALSE(IccSuits({}, 3));
}

}  // namespace
}  // namespace whittle::codec
