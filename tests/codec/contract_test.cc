// What codec.h promises, asked of every codec in the list.
#include <gtest/gtest.h>

#include <algorithm>

#include "codec/encoder_memory.h"
#include "tests/codec/decode.h"
#include "tests/codec/made_icc.h"

namespace whittle::codec {
namespace {

// In 8 bits and over white, grey counting as colour.
double MeanDifference(const Rows& a, const Rows& b) {
  const auto coloured = [](const test::Picture& picture) {
    if (picture.channels == 3) return picture;
    test::Picture rgb = test::Blank(picture.width, picture.height, 3);
    for (std::size_t i = 0; i < rgb.samples.size(); ++i) rgb.samples[i] = picture.samples[i / 3];
    return rgb;
  };
  return test::Compare(coloured(PictureOf(a)), coloured(PictureOf(b))).mean;
}

class CodecContract : public testing::TestWithParam<const Codec*> {
 protected:
  const Codec& codec() const { return *GetParam(); }
  Bytes Encoded(const Rows& rows, EncodeSpec spec = {}) const {
    auto bytes = Encode(codec(), rows, spec);
    EXPECT_TRUE(bytes) << bytes.error().detail;
    return std::move(bytes).value_or(Bytes{});
  }
  // The format that all codecs write, one of two.
  pixel::PixelFormat Plain() const {
    return Writes(pixel::PixelFormat::kRgb8) ? pixel::PixelFormat::kRgb8
                                             : pixel::PixelFormat::kRgba8;
  }
  bool Writes(pixel::PixelFormat format) const {
    return std::ranges::find(codec().writes, format) != codec().writes.end();
  }
  Rows Photo(int width, int height) const {
    Rows rows = PhotoRows(width, height, Plain());
    // Opaque, so that codecs which drop needless alpha and those that have none read it alike.
    for (int y = 0; y < height && HasAlpha(Plain()); ++y) {
      for (int x = 0; x < width; ++x) rows.Set(x, y, 3, 255);
    }
    return rows;
  }
};

/// Codecs that write, and read what they have written.
class CodecThatWrites : public CodecContract {};
class CodecThatReadsItsOwn : public CodecContract {};
/// Of those, codecs that embed profiles (GIF, say, has no place for one), and both EXIF and XMP.
class CodecWithProfiles : public CodecContract {};
class CodecWithMetadata : public CodecContract {};
/// Codecs whose work is done when the last row has come. The others work row by row.
class CodecThatWritesWhenAllHasCome : public CodecContract {};
bool WritesAsRowsCome(const Codec& codec) {
  const EncoderMemory memory = codec.encoder_memory({.width = 40, .height = 40});
  return memory.taking == memory.most;
}

bool IsLossless(const Codec& codec) { return codec.name == "png"; }
// Of metadata, some formats have a place for XMP alone.
bool CarriesMetadata(const Codec& codec) {
  return codec.metadata != nullptr && codec.name != "gif" && codec.name != "tiff";
}
// A pixel of a GIF is there or not.
bool HasPartialAlpha(const Codec& codec) { return codec.name != "gif"; }

TEST_P(CodecContract, IsFoundByNameAndExtension) {
  EXPECT_EQ(ByName(codec().name), &codec());
  ASSERT_FALSE(codec().extensions.empty());
  for (const auto extension : codec().extensions) EXPECT_EQ(ByName(extension), &codec());
  EXPECT_EQ(ByName(""), nullptr);
  EXPECT_EQ(ByName("JPG"), nullptr);  // callers fold case
  EXPECT_FALSE(codec().library_version().empty());
  EXPECT_EQ(codec().library_version().find('\n'), std::string_view::npos);
  EXPECT_FALSE(codec().mime.empty());
}

TEST_P(CodecContract, HasWholeHalves) {
  EXPECT_TRUE(codec().open != nullptr || codec().create != nullptr);
  EXPECT_EQ(codec().open == nullptr, codec().probe == nullptr);
  EXPECT_EQ(codec().create == nullptr, codec().writes.empty());
  EXPECT_EQ(codec().create == nullptr, codec().encoder_memory == nullptr);
  EXPECT_TRUE(codec().quality_scale == nullptr || codec().create != nullptr);
  if (codec().create != nullptr) {
    EXPECT_TRUE(Writes(pixel::PixelFormat::kRgb8) || Writes(pixel::PixelFormat::kRgba8));
    EXPECT_GE(codec().max_side, 4096);
  }
  if (codec().open_planes != nullptr || codec().open_frames != nullptr ||
      codec().metadata != nullptr) {
    EXPECT_NE(codec().open, nullptr);
  }
}

TEST_P(CodecContract, KnowsNothingByTooFewBytes) {
  const std::uint8_t zeros[64] = {};
  for (std::size_t size = 0; size <= sizeof zeros; ++size) {
    EXPECT_FALSE(codec().sniff(ByteView(zeros, size))) << size;
  }
}

TEST_P(CodecThatReadsItsOwn, ReadsWhatItWrites) {
  for (const pixel::PixelFormat format : codec().writes) {
    for (const auto preset : {Preset::kFast, Preset::kDefault, Preset::kSmall}) {
      SCOPED_TRACE(testing::Message() << "format " << int(format) << " preset " << int(preset));
      const Rows rows = PhotoRows(61, 43, format);
      const Bytes file =
          Encoded(rows, {.quality = 95, .subsampling = Subsampling::k444, .preset = preset});
      ASSERT_EQ(Sniff(file.view()), &codec());
      const auto header = codec().probe(file.view(), {});
      ASSERT_TRUE(header);
      EXPECT_EQ(header->info.format, codec().name);
      EXPECT_EQ(header->info.width, 61U);
      EXPECT_EQ(header->info.height, 43U);
      EXPECT_EQ(header->info.channels, IsGrey(header->format) ? 1 : 3);
      EXPECT_EQ(header->info.alpha, HasAlpha(header->format));
      EXPECT_EQ(header->info.bits, IsWide(header->format) ? 16 : 8);
      EXPECT_EQ(header->info.orientation, 1);
      EXPECT_EQ(HasAlpha(header->format), HasAlpha(format));
      const auto decoded = DecodeRows(file.view());
      ASSERT_TRUE(decoded);
      EXPECT_EQ(decoded->format, header->format);
      if (IsLossless(codec())) {
        EXPECT_EQ(*decoded, rows);
      } else if (!HasAlpha(format) || HasPartialAlpha(codec())) {
        EXPECT_LT(MeanDifference(*decoded, rows), 5);
      }
    }
  }
}

TEST_P(CodecThatReadsItsOwn, GivesTheSameRowsInAnyBatch) {
  const Bytes file = Encoded(Photo(33, 47));
  const auto whole = DecodeRows(file.view(), {}, 47);
  ASSERT_TRUE(whole);
  for (const int batch : {1, 2, 7, 16, 17, 100}) {
    const auto decoded = DecodeRows(file.view(), {}, batch);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, *whole) << batch;
  }
}

TEST_P(CodecThatWrites, WritesTheSameFileInAnyBatch) {
  for (const pixel::PixelFormat format : codec().writes) {
    const Rows rows = PhotoRows(33, 47, format);
    const Bytes whole = *Encode(codec(), rows, {}, 47);
    for (const int batch : {1, 5, 16, 40}) {
      const Bytes file = *Encode(codec(), rows, {}, batch);
      EXPECT_EQ(AsText(file.view()), AsText(whole.view())) << int(format) << " by " << batch;
    }
  }
}

TEST_P(CodecThatReadsItsOwn, FillsNothingBesideTheRows) {
  const Bytes file = Encoded(Photo(5, 4));
  const auto source = *codec().open(file.view(), {}, {});
  const std::size_t row_bytes = 5 * static_cast<std::size_t>(PixelBytes(source->format()));
  constexpr std::size_t kStride = 64;
  std::vector<std::uint8_t> padded(6 * kStride, 99);  // 4 rows are there, 6 are offered
  const pixel::RowSpan batch{padded.data(), kStride, 5, 6, source->format()};
  int got = 0;
  while (got < 4) {
    const auto some = source->Read(batch.Slice(got, 6 - got));
    ASSERT_TRUE(some);
    ASSERT_GT(*some, 0);
    got += *some;
  }
  EXPECT_EQ(got, 4);
  for (std::size_t row = 0; row < 6; ++row) {
    for (std::size_t i = row < 4 ? row_bytes : 0; i < kStride; ++i) {
      EXPECT_EQ(padded[row * kStride + i], 99);
    }
  }
  EXPECT_EQ(source->Read(batch), 0);
}

TEST_P(CodecWithProfiles, CarriesTheProfileByteForByte) {
  for (const std::size_t size : {132UL, 3'144UL, 65'519UL, 65'520UL, 200'000UL}) {
    const std::string icc = MadeIcc(size, "RGB ");
    const Bytes file = Encoded(Photo(8, 8), {.icc = AsBytes(icc)});
    const auto header = codec().probe(file.view(), {});
    ASSERT_TRUE(header);
    EXPECT_EQ(AsText(header->icc.view()), icc);
    EXPECT_EQ(header->info.icc_bytes, size);
    EXPECT_TRUE(DecodeRows(file.view()));
  }
}

TEST_P(CodecWithProfiles, DropsProfilesThatDoNotSuit) {
  const auto carried = [this](const std::string& icc, const Rows& rows,
                              const Limits& limits = {}) -> std::size_t {
    const auto file = Encode(codec(), rows, {.icc = AsBytes(icc)});
    if (!file) return 0;  // some libraries look into a profile before they embed it
    return codec().probe(file->view(), limits)->icc.size();
  };
  const Rows colour = Photo(8, 8);
  if (Writes(pixel::PixelFormat::kGrey8)) {
    const Rows grey = PhotoRows(8, 8, pixel::PixelFormat::kGrey8);
    const auto header = codec().probe(Encoded(grey).view(), {});
    if (IsGrey(header->format)) {
      EXPECT_EQ(carried(MadeIcc(500, "GRAY"), grey), 500U);
      EXPECT_EQ(carried(MadeIcc(500, "RGB "), grey), 0U);
    }
  }
  EXPECT_EQ(carried(MadeIcc(500, "GRAY"), colour), 0U);
  EXPECT_EQ(carried(MadeIcc(500, "CMYK"), colour), 0U);
  EXPECT_EQ(carried(MadeIcc(500, "RGB "), colour, {.max_icc_bytes = 500}), 500U);
  EXPECT_EQ(carried(MadeIcc(500, "RGB "), colour, {.max_icc_bytes = 499}), 0U);
  std::string unsigned_icc = MadeIcc(500, "RGB ");
  unsigned_icc[36] = 'x';
  EXPECT_EQ(carried(unsigned_icc, colour), 0U);
  EXPECT_EQ(carried(MadeIcc(500, "RGB ").substr(0, 300), colour), 0U);
}

TEST_P(CodecWithMetadata, CarriesExifAndXmp) {
  // A TIFF structure whose only entry says: ImageWidth 1.
  const std::string exif("II*\0\x08\0\0\0\x01\0\0\x01\x03\0\x01\0\0\0\x01\0\0\0\0\0\0\0", 26);
  const std::string xmp = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"/>";
  const Bytes none = Encoded(Photo(8, 8));
  EXPECT_TRUE(codec().metadata(none.view(), {}).exif.empty());
  EXPECT_TRUE(codec().metadata(none.view(), {}).xmp.empty());
  const Bytes file = Encoded(Photo(8, 8), {.exif = AsBytes(exif), .xmp = AsBytes(xmp)});
  const Metadata both = codec().metadata(file.view(), {});
  EXPECT_EQ(AsText(both.exif.view()), exif);
  EXPECT_EQ(AsText(both.xmp.view()), xmp);
  const Metadata bounded = codec().metadata(file.view(), {.max_icc_bytes = 20});
  EXPECT_TRUE(bounded.exif.empty());
  EXPECT_TRUE(bounded.xmp.empty());
  EXPECT_TRUE(DecodeRows(file.view()));
}

TEST_P(CodecThatReadsItsOwn, HoldsTheLimits) {
  const Bytes file = Encoded(Photo(40, 30));
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

TEST_P(CodecThatReadsItsOwn, StopsWhenAskedBeforeTheFirstRow) {
  std::stop_source stop;
  stop.request_stop();
  for (const auto preset : {Preset::kFast, Preset::kSmall}) {
    const Bytes file = Encoded(Photo(40, 30), {.preset = preset});
    const auto decoded = DecodeRows(file.view(), {}, 8, stop.get_token());
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().kind, ErrorKind::kCancelled);
  }
}

TEST_P(CodecThatReadsItsOwn, StopsWhenAskedBetweenRowsAndStaysInError) {
  const Bytes file = Encoded(Photo(40, 64));
  std::stop_source stop;
  const auto source = *codec().open(file.view(), {}, stop.get_token());
  Rows rows = BlankRows(40, 64, source->format());
  ASSERT_EQ(source->Read(rows.Span(0, 8)), 8);
  stop.request_stop();
  for (int i = 0; i < 2; ++i) {
    const auto got = source->Read(rows.Span(8, 8));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, ErrorKind::kCancelled);
  }
}

