// A palette that nobody asked for: only where the source has one and no difference is seen.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <random>

#include "codec/png/image.h"
#include "tests/codec/made_icc.h"
#include "tests/codec/png_files.h"

namespace whittle::codec {
namespace {

using pixel::PixelFormat;

Bytes Written(const Rows& rows, const EncodeSpec& spec) {
  return *Encode(*ByName("png"), rows, spec);
}

int ColourTypeOf(const Bytes& file) { return file.data()[25]; }
constexpr int kRgb = 2, kPalette = 3, kRgba = 6;

struct Difference {
  double mean = 0, root = 0;
};

// As shown on black and on white, the worse of both, in plain floating point.
Difference DifferenceOf(const Rows& a, const Rows& b) {
  Difference worst;
  for (const double ground : {0.0, 255.0}) {
    double sum = 0, squares = 0;
    for (int y = 0; y < a.height; ++y) {
      for (int x = 0; x < a.width; ++x) {
        const auto i = static_cast<std::size_t>(x);
        const auto shown = [&](const Rows& rows, int shift) {
          const std::uint32_t p = PngRgbaAt(rows.Span(y, 1).data, i, rows.format);
          const double alpha = (p >> 24) / 255.0;
          return (p >> shift & 255) * alpha + ground * (1 - alpha);
        };
        for (const int shift : {0, 8, 16}) {
          const double d = std::abs(shown(a, shift) - shown(b, shift));
          sum += d;
          squares += d * d;
        }
      }
    }
    const double samples = 3.0 * a.width * a.height;
    worst.mean = std::max(worst.mean, sum / samples);
    worst.root = std::max(worst.root, std::sqrt(squares / samples));
  }
  return worst;
}

// Bars whose edges are mixtures of few colours, as a resizer makes them: some 1000 shades.
Rows Drawing(int width, int height, PixelFormat format = PixelFormat::kRgb8) {
  constexpr int kColours[4][3] = {{255, 255, 255}, {20, 30, 200}, {220, 40, 30}, {0, 0, 0}};
  Rows rows = BlankRows(width, height, format, 255);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int bar = (x / 16 + 3 * (y / 12)) % 3;
      const int mixed = x % 16 < 2 ? (x * 7 + y * 13) % 255 : 0;
      for (int c = 0; c < 3; ++c) {
        const int from = kColours[bar][c], to = kColours[bar + 1][c];
        rows.Set(x, y, c, from + (to - from) * mixed / 255);
      }
      if (HasAlpha(format)) rows.Set(x, y, 3, 255 - mixed);
    }
  }
  return rows;
}

TEST(PngPalette, StandsForColoursThatAreNearlyFew) {
  for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kRgba8}) {
    for (const bool interlaced : {false, true}) {
      const Rows rows = Drawing(240, 180, format);
      ASSERT_FALSE(*ColoursOf(rows.Span(0, 180), 256, {}));
      const Bytes plain = Written(rows, {.progressive = interlaced});
      EXPECT_EQ(ColourTypeOf(plain), format == PixelFormat::kRgb8 ? kRgb : kRgba);
      const Bytes indexed = Written(rows, {.progressive = interlaced, .indexed = true});
      EXPECT_EQ(ColourTypeOf(indexed), kPalette);
      EXPECT_LT(indexed.size(), plain.size());
      const Rows back = ReadByLibpng(indexed.view());
      const Difference difference = DifferenceOf(rows, back);
      EXPECT_GT(difference.mean, 0);
      EXPECT_LE(difference.mean, 1);
      EXPECT_LE(difference.root, 2);
      EXPECT_EQ(AsText(Written(rows, {.progressive = interlaced, .indexed = true}).view()),
                AsText(indexed.view()));
    }
  }
}

// Colours from anywhere in a cube, whose side is the number of codes.
Rows Cube(int side, PixelFormat format = PixelFormat::kRgb8) {
  Rows rows = BlankRows(120, 90, format);
  std::minstd_rand random(static_cast<unsigned>(side));
  for (auto& byte : rows.bytes) {
    byte = static_cast<std::uint8_t>(random() % static_cast<unsigned>(side));
  }
  return rows;
}

// What the palette of `rows` differs by, or nothing where it is given up.
std::optional<Difference> Accepted(const Rows& rows) {
  const Bytes file = Written(rows, {.indexed = true});
  const Difference difference = DifferenceOf(rows, ReadByLibpng(file.view()));
  if (ColourTypeOf(file) == kPalette) return difference;
  EXPECT_EQ(difference.mean, 0);
  return std::nullopt;
}

// 256 colours in a growing cube lie ever farther apart.
TEST(PngPalette, IsGivenUpAtAMeanDifferenceOfOne) {
  double last = 0;
  int side = 8;
  for (; side < 60; ++side) {
    const auto accepted = Accepted(Cube(side));
    if (!accepted) break;
    EXPECT_LE(accepted->mean, 1);
    EXPECT_LT(accepted->root, 1.9);
    last = accepted->mean;
  }
  EXPECT_LT(side, 60);
  EXPECT_GT(last, 0.9);
}

