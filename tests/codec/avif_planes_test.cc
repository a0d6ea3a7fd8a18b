// Luma and chroma of AVIF in and out, held against plain libavif.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "tests/codec/avif_files.h"
#include "tests/codec/made_icc.h"

namespace whittle::codec {

extern const Codec kAvif;

namespace {

using pixel::PixelFormat;
using Planes = std::array<test::Picture, kPlanes>;

std::string_view KindOf(const auto& result) { return result ? "ok" : Name(result.error().kind); }

std::unique_ptr<avifImage, FreeAvif> PlainImage(ByteView file) {
  const std::unique_ptr<avifDecoder, FreeAvif> decoder(avifDecoderCreate());
  std::unique_ptr<avifImage, FreeAvif> image(avifImageCreateEmpty());
  CheckAvif(avifDecoderReadMemory(decoder.get(), image.get(), file.data(), file.size()));
  return image;
}

// Those of the whole picture; of grey, one.
Planes PlainPlanes(ByteView file) {
  const auto image = PlainImage(file);
  Planes planes;
  for (std::size_t p = 0; p < kPlanes; ++p) {
    if (image->yuvPlanes[p] == nullptr) continue;
    const bool across = p > 0 && image->yuvFormat != AVIF_PIXEL_FORMAT_YUV444;
    const bool down = p > 0 && image->yuvFormat == AVIF_PIXEL_FORMAT_YUV420;
    const auto side = [](std::uint32_t pixels, bool halved) {
      return static_cast<int>(halved ? (pixels + 1) / 2 : pixels);
    };
    planes[p] = test::Blank(side(image->width, across), side(image->height, down), 1);
    for (int y = 0; y < planes[p].height; ++y) {
      const std::uint8_t* row =
          image->yuvPlanes[p] + static_cast<std::size_t>(y) * image->yuvRowBytes[p];
      for (int x = 0; x < planes[p].width; ++x) planes[p].at(x, y, 0) = row[x];
    }
  }
  return planes;
}

Expected<Planes> ReadPlanes(ByteView file) {
  WHITTLE_TRY(const auto source, kAvif.open_planes(file, {}, {}));
  Planes planes;
  while (true) {
    WHITTLE_TRY(const PlaneBands bands, source->Read());
    if (bands[0].rows == 0) return planes;
    for (std::size_t p = 0; p < kPlanes; ++p) {
      planes[p].channels = 1;
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
  WHITTLE_TRY(const auto sink, kAvif.create_planes(spec));
  const auto span = [](const test::Picture& plane, int from, int rows) {
    const auto stride = static_cast<std::size_t>(plane.width);
    return pixel::ConstRowSpan{plane.samples.data() + static_cast<std::size_t>(from) * stride,
                               stride, plane.width, rows, PixelFormat::kGrey8};
  };
  const int step = spec.subsampling == Subsampling::k420 ? 2 : 1;
  for (int y = 0; y < planes[0].height; y += PlaneSink::kBandRows) {
    const int rows = std::min(PlaneSink::kBandRows, planes[0].height - y);
    PlaneBands bands = {span(planes[0], y, rows), {}, {}};
    if (spec.format != PixelFormat::kGrey8) {
      bands[1] = span(planes[1], y / step, (rows + step - 1) / step);
      bands[2] = span(planes[2], y / step, (rows + step - 1) / step);
    }
    WHITTLE_CHECK(sink->Write(bands));
  }
  return sink->Finish();
}

Planes MadePlanes(int width, int height, int step = 2) {
  const auto side = [step](int pixels) { return (pixels + step - 1) / step; };
  return {test::Photo(width, height, 1, 1), test::Photo(side(width), side(height), 1, 2),
          test::Photo(side(width), side(height), 1, 3)};
}

TEST(AvifPlanes, AreLibavifsOwn) {
  for (const auto layout :
       {AVIF_PIXEL_FORMAT_YUV444, AVIF_PIXEL_FORMAT_YUV422, AVIF_PIXEL_FORMAT_YUV420}) {
    for (const auto range : {AVIF_RANGE_FULL, AVIF_RANGE_LIMITED}) {
      for (const auto& [width, height] :
           {std::pair{37, 201}, {64, 64}, {1, 1}, {2, 3}, {1, 9}, {9, 1}, {131, 66}}) {
        SCOPED_TRACE(testing::Message() << layout << ' ' << range << ' ' << width << 'x' << height);
        const Bytes file = MakeAvif(SamplesOf(test::Photo(width, height), PixelFormat::kRgb8),
                                    {.planes = layout, .range = range});
        const auto header = kAvif.probe(file.view(), {});
        ASSERT_TRUE(header && header->planes);
        EXPECT_EQ(header->planes->count, kPlanes);
        EXPECT_EQ(header->planes->range, range == AVIF_RANGE_FULL ? Range::kFull : Range::kStudio);
        const int across = layout == AVIF_PIXEL_FORMAT_YUV444 ? 1 : 2;
        const int down = layout == AVIF_PIXEL_FORMAT_YUV420 ? 2 : 1;
        EXPECT_EQ((*header->planes)[0], (PlaneShape{width, height, 1, 1}));
        EXPECT_EQ((*header->planes)[1], (PlaneShape{(width + across - 1) / across,
                                                    (height + down - 1) / down, across, down}));
        EXPECT_EQ((*header->planes)[2], (*header->planes)[1]);
        const auto planes = ReadPlanes(file.view());
        ASSERT_TRUE(planes) << planes.error().detail;
        const Planes plain = PlainPlanes(file.view());
        for (std::size_t p = 0; p < kPlanes; ++p) {
          EXPECT_EQ((*planes)[p].width, plain[p].width);
          EXPECT_EQ((*planes)[p].height, plain[p].height);
          EXPECT_EQ((*planes)[p].samples, plain[p].samples);
        }
      }
    }
  }
}

TEST(AvifPlanes, OfGreyAreLumaAlone) {
  const Bytes file = MakeAvif(SamplesOf(test::Photo(40, 30, 1), PixelFormat::kRgb8),
                              {.planes = AVIF_PIXEL_FORMAT_YUV400, .range = AVIF_RANGE_LIMITED});
  const auto header = kAvif.probe(file.view(), {});
  ASSERT_TRUE(header && header->planes);
  EXPECT_EQ(header->planes->count, 1U);
  EXPECT_EQ(header->planes->range, Range::kStudio);
  EXPECT_EQ((*ReadPlanes(file.view()))[0].samples, PlainPlanes(file.view())[0].samples);
}

TEST(AvifPlanes, AreThereForBt601AndEightBitsAlone) {
  const SampleRows rows = SamplesOf(test::Photo(20, 20), PixelFormat::kRgb8);
  const auto planes_of = [](const Bytes& file) {
    const bool told = kAvif.probe(file.view(), {})->planes.has_value();
    EXPECT_EQ(KindOf(kAvif.open_planes(file.view(), {}, {})), told ? "ok" : "Internal");
    return told;
  };
  for (const int matrix : {2, 5, 6}) EXPECT_TRUE(planes_of(MakeAvif(rows, {.matrix = matrix})));
  for (const int matrix : {0, 1, 4, 8, 9}) {
    EXPECT_FALSE(planes_of(MakeAvif(rows, {.matrix = matrix}))) << matrix;
  }
  EXPECT_FALSE(planes_of(MakeAvif(rows, {.depth = 10})));
  EXPECT_FALSE(planes_of(MakeAvif(SamplesOf(test::Photo(20, 20), PixelFormat::kRgba8))));
  EXPECT_FALSE(planes_of(MakeAvif(rows, {.clap = avifCropRect{1, 1, 9, 9}})));
  EXPECT_TRUE(planes_of(MakeAvif(rows, {.irot = 1})));
  EXPECT_TRUE(
      planes_of(MakeAvif(SamplesOf(test::Photo(64, 64), PixelFormat::kRgb8), {.cells = 3})));
}

// Quality 100 loses nothing of planes.
TEST(AvifPlanes, AreWrittenAsTheyAre) {
  for (const auto subsampling : {Subsampling::k420, Subsampling::k444}) {
    for (const auto& [width, height] :
         {std::pair{1, 1}, {2, 3}, {1, 40}, {40, 1}, {16, 16}, {17, 33}, {131, 7}, {7, 131}}) {
      SCOPED_TRACE(testing::Message() << width << 'x' << height << static_cast<int>(subsampling));
      const Planes planes = MadePlanes(width, height, subsampling == Subsampling::k420 ? 2 : 1);
      const auto file = WritePlanes(
          planes, {.width = width, .height = height, .quality = 100, .subsampling = subsampling});
      ASSERT_TRUE(file) << file.error().detail;
      const Planes plain = PlainPlanes(file->view());
      for (std::size_t p = 0; p < kPlanes; ++p) EXPECT_EQ(plain[p].samples, planes[p].samples);
      const auto image = PlainImage(file->view());
      EXPECT_EQ(image->colorPrimaries, 1);
      EXPECT_EQ(image->transferCharacteristics, 13);
      EXPECT_EQ(image->matrixCoefficients, 6);
      EXPECT_EQ(image->yuvRange, AVIF_RANGE_FULL);
      EXPECT_EQ(image->yuvChromaSamplePosition, AVIF_CHROMA_SAMPLE_POSITION_UNKNOWN);
    }
  }
}

TEST(AvifPlanes, OfGreyAreWrittenWithoutChroma) {
  const Planes planes = MadePlanes(33, 21);
  for (const double quality : {60.0, 100.0}) {
    const auto file = WritePlanes(
        planes, {.width = 33, .height = 21, .format = PixelFormat::kGrey8, .quality = quality});
    ASSERT_TRUE(file) << file.error().detail;
    EXPECT_EQ(PlainImage(file->view())->yuvFormat, AVIF_PIXEL_FORMAT_YUV400);
    EXPECT_LT(test::Compare(PlainPlanes(file->view())[0], planes[0]).mean,
              quality < 100 ? 5 : 0.001);
  }
}

TEST(AvifPlanes, LoseLittleAtEveryPreset) {
  const Planes planes = MadePlanes(200, 150);
  for (const Preset preset : {Preset::kFast, Preset::kDefault, Preset::kQuality, Preset::kSmall}) {
    const auto file =
        WritePlanes(planes, {.width = 200, .height = 150, .quality = 80, .preset = preset});
    ASSERT_TRUE(file) << file.error().detail;
    const Planes plain = PlainPlanes(file->view());
    for (std::size_t p = 0; p < kPlanes; ++p) {
      EXPECT_LT(test::Compare(plain[p], planes[p]).mean, 5) << p;
    }
  }
}

TEST(AvifPlanes, CarryProfileAndMetadata) {
  const std::string icc = MadeIcc(500, "RGB ");
  const auto file = WritePlanes(
      MadePlanes(20, 20), {.width = 20, .height = 20, .icc = AsBytes(icc), .xmp = AsBytes("<x/>")});
  ASSERT_TRUE(file);
  EXPECT_EQ(AsText(kAvif.probe(file->view(), {})->icc.view()), icc);
  EXPECT_EQ(AsText(kAvif.metadata(file->view(), {}).xmp.view()), "<x/>");
  EXPECT_TRUE(ReadPlanes(file->view()));
}

TEST(AvifPlanes, RefuseWhatDoesNotFit) {
  const Planes planes = MadePlanes(40, 40);
  EXPECT_EQ(KindOf(WritePlanes(planes, {.width = 40, .height = 40})), "ok");
  EXPECT_EQ(KindOf(WritePlanes(planes, {.width = 39, .height = 40})), "Internal");
  EXPECT_EQ(KindOf(WritePlanes(planes, {.width = 40, .height = 39})), "Internal");
  EXPECT_EQ(KindOf(WritePlanes(planes, {.width = 40, .height = 41})), "Internal");
  EXPECT_EQ(
      KindOf(WritePlanes(planes, {.width = 40, .height = 40, .subsampling = Subsampling::k444})),
      "Internal");
  EXPECT_EQ(KindOf(WritePlanes(planes, {.width = 40, .height = 40, .lossless = true})), "Internal");
  EXPECT_EQ(KindOf(kAvif.create_planes({.width = 16385, .height = 1})), "Internal");
  EXPECT_EQ(KindOf(kAvif.create_planes({.width = 40, .height = 40, .format = PixelFormat::kRgba8})),
            "Internal");
}

TEST(AvifPlanes, StopWhenAskedAndStayInError) {
  const Bytes file = MakeAvif(SamplesOf(test::Photo(64, 200), PixelFormat::kRgb8));
  std::stop_source stop;
  const auto source = *kAvif.open_planes(file.view(), {}, stop.get_token());
  EXPECT_EQ((*source->Read())[0].rows, 64);
  stop.request_stop();
  EXPECT_EQ(KindOf(source->Read()), "Cancelled");
  EXPECT_EQ(KindOf(source->Read()), "Cancelled");
}

TEST(AvifPlanes, OfATruncatedFileAreAnError) {
  const Bytes file = MakeAvif(SamplesOf(test::Noise(64, 64), PixelFormat::kRgb8));
  for (std::size_t size = 0; size < file.size(); size += 41) {
    const auto planes = ReadPlanes(file.view().first(size));
    EXPECT_EQ(KindOf(planes), "Undecodable") << size;
  }
}

}  // namespace
}  // namespace whittle::codec
