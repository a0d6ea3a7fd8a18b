// The floor's decoders: that each really makes the picture, and that damage never counts as a fast
// decode. Files are made here by the same libraries' encoders.
#include <avif/avif.h>
#include <gtest/gtest.h>
#include <png.h>
#include <webp/encode.h>

#include "generator/floor_decode.h"
#include "tests/support/pictures.h"

namespace whittle::bench {
namespace {

using test::Picture;

File Png(const Picture& picture) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  File file(size);
  EXPECT_TRUE(
      png_image_write_to_memory(&image, file.data(), &size, 0, picture.samples.data(), 0, nullptr));
  file.resize(size);
  return file;
}

File Webp(const Picture& picture) {
  std::uint8_t* made = nullptr;
  const std::size_t size = WebPEncodeRGB(picture.samples.data(), picture.width, picture.height,
                                         3 * picture.width, 85, &made);
  const File file(made, made + size);
  WebPFree(made);
  return file;
}

File Avif(const Picture& picture) {
  avifImage* image =
      avifImageCreate(static_cast<std::uint32_t>(picture.width),
                      static_cast<std::uint32_t>(picture.height), 8, AVIF_PIXEL_FORMAT_YUV420);
  avifRGBImage rgb;
  avifRGBImageSetDefaults(&rgb, image);
  rgb.format = AVIF_RGB_FORMAT_RGB;
  Picture samples = picture;
  rgb.pixels = samples.samples.data();
  rgb.rowBytes = static_cast<std::uint32_t>(3 * picture.width);
  EXPECT_EQ(avifImageRGBToYUV(image, &rgb), AVIF_RESULT_OK);
  avifEncoder* encoder = avifEncoderCreate();
  encoder->speed = AVIF_SPEED_FASTEST;
  avifRWData made = AVIF_DATA_EMPTY;
  EXPECT_EQ(avifEncoderWrite(encoder, image, &made), AVIF_RESULT_OK);
  const File file(made.data, made.data + made.size);
  avifRWDataFree(&made);
  avifEncoderDestroy(encoder);
  avifImageDestroy(image);
  return file;
}

File Jpeg(const Picture& picture) {
  const auto bytes = test::EncodeJpeg(picture);
  const auto view = bytes.view();
  const auto* begin = reinterpret_cast<const std::uint8_t*>(view.data());
  return {begin, begin + view.size()};
}

TEST(Floor, KnowsFormatsByTheirFirstBytes) {
  const Picture photo = test::Photo(40, 30);
  EXPECT_EQ(FormatOf(Jpeg(photo)), Format::kJpeg);
  EXPECT_EQ(FormatOf(Png(photo)), Format::kPng);
  EXPECT_EQ(FormatOf(Webp(photo)), Format::kWebp);
  EXPECT_EQ(FormatOf(Avif(photo)), Format::kAvif);
  EXPECT_EQ(FormatOf({'R', 'I', 'F', 'F'}), Format::kUnknown);
  EXPECT_EQ(FormatOf({}), Format::kUnknown);
}

TEST(Floor, DecodesAllOfAPng) {
  const Picture noise = test::Noise(33, 21);
  std::vector<std::uint8_t> space;
  Decode(Png(noise), space);
  const std::vector<std::uint8_t> last_row(noise.samples.end() - 3L * noise.width,
                                           noise.samples.end());
  EXPECT_EQ(space, last_row);
}

TEST(Floor, InflatesAllOfAPng) {
  // One colour compresses past the first guess of the room that it takes.
  const Picture blank = test::Blank(500, 400, 3, 0);
  std::vector<std::uint8_t> space;
  Inflate(Png(blank), space);
  EXPECT_GE(space.size(), 400U * (1 + 3 * 500));
}

TEST(Floor, DecodesTheOthers) {
  const Picture photo = test::Photo(200, 100);
  std::vector<std::uint8_t> space;
  Decode(Jpeg(photo), space);
  EXPECT_GE(space.size(), 3U * 200);
  Decode(Webp(photo), space);
  Decode(Avif(photo), space);
}

TEST(FloorDeathTest, EndsAtDamage) {
  const Picture photo = test::Photo(200, 100);
  std::vector<std::uint8_t> space;
  for (File file : {Png(photo), Webp(photo), Avif(photo)}) {
    file.resize(file.size() / 2);
    EXPECT_EXIT(Decode(file, space), testing::ExitedWithCode(1), "lib(png|webp|avif): ");
  }
  File png = Png(photo);
  png.resize(png.size() / 2);
  EXPECT_EXIT(Inflate(png, space), testing::ExitedWithCode(1), "ends early");
  EXPECT_EXIT(Decode({'G', 'I', 'F'}, space), testing::ExitedWithCode(1), "neither");
}

}  // namespace
}  // namespace whittle::bench