// Some rows that are far off are seen though the mean is small.
TEST(PngPalette, IsGivenUpAtARootMeanSquareOfTwo) {
  Rows rows = BlankRows(200, 200, PixelFormat::kRgb8, 255);
  std::minstd_rand random(3);
  double last = 0;
  int row = 0;
  for (; row < 200; ++row) {
    for (int x = 0; x < 200; ++x) {
      for (int c = 0; c < 3; ++c) rows.Set(x, row, c, static_cast<int>(random() % 256));
    }
    const auto accepted = Accepted(rows);
    if (!accepted) break;
    EXPECT_LT(accepted->mean, 0.8);
    EXPECT_LE(accepted->root, 2);
    last = accepted->root;
  }
  EXPECT_GT(row, 3);
  EXPECT_LT(row, 200);
  EXPECT_GT(last, 1.8);
}

TEST(PngPalette, CountsWhatIsSeenOfTransparentPixels) {
  // Where nothing is seen, colours may be any.
  Rows hidden = Drawing(120, 90, PixelFormat::kRgba8);
  std::minstd_rand random(9);
  for (int y = 0; y < 90; ++y) {
    for (int x = 0; x < 120; ++x) {
      if ((x / 16 + y / 12) % 2 == 0) continue;
      for (int c = 0; c < 3; ++c) hidden.Set(x, y, c, static_cast<int>(random() % 256));
      hidden.Set(x, y, 3, 0);
    }
  }
  EXPECT_EQ(ColourTypeOf(Written(hidden, {.indexed = true})), kPalette);
  // Dark ones differ more on black, by 1.02 on average, than on white, by 0.96; light ones the
  // other way round. With fewer of them among opaque ones the mean is below 1 both ways.
  struct Case {
    int side, ground, rows;
    bool accepted;
  };
  for (const Case& c :
       {Case{16, 0, 55, false}, {16, 0, 45, true}, {17, 239, 53, false}, {17, 239, 41, true}}) {
    Rows veil = Cube(c.side, PixelFormat::kRgba8);
    std::minstd_rand alpha(9);
    for (int y = 0; y < 90; ++y) {
      for (int x = 0; x < 120; ++x) {
        const bool opaque = y >= c.rows;
        for (int i = 0; i < 3; ++i) {
          veil.Set(x, y, i, c.ground + (opaque ? 0 : veil.Sample(x, y, i)));
        }
        veil.Set(x, y, 3, opaque ? 255 : 255 - static_cast<int>(alpha() % 128));
      }
    }
    EXPECT_EQ(Accepted(veil).has_value(), c.accepted) << c.ground << ' ' << c.rows;
  }
}

TEST(PngPalette, IsNotThereForWhatItWouldNotSuit) {
  const auto exact = [](const Rows& rows, EncodeSpec spec) {
    spec.indexed = true;
    return DifferenceOf(rows, ReadByLibpng(Written(rows, spec).view())).mean == 0;
  };
  const Rows drawing = Drawing(240, 180);
  EXPECT_FALSE(exact(drawing, {}));
  EXPECT_TRUE(exact(drawing, {.lossless = true}));
  EXPECT_TRUE(exact(Cube(80), {}));
  EXPECT_TRUE(exact(PhotoRows(90, 60, PixelFormat::kRgb16), {}));
  // Grey, of which a profile says more than a palette's colours could.
  Rows grey = BlankRows(90, 60, PixelFormat::kGreyA8);
  std::minstd_rand random(2);
  for (int y = 0; y < 60; ++y) {
    for (int x = 0; x < 90; ++x) {
      grey.Set(x, y, 0, static_cast<int>(random() % 30));
      grey.Set(x, y, 1, 255 - static_cast<int>(random() % 30));
    }
  }
  EXPECT_FALSE(exact(grey, {}));
  const std::string icc = MadeIcc(500, "GRAY");
  EXPECT_TRUE(exact(grey, {.icc = AsBytes(icc)}));
  // A number of colours that somebody asked for is that.
  const Bytes few = Written(drawing, {.colours = 16, .indexed = true});
  EXPECT_LE((*ColoursOf(ReadByLibpng(few.view()).Span(0, 180), 256, {}))->list.size(), 16U);
}

// What is smooth compresses better in full colour than by its places in a palette.
TEST(PngPalette, NeverTakesMoreBytes) {
  for (int seed = 0; seed < 6; ++seed) {
    Rows rows = BlankRows(160, 120, PixelFormat::kRgb8);
    for (int y = 0; y < 120; ++y) {
      for (int x = 0; x < 160; ++x) {
        rows.Set(x, y, 0, (x + seed * y / 8) % 256);
        rows.Set(x, y, 1, (x / 2 + y) % 256);
        rows.Set(x, y, 2, 255 - x / (seed + 1));
      }
    }
    EXPECT_LE(Written(rows, {.indexed = true}).size(), Written(rows, {}).size()) << seed;
  }
}

TEST(PngPalette, IsNotSoughtInLargePictures) {
  const auto type = [](int width) {
    return ColourTypeOf(Written(Drawing(width, 1000), {.effort = 0, .indexed = true}));
  };
  EXPECT_EQ(type(2000), kPalette);
  EXPECT_EQ(type(2001), kRgb);
}

TEST(PngPalette, StopsWhenAsked) {
  std::stop_source stop;
  const auto sink = *ByName("png")->create(
      {.width = 120, .height = 90, .indexed = true, .stop = stop.get_token()});
  const Rows rows = Drawing(120, 90);
  ASSERT_TRUE(sink->Write(rows.Span(0, 90)));
  stop.request_stop();
  const auto file = sink->Finish();
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind, ErrorKind::kCancelled);
  EXPECT_FALSE(FaithfulPng(rows.Span(0, 90), 8, stop.get_token()));
}

}  // namespace
}  // namespace whittle::codec
