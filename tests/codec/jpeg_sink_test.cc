// What the encoder writes, read back from the file's own segments and by plain libjpeg.
#include <gtest/gtest.h>

#include "tests/codec/decode.h"
#include "tests/codec/jpeg_files.h"

namespace whittle::codec {
namespace {

std::string Encoded(const test::Picture& picture, const EncodeSpec& spec) {
  const auto file = Encode(*ByName("jpeg"), picture, spec);
  EXPECT_TRUE(file) << file.error().detail;
  return std::string(AsText(file->view()));
}

unsigned char At(std::string_view jpeg, std::size_t at) {
  return static_cast<unsigned char>(jpeg[at]);
}

// Sampling factors of luma as in the frame header: 0x22 is 4:2:0, 0x11 is 4:4:4.
int LumaSampling(std::string_view jpeg, int frame = 0xC2) {
  return At(jpeg, FindMarker(jpeg, frame) + 11);
}

TEST(JpegSink, HalvesColourBelowQuality90) {
  const test::Picture picture = test::Photo(40, 40);
  EXPECT_EQ(LumaSampling(Encoded(picture, {.quality = 89.99})), 0x22);
  EXPECT_EQ(LumaSampling(Encoded(picture, {.quality = 90, .subsampling = Subsampling::k444})),
            0x11);
  const std::string grey = Encoded(test::Photo(40, 40, 1), {.quality = 80});
  EXPECT_EQ(At(grey, FindMarker(grey, 0xC2) + 9), 1);  // one component
}

TEST(JpegSink, WritesThePresets) {
  const test::Picture picture = test::Photo(300, 200);
  const std::string fast = Encoded(picture, {.preset = Preset::kFast});
  const std::string best = Encoded(picture, {.preset = Preset::kDefault});
  const std::string small = Encoded(picture, {.preset = Preset::kSmall});
  EXPECT_NO_THROW(FindMarker(fast, 0xC0));  // baseline
  EXPECT_NO_THROW(FindMarker(best, 0xC2));  // progressive
  EXPECT_NO_THROW(FindMarker(small, 0xC2));
  EXPECT_LT(best.size(), fast.size());
  EXPECT_LE(small.size(), best.size());
  // Three ways to code the same coefficients.
  const auto samples = test::DecodeJpeg(AsBytes(fast)).samples;
  EXPECT_EQ(test::DecodeJpeg(AsBytes(best)).samples, samples);
  EXPECT_EQ(test::DecodeJpeg(AsBytes(small)).samples, samples);
}

TEST(JpegSink, BeginsWithJfif) {
  const std::string jpeg = Encoded(test::Photo(8, 8), {});
  EXPECT_EQ(FindMarker(jpeg, 0xE0), 2U);
  EXPECT_EQ(jpeg.substr(6, 5), std::string("JFIF\0", 5));
}

TEST(JpegSink, KeepsFractionsOfQuality) {
  const test::Picture picture = test::Noise(100, 100);
  EXPECT_LT(Encoded(picture, {.quality = 79}).size(), Encoded(picture, {.quality = 79.5}).size());
  EXPECT_LT(Encoded(picture, {.quality = 79.5}).size(), Encoded(picture, {.quality = 80}).size());
}

// The way from RGB: colours come back, halved or not, in pictures of odd size too.
TEST(JpegSink, KeepsColours) {
  for (const Subsampling subsampling : {Subsampling::k420, Subsampling::k444}) {
    for (const auto& [width, height] : {std::pair{64, 64}, {33, 21}, {1, 1}, {2, 17}}) {
      test::Picture picture = test::Blank(width, height);
      for (std::size_t i = 0; i < picture.samples.size(); ++i) {  // a soft ramp of each colour
        picture.samples[i] = static_cast<std::uint8_t>(40 + 70 * (i % 3) + i / 150);
      }
      const std::string jpeg = Encoded(picture, {.quality = 96, .subsampling = subsampling});
      EXPECT_LT(test::Compare(test::DecodeJpeg(AsBytes(jpeg)), picture).mean, 2) << width;
    }
  }
}

TEST(JpegSink, IsOpenToPlainLibjpeg) {
  for (const int channels : {1, 3}) {
    for (int side = 1; side <= 17; ++side) {
      const test::Picture picture = test::Photo(side, 18 - side, channels);
      const std::string jpeg = Encoded(picture, {.quality = 95, .subsampling = Subsampling::k444});
      EXPECT_LT(test::Compare(test::DecodeJpeg(AsBytes(jpeg)), picture).mean, 4) << side;
    }
  }
}

TEST(JpegSink, GrowsWhenThePictureDoesNotCompress) {
  // Noise at quality 100 takes six times the first guess.
  const test::Picture noise = test::Noise(400, 300);
  for (const auto preset : {Preset::kFast, Preset::kDefault, Preset::kSmall}) {
    const std::string jpeg =
        Encoded(noise, {.quality = 100, .subsampling = Subsampling::k444, .preset = preset});
    EXPECT_GT(jpeg.size(), 150'000U);
    EXPECT_LT(test::Compare(test::DecodeJpeg(AsBytes(jpeg)), noise).mean, 2);
  }
}

TEST(JpegSink, HasSidesOf65535AtMost) {
  for (const bool wide : {false, true}) {
    const auto create = [wide](int side) {
      return ByName("jpeg")->create({.width = wide ? side : 1, .height = wide ? 1 : side});
    };
    EXPECT_TRUE(create(65535));
    EXPECT_FALSE(create(65536));
    EXPECT_FALSE(create(0));
  }
}

TEST(JpegSink, RefusesInk) {
  EXPECT_FALSE(
      ByName("jpeg")->create({.width = 8, .height = 8, .format = pixel::PixelFormat::kCmyk8}));
}

}  // namespace
}  // namespace whittle::codec
