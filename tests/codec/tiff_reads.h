// Reading a TIFF that tests made, whole, and the samples that go into such.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "codec/registry.h"
#include "tests/codec/tiff_files.h"

namespace whittle::codec {

inline const Codec& Tiff() { return *ByName("tiff"); }

struct Read {
  pixel::PixelFormat format = pixel::PixelFormat::kRgb8;
  int width = 0;
  int channels = 0;
  std::vector<std::uint8_t> bytes;

  int at(int x, int y, int c) const {
    const auto i = static_cast<std::size_t>((y * width + x) * channels + c);
    if (!pixel::IsWide(format)) return bytes[i];
    std::uint16_t value;
    std::memcpy(&value, bytes.data() + 2 * i, 2);
    return value;
  }
};

inline Expected<Read> ReadFile(std::string_view file, const Limits& limits = {}, int batch = 7,
                               std::stop_token stop = {}) {
  WHITTLE_TRY(const Header header, Tiff().probe(AsBytes(file), limits));
  WHITTLE_TRY(const auto source, Tiff().open(AsBytes(file), limits, std::move(stop)));
  EXPECT_EQ(source->format(), header.format);
  Read read{header.format, source->width(), pixel::Channels(header.format), {}};
  const auto stride = static_cast<std::size_t>(read.width * PixelBytes(read.format));
  read.bytes.resize(stride * static_cast<std::size_t>(source->height()));
  for (int y = 0; y < source->height();) {
    WHITTLE_TRY(const int got,
                source->Read({read.bytes.data() + static_cast<std::size_t>(y) * stride, stride,
                              read.width, std::min(batch, source->height() - y), read.format}));
    EXPECT_GT(got, 0);
    y += got;
  }
  return read;
}

inline std::string KindOf(const auto& result) {
  return result ? "ok" : std::string(Name(result.error().kind));
}

// Anything, but the same every time.
inline SampleAt Values(int bits) {
  return [bits](int x, int y, int c) {
    const std::uint64_t mixed =
        (static_cast<std::uint64_t>(x * 73 + y * 1009 + c * 77773) + 1) * 0x9E3779B97F4A7C15U;
    return mixed >> (64 - bits);
  };
}

// `value` of `bits` in 8 or 16, as the result has them.
inline int Scaled(std::uint64_t value, int bits) {
  const std::uint64_t most = (std::uint64_t{1} << bits) - 1;
  const std::uint64_t wanted = bits > 8 ? 65535 : 255;
  return static_cast<int>((value * wanted + most / 2) / most);
}

inline constexpr int kLayouts = 4;  // strips or tiles, together or in planes

inline MadeTiff Layout(int number, MadeTiff made) {
  made.separate = (number & 1) != 0;
  if ((number & 2) != 0) made.tile_width = made.tile_height = 16;
  return made;
}

}  // namespace whittle::codec
