#include "tests/pipeline/golden_sources.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "tests/codec/decode.h"
#include "tests/color/profiles.h"
#include "tests/support/pictures.h"

namespace whittle::test {
namespace {

using codec::Rows;
using pixel::PixelFormat;
using Rgb = std::array<int, 3>;

constexpr int kWidth = 96;
constexpr int kHeight = 64;

// The topmost shape at a place.
Rgb SceneAt(int x, int y) {
  const auto within = [&](int left, int top, int width, int height) {
    return x >= left && x < left + width && y >= top && y < top + height;
  };
  if (within(0, 59, kWidth, 5)) {  // a ramp of greys
    const int grey = x * 255 / (kWidth - 1);
    return {grey, grey, grey};
  }
  if (within(46, 44, 18, 11)) return (x / 2) % 2 == 0 ? Rgb{12, 12, 12} : Rgb{245, 245, 245};
  if (within(70, 46, 7, 8)) return {230, 0, 200};
  if (within(78, 46, 7, 8)) return {0, 210, 220};
  if (within(86, 46, 7, 8)) return {24, 30, 215};
  if (within(16, 38, 6, 13)) return {90, 50, 20};    // the door
  if (within(26, 36, 6, 6)) return {250, 240, 180};  // the window
  if (within(12, 30, 24, 21)) return {205, 32, 38};  // the house
  const int from_ridge = x < 24 ? 24 - x : x - 24;   // the roof
  if (y < 30 && y >= 20 && from_ridge < 2 + 13 * (y - 19) / 10) return {70, 36, 40};
  const int dx = x - 74;
  const int dy = y - 14;
  if (dx * dx + dy * dy <= 72) return {255, 214, 40};  // the sun
  const int hill = 34 + (x < 60 ? (60 - x) / 6 : (x - 60) / 3);
  if (y >= hill) return {50 + 2 * (y - hill), 140 - 2 * (y - hill) + x / 8, 36};
  return {60 + 3 * y + x / 4, 120 + 2 * y + x / 4, 235 - y};  // the sky
}

int AlphaAt(int x, int y) {
  const int dx = 2 * (x - 46);
  const int dy = 3 * (y - 34);
  return std::clamp((8000 - dx * dx - dy * dy) * 255 / 4000, 0, 255);
}

Rows Scene(PixelFormat format) {
  Rows rows = codec::BlankRows(kWidth, kHeight, format);
  const int colours = IsGrey(format) ? 1 : 3;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const Rgb rgb = SceneAt(x, y);
      const Rgb codes = IsGrey(format) ? Rgb{(2 * rgb[0] + 7 * rgb[1] + rgb[2]) / 10} : rgb;
      for (int c = 0; c < Channels(format); ++c) {
        const int code = c < colours ? codes[static_cast<std::size_t>(c)] : AlphaAt(x, y);
        const int low = c < colours ? (code * 7 + 13 * x + 5 * y) % 256 : code;
        rows.Set(x, y, c, IsWide(format) ? code * 256 + low : code);
      }
    }
  }
  return rows;
}

Rows Framed() {
  const Rows scene = Scene(PixelFormat::kRgb8);
  Rows rows = codec::BlankRows(kWidth, kHeight, PixelFormat::kRgb8);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const bool inside = x >= 26 && x < 80 && y >= 9 && y < 47;
      for (int c = 0; c < 3; ++c) {
        const int border = 236 - 3 * c + (x * 5 + y * 3) % 4;
        rows.Set(x, y, c, inside ? scene.Sample(x - 18, y + 10, c) : border);
      }
    }
  }
  return rows;
}

Rows Subject() {
  Rows rows = codec::BlankRows(120, 40, PixelFormat::kRgb8);
  std::uint32_t random = 1;
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 120; ++x) {
      random = random * 1664525 + 1013904223;
      const bool grain = x >= 8 && x < 40 && y >= 4 && y < 36;
      const int dx = x - 100;
      const int dy = y - 18;
      const bool face = dx * dx + dy * dy < 110;
      const int grey = grain ? 110 + static_cast<int>(random >> 27) : 128 + x / 16;
      const Rgb rgb = face ? Rgb{232, 150, 118} : Rgb{grey, grey, grey};
      for (int c = 0; c < 3; ++c) rows.Set(x, y, c, rgb[static_cast<std::size_t>(c)]);
    }
  }
  return rows;
}

Picture PictureOfScene() { return codec::PictureOf(Scene(PixelFormat::kRgb8)); }

Bytes Png(const Rows& rows, const codec::EncodeSpec& spec = {}) {
  return codec::Encode(*codec::ByName("png"), rows, spec).value();
}

Bytes Ink() {
  const Picture scene = PictureOfScene();
  Picture ink = Blank(scene.width, scene.height, 4);
  for (int y = 0; y < scene.height; ++y) {
    for (int x = 0; x < scene.width; ++x) {
      const int light =
          std::max({scene.at(x, y, 0), scene.at(x, y, 1), scene.at(x, y, 2), std::uint8_t{1}});
      for (int c = 0; c < 3; ++c) {
        ink.at(x, y, c) = static_cast<std::uint8_t>(255 - 255 * scene.at(x, y, c) / light);
      }
      ink.at(x, y, 3) = static_cast<std::uint8_t>(255 - light);
    }
  }
  return EncodeJpeg(ink, {.quality = 97});
}

}  // namespace

Bytes FileOf(GoldenSource source) {
  switch (source) {
    case GoldenSource::kScene:
      break;
    case GoldenSource::kPhoto:
      return EncodeJpeg(PictureOfScene(), {.quality = 97, .h_sampling = 2, .v_sampling = 2});
    case GoldenSource::kTurned:
      return EncodeJpeg(StoredFor(PictureOfScene(), 6), {.quality = 97, .orientation = 6});
    case GoldenSource::kInk:
      return Ink();
    case GoldenSource::kGrey:
      return Png(Scene(PixelFormat::kGrey8));
    case GoldenSource::kAlpha:
      return Png(Scene(PixelFormat::kRgba8));
    case GoldenSource::kWide:
      return Png(Scene(PixelFormat::kRgb16));
    case GoldenSource::kWideAlpha:
      return Png(Scene(PixelFormat::kRgba16));
    case GoldenSource::kAdobe: {
      const std::string icc = color::AdobeProfile();
      return Png(Scene(PixelFormat::kRgb8), {.icc = AsBytes(icc)});
    }
    case GoldenSource::kFramed:
      return Png(Framed());
    case GoldenSource::kSubject:
      return Png(Subject());
  }
  return Png(Scene(PixelFormat::kRgb8));
}

std::string_view FormatOf(GoldenSource source) {
  const bool jpeg = source == GoldenSource::kPhoto || source == GoldenSource::kTurned ||
                    source == GoldenSource::kInk;
  return jpeg ? "jpeg" : "png";
}

}  // namespace whittle::test