TEST_P(CodecThatReadsItsOwn, MayBeAbandonedAtAnyRow) {
  const Rows photo = Photo(40, 40);
  for (const auto preset : {Preset::kFast, Preset::kDefault, Preset::kSmall}) {
    const Bytes file = Encoded(photo, {.preset = preset});
    for (int rows = 0; rows <= 40; rows += 10) {
      const auto source = *codec().open(file.view(), {}, {});
      Rows into = BlankRows(40, 40, source->format());
      if (rows > 0) EXPECT_TRUE(source->Read(into.Span(0, rows)));
      const auto sink =
          *codec().create({.width = 40, .height = 40, .format = Plain(), .preset = preset});
      EXPECT_TRUE(sink->Write(photo.Span(0, rows)));
    }
  }
}

TEST_P(CodecThatWrites, RefusesAPictureOfTheWrongShape) {
  const Rows photo = Photo(40, 40);
  const auto spec = [this](int width, int height) {
    return EncodeSpec{.width = width, .height = height, .format = Plain()};
  };
  for (const auto& [width, height] : {std::pair(0, 40), {40, 0}, {-1, 40}, {40, 1 << 30}}) {
    EXPECT_FALSE(codec().create(spec(width, height))) << width << "x" << height;
  }
  const auto kind = [](const auto& result) { return result ? "ok" : Name(result.error().kind); };
  const auto too_many = *codec().create(spec(40, 39));
  EXPECT_EQ(kind(too_many->Write(photo.Span(0, 40))), "Internal");
  EXPECT_EQ(kind(too_many->Finish()), "Internal");
  const auto one_too_many = *codec().create(spec(40, 39));
  EXPECT_EQ(kind(one_too_many->Write(photo.Span(0, 30))), "ok");
  EXPECT_EQ(kind(one_too_many->Write(photo.Span(30, 10))), "Internal");
  EXPECT_EQ(kind(one_too_many->Finish()), "Internal");
  const auto too_few = *codec().create(spec(40, 41));
  EXPECT_EQ(kind(too_few->Write(photo.Span(0, 40))), "ok");
  EXPECT_EQ(kind(too_few->Finish()), "Internal");
  const auto too_wide = *codec().create(spec(39, 40));
  EXPECT_EQ(kind(too_wide->Write(photo.Span(0, 40))), "Internal");
  const auto twice = *codec().create(spec(40, 40));
  EXPECT_EQ(kind(twice->Write(photo.Span(0, 40))), "ok");
  EXPECT_EQ(kind(twice->Finish()), "ok");
  EXPECT_EQ(kind(twice->Finish()), "Internal");
}

