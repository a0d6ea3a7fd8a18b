// For the codec tests: a whole file through a codec, in a few lines.
//
// Rows hold any PixelFormat as it comes; a test::Picture is what remains of them in 8 bits and
// without alpha, for tests that compare what one sees.
#pragma once

#include <algorithm>
#include <cstring>
#include <ostream>
#include <stop_token>
#include <vector>

#include "codec/codec.h"
#include "codec/registry.h"
#include "tests/support/pictures.h"

namespace whittle::codec {

/// The name of a test's parameter, instead of an address that differs from run to run.
inline void PrintTo(const Codec* codec, std::ostream* out) { *out << codec->name; }

/// All rows of a picture, without padding.
struct Rows {
  int width = 0;
  int height = 0;
  pixel::PixelFormat format = pixel::PixelFormat::kRgb8;
  std::vector<std::uint8_t> bytes;

  std::size_t stride() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(PixelBytes(format));
  }
  pixel::RowSpan Span(int from, int count) {
    return {bytes.data() + static_cast<std::size_t>(from) * stride(), stride(), width, count,
            format};
  }
  pixel::ConstRowSpan Span(int from, int count) const {
    return {bytes.data() + static_cast<std::size_t>(from) * stride(), stride(), width, count,
            format};
  }
  /// 0..255, or 0..65535 in a wide format.
  int Sample(int x, int y, int c) const {
    const auto i = static_cast<std::size_t>((y * width + x) * Channels(format) + c);
    if (!IsWide(format)) return bytes[i];
    std::uint16_t sample;
    std::memcpy(&sample, bytes.data() + 2 * i, sizeof sample);
    return sample;
  }
  void Set(int x, int y, int c, int value) {
    const auto i = static_cast<std::size_t>((y * width + x) * Channels(format) + c);
    const auto sample = static_cast<std::uint16_t>(value);
    if (IsWide(format)) {
      std::memcpy(bytes.data() + 2 * i, &sample, sizeof sample);
    } else {
      bytes[i] = static_cast<std::uint8_t>(value);
    }
  }
  friend bool operator==(const Rows&, const Rows&) = default;
};

inline Rows BlankRows(int width, int height, pixel::PixelFormat format, std::uint8_t value = 0) {
  Rows rows{width, height, format, {}};
  rows.bytes.assign(rows.stride() * static_cast<std::size_t>(height), value);
  return rows;
}

/// test::Photo in any format; alpha falls from left to right, and low bytes of 16 bits differ from
/// high ones.
inline Rows PhotoRows(int width, int height, pixel::PixelFormat format, unsigned seed = 1) {
  Rows rows = BlankRows(width, height, format);
  const int colours = Channels(format) - (HasAlpha(format) ? 1 : 0);
  const test::Picture photo = test::Photo(width, height, colours, seed);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < Channels(format); ++c) {
        const int code = c < colours ? photo.at(x, y, c) : 255 - 255 * x / std::max(width - 1, 1);
        const int low = (code * 7 + 13 * x + 5 * y) % 256;
        rows.Set(x, y, c, IsWide(format) ? code * 256 + low : code);
      }
    }
  }
  return rows;
}

inline pixel::PixelFormat FormatOf(const test::Picture& picture) {
  return picture.channels == 1   ? pixel::PixelFormat::kGrey8
         : picture.channels == 3 ? pixel::PixelFormat::kRgb8
                                 : pixel::PixelFormat::kCmyk8;
}

inline pixel::RowSpan RowsOf(test::Picture& picture, int from, int count) {
  const auto stride = static_cast<std::size_t>(picture.width * picture.channels);
  return {picture.samples.data() + static_cast<std::size_t>(from) * stride, stride, picture.width,
          count, FormatOf(picture)};
}

/// In 8 bits, over white.
inline test::Picture PictureOf(const Rows& rows) {
  const bool alpha = HasAlpha(rows.format);
  const int channels = Channels(rows.format) - (alpha ? 1 : 0);
  const int most = IsWide(rows.format) ? 65535 : 255;
  test::Picture picture = test::Blank(rows.width, rows.height, channels);
  for (int y = 0; y < rows.height; ++y) {
    for (int x = 0; x < rows.width; ++x) {
      const double cover = alpha ? rows.Sample(x, y, channels) * 1.0 / most : 1;
      for (int c = 0; c < channels; ++c) {
        const double code = rows.Sample(x, y, c) * 255.0 / most;
        picture.at(x, y, c) = static_cast<std::uint8_t>(code * cover + 255 * (1 - cover) + 0.5);
      }
    }
  }
  return picture;
}

/// Reads all rows in batches of `batch`.
inline Expected<Rows> ReadRows(RowSource& source, int batch = 8) {
  Rows rows = BlankRows(source.width(), source.height(), source.format(), 77);
  int y = 0;
  while (true) {
    const int room = std::min(batch, rows.height - y);
    if (room == 0) break;
    WHITTLE_TRY(const int got, source.Read(rows.Span(y, room)));
    if (got == 0) break;
    y += got;
  }
  rows.height = y;
  rows.bytes.resize(rows.stride() * static_cast<std::size_t>(y));
  return rows;
}

inline Expected<test::Picture> ReadAll(RowSource& source, int batch = 8) {
  WHITTLE_TRY(const Rows rows, ReadRows(source, batch));
  return PictureOf(rows);
}

inline Expected<Rows> DecodeRows(ByteView file, const Limits& limits = {}, int batch = 8,
                                 std::stop_token stop = {}) {
  const Codec* codec = Sniff(file);
  if (codec == nullptr) return Fail(ErrorKind::kUnsupported);
  WHITTLE_CHECK(codec->probe(file, limits));
  WHITTLE_TRY(const auto source, codec->open(file, limits, std::move(stop)));
  return ReadRows(*source, batch);
}

inline Expected<test::Picture> Decode(ByteView file, const Limits& limits = {}, int batch = 8,
                                      std::stop_token stop = {}) {
  WHITTLE_TRY(const Rows rows, DecodeRows(file, limits, batch, std::move(stop)));
  return PictureOf(rows);
}

inline Expected<Bytes> Encode(const Codec& codec, const Rows& rows, EncodeSpec spec = {},
                              int batch = 8) {
  spec.width = rows.width;
  spec.height = rows.height;
  spec.format = rows.format;
  WHITTLE_TRY(const auto sink, codec.create(spec));
  for (int y = 0; y < rows.height; y += batch) {
    WHITTLE_CHECK(sink->Write(rows.Span(y, std::min(batch, rows.height - y))));
  }
  return sink->Finish();
}

inline Expected<Bytes> Encode(const Codec& codec, const test::Picture& picture, EncodeSpec spec,
                              int batch = 8) {
  return Encode(codec, Rows{picture.width, picture.height, FormatOf(picture), picture.samples},
                spec, batch);
}

}  // namespace whittle::codec
