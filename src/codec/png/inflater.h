// zlib over the pieces of a PNG's compressed picture, a portion at a time, giving all that can be
// had of a stream that is cut or damaged.
//
// For the png_*.cc files only. One belongs to one job; 48 KiB. A stop request is seen at every 64
// KiB that go in and at every 1 MiB that come out.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>

#include "codec/png/file.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::codec {

class PngInflater {
 public:
  PngInflater(ByteView file, const PngData& data, std::stop_token stop)
      : pieces_(file, data), stop_(std::move(stop)) {}
  /// Decompresses `size` bytes, or as many as there are: then the data has ended, or makes no sense
  /// from there on. Errors: kCancelled, kInternal.
  Expected<std::size_t> Fill(std::uint8_t* to, std::size_t size);
  /// After all that is wanted: whether zlib's stream ends right there and its checksum agrees.
  Expected<bool> EndsWell();

 private:
  struct EndInflate {
    void operator()(z_stream* stream) const {
      inflateEnd(stream);
      delete stream;
    }
  };
  Expected<void> Start();
  void Feed();

  PngPieces pieces_;
  std::stop_token stop_;
  std::unique_ptr<z_stream, EndInflate> stream_;
  ByteView piece_;      // what is left of it
  bool fed_ = false;    // all of the file's data
  bool ended_ = false;  // nothing more will come
  bool sound_ = false;  // and that is as it should be
};

}  // namespace whittle::codec