// A picture may be given in few large pieces, and each is work.
TEST_P(CodecThatWrites, IsStoppedWithTheNextRows) {
  std::stop_source stop;
  const Rows photo = Photo(40, 40);
  const auto sink =
      *codec().create({.width = 40, .height = 40, .format = Plain(), .stop = stop.get_token()});
  ASSERT_TRUE(sink->Write(photo.Span(0, 20)));
  stop.request_stop();
  const auto rest = sink->Write(photo.Span(20, 20));
  ASSERT_FALSE(rest);
  EXPECT_EQ(rest.error().kind, ErrorKind::kCancelled);
  const auto file = sink->Finish();
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind, ErrorKind::kCancelled);
}

// Where a library cannot be interrupted, the work is refused before it begins.
TEST_P(CodecThatWritesWhenAllHasCome, IsStoppedAtTheLatestWhenItBegins) {
  std::stop_source stop;
  const Rows photo = Photo(40, 40);
  const auto sink = *codec().create(
      {.width = 40, .height = 40, .format = Plain(), .colours = 16, .stop = stop.get_token()});
  ASSERT_TRUE(sink->Write(photo.Span(0, 40)));
  stop.request_stop();
  const auto file = sink->Finish();
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind, ErrorKind::kCancelled);
}

// Also while it does for transparency what comes before a library's work.
TEST_P(CodecThatWritesWhenAllHasCome, IsStoppedWithTransparencyToo) {
  std::stop_source stop;
  const auto sink = codec().create({.width = 40,
                                    .height = 40,
                                    .format = pixel::PixelFormat::kRgba8,
                                    .colours = 16,
                                    .stop = stop.get_token()});
  ASSERT_TRUE(sink);
  const Rows photo = PhotoRows(40, 40, pixel::PixelFormat::kRgba8);
  ASSERT_TRUE((*sink)->Write(photo.Span(0, 39)));
  stop.request_stop();
  if (const auto last = (*sink)->Write(photo.Span(39, 1)); !last) {
    EXPECT_EQ(last.error().kind, ErrorKind::kCancelled);
  }
  const auto file = (*sink)->Finish();
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind, ErrorKind::kCancelled);
}

