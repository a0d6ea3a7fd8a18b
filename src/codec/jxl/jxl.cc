// JPEG XL by libjxl: lossy and lossless, grey and colour with alpha, 8 and 16 bits, animations.
// CMYK is refused as unsupported. Colour that libjxl keeps in its own space and that has a profile
// without a name comes as sRGB, all other in the picture's own: described by code points where it
// has a name that says the same (colour.h), else by its profile.
#include <jxl/decode.h>

#include <string>
#include <string_view>

#include "codec/codec.h"
#include "codec/encoder_memory.h"
#include "codec/jxl/sink.h"
#include "codec/jxl/source.h"
#include "codec/quality_scale.h"
#include "codec/strip.h"

namespace whittle::codec {
namespace {

constexpr pixel::PixelFormat kWrites[] = {pixel::PixelFormat::kGrey8,  pixel::PixelFormat::kGreyA8,
                                          pixel::PixelFormat::kRgb8,   pixel::PixelFormat::kRgba8,
                                          pixel::PixelFormat::kGrey16, pixel::PixelFormat::kGreyA16,
                                          pixel::PixelFormat::kRgb16,  pixel::PixelFormat::kRgba16};
constexpr std::string_view kExtensions[] = {"jxl"};
constexpr QualityScale kScale = {
    .points = {{{50, 54}, {60, 63}, {70, 69.3}, {80, 75.9}, {88, 82.5}, {92, 86.3}, {95, 89.4}}}};

// A bare codestream, or the signature box of a container; with something behind them.
bool SniffJxl(ByteView head) {
  constexpr std::string_view kCodestream = "\xFF\x0A";
  constexpr std::string_view kContainer{"\0\0\0\x0CJXL \r\n\x87\n", 12};
  const std::string_view text = AsText(head);
  for (const std::string_view magic : {kCodestream, kContainer}) {
    if (text.starts_with(magic) && text.size() > magic.size()) return true;
  }
  return false;
}

std::string_view JxlVersionText() {
  static const std::string kText = [] {
    const unsigned version = JxlDecoderVersion();  // major * 1000000 + minor * 1000 + patch
    return "libjxl " + std::to_string(version / 1'000'000) + '.' +
           std::to_string(version / 1000 % 1000) + '.' + std::to_string(version % 1000);
  }();
  return kText;
}

EncoderMemory JxlMemory(const EncodeSpec& spec) {
  const CodedSize picture(spec);
  const auto samples = picture.pixels * static_cast<std::uint64_t>(Channels(spec.format));
  return EncoderMemory::Gathers(picture.frame,
                                8 * kMiB + picture.frame + samples * (spec.lossless ? 21 : 14));
}

}  // namespace

extern const Codec kJxl;
const Codec kJxl = {
    .name = "jxl",
    .mime = "image/jxl",
    .extensions = kExtensions,
    .writes = kWrites,
    .max_side = kLargestJxlSide,
    .carries_icc = false,  // libjxl 0.7 aborts on some profiles, and gives back others changed
    .carries_cicp = true,
    .decode_ns = 40,
    .encode_ns = 150,
    .sniff = SniffJxl,
    .probe = ProbeJxl,
    .open = OpenJxl,
    .open_frames = OpenJxlFrames,
    .metadata = MetadataOfJxl,
    .strip = StripJxl,
    .create = CreateJxl,
    .encoder_memory = JxlMemory,
    .quality_scale = &kScale,
    .create_frames = CreateJxlFrames,
    .library_version = JxlVersionText,
};

}  // namespace whittle::codec
