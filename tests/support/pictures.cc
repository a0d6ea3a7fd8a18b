#include "tests/support/pictures.h"

#include <png.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>
#include <stdexcept>

namespace whittle::test {
namespace {

std::uint8_t ToByte(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

// Where pixel (x, y) of the upright w x h picture lies in the stored one (EXIF 2.3, tag 0x0112).
struct Place {
  int x, y;
};
Place StoredPlace(int x, int y, int w, int h, int orientation) {
  switch (orientation) {
    case 2:
      return {w - 1 - x, y};
    case 3:
      return {w - 1 - x, h - 1 - y};
    case 4:
      return {x, h - 1 - y};
    case 5:
      return {y, x};
    case 6:
      return {y, w - 1 - x};
    case 7:
      return {h - 1 - y, w - 1 - x};
    case 8:
      return {h - 1 - y, x};
    default:
      return {x, y};
  }
}

}  // namespace

Picture Blank(int width, int height, int channels, std::uint8_t value) {
  const auto size = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                    static_cast<std::size_t>(channels);
  return {width, height, channels, std::vector<std::uint8_t>(size, value)};
}

Picture Photo(int width, int height, int channels, unsigned seed) {
  Picture picture = Blank(width, height, channels);
  const double phase = seed * 0.7;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double u = (x + 0.5) / width;
      const double v = (y + 0.5) / height;
      const double disc = std::hypot(u - 0.6, v - 0.4) < 0.25 ? 60 : 0;
      for (int c = 0; c < channels; ++c) {
        const double wave = std::sin(6.3 * ((2 + c) * u + (1.5 + c) * v) + phase + c);
        const double fine = std::sin(0.9 * x + 0.4 * c) * std::cos(0.7 * y);
        picture.at(x, y, c) = ToByte(110 + 55 * wave + 12 * fine + disc * (c == 0 ? 1 : -0.5));
      }
    }
  }
  return picture;
}

Picture Noise(int width, int height, int channels, unsigned seed) {
  Picture picture = Blank(width, height, channels);
  std::mt19937 random(seed);
  for (auto& sample : picture.samples) sample = static_cast<std::uint8_t>(random() >> 24);
  return picture;
}

Picture Quadrants(int width, int height) {
  constexpr std::uint8_t kColors[4][3] = {
      {220, 30, 30}, {30, 200, 40}, {30, 40, 220}, {240, 240, 240}};
  Picture picture = Blank(width, height, 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int quadrant = (y * 2 >= height ? 2 : 0) + (x * 2 >= width ? 1 : 0);
      for (int c = 0; c < 3; ++c) picture.at(x, y, c) = kColors[quadrant][c];
    }
  }
  return picture;
}

Picture StoredFor(const Picture& picture, int orientation) {
  const bool turned = orientation >= 5;
  Picture stored = Blank(turned ? picture.height : picture.width,
                         turned ? picture.width : picture.height, picture.channels);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const Place place = StoredPlace(x, y, picture.width, picture.height, orientation);
      for (int c = 0; c < picture.channels; ++c) {
        stored.at(place.x, place.y, c) = picture.at(x, y, c);
      }
    }
  }
  return stored;
}

Picture Upright(const Picture& stored, int orientation) {
  const bool turned = orientation >= 5;
  Picture upright = Blank(turned ? stored.height : stored.width,
                          turned ? stored.width : stored.height, stored.channels);
  for (int y = 0; y < upright.height; ++y) {
    for (int x = 0; x < upright.width; ++x) {
      const Place place = StoredPlace(x, y, upright.width, upright.height, orientation);
      for (int c = 0; c < stored.channels; ++c) {
        upright.at(x, y, c) = stored.at(place.x, place.y, c);
      }
    }
  }
  return upright;
}

Picture DecodePng(ByteView file) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&image, file.data(), file.size()) == 0) {
    throw std::runtime_error(image.message);
  }
  image.format = PNG_FORMAT_RGB;
  Picture picture = Blank(static_cast<int>(image.width), static_cast<int>(image.height), 3);
  const png_color white{255, 255, 255};
  if (png_image_finish_read(&image, &white, picture.samples.data(), 0, nullptr) == 0) {
    throw std::runtime_error(image.message);
  }
  return picture;
}

Difference Compare(const Picture& a, const Picture& b) {
  if (a.width != b.width || a.height != b.height || a.channels != b.channels) return {255, 255};
  Difference difference;
  double sum = 0;
  for (std::size_t i = 0; i < a.samples.size(); ++i) {
    const int d = std::abs(int{a.samples[i]} - int{b.samples[i]});
    sum += d;
    difference.max = std::max(difference.max, d);
  }
  difference.mean = a.samples.empty() ? 0 : sum / static_cast<double>(a.samples.size());
  return difference;
}

}  // namespace whittle::test
