// zlib, a portion at a time: all that can be had of a stream that is cut or damaged, and never more
// of one than is asked for. For what may take long, or may be broken; libdeflate is quicker with
// what is whole and small (png/rows.cc, png/header.cc).
//
// For codecs. One belongs to one job; 48 KiB from the first call on. A stop request is seen at
// every 64 KiB that go in and at every 1 MiB that come out.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>

#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::codec {

/// Ends and frees a stream that inflateInit2 has begun.
struct EndInflate {
  void operator()(z_stream* stream) const {
    inflateEnd(stream);
    delete stream;
  }
};

class Inflater {
 public:
  /// What stands around the compressed data: RFC 1950 or RFC 1952.
  enum class Wrapping { kZlib, kGzip };
  /// `next` gives the pieces of the stream one after the other, which must stay where they are
  /// until it is asked again, and an empty one at the end.
  Inflater(Wrapping wrapping, std::function<ByteView()> next, std::stop_token stop)
      : wrapping_(wrapping), next_(std::move(next)), stop_(std::move(stop)) {}

  /// Decompresses `size` bytes, or as many as there are: then the data has ended, or makes no sense
  /// from there on. Errors: kCancelled, kInternal.
  Expected<std::size_t> Fill(std::uint8_t* to, std::size_t size);
  /// After all that is wanted: whether zlib's stream ends right there and its checksum agrees.
  Expected<bool> EndsWell();

 private:
  Expected<void> Start();
  void Feed();

  Wrapping wrapping_;
  std::function<ByteView()> next_;
  std::stop_token stop_;
  std::unique_ptr<z_stream, EndInflate> stream_;
  ByteView piece_;      // what is left of it
  bool fed_ = false;    // all of the data
  bool ended_ = false;  // nothing more will come
  bool sound_ = false;  // and that is as it should be
};

}  // namespace whittle::codec
