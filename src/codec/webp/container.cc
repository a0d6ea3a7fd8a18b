#include "codec/webp/container.h"

#include <webp/decode.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/checked.h"
#include "codec/webp/mend.h"

namespace whittle::codec {
namespace {

constexpr std::size_t kCanvasAt = 24;  // in a file that begins with VP8X
constexpr std::size_t kExtendedHead = 30;

// Width times height as the header says, also where the rest of the file is missing or the demuxer
// would refuse such a size; 0 when even the header is broken.
std::uint64_t ClaimedPixels(ByteView file) {
  if (file.size() >= kExtendedHead && AsText(file.subspan(kRiffHead, 4)) == "VP8X") {
    return (LittleEndian(file, kCanvasAt, 3) + 1) * (LittleEndian(file, kCanvasAt + 3, 3) + 1);
  }
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(file.data(), file.size(), &features) != VP8_STATUS_OK) return 0;
  return static_cast<std::uint64_t>(features.width) * static_cast<std::uint64_t>(features.height);
}

// Memory of the demuxer, which keeps a node for every chunk and frame: a file of empty chunks costs
// it many times its own size.
std::uint64_t DemuxerBytes(ByteView file) {
  constexpr std::uint64_t kNode = 128;  // the larger of both, 104 bytes, as malloc rounds it
  std::uint64_t chunks = 0;
  std::uint64_t at = kRiffHead;
  for (; at + kChunkHead <= file.size(); ++chunks) {
    at += kChunkHead + RoundUp(LittleEndian(file, at + 4, 4), std::uint64_t{2});
  }
  return 1024 + chunks * kNode;
}

// What libwebp's lossless decoder allocates beside its output, for a picture or an alpha plane.
std::uint64_t LosslessBytes(std::uint64_t width, std::uint64_t height) {
  constexpr std::uint64_t kPixel = 4;
  constexpr std::uint64_t kCachedRows = 17;
  // Prediction, colour and entropy each keep a picture of at most a quarter of the sides.
  const std::uint64_t pixels = kPixel * (width * height + kCachedRows * width);
  const std::uint64_t transforms = 3 * kPixel * ((width + 3) / 4) * ((height + 3) / 4);
  // Code tables, of 20 KiB at most, for each group of similar blocks. The format allows 65536
  // groups and tells their number only to who decodes; encoders make some hundred.
  constexpr std::uint64_t kTables = 20 << 10;
  constexpr std::uint64_t kGroups = 1000;
  const std::uint64_t blocks = ((width + 3) / 4) * ((height + 3) / 4);
  return pixels + transforms + kTables * std::min(blocks, kGroups);
}

// What libwebp's lossy decoder allocates beside its output: some rows of macroblocks with their
// coefficients and modes.
std::uint64_t LossyBytes(std::uint64_t width) { return (64 << 10) + 256 * (width + 64); }

std::uint64_t DecodeBytes(const Container& c) {
  const auto width = static_cast<std::uint64_t>(c.width);
  const auto height = static_cast<std::uint64_t>(c.height);
  const std::uint64_t row_slack = 400 * height;  // of rows padded for alignment
  if (c.animated) {
    // Two canvases, and a frame of whatever kind.
    return 8 * c.pixels() + LossyBytes(width) + c.pixels() + LosslessBytes(width, height);
  }
  const std::uint64_t output = (c.alpha ? 4 : 3) * c.pixels() + row_slack;
  if (!c.lossy) return output + LosslessBytes(width, height);
  const std::uint64_t alpha = c.alpha ? c.pixels() + LosslessBytes(width, height) : 0;
  return output + LossyBytes(width) + alpha;
}

// True unless every canvas is opaque for certain: the first frame covers all of it, and nothing
// later is transparent or uncovered.
bool MayBeTransparent(const Container& c) {
  for (int n = 1; n <= static_cast<int>(c.frames); ++n) {
    WebPIterator frame;
    if (WebPDemuxGetFrame(c.demuxer.get(), n, &frame) == 0) return true;
    const bool covers = frame.width == c.width && frame.height == c.height;
    const bool opens = frame.has_alpha != 0 || (n == 1 && !covers) ||
                       frame.dispose_method == WEBP_MUX_DISPOSE_BACKGROUND;
    WebPDemuxReleaseIterator(&frame);
    if (opens) return true;
  }
  return false;
}

Expected<void> MendAndDemux(ByteView file, std::uint64_t demuxer_bytes, const Limits& limits,
                            Container& c) {
  if (demuxer_bytes + file.size() > limits.max_working_bytes) {
    return Fail(ErrorKind::kTooLarge, "no room to mend the file");
  }
  MendedWebp mended = MendWebp(file);
  c.mended = std::move(mended.file);
  c.cut = mended.cut;
  const WebPData data{c.mended.data(), c.mended.size()};
  c.demuxer.reset(WebPDemux(&data));
  if (c.demuxer == nullptr) return Fail(ErrorKind::kUndecodable, "chunks broken or cut off");
  ExpectMore(c.mended, mended.picture_at);
  return {};
}

Expected<void> DescribeFirst(Container& c) {
  WebPIterator first;
  if (WebPDemuxGetFrame(c.demuxer.get(), 1, &first) == 0) {
    return Fail(ErrorKind::kUndecodable, "no picture in the container");
  }
  c.image = {first.fragment.bytes, first.fragment.size};
  c.alpha = first.has_alpha != 0;
  WebPDemuxReleaseIterator(&first);
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(c.image.data(), c.image.size(), &features) != VP8_STATUS_OK) {
    return Fail(ErrorKind::kUndecodable, "broken picture header");
  }
  constexpr int kLossy = 1;
  c.lossy = features.format == kLossy;
  return {};
}

}  // namespace

