// Luma and chroma of WebP in and out, held against plain libwebp.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "tests/codec/webp_files.h"

namespace whittle::codec {
namespace {

using Planes = std::array<test::Picture, kPlanes>;

Planes PlainPlanes(ByteView file) {
  int width = 0;
  int height = 0;
  int stride = 0;
  int uv_stride = 0;
  std::uint8_t* u = nullptr;
  std::uint8_t* v = nullptr;
  std::uint8_t* luma =
      WebPDecodeYUV(file.data(), file.size(), &width, &height, &u, &v, &stride, &uv_stride);
  if (luma == nullptr) throw std::runtime_error("libwebp refuses the file");
  const auto copy = [](const std::uint8_t* from, int across, int down, int step) {
    test::Picture plane = test::Blank(across, down, 1);
    for (int y = 0; y < down; ++y) {
      for (int x = 0; x < across; ++x) plane.at(x, y, 0) = from[y * step + x];
    }
    return plane;
  };
  Planes planes = {copy(luma, width, height, stride),
                   copy(u, (width + 1) / 2, (height + 1) / 2, uv_stride),
                   copy(v, (width + 1) / 2, (height + 1) / 2, uv_stride)};
  WebPFree(luma);
  return planes;
}

Expected<Planes> ReadPlanes(ByteView file, std::stop_token stop = {}) {
  WHITTLE_TRY(const auto source, Webp().open_planes(file, {}, std::move(stop)));
  Planes planes;
  for (auto& plane : planes) plane.channels = 1;
  while (true) {
    WHITTLE_TRY(const PlaneBands bands, source->Read());
    if (bands[0].rows == 0) return planes;
    for (std::size_t p = 0; p < kPlanes; ++p) {
      planes[p].width = bands[p].width;
      planes[p].height += bands[p].rows;
      for (int y = 0; y < bands[p].rows; ++y) {
        planes[p].samples.insert(planes[p].samples.end(), bands[p].row(y),
                                 bands[p].row(y) + bands[p].width);
      }
    }
  }
}

Expected<Bytes> WritePlanes(const Planes& planes, const EncodeSpec& spec) {
  WHITTLE_TRY(const auto sink, Webp().create_planes(spec));
  const auto span = [](const test::Picture& plane, int from, int rows) {
    const auto stride = static_cast<std::size_t>(plane.width);
    return pixel::ConstRowSpan{plane.samples.data() + static_cast<std::size_t>(from) * stride,
                               stride, plane.width, rows, pixel::PixelFormat::kGrey8};
  };
  for (int y = 0; y < planes[0].height; y += PlaneSink::kBandRows) {
    const int rows = std::min(PlaneSink::kBandRows, planes[0].height - y);
    PlaneBands bands = {span(planes[0], y, rows), {}, {}};
    if (spec.format == pixel::PixelFormat::kRgb8) {
      bands[1] = span(planes[1], y / 2, (rows + 1) / 2);
      bands[2] = span(planes[2], y / 2, (rows + 1) / 2);
    }
    WHITTLE_CHECK(sink->Write(bands));
  }
  return sink->Finish();
}

Planes MadePlanes(int width, int height) {
  return {test::Photo(width, height, 1, 1), test::Photo((width + 1) / 2, (height + 1) / 2, 1, 2),
          test::Photo((width + 1) / 2, (height + 1) / 2, 1, 3)};
}

// Plain libwebp with its picture pointed at `planes`.
std::string PlainEncode(Planes planes, float quality, int method) {
  WebPConfig config;
  WebPConfigInit(&config);
  config.quality = quality;
  config.method = method;
  WebPPicture picture;
  WebPPictureInit(&picture);
  picture.width = planes[0].width;
  picture.height = planes[0].height;
  picture.y = planes[0].samples.data();
  picture.u = planes[1].samples.data();
  picture.v = planes[2].samples.data();
  picture.y_stride = planes[0].width;
  picture.uv_stride = planes[1].width;
  WebPMemoryWriter writer;
  WebPMemoryWriterInit(&writer);
  picture.writer = WebPMemoryWrite;
  picture.custom_ptr = &writer;
  if (WebPEncode(&config, &picture) == 0) throw std::runtime_error("libwebp cannot encode");
  const std::string file(reinterpret_cast<const char*>(writer.mem), writer.size);
  WebPMemoryWriterClear(&writer);
  WebPPictureFree(&picture);
  return file;
}

TEST(WebpPlanes, AreLibwebpsOwn) {
  std::vector<std::pair<int, int>> sizes = {{64, 48}, {131, 7}, {7, 131}, {900, 700}};
  for (int side = 1; side <= 17; ++side) sizes.insert(sizes.end(), {{side, 18 - side}, {side, 33}});
  for (const auto& [width, height] : sizes) {
    SCOPED_TRACE(testing::Message() << width << "x" << height);
    const auto file = EncodeWebpFile(test::Photo(width, height));
    const auto header = Webp().probe(file->view(), {});
    ASSERT_TRUE(header && header->planes);
    EXPECT_EQ(header->planes->count, kPlanes);
    EXPECT_EQ(header->planes->range, Range::kStudio);
    EXPECT_EQ((*header->planes)[0], (PlaneShape{width, height, 1, 1}));
    EXPECT_EQ((*header->planes)[1], (PlaneShape{(width + 1) / 2, (height + 1) / 2, 2, 2}));
    EXPECT_EQ((*header->planes)[2], (*header->planes)[1]);
    const auto planes = ReadPlanes(file->view());
    ASSERT_TRUE(planes);
    const Planes plain = PlainPlanes(file->view());
    for (std::size_t p = 0; p < kPlanes; ++p) {
      EXPECT_EQ((*planes)[p].width, plain[p].width);
      EXPECT_EQ((*planes)[p].height, plain[p].height);
      EXPECT_EQ((*planes)[p].samples, plain[p].samples);
    }
  }
}

TEST(WebpPlanes, AreOnlyThereInLossyFilesWithoutAlpha) {
  for (const auto& file : {EncodeWebpFile(test::Photo(20, 20), {.lossless = true}),
                           EncodeWebpFile(Translucent(20, 20))}) {
    EXPECT_FALSE(Webp().probe(file->view(), {})->planes);
    EXPECT_EQ(KindOf(Webp().open_planes(file->view(), {}, {})), "Internal");
  }
}

TEST(WebpPlanes, AreWrittenAsTheyAre) {
  for (const auto& [width, height] :
       {std::pair{1, 1}, {2, 3}, {16, 16}, {17, 33}, {131, 7}, {7, 131}}) {
    const Planes planes = MadePlanes(width, height);
    const auto file = WritePlanes(planes, {.width = width, .height = height, .quality = 83});
    ASSERT_TRUE(file);
    EXPECT_EQ(AsText(file->view()), PlainEncode(planes, 83, 2)) << width << "x" << height;
  }
  const Planes planes = MadePlanes(64, 64);
  const EncodeSpec small{.width = 64, .height = 64, .preset = Preset::kSmall};
  EXPECT_EQ(AsText(WritePlanes(planes, small)->view()), PlainEncode(planes, 80, 6));
}

TEST(WebpPlanes, OfGreyGetNeutralChroma) {
  for (const auto& [width, height] : {std::pair{1, 1}, {17, 33}, {64, 48}}) {
    Planes planes = MadePlanes(width, height);
    for (std::size_t p = 1; p < kPlanes; ++p) {
      std::ranges::fill(planes[p].samples, std::uint8_t{128});
    }
    const auto file = WritePlanes(
        planes, {.width = width, .height = height, .format = pixel::PixelFormat::kGrey8});
    ASSERT_TRUE(file);
    EXPECT_EQ(AsText(file->view()), PlainEncode(planes, 80, 2));
  }
}

TEST(WebpPlanes, CarryProfileAndMetadata) {
  const auto file =
      WritePlanes(MadePlanes(20, 20), {.width = 20, .height = 20, .xmp = AsBytes("<x/>")});
  ASSERT_TRUE(file);
  EXPECT_EQ(AsText(Webp().metadata(file->view(), {}).xmp.view()), "<x/>");
  EXPECT_TRUE(Webp().probe(file->view(), {})->planes);
  EXPECT_TRUE(ReadPlanes(file->view()));
}

TEST(WebpPlanes, RefuseWhatDoesNotFit) {
  const Planes planes = MadePlanes(40, 40);
  EXPECT_EQ(KindOf(WritePlanes(planes, {.width = 40, .height = 40})), "ok");
  EXPECT_EQ(KindOf(WritePlanes(planes, {.width = 39, .height = 40})), "Internal");
  EXPECT_EQ(KindOf(WritePlanes(planes, {.width = 40, .height = 39})), "Internal");
  EXPECT_EQ(KindOf(WritePlanes(planes, {.width = 40, .height = 41})), "Internal");
  EXPECT_EQ(
      KindOf(WritePlanes(planes, {.width = 40, .height = 40, .subsampling = Subsampling::k444})),
      "Internal");
  EXPECT_EQ(KindOf(WritePlanes(planes, {.width = 40, .height = 40, .lossless = true})), "Internal");
  EXPECT_EQ(KindOf(Webp().create_planes({.width = 16384, .height = 1})), "BadRequest");
}

TEST(WebpPlanes, StopWhenAskedAndStayInError) {
  const auto file = EncodeWebpFile(test::Photo(64, 64));
  std::stop_source stop;
  const auto source = *Webp().open_planes(file->view(), {}, stop.get_token());
  EXPECT_EQ((*source->Read())[0].rows, 32);
  stop.request_stop();
  EXPECT_EQ(KindOf(source->Read()), "Cancelled");
  EXPECT_EQ(KindOf(source->Read()), "Cancelled");
}

}  // namespace
}  // namespace whittle::codec
