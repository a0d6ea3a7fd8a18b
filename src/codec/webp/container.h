// What a WebP file holds besides coded pixels: its chunks, found and judged before any decoding.
//
// For the webp_*.cc files only. A Container looks into its file, which must outlive it. Cost: one
// walk over the chunk headers by us and one by libwebp's demuxer, microseconds for a still. A file
// whose sizes are not those of its chunks, as one that ends too early, is copied.
#pragma once

#include <webp/demux.h>

#include <cstdint>
#include <memory>

#include "codec/codec.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"
#include "whittle/limits.h"

namespace whittle::codec {

struct DeleteDemuxer {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};
using DemuxerPtr = std::unique_ptr<WebPDemuxer, DeleteDemuxer>;

struct Container {
  /// What is there of a file whose sizes are wrong, with right ones; else empty.
  Bytes mended;
  DemuxerPtr demuxer;
  /// The file ends amid the picture, or amid a frame of an animation, which is left out with all
  /// behind it.
  bool cut = false;
  int width = 0;  ///< of the canvas
  int height = 0;
  bool animated = false;
  bool lossy = false;              ///< the picture, or the first frame
  bool alpha = false;              ///< anything may be transparent
  std::uint32_t frames = 1;        ///< 1 and more, at most Limits::max_frames
  int loops = 0;                   ///< of an animation, 0 for ever
  ByteView image;                  ///< coded picture, or first frame, with its ALPH chunk
  std::uint64_t decode_bytes = 0;  ///< as Header::decode_bytes

  std::uint64_t pixels() const {
    return static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
  }
};

/// Takes `file` apart and holds it against `limits`: source bytes, pixels, memory. Errors:
/// kUndecodable where nothing is there that could be shown, kTooLarge.
Expected<Container> OpenContainer(ByteView file, const Limits& limits);

/// Content of the first chunk called `fourcc` outside of frames; empty when there is none.
ByteView ChunkOf(const Container& container, const char (&fourcc)[5]);

/// As Codec::probe and Codec::metadata; in header.cc.
Expected<Header> ProbeWebp(ByteView file, const Limits& limits);
Metadata WebpMetadata(ByteView file, const Limits& limits);

}  // namespace whittle::codec
