// WebP by libwebp: lossy and lossless, with and without alpha, still and animated, both ways.
#include <webp/decode.h>

#include <string>

#include "codec/codec.h"
#include "codec/strip.h"
#include "codec/webp/container.h"
#include "codec/webp/sink.h"
#include "codec/webp/source.h"

namespace whittle::codec {
namespace {

constexpr pixel::PixelFormat kWrites[] = {pixel::PixelFormat::kRgb8, pixel::PixelFormat::kRgba8};
constexpr std::string_view kExtensions[] = {"webp"};

// The container and the beginning of its first chunk, which is "VP8 ", "VP8L" or "VP8X".
bool SniffWebp(ByteView head) {
  if (head.size() < 16) return false;
  const std::string_view text = AsText(head.first(16));
  return text.starts_with("RIFF") && text.substr(8, 7) == "WEBPVP8" &&
         std::string_view(" LX").contains(text[15]);
}

std::string_view WebpVersion() {
  static const std::string version = [] {
    const int hex = WebPGetDecoderVersion();  // 0x010204 is 1.2.4
    return "libwebp " + std::to_string(hex >> 16) + "." + std::to_string(hex >> 8 & 0xFF) + "." +
           std::to_string(hex & 0xFF);
  }();
  return version;
}

}  // namespace

extern const Codec kWebp;
const Codec kWebp = {
    .name = "webp",
    .mime = "image/webp",
    .extensions = kExtensions,
    .writes = kWrites,
    .max_side = 16383,
    .full_chroma = false,
    .decode_ns = 7,
    .encode_ns = 30,
    .sniff = SniffWebp,
    .probe = ProbeWebp,
    .open = OpenWebp,
    .open_planes = OpenWebpPlanes,
    .open_planes_to_shrink = OpenWebpPlanesToShrink,
    .open_frames = OpenWebpFrames,
    .metadata = WebpMetadata,
    .strip = StripWebp,
    .create = CreateWebp,
    .create_planes = CreateWebpPlanes,
    .plane_range = Range::kStudio,
    .create_frames = CreateWebpFrames,
    .library_version = WebpVersion,
};

}  // namespace whittle::codec
