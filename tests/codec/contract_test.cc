// What codec.h promises, asked of every codec in the list.
#include <gtest/gtest.h>

#include "tests/codec/decode.h"
#include "tests/codec/made_icc.h"

namespace whittle::codec {
namespace {

class CodecContract : public testing::TestWithParam<const Codec*> {
 protected:
  const Codec& codec() const { return *GetParam(); }
  Bytes Encoded(const test::Picture& picture, EncodeSpec spec = {}) const {
    auto bytes = Encode(codec(), picture, spec);
    EXPECT_TRUE(bytes) << bytes.error().detail;
    return std::move(bytes).value_or(Bytes{});
  }
};

TEST_P(CodecContract, IsFoundByNameAndExtension) {
  EXPECT_EQ(ByName(codec().name), &codec());
  ASSERT_FALSE(codec().extensions.empty());
  for (const auto extension : codec().extensions) EXPECT_EQ(ByName(extension), &codec());
  EXPECT_EQ(ByName(""), nullptr);
  EXPECT_EQ(ByName("JPG"), nullptr);  // callers fold case
  EXPECT_FALSE(codec().library_version().empty());
  EXPECT_TRUE(codec().mime.starts_with("image/"));
}

TEST_P(CodecContract, ReadsWhatItWrites) {
  for (const int channels : {1, 3}) {
    for (const auto preset : {Preset::kFast, Preset::kDefault, Preset::kSmall}) {
      const test::Picture picture = test::Photo(61, 43, channels);
      const Bytes file =
          Encoded(picture, {.quality = 95, .subsampling = Subsampling::k444, .preset = preset});
      ASSERT_EQ(Sniff(file.view()), &codec());
      const auto header = codec().probe(file.view(), {});
      ASSERT_TRUE(header);
      EXPECT_EQ(header->info.format, codec().name);
      EXPECT_EQ(header->info.width, 61U);
      EXPECT_EQ(header->info.height, 43U);
      EXPECT_EQ(header->info.channels, channels);
      EXPECT_EQ(header->info.orientation, 1);
      const auto decoded = Decode(file.view());
      ASSERT_TRUE(decoded);
      EXPECT_LT(test::Compare(*decoded, picture).mean, 3);
    }
  }
}

TEST_P(CodecContract, GivesTheSameRowsInAnyBatch) {
  const Bytes file = Encoded(test::Photo(33, 47));
  const auto whole = Decode(file.view(), {}, 47);
  ASSERT_TRUE(whole);
  for (const int batch : {1, 2, 7, 16, 17, 100}) {
    const auto decoded = Decode(file.view(), {}, batch);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->samples, whole->samples) << batch;
  }
}

TEST_P(CodecContract, WritesTheSameFileInAnyBatch) {
  const test::Picture picture = test::Photo(33, 47);
  const Bytes whole = *Encode(codec(), picture, {}, 47);
  for (const int batch : {1, 5, 16, 40}) {
    const Bytes file = *Encode(codec(), picture, {}, batch);
    EXPECT_EQ(AsText(file.view()), AsText(whole.view())) << batch;
  }
}

TEST_P(CodecContract, FillsNothingBesideTheRows) {
  const test::Picture picture = test::Photo(5, 4);
  const Bytes file = Encoded(picture);
  const auto source = *codec().open(file.view(), {}, {});
  std::vector<std::uint8_t> padded(6 * 32, 99);  // 4 rows are there, 6 are offered
  const auto got = source->Read({padded.data(), 32, 5, 6, pixel::PixelFormat::kRgb8});
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, 4);
  for (std::size_t row = 0; row < 6; ++row) {
    for (std::size_t i = row < 4 ? 15 : 0; i < 32; ++i) EXPECT_EQ(padded[row * 32 + i], 99);
  }
  EXPECT_EQ(source->Read({padded.data(), 32, 5, 6, pixel::PixelFormat::kRgb8}), 0);
}

TEST_P(CodecContract, CarriesTheProfileByteForByte) {
  for (const std::size_t size : {132UL, 3'144UL, 65'519UL, 65'520UL, 200'000UL}) {
    const std::string icc = MadeIcc(size, "RGB ");
    const Bytes file = Encoded(test::Photo(8, 8), {.icc = AsBytes(icc)});
    const auto header = codec().probe(file.view(), {});
    ASSERT_TRUE(header);
    EXPECT_EQ(AsText(header->icc.view()), icc);
    EXPECT_EQ(header->info.icc_bytes, size);
    EXPECT_TRUE(Decode(file.view()));
  }
}

