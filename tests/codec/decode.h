// For the codec tests: a whole file through a codec, in a few lines.
#pragma once

#include <stop_token>

#include "codec/codec.h"
#include "codec/registry.h"
#include "tests/support/pictures.h"

namespace whittle::codec {

inline pixel::RowSpan RowsOf(test::Picture& picture, int from, int count) {
  const auto stride = static_cast<std::size_t>(picture.width * picture.channels);
  const pixel::PixelFormat format = picture.channels == 1   ? pixel::PixelFormat::kGray8
                                    : picture.channels == 3 ? pixel::PixelFormat::kRgb8
                                                            : pixel::PixelFormat::kCmyk8;
  return {picture.samples.data() + static_cast<std::size_t>(from) * stride, stride, picture.width,
          count, format};
}

/// Reads all rows in batches of `batch`.
inline Expected<test::Picture> ReadAll(RowSource& source, int batch = 8) {
  test::Picture picture =
      test::Blank(source.width(), source.height(), pixel::Channels(source.format()), 77);
  int y = 0;
  while (true) {
    const int room = std::min(batch, picture.height - y);
    if (room == 0) break;
    WHITTLE_TRY(const int got, source.Read(RowsOf(picture, y, room)));
    if (got == 0) break;
    y += got;
  }
  picture.height = y;
  return picture;
}

inline Expected<test::Picture> Decode(ByteView file, const Limits& limits = {}, int batch = 8,
                                      std::stop_token stop = {}) {
  const Codec* codec = Sniff(file);
  if (codec == nullptr) return Fail(ErrorKind::kUnsupported);
  WHITTLE_CHECK(codec->probe(file, limits));
  WHITTLE_TRY(const auto source, codec->open(file, limits, std::move(stop)));
  return ReadAll(*source, batch);
}

inline Expected<Bytes> Encode(const Codec& codec, test::Picture picture, EncodeSpec spec,
                              int batch = 8) {
  spec.width = picture.width;
  spec.height = picture.height;
  spec.format = RowsOf(picture, 0, 0).format;
  WHITTLE_TRY(const auto sink, codec.create(spec));
  for (int y = 0; y < picture.height; y += batch) {
    WHITTLE_CHECK(sink->Write(RowsOf(picture, y, std::min(batch, picture.height - y))));
  }
  return sink->Finish();
}

}  // namespace whittle::codec
