// AVIF whose alpha libavif 0.11 overlooks, and what it would take for alpha.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codec/avif/mend.h"
#include "codec/isobmff/items.h"
#include "tests/codec/avif_boxes.h"

namespace whittle::codec {

extern const Codec kAvif;

namespace {

using pixel::PixelFormat;
using namespace std::string_literals;

constexpr int kShades[] = {40, 190}, kAlphas[] = {60, 220};
constexpr std::string_view kAlpha = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha";
constexpr std::string_view kHevcAlpha = "urn:mpeg:hevc:2015:auxid:1";
constexpr std::string_view kDepth = "urn:mpeg:mpegB:cicp:systems:auxiliary:depth";

SampleRows Decoded(const std::string& file) {
  auto rows = DecodeSamples(kAvif, AsBytes(file));
  EXPECT_TRUE(rows) << rows.error().detail;
  return rows ? *std::move(rows) : SampleRows{};
}

std::string DataOf(const std::string& file, const Item& item) {
  return file.substr(static_cast<std::size_t>(item.extents.at(0).offset),
                     static_cast<std::size_t>(item.extents.at(0).length));
}

// Item 1 is a grid of two cells of 64x64, items 2 and 3, each of one shade; `alphas` are the
// numbers of their alpha. Property 6 says what these are.
MadeHeif GridOfTwo(const std::array<unsigned, 2>& alphas, std::string_view urn = kAlpha) {
  MadeHeif file;
  file.brand = "avif";
  file.items.push_back(
      {.id = 1, .type = "grid", .data = GridPayload(1, 2, 128, 64), .properties = {4, 3}});
  file.references = {{"dimg", 1, {2, 3}}};
  for (unsigned i = 0; i < 2; ++i) {
    SampleRows rows = SamplesOf(test::Blank(64, 64, 4, static_cast<std::uint8_t>(kShades[i])),
                                PixelFormat::kRgba8);
    for (std::size_t at = 3; at < rows.bytes.size(); at += 4) {
      rows.bytes[at] = static_cast<std::uint8_t>(kAlphas[i]);
    }
    const std::string made(AsText(MakeAvif(rows).view()));
    const auto items = ReadItems(*FindBox(AsBytes(made), "meta"));
    const Item& colour = items->all.at(items->primary);
    const Item& alpha = items->all.at(items->primary == 1 ? 2 : 1);
    if (i == 0) {
      file.properties = {Ispe(64, 64),
                         std::string(AsText(items->PropertyOf(colour, "av1C")->whole)),
                         std::string(AsText(items->PropertyOf(colour, "pixi")->whole)),
                         Ispe(128, 64),
                         std::string(AsText(items->PropertyOf(alpha, "av1C")->whole)),
                         FullBox("auxC", std::string(urn) + '\0')};
    }
    file.items.push_back(
        {.id = 2 + i, .type = "av01", .data = DataOf(made, colour), .properties = {1, 2, 3}});
    file.items.push_back(
        {.id = alphas[i], .type = "av01", .data = DataOf(made, alpha), .properties = {1, 5, 6}});
    file.references.push_back({"auxl", alphas[i], {2 + i}});
  }
  std::ranges::sort(file.items, {}, &MadeItem::id);  // as libavif wants them in ipma
  return file;
}

void ExpectAlphaOfBoth(const std::string& file) {
  const SampleRows rows = Decoded(file);
  ASSERT_EQ(rows.format, PixelFormat::kRgba8);
  ASSERT_EQ(rows.width, 128);
  for (const int y : {0, 63}) {
    for (const int x : {0, 63, 64, 127}) {
      const int tile = x / 64;
      EXPECT_NEAR(rows.at(x, y, 0), kShades[tile], 2);
      EXPECT_NEAR(rows.at(x, y, 3), kAlphas[tile], 1);
    }
  }
}

// libavif 1.4 shows the same; 0.11 left the alpha out without a word.
TEST(AvifAlpha, OfEachCellIsThatOfTheGrid) {
  ExpectAlphaOfBoth(GridOfTwo({4, 5}).Make());
  ExpectAlphaOfBoth(GridOfTwo({9, 6}).Make());  // not in rising order
  ExpectAlphaOfBoth(GridOfTwo({4, 5}, kHevcAlpha).Make());
}

TEST(AvifAlpha, OfEachCellIsTurnedWithTheGrid) {
  MadeHeif file = GridOfTwo({4, 5});
  file.properties.push_back(MadeBox("irot", BigEndian(1, 1)));
  file.items[0].properties.push_back(static_cast<unsigned>(file.properties.size()));
  ExpectAlphaOfBoth(file.Make());
  EXPECT_EQ(kAvif.probe(AsBytes(file.Make()), {})->info.orientation, 8);
}

TEST(AvifAlpha, OfSomeCellsIsNone) {
  const MadeHeif whole = GridOfTwo({4, 5});
  for (const int missing : {1, 2}) {
    MadeHeif file = whole;
    file.references.erase(file.references.begin() + missing);
    EXPECT_EQ(Decoded(file.Make()).format, PixelFormat::kRgb8);
    EXPECT_TRUE(MendAvif(AsBytes(file.Make())).empty());
  }
}

TEST(AvifAlpha, IsNoDepth) {
  EXPECT_EQ(Decoded(GridOfTwo({4, 5}, kDepth).Make()).format, PixelFormat::kRgb8);
  EXPECT_EQ(Decoded(GridOfTwo({4, 5}, std::string(kAlpha) + "s").Make()).format,
            PixelFormat::kRgb8);
  EXPECT_EQ(Decoded(GridOfTwo({4, 5}, kAlpha.substr(0, kAlpha.size() - 1)).Make()).format,
            PixelFormat::kRgb8);
}

TEST(AvifAlpha, OfTheGridItselfComesFirst) {
  MadeHeif file = GridOfTwo({4, 5});
  file.items.push_back(
      {.id = 10, .type = "grid", .data = GridPayload(1, 2, 128, 64), .properties = {4, 6}});
  file.references.push_back({"auxl", 10, {1}});
  file.references.push_back({"dimg", 10, {4, 5}});
  EXPECT_TRUE(MendAvif(AsBytes(file.Make())).empty());
  ExpectAlphaOfBoth(file.Make());
}

// New items are numbered from the highest on: two cells and their grid.
TEST(AvifAlpha, FitsIntoTheNumbersThereAre) {
  const auto mended = [](unsigned last) {
    return MendAvif(AsBytes(GridOfTwo({4, last}).Make())).size();
  };
  EXPECT_EQ(mended(0xFFFF - 3), 1U);
  EXPECT_EQ(mended(0xFFFF - 2), 0U);
}

// A grid of so many properties that one more is not countable.
TEST(AvifAlpha, IsGatheredWhereAGridHasRoomForItsProperty) {
  for (const std::size_t properties : {254U, 255U}) {
    MadeHeif file = GridOfTwo({4, 5});
    file.properties.push_back(MadeBox("free", ""));
    file.items[0].properties.resize(properties, static_cast<unsigned>(file.properties.size()));
    EXPECT_EQ(MendAvif(AsBytes(file.Make())).size(), properties == 254U ? 1U : 0U);
  }
}

// libavif takes any track that is auxiliary to the picture's for its alpha.
TEST(AvifAlpha, TracksOfDepthAreLeftOut) {
  const std::string plain(
      AsText(MakeAvif(SamplesOf(test::Photo(40, 30), PixelFormat::kRgba8), {.frames = 2}).view()));
  const auto saying = [&](std::string_view urn) {
    std::string file = plain;
    const std::size_t at = file.find("auxi", file.find("moov"));
    EXPECT_NE(at, file.npos);
    file.replace(at + 8, urn.size() + 1, std::string(urn) + '\0');
    return file;
  };
  ASSERT_EQ(Decoded(plain).format, PixelFormat::kRgba8);
  EXPECT_EQ(Decoded(saying(kAlpha)).bytes, Decoded(plain).bytes);
  EXPECT_EQ(Decoded(saying(kHevcAlpha)).bytes, Decoded(plain).bytes);
  const SampleRows opaque = Decoded(saying(kDepth));
  ASSERT_EQ(opaque.format, PixelFormat::kRgb8);
  EXPECT_NEAR(opaque.at(5, 5, 0), Decoded(plain).at(5, 5, 0), 1);
}

TEST(AvifAlpha, DamageIsNoHarm) {
  const std::string file = GridOfTwo({5, 4}).Make();
  const std::size_t end = file.find("mdat");
  for (std::size_t at = 24; at < end; ++at) {
    for (const int bit : {0, 4, 7}) {
      std::string damaged = file;
      damaged[at] = static_cast<char>(damaged[at] ^ 1 << bit);
      const auto decoded = DecodeSamples(kAvif, AsBytes(damaged), {.max_working_bytes = 64 << 20});
      if (!decoded) EXPECT_NE(decoded.error().kind, ErrorKind::kInternal) << at;
    }
  }
}

}  // namespace
}  // namespace whittle::codec
