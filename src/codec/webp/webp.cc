// WebP by libwebp: lossy and lossless, with and without alpha, still and animated, both ways.
#include <webp/decode.h>

#include <algorithm>
#include <string>

#include "codec/codec.h"
#include "codec/encoder_memory.h"
#include "codec/quality_scale.h"
#include "codec/strip.h"
#include "codec/webp/container.h"
#include "codec/webp/sink.h"
#include "codec/webp/source.h"

namespace whittle::codec {
namespace {

constexpr pixel::PixelFormat kWrites[] = {pixel::PixelFormat::kRgb8, pixel::PixelFormat::kRgba8};
constexpr std::string_view kExtensions[] = {"webp"};
constexpr QualityScale kScale = {
    .points = {{{40, 58.5}, {50, 63.2}, {65, 68.2}, {78, 73.4}, {86, 78.5}, {90, 82.1}, {95, 87}}}};

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

// Of a lossy one libwebp's methods from 3 on hold all that they will write, which grows with
// quality; largest is what noise in black and white takes.
std::uint64_t LossyWebp(const EncodeSpec& spec, std::uint64_t pixels) {
  const bool good = spec.quality <= 90;
  const std::uint64_t quick = good ? 12 : 14;
  const std::uint64_t slow = spec.quality <= 80 ? 26 : good ? 30 : 37;
  return 64 * kKiB + pixels * (WebpMethod(spec) < 3 ? quick : slow);
}

// Alpha is coded as a lossless picture beside the lossy one. What is lossless is held as colours,
// chains of equal ones and references to them, more than once; less for a pixel of large ones.
EncoderMemory WebpMemory(const EncodeSpec& spec) {
  const CodedSize picture(spec);
  const std::uint64_t pixels = picture.pixels;
  const std::uint64_t small = std::min<std::uint64_t>(pixels, 500'000);
  const std::uint64_t gathered = 4 * pixels;
  if (spec.lossless) {
    const bool dear = WebpLosslessLevel(spec) > 4;
    return EncoderMemory::Gathers(gathered,
                                  2 * kMiB + (dear ? 60 : 52) * pixels + (dear ? 52 : 44) * small);
  }
  const std::uint64_t lossy = LossyWebp(spec, pixels);
  if (!picture.alpha()) return EncoderMemory::Gathers(gathered, lossy);
  const std::uint64_t chains = WebpMethod(spec) < 4 ? 0 : 48 * small;
  return EncoderMemory::Gathers(gathered,
                                2 * kMiB + std::max(lossy + 4 * pixels, 40 * pixels + chains));
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
    .turns_by_exif = true,
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
    .encoder_memory = WebpMemory,
    .quality_scale = &kScale,
    .create_planes = CreateWebpPlanes,
    .plane_range = Range::kStudio,
    .create_frames = CreateWebpFrames,
    .library_version = WebpVersion,
};

}  // namespace whittle::codec
