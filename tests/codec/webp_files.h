// For the WebP tests: whole pictures through the codec, and plain libwebp beside it. A Picture of
// four channels is RGBA here.
#pragma once

#include <webp/decode.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include <algorithm>
#include <stdexcept>
#include <stop_token>
#include <string_view>
#include <utility>

#include "codec/codec.h"
#include "codec/registry.h"
#include "tests/support/pictures.h"

namespace whittle::codec {

inline const Codec& Webp() { return *ByName("webp"); }

inline pixel::RowSpan WebpRows(test::Picture& picture, int from, int count) {
  const auto stride = static_cast<std::size_t>(picture.width * picture.channels);
  const auto format =
      picture.channels == 4 ? pixel::PixelFormat::kRgba8 : pixel::PixelFormat::kRgb8;
  return {picture.samples.data() + static_cast<std::size_t>(from) * stride, stride, picture.width,
          count, format};
}

inline Expected<test::Picture> DecodeWebp(ByteView file, int batch = 8, const Limits& limits = {},
                                          std::stop_token stop = {}) {
  WHITTLE_CHECK(Webp().probe(file, limits));
  WHITTLE_TRY(const auto source, Webp().open(file, limits, std::move(stop)));
  test::Picture picture =
      test::Blank(source->width(), source->height(), pixel::Channels(source->format()), 77);
  for (int y = 0; y < picture.height;) {
    const int room = std::min(batch, picture.height - y);
    WHITTLE_TRY(const int got, source->Read(WebpRows(picture, y, room)));
    if (got == 0) return Fail(ErrorKind::kInternal, "fewer rows than promised");
    y += got;
  }
  return picture;
}

inline Expected<Bytes> EncodeWebpFile(test::Picture picture, EncodeSpec spec = {}, int batch = 8) {
  spec.width = picture.width;
  spec.height = picture.height;
  spec.format = WebpRows(picture, 0, 0).format;
  WHITTLE_TRY(const auto sink, Webp().create(spec));
  for (int y = 0; y < picture.height; y += batch) {
    WHITTLE_CHECK(sink->Write(WebpRows(picture, y, std::min(batch, picture.height - y))));
  }
  return sink->Finish();
}

/// The whole picture by libwebp's simplest call.
inline test::Picture PlainDecode(ByteView file, int channels) {
  int width = 0;
  int height = 0;
  std::uint8_t* samples = channels == 4 ? WebPDecodeRGBA(file.data(), file.size(), &width, &height)
                                        : WebPDecodeRGB(file.data(), file.size(), &width, &height);
  if (samples == nullptr) throw std::runtime_error("libwebp refuses the file");
  test::Picture picture = test::Blank(width, height, channels);
  std::copy_n(samples, picture.samples.size(), picture.samples.begin());
  WebPFree(samples);
  return picture;
}

/// Smooth colour under an alpha of bands: nothing, a half, all.
inline test::Picture Translucent(int width, int height, unsigned seed = 1) {
  const test::Picture colour = test::Photo(width, height, 3, seed);
  test::Picture picture = test::Blank(width, height, 4);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) picture.at(x, y, c) = colour.at(x, y, c);
      picture.at(x, y, 3) = static_cast<std::uint8_t>((x + y) / 3 % 3 * 255 / 2);
    }
  }
  return picture;
}

/// The same, black where nothing is seen: there an encoder may change colour.
inline test::Picture Seen(test::Picture picture) {
  for (std::size_t i = 0; i < picture.samples.size(); i += 4) {
    if (picture.samples[i + 3] == 0) std::fill_n(&picture.samples[i], 3, std::uint8_t{0});
  }
  return picture;
}

inline std::string_view KindOf(const auto& result) {
  return result ? "ok" : Name(result.error().kind);
}

}  // namespace whittle::codec
