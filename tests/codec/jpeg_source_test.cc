// Sound files: the decoder gives libjpeg's own pixels, for every kind of JPEG we accept.
#include <gtest/gtest.h>

#include "tests/codec/decode.h"
#include "tests/codec/jpeg_files.h"
#include "tests/codec/made_icc.h"

namespace whittle::codec {
namespace {

// libjpeg's samples, with CMYK turned the way Whittle counts ink.
test::Picture Plainly(ByteView file) {
  test::Picture picture = test::DecodeJpeg(file);
  if (picture.channels == 4) {
    for (auto& sample : picture.samples) sample = static_cast<std::uint8_t>(255 - sample);
  }
  return picture;
}

void ExpectPlainPixels(const test::Picture& picture, const test::JpegOptions& options) {
  const Bytes file = test::EncodeJpeg(picture, options);
  const auto decoded = Decode(file.view());
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_EQ(decoded->width, picture.width);
  EXPECT_EQ(decoded->height, picture.height);
  EXPECT_EQ(decoded->channels, picture.channels);
  EXPECT_EQ(decoded->samples, Plainly(file.view()).samples);
}

TEST(JpegSource, DecodesEverySmallSizeInEverySampling) {
  for (const auto [h, v] : {std::pair{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}, {4, 2}}) {
    for (int width = 1; width <= 17; ++width) {
      for (int height = 1; height <= 17; ++height) {
        SCOPED_TRACE(testing::Message() << width << 'x' << height << ' ' << h << ',' << v);
        ExpectPlainPixels(test::Photo(width, height), {.h_sampling = h, .v_sampling = v});
      }
    }
  }
}

TEST(JpegSource, DecodesEveryCoding) {
  for (const int channels : {1, 3, 4}) {
    for (const bool progressive : {false, true}) {
      for (const bool arithmetic : {false, true}) {
        for (const int restart : {0, 1, 7}) {
          SCOPED_TRACE(testing::Message() << channels << progressive << arithmetic << restart);
          ExpectPlainPixels(test::Photo(70, 45, channels), {.h_sampling = 2,
                                                            .v_sampling = 2,
                                                            .progressive = progressive,
                                                            .arithmetic = arithmetic,
                                                            .restart_interval = restart});
        }
      }
    }
  }
}

TEST(JpegSource, CountsInkUpwards) {
  test::Picture ink = test::Blank(16, 16, 4);
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 16; ++x) ink.at(x, y, 1) = 200;  // magenta only
  }
  for (const bool ycck : {false, true}) {
    const Bytes file = test::EncodeJpeg(ink, {.quality = 100, .ycck = ycck});
    const auto decoded = Decode(file.view());
    ASSERT_TRUE(decoded);
    EXPECT_LT(test::Compare(*decoded, ink).max, 4) << ycck;
  }
}

TEST(JpegSource, KeepsTheProfileOfInk) {
  const Bytes file = test::EncodeJpeg(test::Photo(16, 16, 4), {.icc = MadeIcc(300, "CMYK")});
  EXPECT_EQ(AsText(Sniff(file.view())->probe(file.view(), {})->icc.view()), MadeIcc(300, "CMYK"));
}

// As some cameras and editors write it: the same segment twice, before and behind the frame header.
// Profiles of presses take up to 2.8 MB; without theirs, inks are far too bright.
TEST(JpegSource, KeepsTheLargeProfilesOfPresses) {
  const Limits usual;
  EXPECT_EQ(usual.max_icc_bytes, 4U << 20);
  for (const std::size_t size : {std::size_t{2'747'952}, std::size_t{4} << 20}) {
    const std::string icc = MadeIcc(size, "CMYK");
    const Bytes file = test::EncodeJpeg(test::Photo(20, 10, 4), {.icc = icc});
    const auto header = Sniff(file.view())->probe(file.view(), usual);
    ASSERT_TRUE(header);
    EXPECT_TRUE(AsText(header->icc.view()) == icc);
  }
  const std::string larger = MadeIcc((std::size_t{4} << 20) + 1, "CMYK");
  const Bytes file = test::EncodeJpeg(test::Photo(20, 10, 4), {.icc = larger});
  EXPECT_TRUE(Sniff(file.view())->probe(file.view(), usual)->icc.empty());
}

TEST(JpegSource, TakesTheFirstOfRepeatedProfiles) {
  const std::string first = MadeIcc(300, "RGB ");
  std::string second = first;
  second.back() = 'x';
  const Bytes encoded = test::EncodeJpeg(test::Photo(16, 16), {.icc = first});
  const std::string file(AsText(encoded.view()));
  for (const std::string& repeat : {first, second}) {
    const Bytes other = test::EncodeJpeg(test::Photo(16, 16), {.icc = repeat});
    const std::string_view bytes = AsText(other.view());
    const std::string segment(bytes.substr(FindMarker(bytes, 0xE2), 2 + 2 + 14 + 300));
    for (const int before : {0xDB, 0xC0, 0xC4, 0xDA}) {
      std::string twice = file;
      twice.insert(FindMarker(file, before), segment);
      const auto header = ByName("jpeg")->probe(AsBytes(twice), {});
      ASSERT_TRUE(header);
      EXPECT_EQ(AsText(header->icc.view()), first) << before;
    }
  }
}

TEST(JpegSource, TellsProgressiveFromBaseline) {
  const auto header = [](bool progressive) {
    const Bytes file = test::EncodeJpeg(test::Photo(99, 80), {.progressive = progressive});
    return *Sniff(file.view())->probe(file.view(), {});
  };
  EXPECT_FALSE(header(false).info.progressive);
  EXPECT_TRUE(header(true).info.progressive);
  // All coefficients are kept when they come in several scans: 2 bytes each.
  EXPECT_GE(header(true).decode_bytes, header(false).decode_bytes + 99 * 80 * 3 * 2);
}

// libjpeg itself is held to max_working_bytes, so an estimate below its needs would show here.
TEST(JpegSource, NeedsNoMoreMemoryThanItEstimates) {
  for (const int sampling : {1, 2}) {
    const Bytes file =
        test::EncodeJpeg(test::Photo(701, 499),
                         {.h_sampling = sampling, .v_sampling = sampling, .progressive = true});
    const auto header = Sniff(file.view())->probe(file.view(), {});
    ASSERT_TRUE(header);
    const auto decoded = Decode(file.view(), {.max_working_bytes = header->decode_bytes});
    EXPECT_TRUE(decoded) << decoded.error().detail;
  }
}

TEST(JpegSource, IgnoresWhatFollowsThePicture) {
  const Bytes file = test::EncodeJpeg(test::Photo(20, 20));
  const std::string jpeg(AsText(file.view()));
  for (const std::string& tail : {std::string("trailing bytes"), jpeg, std::string(1000, '\xFF')}) {
    EXPECT_TRUE(Decode(AsBytes(jpeg + tail)));
  }
}

TEST(JpegSniff, AsksForTheStartOfImageMarker) {
  EXPECT_EQ(Sniff(AsBytes("\xFF\xD8\xFF\xE0")), ByName("jpeg"));
  for (const std::string_view other : {"", "\xFF", "\xD8\xFF", "GIF89a", "\x89PNG\r\n\x1a\n"}) {
    EXPECT_FALSE(ByName("jpeg")->sniff(AsBytes(other)));
  }
}

}  // namespace
}  // namespace whittle::codec
