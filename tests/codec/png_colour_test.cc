// What PNG files say of their colours, in the order and with the bounds of Chromium 156: each
// outcome here was seen there, by the code it shows for one colour.
#include <gtest/gtest.h>

#include <array>

#include "codec/png/sink.h"
#include "tests/codec/made_icc.h"
#include "tests/codec/png_files.h"

namespace whittle::codec {
namespace {

using namespace std::string_literals;
using pixel::Calibration;
using pixel::Cicp;
using Xy = std::array<std::size_t, 8>;  // white, red, green, blue in hundred-thousandths

constexpr Xy kSrgbXy = {31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000};
constexpr Xy kP3Xy = {31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000};

const Codec& Png() { return *ByName("png"); }

struct Chunk {
  std::string name, body;
};

Chunk CicpOf(int primaries, int transfer, int matrix = 0, int full = 1) {
  std::string body;
  for (const int code : {primaries, transfer, matrix, full}) body += static_cast<char>(code);
  return {"cICP", body};
}
Chunk GamaOf(std::size_t gamma) { return {"gAMA", BigEndian32(gamma)}; }
Chunk ChrmOf(const Xy& xy) {
  std::string body;
  for (const std::size_t value : xy) body += BigEndian32(value);
  return {"cHRM", body};
}
Chunk IccpOf(const std::string& icc) { return {"iCCP", std::string("x\0\0", 3) + Deflated(icc)}; }
const Chunk kSrgb{"sRGB", std::string(1, '\0')};

// A picture with these chunks, in their order.
Bytes FileWith(const std::vector<Chunk>& chunks, std::string_view before = "IDAT",
               int colour = PNG_COLOR_TYPE_RGB) {
  Bytes file = MakePng({.colour = colour});
  for (const Chunk& chunk : chunks) file = WithChunk(file, chunk.name, chunk.body, before);
  return file;
}

Header HeaderOf(const Bytes& file) { return *Png().probe(file.view(), {}); }
pixel::ColourSpace ColourOf(const std::vector<Chunk>& chunks) {
  return HeaderOf(FileWith(chunks)).colour;
}
pixel::ColourSpace Of(const Cicp& cicp) { return {.cicp = cicp, .calibration = {}}; }
pixel::ColourSpace Of(double gamma) {
  return {.cicp = {}, .calibration = Calibration{.gamma = gamma, .chromaticities = {}}};
}

TEST(PngColour, CicpComesBeforeTheProfileAndThatBeforeTheRest) {
  const std::string icc = MadeIcc(600, "RGB ");
  const Header all =
      HeaderOf(FileWith({GamaOf(100'000), kSrgb, IccpOf(icc), ChrmOf(kP3Xy), CicpOf(12, 13)}));
  EXPECT_EQ(all.colour, Of(Cicp{12, 13}));
  EXPECT_TRUE(all.icc.empty());
  EXPECT_EQ(all.info.icc_bytes, 0U);
  const Header profile = HeaderOf(FileWith({GamaOf(100'000), kSrgb, IccpOf(icc)}));
  EXPECT_EQ(AsText(profile.icc.view()), icc);
  EXPECT_EQ(profile.info.icc_bytes, 600U);
  EXPECT_TRUE(profile.colour.empty());
  EXPECT_TRUE(ColourOf({GamaOf(100'000), kSrgb}).empty());
  EXPECT_EQ(ColourOf({GamaOf(100'000)}), Of(1.0));
}

TEST(PngColour, CicpOfSrgbIsSrgbEvenBesideAProfile) {
  const Header header = HeaderOf(FileWith({IccpOf(MadeIcc(600, "RGB ")), CicpOf(1, 13)}));
  EXPECT_TRUE(header.colour.empty());
  EXPECT_TRUE(header.icc.empty());
  EXPECT_EQ(ColourOf({CicpOf(1, 16)}), Of(Cicp{1, 16}));
  EXPECT_EQ(ColourOf({CicpOf(9, 13)}), Of(Cicp{9, 13}));
}

TEST(PngColour, WhatIsBrokenOrUnknownGivesWayToTheNext) {
  const auto linear = Of(1.0);
  const Chunk gama = GamaOf(100'000);
  EXPECT_EQ(ColourOf({CicpOf(12, 13, 0, 0), gama}), linear);  // studio range
  EXPECT_EQ(ColourOf({CicpOf(12, 13, 1, 1), gama}), linear);  // Y'CbCr
  EXPECT_EQ(ColourOf({{"cICP", "\x0C\x0D"}, gama}), linear);  // too short
  EXPECT_EQ(ColourOf({CicpOf(2, 2), gama}), linear);          // unspecified
  EXPECT_EQ(ColourOf({{"iCCP", "x"}, gama}), linear);         // without a profile
  EXPECT_EQ(ColourOf({IccpOf("no profile"), gama}), linear);
  EXPECT_EQ(ColourOf({{"sRGB", "\4"}, gama}), linear);  // no such intent
  EXPECT_EQ(ColourOf({{"sRGB", std::string(2, '\0')}, gama}), linear);
  EXPECT_EQ(ColourOf({{"sRGB", "\3"}, gama}), pixel::ColourSpace{});
  EXPECT_EQ(ColourOf({gama, GamaOf(22'727)}), linear);  // the first of two
  const Header icc = HeaderOf(FileWith({CicpOf(2, 2), IccpOf(MadeIcc(600, "RGB "))}));
  EXPECT_EQ(icc.icc.size(), 600U);
  // A profile of another kind of samples, and one beyond the limit.
  const Bytes grey = FileWith({IccpOf(MadeIcc(600, "RGB ")), gama}, "IDAT", PNG_COLOR_TYPE_GRAY);
  EXPECT_EQ(HeaderOf(grey).colour, linear);
  const Bytes large = FileWith({IccpOf(MadeIcc(600, "RGB ")), gama});
  EXPECT_EQ(Png().probe(large.view(), {.max_icc_bytes = 599})->colour, linear);
}

TEST(PngColour, KnowsTheCodePointsThatChromiumKnows) {
  for (int code = 0; code < 256; ++code) {
    const bool primaries = (code >= 4 && code <= 12) || code == 1 || code == 22;
    const bool transfer =
        code == 1 || (code >= 4 && code <= 8) || code == 11 || (code >= 13 && code <= 18);
    EXPECT_EQ(ColourOf({CicpOf(code, 1)}).cicp.has_value(), primaries) << code;
    EXPECT_EQ(ColourOf({CicpOf(9, code)}).cicp.has_value(), transfer) << code;
  }
}

TEST(PngColour, UsualGammaIsSrgb) {
  for (const unsigned gamma : {43'182U, 45'455U, 47'727U}) {
    EXPECT_TRUE(ColourOf({GamaOf(gamma)}).empty()) << gamma;
    EXPECT_TRUE(ColourOf({GamaOf(gamma), ChrmOf(kSrgbXy)}).empty()) << gamma;
    EXPECT_FALSE(ColourOf({GamaOf(gamma), ChrmOf(kP3Xy)}).empty()) << gamma;
  }
  EXPECT_EQ(ColourOf({GamaOf(43'181)}), Of(0.43181));
  EXPECT_EQ(ColourOf({GamaOf(47'728)}), Of(0.47728));
  EXPECT_TRUE(ColourOf({GamaOf(0)}).empty());
  EXPECT_TRUE(ColourOf({{"gAMA", "\0\1\x86"s}}).empty());  // with a byte of its CRC it were linear
  EXPECT_TRUE(ColourOf({{"gAMA", "\0\1\x86\xA0\0"s}}).empty());
}

TEST(PngColour, ChromaticitiesNeedAGammaAndATriangle) {
  EXPECT_TRUE(ColourOf({ChrmOf(kP3Xy)}).empty());
  const auto p3 = ColourOf({ChrmOf(kP3Xy), GamaOf(45'455)});
  ASSERT_TRUE(p3.calibration);
  EXPECT_DOUBLE_EQ(p3.calibration->gamma, 0.45455);
  ASSERT_TRUE(p3.calibration->chromaticities);
  for (std::size_t i = 0; i < kP3Xy.size(); ++i) {
    const double wanted = static_cast<double>(kP3Xy[i]) / 100'000;
    EXPECT_DOUBLE_EQ((*p3.calibration->chromaticities)[i], wanted);
  }
  EXPECT_TRUE(ColourOf({ChrmOf({}), GamaOf(100'000)}).empty());
  const Xy line = {31270, 32900, 20000, 20000, 30000, 30000, 40000, 40000};
  EXPECT_TRUE(ColourOf({ChrmOf(line), GamaOf(100'000)}).empty());
  Xy dark = kP3Xy;
  dark[1] = 0;  // white has no luminance
  EXPECT_TRUE(ColourOf({ChrmOf(dark), GamaOf(100'000)}).empty());
  Xy beyond = kP3Xy;
  beyond[5] = 100'001;
  EXPECT_TRUE(ColourOf({ChrmOf(beyond), GamaOf(100'000)}).empty());
  EXPECT_TRUE(ColourOf({{"cHRM", std::string(31, '\1')}, GamaOf(100'000)}).empty());
}

TEST(PngColour, ChromaticitiesAsRoundedAreThoseOfSrgb) {
  for (std::size_t i = 0; i < kSrgbXy.size(); ++i) {
    Xy near = kSrgbXy;
    near[i] += 99;
    EXPECT_EQ(ColourOf({ChrmOf(near), GamaOf(100'000)}), Of(1.0)) << i;
    EXPECT_TRUE(ColourOf({ChrmOf(near), GamaOf(45'455)}).empty()) << i;
    near[i] += 2;
    const auto off = ColourOf({ChrmOf(near), GamaOf(45'455)});
    EXPECT_TRUE(off.calibration && off.calibration->chromaticities) << i;
  }
}

TEST(PngColour, CountsForGreyAndPalettes) {
  for (const int colour : {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_PALETTE,
                           PNG_COLOR_TYPE_RGB_ALPHA}) {
    const std::string before = colour == PNG_COLOR_TYPE_PALETTE ? "PLTE" : "IDAT";
    EXPECT_EQ(HeaderOf(FileWith({CicpOf(9, 16)}, before, colour)).colour, Of(Cicp{9, 16}));
    EXPECT_EQ(HeaderOf(FileWith({GamaOf(100'000)}, "IDAT", colour)).colour, Of(1.0));
  }
}

TEST(PngColour, IsToldBeforeThePicture) {
  for (const Chunk& chunk : {CicpOf(9, 16), GamaOf(100'000), IccpOf(MadeIcc(600, "RGB "))}) {
    const Header header = HeaderOf(FileWith({chunk}, "IEND"));
    EXPECT_TRUE(header.colour.empty() && header.icc.empty()) << chunk.name;
  }
  // Behind the palette cICP is too late, gAMA is not.
  const Bytes late = FileWith({GamaOf(100'000), CicpOf(9, 16)}, "IDAT", PNG_COLOR_TYPE_PALETTE);
  EXPECT_EQ(HeaderOf(late).colour, Of(1.0));
}

TEST(PngColour, DamagedChunksSayNothing) {
  for (const Chunk& chunk : {CicpOf(9, 16), GamaOf(100'000), kSrgb, ChrmOf(kP3Xy)}) {
    std::string text(AsText(FileWith({GamaOf(22'727), chunk}).view()));
    if (chunk.name == "gAMA") text = AsText(FileWith({chunk}).view());
    const auto at = text.find(chunk.name) + 4 + chunk.body.size();  // of the CRC
    text[at] ^= 1;
    const Header header = *Png().probe(AsBytes(text), {});
    EXPECT_EQ(header.colour, chunk.name == "gAMA" ? pixel::ColourSpace{} : Of(0.22727))
        << chunk.name;
  }
}

// Bodies of a chunk in a file, and where they are.
std::vector<std::string> BodiesOf(const Bytes& file, std::string_view name) {
  std::vector<std::string> bodies;
  const std::string_view text = AsText(file.view());
  for (auto at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
    const auto length = static_cast<unsigned char>(text[at - 1]);
    bodies.emplace_back(text.substr(at + 4, length));
  }
  return bodies;
}

TEST(PngColour, ResultsAreLabelledBeforePaletteAndPicture) {
  EXPECT_TRUE(Png().carries_cicp);
  const Rows rows = PhotoRows(20, 10, pixel::PixelFormat::kRgb8);
  const EncodeSpec plain{.width = 20, .height = 10};
  EncodeSpec spec = plain;
  spec.cicp = Cicp{9, 16};
  EncodeSpec few = spec;
  few.colours = 4;
  const auto finished = [&rows](auto sink) {
    EXPECT_TRUE(sink->Write(rows.Span(0, 10)));
    return *sink->Finish();
  };
  const auto animated = [&rows](const EncodeSpec& of) {
    const auto sink = *Png().create_frames(of);
    EXPECT_TRUE(sink->Write({.canvas = rows.Span(0, 10), .duration = 10}));
    return *sink->Finish();
  };
  for (const Bytes& file : {finished(*CreatePng(spec)), finished(*CreatePng(few)),
                            finished(*CreatePngStream(spec)), animated(spec)}) {
    EXPECT_EQ(BodiesOf(file, "cICP"), std::vector<std::string>{std::string("\x09\x10\0\x01", 4)});
    EXPECT_EQ(AsText(file.view()).find("cICP"), 33U + 4);  // the first behind IHDR
    EXPECT_EQ(HeaderOf(file).colour, Of(Cicp{9, 16}));
    EXPECT_NO_THROW(ReadByLibpng(file.view()));  // which compares CRCs
  }
  for (const Bytes& file :
       {finished(*CreatePng(plain)), finished(*CreatePngStream(plain)), animated(plain)}) {
    EXPECT_TRUE(BodiesOf(file, "cICP").empty());
  }
}

}  // namespace
}  // namespace whittle::codec
