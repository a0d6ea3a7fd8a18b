// HEIF of one piece: as stored beside libheif's own turning, alpha, and what memory is counted.
#include <gtest/gtest.h>
#include <libheif/heif.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "codec/heif/boxes.h"
#include "tests/codec/heif_grids.h"

namespace whittle::codec {

extern const Codec kHeif;

namespace {

using pixel::PixelFormat;

std::string_view KindOf(const auto& result) { return result ? "ok" : Name(result.error().kind); }

SampleRows Decoded(const std::string& file) {
  auto rows = DecodeSamples(kHeif, AsBytes(file));
  EXPECT_TRUE(rows) << rows.error().detail;
  return rows ? *std::move(rows) : SampleRows{};
}

void AddProperty(MadeHeif& file, std::size_t item, const std::string& property) {
  file.properties.push_back(property);
  file.items[item].properties.push_back(static_cast<unsigned>(file.properties.size()));
}
std::string Turned(int angle) {
  return MadeBox("irot", BigEndian(static_cast<unsigned>(angle), 1));
}
std::string Mirrored(int axis) {
  return MadeBox("imir", BigEndian(static_cast<unsigned>(axis), 1));
}

// libheif 1.15 would refuse to mirror more than 8 bits.
TEST(HeifPiece, SaysHowItIsTurned) {
  for (const bool wide : {false, true}) {
    const test::Picture plain = Decoded((wide ? MadeWideSingle() : MadeSingle()).Make()).Colour();
    for (int angle = 0; angle < 4; ++angle) {
      for (int axis = -1; axis < 2; ++axis) {
        SCOPED_TRACE(testing::Message() << wide << angle << ' ' << axis);
        MadeHeif file = wide ? MadeWideSingle() : MadeSingle();
        AddProperty(file, 0, Turned(angle));
        if (axis >= 0) AddProperty(file, 0, Mirrored(axis));
        const std::string made = file.Make();
        const auto header = kHeif.probe(AsBytes(made), {});
        ASSERT_TRUE(header);
        const test::Picture stored = Decoded(made).Colour();
        EXPECT_EQ(stored.samples, plain.samples);
        if (wide && axis >= 0) continue;  // libheif cannot
        EXPECT_LE(
            test::Compare(test::Upright(stored, header->info.orientation), PlainHeif(AsBytes(made)))
                .max,
            wide ? 1 : 0);
      }
    }
  }
}

// libheif's planes of 10 bits, stretched to 16 in floating point.
TEST(HeifPiece, OfTenBitsIsStretchedToSixteen) {
  const std::string file = MadeWideSingle().Make();
  const SampleRows rows = Decoded(file);
  ASSERT_EQ(rows.format, PixelFormat::kRgb16);
  const std::unique_ptr<heif_context, void (*)(heif_context*)> context(heif_context_alloc(),
                                                                       heif_context_free);
  ASSERT_EQ(
      heif_context_read_from_memory_without_copy(context.get(), file.data(), file.size(), nullptr)
          .code,
      heif_error_Ok);
  heif_image_handle* found = nullptr;
  heif_context_get_primary_image_handle(context.get(), &found);
  const std::unique_ptr<heif_image_handle, void (*)(const heif_image_handle*)> handle(
      found, heif_image_handle_release);
  heif_image* decoded = nullptr;
  ASSERT_EQ(
      heif_decode_image(handle.get(), &decoded, heif_colorspace_RGB, heif_chroma_444, nullptr).code,
      heif_error_Ok);
  const std::unique_ptr<heif_image, void (*)(const heif_image*)> image(decoded, heif_image_release);
  constexpr heif_channel kChannels[] = {heif_channel_R, heif_channel_G, heif_channel_B};
  for (int c = 0; c < 3; ++c) {
    int stride = 0;
    const std::uint8_t* plane = heif_image_get_plane_readonly(image.get(), kChannels[c], &stride);
    for (int y = 0; y < 64; ++y) {
      for (int x = 0; x < 64; ++x) {
        std::uint16_t code = 0;
        std::memcpy(&code, plane + y * stride + 2 * x, 2);
        ASSERT_EQ(rows.at(x, y, c), std::lround(code / 1023.0 * 65535.0)) << x << ' ' << y;
      }
    }
  }
}

TEST(HeifPiece, IsOneHevcPictureWithAConfiguration) {
  const auto is_piece = [](const MadeHeif& file) {
    return ReadHeifBoxes(AsBytes(file.Make())).piece.has_value();
  };
  EXPECT_TRUE(is_piece(MadeSingle()));
  MadeHeif file = MadeSingle();
  const std::string configuration = FromHex(kHevcConfig8);
  file.properties[1] = MadeBox("hvcC", configuration.substr(0, 17));
  EXPECT_TRUE(is_piece(file));
  file.properties[1] = MadeBox("hvcC", configuration.substr(0, 16));
  EXPECT_FALSE(is_piece(file));
  file = MadeSingle();
  file.items[0].type = "iden";
  EXPECT_FALSE(is_piece(file));
  EXPECT_FALSE(is_piece(MadeGrid(2, 1, 128, 64)));
}

// Sides as stored, of what is turned by a quarter.
TEST(HeifPiece, IsGivenAsStored) {
  MadeHeif file = MadeSingle();
  file.properties[0] = Ispe(64, 32);  // not what is coded
  AddProperty(file, 0, Turned(1));
  const std::string made = file.Make();
  const auto header = kHeif.probe(AsBytes(made), {});
  ASSERT_TRUE(header);
  EXPECT_EQ(header->info.width, 64U);
  EXPECT_EQ(header->info.height, 32U);
  EXPECT_EQ(header->info.orientation, 8);
  EXPECT_EQ(KindOf(DecodeSamples(kHeif, AsBytes(made))), "Undecodable");
}

// Mirrored before it is turned, or turned twice: libheif does it.
TEST(HeifPiece, TurnedInAnotherOrderIsGivenAsShown) {
  MadeHeif file = MadeSingle();
  AddProperty(file, 0, Mirrored(0));
  AddProperty(file, 0, Turned(1));
  const std::string made = file.Make();
  EXPECT_EQ(kHeif.probe(AsBytes(made), {})->info.orientation, 1);
  EXPECT_EQ(Decoded(made).Colour().samples, PlainHeif(AsBytes(made)).samples);
}

// Bytes for each pixel by the configuration's chroma, at the limit exactly. Measured peaks of
// libheif 1.15: 5.5 of 8 bits in 4:0:0, 4.5 in 4:2:0; of 10 bits 9.0 in 4:2:0, 10.0 in 4:2:2.
TEST(HeifPiece, NeedsWhatItsChromaTakes) {
  struct Case {
    bool wide;
    int chroma;  // chroma_format_idc
    std::uint64_t of_a_pixel;
  };
  for (const auto& [wide, chroma, of_a_pixel] : {Case{false, 0, 6},
                                                 {false, 1, 5},
                                                 {false, 2, 6},
                                                 {false, 3, 8},
                                                 {true, 0, 11},
                                                 {true, 1, 9},
                                                 {true, 2, 10},
                                                 {true, 3, 14}}) {
    SCOPED_TRACE(testing::Message() << wide << chroma);
    MadeHeif file = wide ? MadeWideSingle() : MadeSingle();
    std::string& configuration = file.properties[1];
    configuration[8 + 16] = static_cast<char>((configuration[8 + 16] & 0xFC) | chroma);
    const std::string made = file.Make();
    const std::uint64_t needed = (8U << 20) + of_a_pixel * 64 * 64 + made.size();
    EXPECT_EQ(kHeif.probe(AsBytes(made), {})->decode_bytes, needed);
    EXPECT_EQ(KindOf(kHeif.open(AsBytes(made), {.max_working_bytes = needed}, {})), "ok");
    EXPECT_EQ(KindOf(kHeif.open(AsBytes(made), {.max_working_bytes = needed - 1}, {})), "TooLarge");
  }
}

// Cameras' largest pictures of one piece, 45 to 50 megapixels of 10 bits in 4:2:2.
TEST(HeifPiece, OfFiftyMegapixelsFitsIntoTheDefaultLimits) {
  MadeHeif file = MadeWideSingle();
  file.properties[1][8 + 16] = static_cast<char>((file.properties[1][8 + 16] & 0xFC) | 2);
  file.properties[0] = Ispe(8640, 5760);
  EXPECT_EQ(KindOf(kHeif.probe(AsBytes(file.Make()), {})), "ok");
  file.properties[0] = Ispe(9504, 6336);
  EXPECT_EQ(KindOf(kHeif.probe(AsBytes(file.Make()), {})), "TooLarge");
}

// A picture and its alpha.
MadeHeif WithAlpha(MadeHeif file, MadeItem alpha) {
  file.properties.push_back(
      FullBox("auxC", std::string("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha") + '\0'));
  alpha.id = 2;
  alpha.properties.push_back(static_cast<unsigned>(file.properties.size()));
  file.items.push_back(std::move(alpha));
  file.references.push_back({"auxl", 2, {1}});
  return file;
}

TEST(HeifPiece, AlphaOfAnotherDepthIsScaledByItsOwn) {
  MadeHeif colour = MadeWideSingle();
  colour.properties.push_back(MadeBox("hvcC", FromHex(kHevcConfig8)));
  const std::string file =
      WithAlpha(colour, {.data = FromHex(kHevcTile3), .properties = {1, 3}}).Make();
  const SampleRows narrow =
      Decoded(WithAlpha(MadeSingle(), {.data = FromHex(kHevcTile3), .properties = {1, 2}}).Make());
  const SampleRows decoded = Decoded(file), plain = Decoded(MadeWideSingle().Make());
  ASSERT_EQ(decoded.format, PixelFormat::kRgba16);
  ASSERT_EQ(narrow.format, PixelFormat::kRgba8);
  for (const int y : {0, 31, 32, 63}) {
    EXPECT_EQ(decoded.at(5, y, 3), narrow.at(5, y, 3) * 257);
    for (int c = 0; c < 3; ++c) EXPECT_EQ(decoded.at(5, y, c), plain.at(5, y, c));
  }
  const std::uint64_t needed = kHeif.probe(AsBytes(file), {})->decode_bytes;
  EXPECT_EQ(needed, (8U << 20) + 20 * 64 * 64 + file.size());
}

TEST(HeifPiece, WithAlphaNeedsAnotherPicture) {
  const std::string file =
      WithAlpha(MadeSingle(), {.data = FromHex(kHevcTile3), .properties = {1, 2}}).Make();
  const std::uint64_t needed = kHeif.probe(AsBytes(file), {})->decode_bytes;
  EXPECT_EQ(needed, (8U << 20) + 17 * 64 * 64 + file.size());
  EXPECT_EQ(KindOf(kHeif.open(AsBytes(file), {.max_working_bytes = needed}, {})), "ok");
  EXPECT_EQ(KindOf(kHeif.open(AsBytes(file), {.max_working_bytes = needed - 1}, {})), "TooLarge");
}

// libheif turns alpha whatever it is told, so it turns both.
TEST(HeifPiece, WithAlphaIsGivenAsShown) {
  MadeHeif file =
      WithAlpha(MadeSingle(kHevcTile1), {.data = FromHex(kHevcTile3), .properties = {1, 2}});
  const SampleRows plain = Decoded(file.Make());
  AddProperty(file, 0, Turned(2));
  file.items[1].properties.push_back(static_cast<unsigned>(file.properties.size()));
  EXPECT_EQ(kHeif.probe(AsBytes(file.Make()), {})->info.orientation, 1);
  const SampleRows turned = Decoded(file.Make());
  for (int c = 0; c < 4; ++c) {
    ASSERT_NE(plain.at(9, 5, c), plain.at(9, 58, c));
    EXPECT_EQ(turned.at(54, 58, c), plain.at(9, 5, c));
  }
}

// By the boxes both have a size, but alpha is coded in another.
TEST(HeifPiece, AlphaOfAnotherSizeThanItSaysIsUndecodable) {
  for (const auto& [width, height] : {std::array<unsigned, 2>{32, 64}, {64, 32}, {64, 64}}) {
    MadeHeif file = WithAlpha(MadeSingle(), {.data = FromHex(kHevcTile3), .properties = {4, 2}});
    file.properties.push_back(Ispe(width, height));
    AddProperty(file, 0,
                MadeBox("clap", BigEndian(width, 4) + BigEndian(1, 4) + BigEndian(height, 4) +
                                    BigEndian(1, 4) + BigEndian(0, 4) + BigEndian(1, 4) +
                                    BigEndian(0, 4) + BigEndian(1, 4)));
    const std::string made = file.Make();
    ASSERT_TRUE(kHeif.probe(AsBytes(made), {})->info.alpha);
    EXPECT_EQ(KindOf(DecodeSamples(kHeif, AsBytes(made))),
              width == 64 && height == 64 ? "ok" : "Undecodable");
  }
}

}  // namespace
}  // namespace whittle::codec
