// Luma and chroma in and out, held against plain libjpeg on pictures whose planes are known: of a
// picture in greys, luma is what any decoder shows and chroma is 128 throughout.
#include <gtest/gtest.h>

#include <utility>

#include "codec/registry.h"
#include "tests/codec/jpeg_files.h"
#include "tests/support/pictures.h"

namespace whittle::codec {
namespace {

using test::Picture;

const Codec& Jpeg() { return *ByName("jpeg"); }

Picture GreyInColour(int width, int height) {
  const Picture grey = test::Photo(width, height, 1);
  Picture colour = test::Blank(width, height, 3);
  for (std::size_t i = 0; i < colour.samples.size(); ++i) colour.samples[i] = grey.samples[i / 3];
  return colour;
}

// All planes, whole.
std::array<Picture, kPlanes> ReadAll(ByteView file) {
  const auto header = Jpeg().probe(file, {});
  std::array<Picture, kPlanes> planes;
  for (std::size_t p = 0; p < kPlanes; ++p) {
    planes[p] = {(*header->planes)[p].width, (*header->planes)[p].height, 1, {}};
  }
  const auto source = *Jpeg().open_planes(file, {}, {});
  while (true) {
    const auto bands = source->Read();
    if (!bands) throw std::runtime_error(bands.error().detail);
    if ((*bands)[0].rows == 0) return planes;
    for (std::size_t p = 0; p < kPlanes; ++p) {
      for (int y = 0; y < (*bands)[p].rows; ++y) {
        const std::uint8_t* row = (*bands)[p].row(y);
        planes[p].samples.insert(planes[p].samples.end(), row, row + (*bands)[p].width);
      }
    }
  }
}

TEST(JpegPlanes, GiveEverySampleOfEveryPlane) {
  for (const auto& [h, v] : {std::pair{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}, {4, 2}, {1, 4}}) {
    for (const auto& [width, height] : {std::pair{1, 1}, {17, 33}, {64, 48}, {131, 7}, {7, 131}}) {
      for (const bool progressive : {false, true}) {
        SCOPED_TRACE(testing::Message() << h << v << " " << width << "x" << height);
        const Bytes file =
            EncodeJpeg(GreyInColour(width, height),
                       {.h_sampling = h, .v_sampling = v, .progressive = progressive});
        const Picture shown = test::DecodeJpeg(file.view());
        const auto planes = ReadAll(file.view());
        EXPECT_EQ(planes[1].width, (width + h - 1) / h);
        EXPECT_EQ(planes[1].height, (height + v - 1) / v);
        ASSERT_EQ(planes[0].samples.size() * 3, shown.samples.size());
        for (std::size_t i = 0; i < shown.samples.size(); ++i) {
          ASSERT_EQ(shown.samples[i], planes[0].samples[i / 3]) << i;
        }
        for (std::size_t p = 1; p < kPlanes; ++p) {
          EXPECT_EQ(planes[p].samples,
                    test::Blank(planes[p].width, planes[p].height, 1, 128).samples);
        }
      }
    }
  }
}

TEST(JpegPlanes, AreOnlyThereWhereTheFileHasThem) {
  const auto has_planes = [](const Bytes& file) {
    return Jpeg().probe(file.view(), {})->planes.has_value();
  };
  EXPECT_TRUE(has_planes(EncodeJpeg(test::Photo(20, 20))));
  EXPECT_TRUE(has_planes(EncodeJpeg(test::Photo(20, 20, 1))));
  const Bytes ink = EncodeJpeg(test::Photo(20, 20, 4));
  EXPECT_FALSE(has_planes(ink));
  const auto opened = Jpeg().open_planes(ink.view(), {}, {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kInternal);
}

// The bands of `luma` (grey) with chroma 128, as a sink wants them.
Expected<Bytes> WriteAll(const Picture& luma, const EncodeSpec& spec) {
  WHITTLE_TRY(const auto sink, Jpeg().create_planes(spec));
  const int step = spec.subsampling == Subsampling::k420 ? 2 : 1;
  const Picture chroma =
      test::Blank((luma.width + step - 1) / step, PlaneSink::kBandRows / step, 1, 128);
  const auto span = [](const Picture& picture, int from, int rows) {
    const auto stride = static_cast<std::size_t>(picture.width);
    return pixel::ConstRowSpan{picture.samples.data() + static_cast<std::size_t>(from) * stride,
                               stride, picture.width, rows, pixel::PixelFormat::kGrey8};
  };
  for (int y = 0; y < luma.height; y += PlaneSink::kBandRows) {
    const int rows = std::min(PlaneSink::kBandRows, luma.height - y);
    const auto colour = span(chroma, 0, (rows + step - 1) / step);
    WHITTLE_CHECK(sink->Write({span(luma, y, rows), colour, colour}));
  }
  return sink->Finish();
}

TEST(JpegPlanes, AreWrittenAsTheyAre) {
  for (const Preset preset : {Preset::kFast, Preset::kDefault, Preset::kSmall}) {
    for (const auto& [width, height] : {std::pair{1, 1}, {16, 16}, {17, 33}, {131, 7}, {7, 131}}) {
      for (const Subsampling subsampling : {Subsampling::k420, Subsampling::k444}) {
        const Picture luma = test::Photo(width, height, 1);
        const auto file = WriteAll(luma, {.width = width,
                                          .height = height,
                                          .quality = 89,
                                          .subsampling = subsampling,
                                          .preset = preset});
        ASSERT_TRUE(file);
        const Picture shown = test::DecodeJpeg(file->view());
        const auto planes = ReadAll(file->view());
        EXPECT_EQ(planes[1].width, subsampling == Subsampling::k420 ? (width + 1) / 2 : width);
        EXPECT_LT(test::Compare(planes[0], luma).mean, 6) << width << "x" << height;
        for (std::size_t i = 0; i < shown.samples.size(); i += 3) {
          ASSERT_TRUE(shown.samples[i] == shown.samples[i + 1] &&
                      shown.samples[i] == shown.samples[i + 2]);
        }
      }
    }
  }
}

TEST(JpegPlanes, RefuseBandsThatDoNotFit) {
  const auto kind = [](const Picture& luma, const EncodeSpec& spec) {
    const auto file = WriteAll(luma, spec);
    return file ? "ok" : std::string(Name(file.error().kind));
  };
  const Picture luma = test::Photo(40, 40, 1);
  EXPECT_EQ(kind(luma, {.width = 40, .height = 40}), "ok");
  EXPECT_EQ(kind(luma, {.width = 39, .height = 40}), "Internal");
  EXPECT_EQ(kind(luma, {.width = 40, .height = 39}), "Internal");
  EXPECT_EQ(kind(luma, {.width = 40, .height = 41}), "Internal");
}

TEST(JpegPlanes, StayInError) {
  const Bytes file = EncodeJpeg(test::Photo(64, 64));
  const std::size_t scan = FindMarker(AsText(file.view()), 0xDA);
  const auto source = *Jpeg().open_planes(file.view().first(scan + 14), {}, {});  // not one MCU
  for (int i = 0; i < 2; ++i) {
    const auto bands = source->Read();
    ASSERT_FALSE(bands);
    EXPECT_EQ(bands.error().kind, ErrorKind::kUndecodable);
  }
}

}  // namespace
}  // namespace whittle::codec
