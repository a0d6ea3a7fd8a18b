#include <gtest/gtest.h>

#include "codec/jxl/colour.h"

namespace whittle::codec {
namespace {

using pixel::Cicp;

TEST(JxlColour, IsTheSameThereAndBack) {
  for (const int primaries : {1, 9, 12}) {
    for (const int transfer : {8, 13, 16, 18}) {
      const Cicp cicp{static_cast<std::uint8_t>(primaries), static_cast<std::uint8_t>(transfer)};
      EXPECT_EQ(CicpOf(JxlColourOf(cicp, false)), cicp) << primaries << '/' << transfer;
      const JxlColorEncoding grey = JxlColourOf(cicp, true);
      EXPECT_EQ(grey.color_space, JXL_COLOR_SPACE_GRAY);
      EXPECT_EQ(CicpOf(grey), (Cicp{1, cicp.transfer})) << "primaries say nothing about grey";
    }
  }
}

TEST(JxlColour, HasTheNamesOfTheStandard) {
  const JxlColorEncoding pq = JxlColourOf({9, 16}, false);
  EXPECT_EQ(pq.color_space, JXL_COLOR_SPACE_RGB);
  EXPECT_EQ(pq.white_point, JXL_WHITE_POINT_D65);
  EXPECT_EQ(pq.primaries, JXL_PRIMARIES_2100);
  EXPECT_EQ(pq.transfer_function, JXL_TRANSFER_FUNCTION_PQ);
  EXPECT_EQ(JxlColourOf({12, 18}, false).primaries, JXL_PRIMARIES_P3);
  EXPECT_EQ(JxlColourOf({12, 18}, false).transfer_function, JXL_TRANSFER_FUNCTION_HLG);
  EXPECT_EQ(JxlColourOf({1, 8}, false).transfer_function, JXL_TRANSFER_FUNCTION_LINEAR);
}

TEST(JxlColour, TakesWhatHasNoNameForSrgb) {
  EXPECT_EQ(CicpOf(JxlColourOf({22, 17}, false)), Cicp{});
}

// Their profiles say it better.
TEST(JxlColour, IsNothingForWhatCodePointsDoNotSay) {
  JxlColorEncoding colour = JxlColourOf({12, 13}, false);
  colour.white_point = JXL_WHITE_POINT_DCI;
  EXPECT_FALSE(CicpOf(colour));
  colour = JxlColourOf({12, 13}, false);
  colour.primaries = JXL_PRIMARIES_CUSTOM;
  EXPECT_FALSE(CicpOf(colour));
  colour = JxlColourOf({12, 13}, false);
  for (const auto transfer : {JXL_TRANSFER_FUNCTION_709, JXL_TRANSFER_FUNCTION_GAMMA,
                              JXL_TRANSFER_FUNCTION_DCI, JXL_TRANSFER_FUNCTION_UNKNOWN}) {
    colour.transfer_function = transfer;
    EXPECT_FALSE(CicpOf(colour)) << static_cast<int>(transfer);
  }
  colour = JxlColourOf({12, 13}, false);
  colour.color_space = JXL_COLOR_SPACE_XYB;
  EXPECT_FALSE(CicpOf(colour));
}

}  // namespace
}  // namespace whittle::codec