TEST_P(CodecContract, DropsProfilesThatDoNotSuit) {
  const auto carried = [this](const std::string& icc, int channels, const Limits& limits = {}) {
    const Bytes file = Encoded(test::Photo(8, 8, channels), {.icc = AsBytes(icc)});
    return codec().probe(file.view(), limits)->icc.size();
  };
  EXPECT_EQ(carried(MadeIcc(500, "GRAY"), 1), 500U);
  EXPECT_EQ(carried(MadeIcc(500, "RGB "), 1), 0U);
  EXPECT_EQ(carried(MadeIcc(500, "GRAY"), 3), 0U);
  EXPECT_EQ(carried(MadeIcc(500, "CMYK"), 3), 0U);
  EXPECT_EQ(carried(MadeIcc(500, "RGB "), 3, {.max_icc_bytes = 500}), 500U);
  EXPECT_EQ(carried(MadeIcc(500, "RGB "), 3, {.max_icc_bytes = 499}), 0U);
  std::string unsigned_icc = MadeIcc(500, "RGB ");
  unsigned_icc[36] = 'x';
  EXPECT_EQ(carried(unsigned_icc, 3), 0U);
  EXPECT_EQ(carried(MadeIcc(500, "RGB ").substr(0, 300), 3), 0U);
}

TEST_P(CodecContract, HoldsTheLimits) {
  const Bytes file = Encoded(test::Photo(40, 30));
  const auto kind = [&](const Limits& limits) {
    const auto probed = codec().probe(file.view(), limits);
    const auto opened = codec().open(file.view(), limits, {});
    EXPECT_EQ(probed.has_value(), opened.has_value());
    return opened ? "ok" : Name(opened.error().kind);
  };
  EXPECT_EQ(kind({.max_source_bytes = file.size()}), "ok");
  EXPECT_EQ(kind({.max_source_bytes = file.size() - 1}), "TooLarge");
  EXPECT_EQ(kind({.max_source_pixels = 1200}), "ok");
  EXPECT_EQ(kind({.max_source_pixels = 1199}), "TooLarge");
  const std::uint64_t needed = codec().probe(file.view(), {})->decode_bytes;
  EXPECT_EQ(kind({.max_working_bytes = needed}), "ok");
  EXPECT_EQ(kind({.max_working_bytes = needed - 1}), "TooLarge");
}

TEST_P(CodecContract, StopsWhenAskedBeforeTheFirstRow) {
  std::stop_source stop;
  stop.request_stop();
  for (const auto preset : {Preset::kFast, Preset::kSmall}) {
    const Bytes file = Encoded(test::Photo(40, 30), {.preset = preset});
    const auto decoded = Decode(file.view(), {}, 8, stop.get_token());
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().kind, ErrorKind::kCancelled);
  }
}

TEST_P(CodecContract, StopsWhenAskedBetweenRowsAndStaysInError) {
  const Bytes file = Encoded(test::Photo(40, 64));
  std::stop_source stop;
  const auto source = *codec().open(file.view(), {}, stop.get_token());
  test::Picture rows = test::Blank(40, 64);
  ASSERT_EQ(source->Read(RowsOf(rows, 0, 8)), 8);
  stop.request_stop();
  for (int i = 0; i < 2; ++i) {
    const auto got = source->Read(RowsOf(rows, 8, 8));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, ErrorKind::kCancelled);
  }
}

TEST_P(CodecContract, MayBeAbandonedAtAnyRow) {
  const test::Picture picture = test::Photo(40, 40);
  for (const auto preset : {Preset::kFast, Preset::kDefault, Preset::kSmall}) {
    const Bytes file = Encoded(picture, {.preset = preset});
    for (int rows = 0; rows <= 40; rows += 10) {
      test::Picture into = picture;
      const auto source = *codec().open(file.view(), {}, {});
      if (rows > 0) EXPECT_TRUE(source->Read(RowsOf(into, 0, rows)));
      const auto sink = *codec().create({.width = 40, .height = 40, .preset = preset});
      EXPECT_TRUE(sink->Write(RowsOf(into, 0, rows)));
    }
  }
}

TEST_P(CodecContract, RefusesAPictureOfTheWrongShape) {
  test::Picture picture = test::Photo(40, 40);
  for (const EncodeSpec& spec : {EncodeSpec{.width = 0, .height = 40},
                                 {.width = 40, .height = 0},
                                 {.width = -1, .height = 40},
                                 {.width = 40, .height = 1 << 30}}) {
    EXPECT_FALSE(codec().create(spec));
  }
  const auto kind = [](const auto& result) { return result ? "ok" : Name(result.error().kind); };
  const auto too_many = *codec().create({.width = 40, .height = 39});
  EXPECT_EQ(kind(too_many->Write(RowsOf(picture, 0, 40))), "Internal");
  EXPECT_EQ(kind(too_many->Finish()), "Internal");
  const auto too_few = *codec().create({.width = 40, .height = 41});
  EXPECT_EQ(kind(too_few->Write(RowsOf(picture, 0, 40))), "ok");
  EXPECT_EQ(kind(too_few->Finish()), "Internal");
  const auto too_wide = *codec().create({.width = 39, .height = 40});
  EXPECT_EQ(kind(too_wide->Write(RowsOf(picture, 0, 40))), "Internal");
  const auto twice = *codec().create({.width = 40, .height = 40});
  EXPECT_EQ(kind(twice->Write(RowsOf(picture, 0, 40))), "ok");
  EXPECT_EQ(kind(twice->Finish()), "ok");
  EXPECT_EQ(kind(twice->Finish()), "Internal");
}

INSTANTIATE_TEST_SUITE_P(All, CodecContract, testing::ValuesIn(All().begin(), All().end()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace whittle::codec
