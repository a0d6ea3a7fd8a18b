// GIF by giflib, 87a and 89a, stills and animations; its colours are chosen by libimagequant.
#include <gif_lib.h>

#include "codec/codec.h"
#include "codec/encoder_memory.h"
#include "codec/gif/sink.h"
#include "codec/gif/source.h"
#include "codec/imagequant.h"
#include "codec/strip.h"

namespace whittle::codec {
namespace {

#define WHITTLE_TEXT_INNER(x) #x
#define WHITTLE_TEXT(x) WHITTLE_TEXT_INNER(x)

constexpr pixel::PixelFormat kWrites[] = {pixel::PixelFormat::kRgb8, pixel::PixelFormat::kRgba8};
constexpr std::string_view kExtensions[] = {"gif"};

bool SniffGif(ByteView head) {
  const std::string_view text = AsText(head);
  return text.starts_with("GIF87a") || text.starts_with("GIF89a");
}

// giflib tells its version to the preprocessor only.
std::string_view GifVersion() {
  return "giflib " WHITTLE_TEXT(GIFLIB_MAJOR) "." WHITTLE_TEXT(GIFLIB_MINOR) "." WHITTLE_TEXT(
      GIFLIB_RELEASE);
}

EncoderMemory GifMemory(const EncodeSpec& spec) {
  const CodedSize picture(spec);
  return EncoderMemory::Gathers(4 * picture.pixels,
                                256 * kKiB + 3 * picture.frame + LiqBytes(picture.pixels));
}

}  // namespace

extern const Codec kGif;
const Codec kGif = {
    .name = "gif",
    .mime = "image/gif",
    .extensions = kExtensions,
    .writes = kWrites,
    .max_side = 65535,
    .carries_icc = false,
    .decode_ns = 8,
    .encode_ns = 100,
    .sniff = SniffGif,
    .probe = ProbeGif,
    .open = OpenGif,
    .open_frames = OpenGifFrames,
    .metadata = MetadataOfGif,
    .strip = StripGif,
    .create = CreateGif,
    .encoder_memory = GifMemory,
    .create_frames = CreateGifFrames,
    .library_version = GifVersion,
};

}  // namespace whittle::codec
