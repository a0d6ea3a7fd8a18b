// For the tests of formats with alpha and 16 bits: a whole file through one codec, in any row
// format, and back.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "codec/codec.h"
#include "tests/support/corpus.h"
#include "tests/support/pictures.h"

namespace whittle::codec {

/// Rows without padding.
struct SampleRows {
  int width = 0;
  int height = 0;
  pixel::PixelFormat format = pixel::PixelFormat::kRgb8;
  std::vector<std::uint8_t> bytes;

  SampleRows() = default;
  SampleRows(int w, int h, pixel::PixelFormat f)
      : width(w), height(h), format(f), bytes(stride() * static_cast<std::size_t>(h)) {}

  std::size_t stride() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(PixelBytes(format));
  }
  pixel::RowSpan Rows(int from, int count) {
    return {bytes.data() + static_cast<std::size_t>(from) * stride(), stride(), width, count,
            format};
  }
  /// 0..255 or 0..65535.
  int at(int x, int y, int c) const {
    const auto i = static_cast<std::size_t>((y * width + x) * Channels(format) + c);
    if (!IsWide(format)) return bytes[i];
    std::uint16_t code;
    std::memcpy(&code, bytes.data() + 2 * i, 2);
    return code;
  }
  void Set(int x, int y, int c, int value) {
    const auto i = static_cast<std::size_t>((y * width + x) * Channels(format) + c);
    if (IsWide(format)) {
      const auto code = static_cast<std::uint16_t>(value);
      std::memcpy(bytes.data() + 2 * i, &code, 2);
    } else {
      bytes[i] = static_cast<std::uint8_t>(value);
    }
  }
  /// Colour alone in 8 bits; grey as one channel.
  test::Picture Colour() const {
    const int channels = IsGrey(format) ? 1 : 3;
    test::Picture picture = test::Blank(width, height, channels);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        for (int c = 0; c < channels; ++c) {
          const int code = at(x, y, c);
          picture.at(x, y, c) =
              static_cast<std::uint8_t>(IsWide(format) ? (code * 255 + 32767) / 65535 : code);
        }
      }
    }
    return picture;
  }
  /// As RGB in 8 bits, over white.
  test::Picture OverWhite() const {
    test::Picture picture = test::Blank(width, height, 3);
    const int most = IsWide(format) ? 65535 : 255;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const int alpha = HasAlpha(format) ? at(x, y, Channels(format) - 1) : most;
        for (int c = 0; c < 3; ++c) {
          const double light = at(x, y, IsGrey(format) ? 0 : c);
          picture.at(x, y, c) =
              static_cast<std::uint8_t>((light * alpha / most + (most - alpha)) * 255 / most + 0.5);
        }
      }
    }
    return picture;
  }
};

/// `picture`, grey or RGB, in `format`: widened to 16 bits, and with a ramp of alpha from left to
/// right, where that has them.
inline SampleRows SamplesOf(const test::Picture& picture, pixel::PixelFormat format) {
  SampleRows rows(picture.width, picture.height, format);
  const int channels = Channels(format);
  const int most = IsWide(format) ? 65535 : 255;
  for (int y = 0; y < rows.height; ++y) {
    for (int x = 0; x < rows.width; ++x) {
      for (int c = 0; c < channels; ++c) {
        const bool alpha = HasAlpha(format) && c == channels - 1;
        rows.Set(x, y, c,
                 alpha ? most * (x + 1) / rows.width
                       : picture.at(x, y, c % picture.channels) * (most / 255));
      }
    }
  }
  return rows;
}

/// Reads all rows in batches of `batch`.
inline Expected<SampleRows> ReadSamples(RowSource& source, int batch = 8) {
  SampleRows rows(source.width(), source.height(), source.format());
  for (int y = 0; y < rows.height;) {
    WHITTLE_TRY(const int got, source.Read(rows.Rows(y, std::min(batch, rows.height - y))));
    if (got == 0) return Fail(ErrorKind::kInternal, "rows are missing");
    y += got;
  }
  return rows;
}

inline Expected<SampleRows> DecodeSamples(const Codec& codec, ByteView file,
                                          const Limits& limits = {}, int batch = 8,
                                          std::stop_token stop = {}) {
  if (!codec.sniff(file)) return Fail(ErrorKind::kUnsupported, "not recognised");
  WHITTLE_CHECK(codec.probe(file, limits));
  WHITTLE_TRY(const auto source, codec.open(file, limits, std::move(stop)));
  return ReadSamples(*source, batch);
}

inline Expected<Bytes> EncodeSamples(const Codec& codec, SampleRows rows, EncodeSpec spec = {},
                                     int batch = 8) {
  spec.width = rows.width;
  spec.height = rows.height;
  spec.format = rows.format;
  WHITTLE_TRY(const auto sink, codec.create(spec));
  for (int y = 0; y < rows.height; y += batch) {
    WHITTLE_CHECK(sink->Write(rows.Rows(y, std::min(batch, rows.height - y))));
  }
  return sink->Finish();
}

}  // namespace whittle::codec
