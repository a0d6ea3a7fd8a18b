// PNG, read by libdeflate and zlib and written by ourselves (large pictures by libpng). Read: all
// colour types and depths, interlaced or not. Samples stay as they are coded; what they mean (cICP,
// a profile, gAMA and cHRM) is in the header.
#include <libdeflate.h>
#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <iterator>

#include "codec/codec.h"
#include "codec/encoder_memory.h"
#include "codec/imagequant.h"
#include "codec/png/file.h"
#include "codec/png/frames.h"
#include "codec/png/sink.h"
#include "codec/png/source.h"
#include "codec/strip.h"

namespace whittle::codec {
namespace {

constexpr pixel::PixelFormat kWrites[] = {
    pixel::PixelFormat::kGrey8, pixel::PixelFormat::kGreyA8, pixel::PixelFormat::kRgb8,
    pixel::PixelFormat::kRgba8, pixel::PixelFormat::kGrey16, pixel::PixelFormat::kGreyA16,
    pixel::PixelFormat::kRgb16, pixel::PixelFormat::kRgba16,
};
constexpr std::string_view kExtensions[] = {"png", "apng"};

// The signature alone is not yet a picture, not even a damaged one.
bool SniffPng(ByteView head) {
  return head.size() >= 16 &&
         std::equal(std::begin(kPngSignature), std::end(kPngSignature), head.begin());
}

std::string_view PngVersion() {
  return "libpng " PNG_LIBPNG_VER_STRING ", zlib " ZLIB_VERSION
         ", libdeflate " LIBDEFLATE_VERSION_STRING ", libimagequant " LIQ_VERSION_STRING;
}

// Large ones are written as rows come, and their file grows by half at a time; noise is no smaller
// than its rows. Others are rows, twice, and the file; the best of libdeflate's levels hold tables
// of their own.
EncoderMemory PngMemory(const EncodeSpec& spec) {
  const CodedSize picture(spec);
  const std::uint64_t pixels =
      static_cast<std::uint64_t>(spec.width) * static_cast<std::uint64_t>(spec.height);
  if (pixels * static_cast<std::uint64_t>(pixel::PixelBytes(spec.format)) > kMostWholePng) {
    return EncoderMemory::Streams(kMiB + picture.frame * 7 / 4);
  }
  const std::uint64_t most = spec.colours   ? kMostQuantisedPixels
                             : spec.indexed ? kMostFaithfulPixels
                                            : 0;
  return EncoderMemory::Gathers(picture.frame, 256 * kKiB + 4 * picture.frame +
                                                   (PngEffort(spec) >= 9 ? 9 * kMiB : 0) +
                                                   (pixels <= most ? LiqBytes(picture.pixels) : 0));
}

}  // namespace

extern const Codec kPng;
const Codec kPng = {
    .name = "png",
    .mime = "image/png",
    .extensions = kExtensions,
    .writes = kWrites,
    .max_side = 1'000'000,
    .carries_cicp = true,
    .turns_by_exif = true,
    .decode_ns = 6,
    .encode_ns = 20,
    .sniff = SniffPng,
    .probe = ProbePng,
    .open = OpenPng,
    .open_frames = OpenPngFrames,
    .metadata = PngMetadata,
    .strip = StripPng,
    .create = CreatePng,
    .encoder_memory = PngMemory,
    .create_frames = CreatePngFrames,
    .library_version = PngVersion,
};

}  // namespace whittle::codec
