// A palette at the source is one at the result, where nobody sees a difference and bytes are saved.
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>

#include "pipeline/plan.h"
#include "tests/codec/decode.h"
#include "tests/support/pictures.h"
#include "whittle/whittle.h"

namespace whittle::pipeline {
namespace {

using codec::ByName;
using codec::Rows;
using pixel::PixelFormat;
using Params = Transform::Params;

// Letters, more or less: strokes and discs of seven colours on white.
Rows Drawing() {
  constexpr int kColours[7][3] = {{0, 0, 0},     {200, 20, 20},   {20, 60, 200}, {10, 120, 60},
                                  {230, 160, 0}, {128, 128, 128}, {120, 0, 120}};
  Rows rows = codec::BlankRows(420, 260, PixelFormat::kRgb8, 255);
  for (int y = 0; y < 260; ++y) {
    for (int x = 0; x < 420; ++x) {
      const int cell = x / 30 + 14 * (y / 26);
      const int u = x % 30 - 15, v = y % 26 - 13;
      const int round = u * u + v * v;
      const bool stroke = (cell % 3 == 0 && round > 60 && round < 100) ||
                          (cell % 3 == 1 && (u + v == 0 || u + v == 1)) ||
                          (cell % 3 == 2 && (v == 3 || v == -4) && u > -10 && u < 10);
      if (!stroke) continue;
      for (int c = 0; c < 3; ++c) rows.Set(x, y, c, kColours[cell % 7][c]);
    }
  }
  return rows;
}

Bytes File(std::string_view format, const Rows& rows, const codec::EncodeSpec& spec = {}) {
  return *codec::Encode(*ByName(format), rows, spec);
}

// The same picture as PNG without a palette: 16 bits, of which a result keeps 8 where they say all.
Bytes FullColour(const Rows& rows) {
  Rows other = rows;
  other.Set(0, 0, 0, 254);
  for (int i = 0; i < 300; ++i) {  // more colours than a palette has, where one hardly sees them
    for (int c = 0; c < 3; ++c) other.Set(i, 259, c, 255 - (c == 0 ? i % 16 : c == 1 ? i / 16 : 0));
  }
  return File("png", other);
}

Encoded Made(ByteView file, const Params& params) {
  auto result = Process(file, *Transform::Make(params), Limits{});
  if (!result) throw std::runtime_error(result.error().text + ": " + result.error().detail);
  return *std::move(result);
}

std::uint32_t ColoursOf(const Encoded& result) {
  return Probe(result.bytes.view(), Limits{})->colours;
}

double MeanDifference(const Encoded& a, const Encoded& b) {
  return test::Compare(*codec::Decode(a.bytes.view()), *codec::Decode(b.bytes.view())).mean;
}

TEST(Palette, OfTheSourceIsOneOfTheResult) {
  const Rows drawing = Drawing();
  for (const std::string_view format : {"png", "gif"}) {
    const Bytes source = File(format, drawing);
    ASSERT_GE(Probe(source.view(), Limits{})->colours, 8U);
    for (const unsigned width : {419U, 300U, 210U, 105U}) {
      SCOPED_TRACE(testing::Message() << format << width);
      const Params params{.width = width, .format = Format::kPng};
      const Encoded result = Made(source.view(), params);
      Params lossless = params;
      lossless.lossless = true;
      const Encoded exact = Made(source.view(), lossless);
      EXPECT_EQ(ColoursOf(exact), 0U);
      EXPECT_GT(ColoursOf(result), 0U);
      EXPECT_LT(result.bytes.size() * 3, exact.bytes.size() * 2);
      EXPECT_GT(MeanDifference(result, exact), 0);
      EXPECT_LE(MeanDifference(result, exact), 0.5);
      Params few = params;
      few.colours = 16;
      EXPECT_LE(ColoursOf(Made(source.view(), few)), 16U);
    }
  }
}

TEST(Palette, IsNotMadeOfFullColour) {
  const Bytes source = FullColour(Drawing());
  ASSERT_EQ(Probe(source.view(), Limits{})->colours, 0U);
  const Params params{.width = 210, .format = Format::kPng};
  Params lossless = params;
  lossless.lossless = true;
  const Encoded result = Made(source.view(), params);
  EXPECT_EQ(ColoursOf(result), 0U);
  EXPECT_EQ(AsText(result.bytes.view()), AsText(Made(source.view(), lossless).bytes.view()));
}

// 256 colours are too few for a photo that is resized: every one of them would be mixed.
TEST(Palette, OfAPhotoIsGivenUp) {
  const Bytes source =
      File("png", codec::PhotoRows(300, 200, PixelFormat::kRgb8), {.colours = 256});
  ASSERT_GT(Probe(source.view(), Limits{})->colours, 0U);
  const Params params{.width = 299, .format = Format::kPng};
  Params lossless = params;
  lossless.lossless = true;
  EXPECT_EQ(AsText(Made(source.view(), params).bytes.view()),
            AsText(Made(source.view(), lossless).bytes.view()));
}

// libimagequant's memory, which is far more than the picture's.
TEST(Palette, IsCounted) {
  const auto planned = [](const Bytes& source, Params params) {
    params.width = 208;
    params.height = 128;
    params.fit = Fit::kFill;
    const auto transform = *Transform::Make(params);
    const codec::Codec& codec = *codec::Sniff(source.view());
    auto header = codec.probe(source.view(), {});
    header->decode_bytes = 0;
    const auto plan = MakePlan(codec, *header, WholeOf(*header, transform), transform, {});
    return plan->working_bytes;
  };
  const Bytes indexed = File("png", Drawing());
  const Bytes full = FullColour(Drawing());
  const std::uint64_t plain = planned(full, {.format = Format::kPng});
  const std::uint64_t quantised = planned(indexed, {.format = Format::kPng});
  EXPECT_GE(quantised, plain + 20ULL * 208 * 128);
  EXPECT_EQ(planned(full, {.format = Format::kPng, .colours = 64}), quantised);
  EXPECT_EQ(planned(indexed, {.format = Format::kPng, .lossless = true}), plain);
  EXPECT_EQ(planned(indexed, {.format = Format::kWebp}), planned(full, {.format = Format::kWebp}));
}

// Nor is what is too large to be quantised: 20 bytes a pixel would refuse large scans.
TEST(Palette, IsCountedUpToTheSizesThatAreQuantised) {
  const Bytes source = File("png", Drawing());
  const codec::Codec& codec = *codec::Sniff(source.view());
  const auto planned = [&](std::uint32_t width, std::uint32_t height, std::optional<int> colours,
                           bool indexed) {
    auto header = codec.probe(source.view(), {});
    header->info.width = width;
    header->info.height = height;
    if (!indexed) header->info.colours = 0;
    const auto transform =
        *Transform::Make({.width = width, .format = Format::kPng, .colours = colours});
    const auto plan = MakePlan(codec, *header, WholeOf(*header, transform), transform,
                               {.max_working_bytes = UINT64_MAX});
    return plan->working_bytes;
  };
  const auto faithful = [&](std::uint32_t width, std::uint32_t height) {
    return planned(width, height, std::nullopt, true) - planned(width, height, std::nullopt, false);
  };
  const auto asked = [&](std::uint32_t width, std::uint32_t height) {
    return planned(width, height, 64, false) - planned(width, height, std::nullopt, false);
  };
  EXPECT_GE(faithful(1250, 1600), 20ULL * 1250 * 1600);  // 2 million
  EXPECT_EQ(faithful(1251, 1600), 0U);
  EXPECT_GE(asked(1251, 1600), 20ULL * 1251 * 1600);
  EXPECT_GE(asked(4096, 2730), 20ULL * 4096 * 2730);  // 32 MiB, which are held whole
  EXPECT_EQ(asked(4096, 2731), 0U);
}

}  // namespace
}  // namespace whittle::pipeline