std::vector<const Codec*> Those(bool (*wanted)(const Codec&)) {
  std::vector<const Codec*> codecs;
  for (const Codec* codec : All()) {
    if (wanted(*codec)) codecs.push_back(codec);
  }
  return codecs;
}

std::string NameOf(const testing::TestParamInfo<const Codec*>& info) {
  return std::string(info.param->name);
}

INSTANTIATE_TEST_SUITE_P(All, CodecContract, testing::ValuesIn(All().begin(), All().end()), NameOf);
INSTANTIATE_TEST_SUITE_P(All, CodecThatWrites, testing::ValuesIn(Those([](const Codec& codec) {
                           return codec.create != nullptr;
                         })),
                         NameOf);
bool ReadsItsOwn(const Codec& codec) { return codec.create != nullptr && codec.open != nullptr; }
INSTANTIATE_TEST_SUITE_P(All, CodecWithProfiles, testing::ValuesIn(Those([](const Codec& codec) {
                           return ReadsItsOwn(codec) && codec.carries_icc;
                         })),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(All, CodecWithMetadata, testing::ValuesIn(Those([](const Codec& codec) {
                           return ReadsItsOwn(codec) && CarriesMetadata(codec);
                         })),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(All, CodecThatWritesWhenAllHasCome,
                         testing::ValuesIn(Those([](const Codec& codec) {
                           return codec.create != nullptr && !WritesAsRowsCome(codec);
                         })),
                         NameOf);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CodecThatWritesWhenAllHasCome);
INSTANTIATE_TEST_SUITE_P(All, CodecThatReadsItsOwn, testing::ValuesIn(Those([](const Codec& codec) {
                           return codec.create != nullptr && codec.open != nullptr;
                         })),
                         NameOf);

}  // namespace
}  // namespace whittle::codec
