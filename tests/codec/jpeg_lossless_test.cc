#include <gtest/gtest.h>

#include <string>

#include "codec/jpeg/lossless.h"

namespace whittle::codec {
namespace {

// SOI, a lossless frame of one component, and a scan header with these parameters.
std::string Lossless(int precision, int predictor, int end, int approximation) {
  std::string file("\xFF\xD8\xFF\xC3\x00\x0B", 6);
  file += static_cast<char>(precision);
  file += std::string("\x00\x08\x00\x08\x01\x01\x11\x00", 8);
  file += std::string("\xFF\xDA\x00\x08\x01\x01\x00", 7);
  for (const int value : {predictor, end, approximation}) file += static_cast<char>(value);
  return file;
}

TEST(LosslessScan, KnowsWhatItsParametersMayBe) {
  EXPECT_TRUE(LosslessScanIsSound(AsBytes(Lossless(8, 1, 0, 0))));
  EXPECT_TRUE(LosslessScanIsSound(AsBytes(Lossless(16, 7, 0, 15))));
  EXPECT_FALSE(LosslessScanIsSound(AsBytes(Lossless(8, 0, 0, 0))));
  EXPECT_FALSE(LosslessScanIsSound(AsBytes(Lossless(8, 8, 0, 0))));
  EXPECT_FALSE(LosslessScanIsSound(AsBytes(Lossless(8, 1, 63, 0))));
  EXPECT_FALSE(LosslessScanIsSound(AsBytes(Lossless(8, 1, 0, 0x10))));
  EXPECT_FALSE(LosslessScanIsSound(AsBytes(Lossless(8, 1, 0, 8))));
}

TEST(LosslessScan, JudgesOnlyLosslessFrames) {
  EXPECT_TRUE(LosslessScanIsSound(AsBytes("")));
  std::string baseline = Lossless(8, 0, 63, 0);
  baseline[3] = '\xC0';
  EXPECT_TRUE(LosslessScanIsSound(AsBytes(baseline)));
}

TEST(LosslessScan, EndsAtEveryTruncation) {
  const std::string file = Lossless(8, 0, 0, 0);
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_TRUE(LosslessScanIsSound(AsBytes(file.substr(0, size)))) << size;
  }
}

}  // namespace
}  // namespace whittle::codec