Expected<Container> OpenContainer(ByteView file, const Limits& limits) {
  if (file.size() > limits.max_source_bytes) return Fail(ErrorKind::kTooLarge, "source bytes");
  // Judged first: a header may be both too large and broken further on, and size is the safer word.
  if (ClaimedPixels(file) > limits.max_source_pixels) return Fail(ErrorKind::kTooLarge, "pixels");
  const std::uint64_t demuxer_bytes = DemuxerBytes(file);
  if (demuxer_bytes > limits.max_working_bytes) return Fail(ErrorKind::kTooLarge, "chunks");

  Container c;
  const WebPData data{file.data(), file.size()};
  c.demuxer.reset(WebPDemux(&data));
  if (c.demuxer == nullptr) WHITTLE_CHECK(MendAndDemux(file, demuxer_bytes, limits, c));
  const WebPDemuxer* demuxer = c.demuxer.get();
  c.width = static_cast<int>(WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH));
  c.height = static_cast<int>(WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT));
  c.animated = (WebPDemuxGetI(demuxer, WEBP_FF_FORMAT_FLAGS) & ANIMATION_FLAG) != 0;
  const std::uint32_t frames = WebPDemuxGetI(demuxer, WEBP_FF_FRAME_COUNT);
  const std::uint32_t most = std::max(limits.max_frames, 1U);
  c.frames = std::min(frames, most);
  if (c.animated && frames >= most) c.cut = false;  // what is missing was not asked for
  if (c.width < 1 || c.height < 1 || c.frames < 1) {
    return Fail(ErrorKind::kUndecodable, "an empty picture");
  }
  if (c.pixels() > limits.max_source_pixels) return Fail(ErrorKind::kTooLarge, "pixels");
  WHITTLE_CHECK(DescribeFirst(c));
  if (c.animated) {
    c.loops = static_cast<int>(WebPDemuxGetI(demuxer, WEBP_FF_LOOP_COUNT));
    c.alpha = MayBeTransparent(c);
  }
  constexpr std::uint64_t kDemuxers = 3;  // at most, of an animation
  c.decode_bytes = kDemuxers * demuxer_bytes + c.mended.size() + DecodeBytes(c);
  if (c.decode_bytes > limits.max_working_bytes) {
    return Fail(ErrorKind::kTooLarge, "decoder needs more than max_working_bytes");
  }
  return c;
}

ByteView ChunkOf(const Container& container, const char (&fourcc)[5]) {
  WebPChunkIterator chunk;
  if (WebPDemuxGetChunk(container.demuxer.get(), fourcc, 1, &chunk) == 0) return {};
  const ByteView content(chunk.chunk.bytes, chunk.chunk.size);
  WebPDemuxReleaseChunkIterator(&chunk);
  return content;
}

}  // namespace whittle::codec
